from scheduler_integration.documents import Form


class WaitlistOffer(Form):
	"""A free time that was offered to somebody who waits. Only the room waitlist/ writes it."""
