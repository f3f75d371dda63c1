"""Plans the outbox tasks that make, move and delete video calls."""

import frappe

from scheduler_integration.conferencing.desired import needs_call
from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.outbox.tasks import Planned, Task, plan

KIND = "video_meeting"
# Purposes: the call of the booking, and leftovers that couldn't be deleted at once.
CALL, CLEANUP = "call", "cleanup"


def plan_call(change: Change) -> Fields:
	"""Plan what the change means for the booking's video call. A request gets its call when it is confirmed."""
	booking = change.booking
	if change.kind is Kind.LINKED or booking.status == "Pending" or not (needs_call(booking) or booking.video_meeting):
		return {}
	task = Planned(
		kind=KIND,
		purpose=CALL,
		target=booking.host,
		key=f"video:{booking.name}",
		due_at=change.now,
		generation=booking.sequence,
	)
	plan(booking.name, [task], change.now)
	if booking.status == "Scheduled" and not booking.meeting_link:
		return {"video_status": "Waiting"}
	return {}


def plan_cleanup(task: Task, due_at: int, now: int) -> None:
	"""Plan another attempt to delete what the task left behind. Commits. `due_at` and `now` are in epoch seconds."""
	# The outbox wants the booking's row held, so that nobody else plans the same key.
	frappe.db.get_value("Booking", task.booking, "name", for_update=True)
	leftover = Planned(
		kind=KIND,
		purpose=CLEANUP,
		target=task.target,
		key=f"video-cleanup:{task.booking}",
		due_at=due_at,
		generation=now,
	)
	plan(task.booking, [leftover], now)
	frappe.db.commit()
