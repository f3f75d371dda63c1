"""Passes on to the hosts what a program can't decide: as a comment on the booking, and a notification in the desk."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import escape_html

from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.language import language_of

# Nobody reads more of a message here.
LONGEST = 500


def pass_on(booking: Document, words: str) -> None:
	"""Show the hosts what the attendee wrote in a text message."""
	shown = words.strip()[:LONGEST] or "…"
	with print_language(language_of()):
		_comment(booking, "Info", _("{0} (the attendee)").format(_("wrote: {0}").format(shown)))
	for host in hosts_of(booking):
		with print_language(host.words):
			_notify(booking, host.user, _("Message from {0}: {1}").format(booking.attendee_name, shown))


def tell_hosts(booking: Document, sentence: Callable[[Reader], str]) -> None:
	"""Show the hosts a sentence about an answer to the invitation, in each host's language and time zone."""
	hosts = hosts_of(booking)
	with print_language(language_of()):
		_comment(booking, "Comment", sentence(hosts[0]))
	for host in hosts:
		with print_language(host.words):
			_notify(booking, host.user, sentence(host))


def _comment(booking: Document, kind: str, sentence: str) -> None:
	"""Add the sentence, which is plain text, to the booking's timeline, as from its attendee.

	The desk shows an Info behind the name, and a Comment by itself.
	"""
	frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": kind,
			"content": escape_html(sentence),
			"comment_email": booking.attendee_email,
			"comment_by": booking.attendee_name,
			"reference_doctype": "Booking",
			"reference_name": booking.name,
		}
	).insert(ignore_permissions=True)  # The person who replied isn't signed in.


def _notify(booking: Document, user: str, subject: str) -> None:
	"""Store a notification in the desk for a host. `subject` is plain text."""
	if not frappe.db.exists("User", user):
		return
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": "Booking",
			"document_name": booking.name,
			"subject": escape_html(subject),
			"link": f"/scheduling/meeting/{booking.name}",
		}
	).insert(ignore_permissions=True)  # As above.
