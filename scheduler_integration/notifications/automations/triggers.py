"""Decides when an automation acts: after which changes, and at which instants before or after a meeting."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration.catalogue.reminders import reminders_of
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.notifications.rules import (
	AFTER_END,
	AFTER_START,
	BEFORE_END,
	BEFORE_START,
	REMINDER,
	Automation,
)

MINUTE = 60

_BY_KIND = {
	Kind.CONFIRMED: "Booked",
	Kind.DECLINED: "Declined",
	Kind.CANCELLED: "Cancelled",
	Kind.RESCHEDULED: "Rescheduled",
	Kind.REASSIGNED: "Reassigned",
	Kind.COMPLETED: "Completed",
	Kind.NO_SHOW: "No Show",
}
# The triggers that are a change.
CHANGES = ("Requested", *_BY_KIND.values())
# The states of the booking in which an action still makes sense when its moment comes. A no-show that was marked
# meanwhile stops the thank-you; a cancellation stops the reminder.
_STATES = {
	"Requested": frozenset({"Pending"}),
	"Booked": frozenset({"Scheduled", "Completed"}),
	"Declined": frozenset({"Declined"}),
	"Cancelled": frozenset({"Cancelled"}),
	"Rescheduled": OPEN,
	"Reassigned": OPEN,
	"Completed": frozenset({"Completed"}),
	"No Show": frozenset({"No Show"}),
	REMINDER: frozenset({"Scheduled"}),
	BEFORE_START: frozenset({"Scheduled"}),
	AFTER_START: frozenset({"Scheduled"}),
	BEFORE_END: frozenset({"Scheduled"}),
	AFTER_END: frozenset({"Scheduled", "Completed"}),
}


def trigger_of(change: Change) -> str | None:
	"""Return the trigger of a change, or None if no automation reacts to it."""
	if change.kind is Kind.BOOKED:
		return "Requested" if change.booking.status == "Pending" else "Booked"
	return _BY_KIND.get(change.kind)


def still_fits(trigger: str, status: str) -> bool:
	"""Whether an action of this trigger still makes sense in this state of the booking."""
	return status in _STATES[trigger]


def objection(automation: Automation, booking: Document, now: int) -> str | None:
	"""Return why the conditions that are checked when the action is due aren't met at `now`, or None if they are."""
	if automation.not_reconfirmed_only and booking.reconfirmed_at:
		return _("The attendee has confirmed to come.")
	if automation.not_rebooked_only:
		# With one of the hosts, to take place later than now, or made later than this booking.
		row, host = DocType("Booking"), DocType("Booking Host")
		query = frappe.qb.from_(row).join(host).on(host.parent == row.name).select(row.name)
		query = query.where((row.attendee_email == booking.attendee_email) & (row.name != booking.name))
		query = query.where(row.status.isin(sorted(OPEN)) & host.user.isin(booking.host_users()))
		if query.where((row.starts_at > now) | (row.creation > booking.creation)).limit(1).run():
			return _("The attendee has booked again.")
	return None


def moments(automation: Automation, booking: Document) -> list[int]:
	"""Return the instants (epoch seconds) at which a timed automation acts for the booking.

	A multi-day meeting starts with its first day and ends with its last. With reminders 1440 and 60 minutes before, a
	meeting on Tuesday at 10:00 has moments on Monday at 10:00 and on Tuesday at 09:00.
	"""
	seconds = automation.minutes * MINUTE
	if automation.trigger == REMINDER:
		meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
		return [booking.starts_at - minutes * MINUTE for minutes in reminders_of(meeting_type)]
	return {
		BEFORE_START: [booking.starts_at - seconds],
		AFTER_START: [booking.starts_at + seconds],
		BEFORE_END: [booking.ends_at - seconds],
		AFTER_END: [booking.ends_at + seconds],
	}[automation.trigger]
