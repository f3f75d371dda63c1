from scheduler_integration.documents import Form


class VideoConnection(Form):
	"""A host's account at a provider of video calls. The room conferencing/ connects it; the desk shows it."""
