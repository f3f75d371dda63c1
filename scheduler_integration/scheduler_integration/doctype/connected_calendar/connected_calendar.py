from scheduler_integration.documents import Row


class ConnectedCalendar(Row):
	pass
