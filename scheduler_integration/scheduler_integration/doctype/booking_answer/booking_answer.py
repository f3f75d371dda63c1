from scheduler_integration.documents import Row


class BookingAnswer(Row):
	pass
