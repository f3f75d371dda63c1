from scheduler_integration.controllers import Row


class SchedulerReportSource(Row):
	pass
