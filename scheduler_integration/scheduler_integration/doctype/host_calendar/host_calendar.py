from scheduler_integration.controllers import Form


class HostCalendar(Form):
	"""One row for each host, which a booking locks first (see bookings/guard.py)."""
