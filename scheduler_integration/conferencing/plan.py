"""Plans the outbox tasks that make, move and delete video calls."""

from collections.abc import Mapping

import frappe
from frappe.model.document import Document

from scheduler_integration.conferencing.desired import needs_call
from scheduler_integration.meetings.calls import CALENDAR
from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind, bookings_of, moved_from
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.outbox.tasks import Planned, generations_of, plan_all

KIND = "video_meeting"
# Purposes: the call of the booking, and leftovers that couldn't be deleted at once.
# The task CHECK finds out whether the calendar's event has brought the call.
CALL, CLEANUP, CHECK = "call", "cleanup", "check"
_NO_MATTER = (
	Kind.LINKED, Kind.GUESTS_CHANGED, Kind.ADDRESS_CONFIRMED, Kind.ASK_WITHDRAWN, Kind.CORRECTED, Kind.COMPLETED, Kind.NO_SHOW,
)  # fmt: skip

# The fields of a booking without a call.
NO_CALL: Fields = {
	"meeting_link": None,
	"meeting_id": None,
	"meeting_password": None,
	"video_provider": None,
	"video_status": None,
	"video_error": None,
	"video_meeting": None,
}


def plan_call(changes: Changes) -> dict[str, Fields]:
	"""Plan the tasks of the changes for the bookings' video calls. A request gets its call when it is confirmed.

	Returns the new fields of each booking that has a call, or gets one.
	"""
	concerned = [
		change
		for change in changes
		if change.kind not in _NO_MATTER and (needs_call(change.booking) or change.booking.video_meeting)
	]
	if not concerned:
		return {}
	# An earlier booking's call stays with the new booking. It ends if nobody needs it, as when an attendee leaves a
	# session.
	moved = [each for each in moved_from(concerned) if each.video_meeting] if changes[0].kind is not Kind.UNDONE else []
	served = [each for each in bookings_of(concerned) if each.status != "Pending"]
	now = changes[0].now
	_plan({booking.name: booking.host for booking in (*moved, *served)}, CALL, now, now)
	shared = _call_of_others(bookings_of(concerned))
	return {change.booking.name: _new_fields(change, shared) for change in concerned}


def _new_fields(change: Change, shared: Fields) -> Fields:
	booking, earlier = change.booking, change.moved_from
	if booking.status == "Scheduled" and booking.meeting_link and not _changes_call(change):
		return _call_of(earlier) if earlier else {}
	if booking.status not in OPEN:
		return {}
	if booking.status != "Scheduled":
		return {**NO_CALL, "video_meeting": booking.video_meeting}
	# The booking's call must still be deleted, so the handler must find it.
	call = {"video_meeting": booking.video_meeting} if booking.video_meeting else shared
	return {**NO_CALL, "video_status": "Waiting", **call}


def _call_of(booking: Document | frappe._dict) -> Fields:
	"""Return the fields that describe the booking's call."""
	return {name: booking.get(name) for name in NO_CALL}


def _call_of_others(changed: list[Document]) -> Fields:
	"""Return the call that others in the session have already. So a new attendee has the link at once.

	The event in the host's calendar is one for all. It must not lose its call while the new booking waits for its task.
	"""
	names = {booking.name for booking in changed}
	for other in live_rows(changed[0].session, *NO_CALL):
		if other.name not in names and (other.video_meeting == CALENDAR or other.video_status == "Ready"):
			return _call_of(other)
	return {}


def _changes_call(change: Change) -> bool:
	"""Whether the link changes. The message about the change must not contain the old link."""
	booking, earlier = change.booking, change.moved_from
	if change.kind is Kind.UNDONE:
		return False
	if earlier:
		return (earlier.host, earlier.session or None) != (booking.host, booking.session or None)
	return change.leaving is not None


def plan_again(booking: str, now: int) -> None:
	"""Plan the booking's call once more, though the booking wasn't changed. `now` is in epoch seconds."""
	_plan({booking: _locked_host(booking)}, CALL, now, now)


def plan_cleanup_of(booking: str, target: str, due_at: int, now: int) -> None:
	"""Plan another attempt to delete calls that are left at a provider. `due_at` and `now` are in epoch seconds."""
	_locked_host(booking)
	_plan({booking: target}, CLEANUP, due_at, now)


def plan_check_of(booking: str, target: str, due_at: int, now: int) -> None:
	"""Plan a task that finds out whether the calendar's event has brought the link.

	`due_at` and `now` are in epoch seconds.
	"""
	_locked_host(booking)
	_plan({booking: target}, CHECK, due_at, now)


def _plan(targets: Mapping[str, str], purpose: str, due_at: int, now: int) -> None:
	"""Plan a task for each of the bookings, with its target."""
	keys = {f"video-{purpose}:{booking}": booking for booking in targets}
	generations = generations_of(keys)
	tasks = [
		(
			booking,
			Planned(
				kind=KIND,
				purpose=purpose,
				target=targets[booking],
				key=key,
				due_at=due_at,
				generation=generations.get(key, -1) + 1,
			),
		)
		for key, booking in keys.items()
	]
	plan_all(tasks, now)


def _locked_host(booking: str) -> str:
	"""Return the booking's host, and lock the booking, as `outbox.tasks.plan_all` requires."""
	return frappe.db.get_value("Booking", booking, "host", for_update=True)
