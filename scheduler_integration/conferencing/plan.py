"""Plans the outbox tasks that make, move and delete video calls."""

import frappe

from scheduler_integration.conferencing.desired import needs_call
from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.outbox.tasks import Planned, plan

KIND = "video_meeting"
# Purposes: the call of the booking, and leftovers that couldn't be deleted at once.
CALL, CLEANUP = "call", "cleanup"


def plan_call(change: Change) -> Fields:
	"""Plan what the change means for the booking's video call. A request gets its call when it is confirmed."""
	booking = change.booking
	if change.kind is Kind.LINKED or booking.status == "Pending" or not (needs_call(booking) or booking.video_meeting):
		return {}
	_plan(booking.name, booking.host, CALL, change.now, change.now)
	if booking.status == "Scheduled" and not booking.meeting_link:
		return {"video_status": "Waiting"}
	return {}


def plan_again(booking: str, now: int) -> None:
	"""Plan the booking's call once more, though the booking wasn't changed. `now` is in epoch seconds."""
	_plan(booking, _locked_host(booking), CALL, now, now)


def plan_cleanup_of(booking: str, target: str, due_at: int, now: int) -> None:
	"""Plan another attempt to delete what is left at a provider. `due_at` and `now` are in epoch seconds."""
	_locked_host(booking)
	_plan(booking, target, CLEANUP, due_at, now)


def _plan(booking: str, target: str, purpose: str, due_at: int, now: int) -> None:
	key = f"video-{purpose}:{booking}"
	known = frappe.db.get_value("Outbox Task", {"key": key}, "generation")
	task = Planned(
		kind=KIND,
		purpose=purpose,
		target=target,
		key=key,
		due_at=due_at,
		generation=0 if known is None else known + 1,
	)
	plan(booking, [task], now)


def _locked_host(booking: str) -> str:
	"""Return the booking's host. The outbox wants the row held, so that nobody else plans the same keys."""
	return frappe.db.get_value("Booking", booking, "host", for_update=True)
