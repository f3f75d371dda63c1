"""Tells the managers that a host was disabled who still has meetings to come."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import get_fullname

from scheduler_integration.exceptions import Unreachable
from scheduler_integration.meetings.hosted import by_session, hosted_between
from scheduler_integration.notifications.email import queue_words
from scheduler_integration.notifications.look import plain_look
from scheduler_integration.notifications.readers import host_reader
from scheduler_integration.notifications.templates import Rendered, render_parts
from scheduler_integration.permissions import managers
from scheduler_integration.platform.one_line import header_text
from scheduler_integration.platform.queue import queue_after_commit
from scheduler_integration.platform.site_address import site_url

# Nobody reads a longer list in a mail. The page has all of them.
_MOST = 50


def plan_message(user: Document, method: str | None = None) -> None:
	"""Hook for a changed User: after somebody was disabled, a job tells the managers."""
	before = user.get_doc_before_save()
	if before and before.enabled and not user.enabled:
		queue_after_commit("scheduler_integration.jobs.tell_of_left_host", "default", user=user.name)


def tell_managers(user: str, page: str, now: int) -> None:
	"""Mail each manager the coming meetings of the disabled `user`. `page` is the path where they decide about them.

	Does nothing if there are none, or if the user is enabled again. If the site can't send mail, the pages show the same.
	"""
	if frappe.db.get_value("User", user, "enabled") != 0:
		return
	meetings = by_session(hosted_between(user, now))
	for manager in managers() if meetings else ():
		reader = host_reader(manager)
		with print_language(reader.words):
			subject = _("{0} has left: {1} meetings to come need a decision").format(get_fullname(user), len(meetings))
			rows = []
			for sharing in meetings[:_MOST]:
				who = ", ".join(booking.attendee_name for booking in sharing)
				title = frappe.get_cached_value("Meeting Type", sharing[0].meeting_type, "title")
				rows.append((reader.in_short(sharing[0].parts()), f"{who} · {title}"))
			facts = {
				**plain_look(reader),
				"subject": subject,
				"timezone": reader.zone_name(meetings[0][0].starts_at),
				"rows": rows,
				"url": site_url(page),
			}
			words = Rendered(header_text(subject), *render_parts("host_left", facts))
			try:
				# With this reference, the mail is deleted with the digests when the bookings are erased.
				queue_words(words, recipients=[reader.email], reference_doctype="Host Preferences", reference_name=user)
			except Unreachable:
				frappe.log_error(f"A mail about the meetings of {user} was not queued", frappe.get_traceback())
