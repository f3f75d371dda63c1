from scheduler_integration.documents import Row


class SchedulerReportSource(Row):
	pass
