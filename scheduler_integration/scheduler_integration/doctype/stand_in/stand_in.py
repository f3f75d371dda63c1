from scheduler_integration.documents import Row


class StandIn(Row):
	pass
