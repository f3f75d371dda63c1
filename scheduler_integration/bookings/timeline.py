"""Notes on a booking's timeline who changed it and why.

The desk shows a note behind the name of its owner: "Jane cancelled the meeting: I am ill". Attendees aren't signed in,
so their notes belong to Frappe's Guest, and the note itself says that the attendee acted.
"""

import frappe
from frappe import _
from frappe.model.document import Document, bulk_insert
from frappe.translate import print_language
from frappe.utils import escape_html, get_fullname

from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.platform.acting import assistant
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.language import language_of


def note_on_timeline(changes: Changes) -> dict[str, Fields]:
	"""Add a comment of the type Info to each booking, in the site's language, or in English if hosts' texts aren't in it.

	Nothing is added for a new booking, which has Frappe's own note unless an assistant made it, or for a link of a video call, which nobody changed.
	"""
	kinds = (Kind.LINKED,) if assistant() is not None else (Kind.BOOKED, Kind.LINKED)
	if changes[0].kind not in kinds:
		with print_language(language_of()):
			notes = [note for change in changes for note in _notes(change)]
		bulk_insert("Comment", notes)
	return {}


def _notes(change: Change) -> list[Document]:
	did, user = _did(change), "Administrator" if change.by is Actor.SYSTEM else frappe.session.user
	email, name = user, get_fullname(user)
	if change.by is Actor.ATTENDEE:
		email, name = change.booking.attendee_email, change.booking.attendee_name
		did = _("{0} (the attendee)").format(did)
	if (helper := assistant()) is not None:
		did = _("{0}, by the assistant {1}").format(did, helper) if helper else _("{0}, by an assistant").format(did)
	sentence = _("{0}: {1}").format(did, change.reason) if change.reason else did
	values = {
		"doctype": "Comment",
		"comment_type": "Info",
		# The timeline shows comments as HTML, and reason and names are people's plain text.
		"content": escape_html(sentence),
		"comment_email": email,
		"comment_by": name,
		"reference_doctype": "Booking",
	}
	notes = [
		frappe.get_doc({**values, "reference_name": booking.name})
		for booking in (change.moved_from, change.booking)
		if booking
	]
	for note in notes:
		note.set_new_name()
	return notes


def _did(change: Change) -> str:
	if change.by is Actor.SYSTEM:
		back = _("paid the money back automatically, because the meeting doesn't take place")
		return {
			Kind.REFUND_FAILED: _("noticed that money couldn't be paid back"),
			Kind.REFUNDED: back if change.releases_time else _("noticed that money goes back"),
			Kind.DECLINED: _("declined the request automatically, because its time passed without an answer"),
		}.get(change.kind, _("completed the meeting automatically after its end"))
	if change.moved_from and change.kind is not Kind.UNDONE:
		old, new = (f"{to_site_time(each.starts_at):%Y-%m-%d %H:%M}" for each in (change.moved_from, change.booking))
		return _("moved the meeting from {0} to {1}").format(old, new)
	if change.kind in (Kind.REASSIGNED, Kind.GUESTS_CHANGED, Kind.PROPOSED):
		return _of_whom(change)
	gives_back = _("gave the time back and asked the attendee to choose another one")
	return {
		Kind.RESCHEDULE_ASKED: gives_back if change.releases_time else _("asked the attendee to choose another time"),
		Kind.BOOKED: _("booked the meeting"),
		Kind.CONFIRMED: _("confirmed the request"),
		Kind.DECLINED: _("declined the request"),
		Kind.CANCELLED: _("cancelled the meeting"),
		Kind.CORRECTED: _("corrected name, telephone number or company"),
		Kind.RECONFIRMED: _("confirmed to come"),
		Kind.PLACED: _("said where the meeting is"),
		Kind.PROPOSAL_REFUSED: _("kept the time, although the attendee proposed another one"),
		Kind.COMPLETED: _("marked the meeting as completed"),
		Kind.NO_SHOW: _("marked that the attendee didn't come"),
		Kind.ADDRESS_CONFIRMED: _("confirmed the e-mail address"),
		Kind.ASK_WITHDRAWN: _("withdrew the request for another time"),
		Kind.UNDONE: _("took the last change back"),
		Kind.PAID_BY_HAND: _("marked the meeting as paid by hand"),
		Kind.REFUNDED: _("paid money back"),
	}[change.kind]


def _of_whom(change: Change) -> str:
	"""Return a sentence that names people or a time."""
	if change.kind is Kind.PROPOSED:
		when = f"{to_site_time(change.booking.proposed_start):%Y-%m-%d %H:%M}"
		return _("proposed another time: {0}").format(when)
	if change.kind is Kind.REASSIGNED:
		leaving, hosts = get_fullname(change.leaving or ""), ", ".join(map(get_fullname, change.booking.host_users()))
		return _("reassigned the meeting from {0}; the hosts are now {1}").format(leaving, hosts)
	added, removed = ", ".join(change.added_guests), ", ".join(change.removed_guests)
	if added and removed:
		return _("invited {0} and removed {1} from the additional guests").format(added, removed)
	return _("invited {0}").format(added) if added else _("removed {0} from the additional guests").format(removed)
