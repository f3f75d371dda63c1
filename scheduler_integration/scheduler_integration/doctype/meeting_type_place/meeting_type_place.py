from scheduler_integration.controllers import Row


class MeetingTypePlace(Row):
	pass
