from scheduler_integration.controllers import Form


class MirroredEvent(Form):
	pass
