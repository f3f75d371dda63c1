import frappe

from scheduler_integration.documents import Form


class VideoMeeting(Form):
	"""A video call at a provider, for a booking or a session. Only the room conferencing/ writes it."""


def on_doctype_update():
	frappe.db.add_index("Video Meeting", ["subject", "status"])
