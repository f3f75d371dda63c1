from scheduler_integration.documents import Form


class BookingSeries(Form):
	"""The facts that all bookings of a series share. Only `bookings/record.py` writes it."""
