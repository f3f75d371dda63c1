from scheduler_integration.documents import Row


class SchedulingPageHost(Row):
	pass
