from scheduler_integration.documents import Row


class MeetingTypeHost(Row):
	pass
