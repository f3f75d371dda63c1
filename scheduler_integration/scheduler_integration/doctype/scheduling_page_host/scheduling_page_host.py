from scheduler_integration.controllers import Row


class SchedulingPageHost(Row):
	pass
