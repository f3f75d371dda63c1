from scheduler_integration.controllers import Row


class MeetingTypePhase(Row):
	pass
