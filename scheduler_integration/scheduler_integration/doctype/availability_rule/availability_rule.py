from scheduler_integration.controllers import Row


class AvailabilityRule(Row):
	pass
