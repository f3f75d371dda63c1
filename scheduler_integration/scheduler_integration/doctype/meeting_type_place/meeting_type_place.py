from scheduler_integration.documents import Row


class MeetingTypePlace(Row):
	pass
