from scheduler_integration.documents import Form


class BookingSeries(Form):
	"""What the bookings of a series have in common. Only `bookings/record.py` writes it."""
