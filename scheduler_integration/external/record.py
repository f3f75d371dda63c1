"""Records bookings that were made on an external scheduler, each exactly once.

Webhooks come repeatedly, late, and in any order. So the app merges the facts of each webhook into the record of the
booking. Contact, activity, blocked time and engagement are then made to fit the record. Merging the same facts twice
changes nothing.

If an attendee moves a meeting, some schedulers make a new booking that names the former one. The new record takes over
activity and engagement. The former record stays as Rescheduled, so that its late webhooks find it:

    webhook                        record A          record B
    created A                      Scheduled
    created B, replaces A          Rescheduled       Scheduled, with A's activity and engagement
    cancelled A (late)             Rescheduled       Scheduled
"""

import hashlib

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.crm.activities import log_cancellation, log_meeting, log_new_times, log_outcome
from scheduler_integration.crm.contacts import find_or_create_contact
from scheduler_integration.engagement.follow import keep_external, pass_on_external
from scheduler_integration.engagement.references import read
from scheduler_integration.external.payloads.acuity import PROVIDER as ACUITY
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.meetings.transitions import COMPLETION_DELAY
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.records import picked

RESCHEDULED = "Rescheduled"
# The facts of a change, by the field of Outside Booking. An empty fact changes nothing.
_FACTS = {
	"starts_at": "start",
	"ends_at": "end",
	"title": "title",
	"attendee_name": "attendee_name",
	"attendee_email": "attendee_email",
	"attendee_phone": "attendee_phone",
	"attendee_company": "attendee_company",
	"meeting_link": "meeting_link",
	"reference": "reference",
}


@bookings.command
def record_external(consultant: str, change: ExternalChange, now: int) -> str:
	"""Merge the change into the consultant's Outside Booking, and return its name. `now` is in epoch seconds.

	Everything is stored in the caller's transaction.
	"""
	booking = _stored(consultant, change.provider, change.external_id) or _new(consultant, change)
	if booking.status != RESCHEDULED:
		_merge(booking, change)
	_save(booking)
	# The last booking of the chain: a later webhook may have replaced this one already.
	in_force = booking
	while in_force.status == RESCHEDULED and in_force.successor:
		in_force = frappe.get_doc("Outside Booking", in_force.successor, for_update=True)
	if change.replaces and change.replaces != change.external_id:
		_replace_former(booking, in_force, change)
	if in_force.status != RESCHEDULED:
		_run_consequences(in_force, min(change.happened_at, now))
	return booking.name


def booking_to_ask(consultant: str, appointment: str) -> Document:
	"""Return the locked record of an Acuity appointment. A new one has no facts yet, and so no consequences."""
	booking = _stored(consultant, ACUITY, appointment)
	if not booking:
		unknown = ExternalChange(provider=ACUITY, external_id=appointment, happened_at=0, status=None)
		booking = _new(consultant, unknown)
		_merge(booking, unknown)
		_save(booking)
	return booking


def complete_past(now: int) -> int:
	"""Complete the meetings that ended 15 minutes before `now` or earlier: most schedulers send no webhook for it.

	Commits after each of them. Return how many.
	"""
	booking = frappe.qb.DocType("Outside Booking")
	query = frappe.qb.from_(booking).select(booking.name)
	over = (booking.status == "Scheduled") & (booking.ends_at <= now - COMPLETION_DELAY)
	return bookings.close_each(query.where(over), _complete, now, booking.name)


@bookings.command
def _complete(name: str, now: int) -> None:
	"""Complete a meeting that is over. Does nothing if its scheduler reported something else meanwhile."""
	booking = frappe.get_doc("Outside Booking", name, for_update=True)
	if booking.status != "Scheduled" or not booking.ends_at or booking.ends_at > now - COMPLETION_DELAY:
		return
	booking.status = "Completed"
	_save(booking)
	_run_consequences(booking, now)


def _merge(booking: Document, change: ExternalChange) -> None:
	"""Take over the facts of the change. An older change only fills in facts that are missing."""
	is_older = change.is_hearsay or _is_older(booking, change)
	for field, name in _FACTS.items():
		value = getattr(change, name)
		if value and not (is_older and booking.get(field)):
			booking.set(field, value)
	booking.meeting_type = _meeting_type(booking, change) or booking.meeting_type
	booking.title = booking.title or _("Meeting on {0}").format(booking.provider)
	booking.attendee_name = booking.attendee_name or (booking.attendee_email or "").partition("@")[0]
	if not is_older:
		booking.status = change.status or booking.status
		booking.update({"changed_at": change.happened_at, "error": None})


def _is_older(booking: Document, change: ExternalChange) -> bool:
	"""Whether the record has newer facts. In the same second, the change that made the booking is the older one."""
	changed_at = booking.changed_at or 0
	ends = change.status not in (None, "Scheduled")
	return change.happened_at < changed_at or (
		change.happened_at == changed_at and booking.status != "Scheduled" and not ends
	)


def _replace_former(booking: Document, successor: Document, change: ExternalChange) -> None:
	"""Give the activity and the engagement of the former booking to its successor, and free its time.

	The successor is `booking`, or the booking that has replaced `booking` meanwhile. Does nothing if the former booking was
	replaced before, or is the successor itself: two bookings that claim to replace each other would be an endless loop.
	"""
	former = _stored(booking.consultant, change.provider, str(change.replaces))
	if former is None:
		former = _new(booking.consultant, change)
		key = _key(booking.consultant, change.provider, change.replaces)
		former.update({"external_id": change.replaces, "key": key})
	elif former.status == RESCHEDULED or former.name == successor.name:
		return
	else:
		pass_on_external(former.name, successor.name)
		if successor.event:
			withdraw_activity(former)
		else:
			successor.db_set(
				{field: former.get(field) for field in ("event", "contact", "reference_doctype", "reference_name")}
			)
	former.update({"status": RESCHEDULED, "successor": booking.name})
	_save(former)
	keep_blocked(former)


