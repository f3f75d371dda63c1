from scheduler_integration.controllers import Form


class VideoConnection(Form):
	"""A host's account at a provider of video calls. The room conferencing/ connects it; the desk shows it."""
