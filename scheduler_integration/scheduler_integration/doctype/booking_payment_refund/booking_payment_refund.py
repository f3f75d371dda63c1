from scheduler_integration.documents import Row


class BookingPaymentRefund(Row):
	pass
