from scheduler_integration.documents import Form


class HostCalendar(Form):
	"""The lock row of a host. A command locks it before it takes the host's time (see bookings/guard.py)."""
