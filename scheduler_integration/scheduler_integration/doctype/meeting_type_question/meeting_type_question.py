from scheduler_integration.controllers import Row


class MeetingTypeQuestion(Row):
	pass