def _run_consequences(booking: Document, moment: int) -> None:
	"""Make contact, activity, blocked time and engagement fit the record. `moment`: epoch seconds, when its state began."""
	fields = {}
	if booking.attendee_email and not booking.contact:
		fields["contact"] = booking.contact = find_or_create_contact(booking)
	fields |= keep_activity(booking)
	booking.update(fields)
	if fields:
		booking.db_set(fields, update_modified=False)
	keep_blocked(booking)
	# The webhooks of the consultant's scheduler confirm what the browser reported.
	mine = {"consultant": booking.consultant}
	if booking.starts_at or not frappe.db.get_value("Consultant Scheduler Settings", mine, "webhook_signing_key"):
		keep_external(booking, moment)


def _meeting_type(booking: Document, change: ExternalChange) -> str | None:
	"""Return the consultant's meeting type that was booked: found by its name or title, otherwise the type of the link."""
	own = {"consultant": booking.consultant}
	if change.meeting_type:
		return frappe.db.get_value("Meeting Type", {"name": change.meeting_type, **own}, "name")
	if change.title and (name := frappe.db.get_value("Meeting Type", {"title": change.title, **own}, "name")):
		return name
	reference = read(booking.reference)
	if not reference or not reference.meeting_type:
		return None
	return frappe.db.get_value("Meeting Type", {"name": reference.meeting_type, **own}, "name")


def _stored(consultant: str, provider: str, external_id: str) -> Document | None:
	"""Return the locked record, or None. Two webhooks of one booking wait for each other here."""
	key = {"key": _key(consultant, provider, external_id)}
	name = frappe.db.get_value("Outside Booking", key, "name", for_update=True)
	return frappe.get_doc("Outside Booking", name, for_update=True) if name else None


def _new(consultant: str, change: ExternalChange) -> Document:
	return frappe.get_doc(
		{
			"doctype": "Outside Booking",
			"consultant": consultant,
			"provider": change.provider,
			"external_id": change.external_id,
			"key": _key(consultant, change.provider, change.external_id),
			"status": "Scheduled",
			"changed_at": 0,
		}
	)


def _key(consultant: str, provider: str, external_id: str | None) -> str:
	return hashlib.sha256(f"{consultant}\n{provider}\n{external_id}".encode()).hexdigest()


def _save(booking: Document) -> None:
	# An Event or Contact may have been deleted since. No user may write these records. Only the app does.
	booking.flags.ignore_links = True
	booking.save(ignore_permissions=True)


def keep_activity(booking: Document) -> Fields:
	"""Make the Event of an Outside Booking match its state. Returns the fields that link to the Event.

	If the first webhook reports that the meeting is cancelled, it gets no Event.
	"""
	if not booking.event:
		is_known = booking.contact and booking.starts_at
		return log_meeting(booking) if is_known and booking.status != "Cancelled" else {}
	event = frappe.db.get_value("Event", booking.event, ["status", "starts_on", "ends_on"], as_dict=True)
	if event:
		if booking.status == "Cancelled":
			if event.status != "Cancelled":
				log_cancellation([booking])
		elif booking.status in ("Completed", "No Show"):
			log_outcome(booking)
		elif (event.status, event.starts_on, event.ends_on) != ("Open", booking.starts_on, booking.ends_on):
			log_new_times(booking)
	return {}


def withdraw_activity(booking: Document) -> None:
	"""Mark the Event of an Outside Booking as cancelled, because its successor has an Event of its own."""
	log_cancellation([booking])


def keep_blocked(booking: Document) -> None:
	"""Make, move or remove the Blocked Time of an Outside Booking, so that nobody is offered its time.

	Slots are computed from Blocked Times anyway, so no further query is needed. The time of a meeting that took place
	stays blocked, the time of a cancelled one doesn't.
	"""
	# A locking read: see `engagement.follow`. The caller has locked the Outside Booking.
	mine = {"outside_booking": booking.name}
	name = frappe.db.get_value("Blocked Time", mine, "name", order_by="creation", for_update=True)
	if booking.status in ("Cancelled", "Rescheduled") or not booking.starts_at:
		if name:
			# A webhook asks for this, so nobody is signed in.
			frappe.delete_doc("Blocked Time", name, ignore_permissions=True)
		return
	blocked = frappe.get_doc("Blocked Time", name) if name else frappe.new_doc("Blocked Time")
	if not name:
		reason = _("Booked on {0}").format(booking.provider)
		blocked.update({"user": booking.consultant, "reason": reason, "outside_booking": booking.name})
	if (blocked.starts_at, blocked.ends_at) == (booking.starts_at, booking.ends_at):
		return
	blocked.update(
		{
			"start_time": to_site_time(booking.starts_at),
			"end_time": to_site_time(booking.ends_at),
			**picked(booking, "starts_at", "ends_at"),
		}
	)
	# A webhook of the external scheduler caused this, so the host isn't signed in.
	blocked.flags.ignore_links = True
	blocked.save(ignore_permissions=True)
