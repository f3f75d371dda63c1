from scheduler_integration.documents import Form


class HostPreferences(Form):
	"""The choices of a host: the morning digest, and the private link to the calendar feed."""
