from scheduler_integration.controllers import Row


class BookingAnswer(Row):
	pass
