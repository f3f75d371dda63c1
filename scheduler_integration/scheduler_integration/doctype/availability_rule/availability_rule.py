from scheduler_integration.documents import Row


class AvailabilityRule(Row):
	pass
