from scheduler_integration.controllers import Row


class ConnectedCalendar(Row):
	pass
