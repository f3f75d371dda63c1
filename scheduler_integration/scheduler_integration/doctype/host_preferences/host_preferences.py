from scheduler_integration.controllers import Form


class HostPreferences(Form):
	"""What a host has chosen: the morning digest, and the private link to the calendar feed."""
