from scheduler_integration.controllers import Row


class BookingGuest(Row):
	pass
