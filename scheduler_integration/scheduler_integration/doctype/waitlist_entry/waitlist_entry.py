from scheduler_integration.documents import Form


class WaitlistEntry(Form):
	"""Somebody who waits for a time. Only the room waitlist/ writes it."""
