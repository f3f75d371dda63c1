from scheduler_integration.documents import Row


class MeetingTypeQuestion(Row):
	pass
