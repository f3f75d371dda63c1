from scheduler_integration.documents import Form


class VideoMeetingLog(Form):
	"""One call to a provider of video meetings. It never holds a link, a token or an answer's text."""
