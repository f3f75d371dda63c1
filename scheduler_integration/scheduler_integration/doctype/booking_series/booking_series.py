from scheduler_integration.documents import Form


class BookingSeries(Form):
	"""What the bookings of a series have in common. Only `bookings/series.py` writes it."""
