from scheduler_integration.documents import Row


class BookingGuest(Row):
	pass
