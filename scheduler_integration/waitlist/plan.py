"""Plans the outbox's task for waitlists: a look at the lists after a time became free."""

from collections.abc import Iterable

import frappe

from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind
from scheduler_integration.outbox.tasks import PENDING, Planned, plan_all
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.used import is_used

KIND = "waitlist"
# The purpose of the look at the lists after a time became free.
FREED = "freed"
# The purpose of a task that ends an offer of which nobody could be told.
UNDELIVERED = "undelivered"


def plan_look(changes: Changes) -> dict[str, Fields]:
	"""A consequence, as `bookings/consequences.py` wants it: look at the waitlists if a host is free again.

	A command that can still be taken back lets this wait too. If a look has followed a move that is taken back, the entry goes
	back to the former booking. Makes no statement if nobody can wait on this site.
	"""
	undone = [(each.moved_from, each.booking) for each in changes if each.kind is Kind.UNDONE and each.moved_from]
	for moved, former in undone if undone and is_used() else ():
		if entry := records.of_booking(moved.name):
			records.follow_booking(entry, former.name)
	freed = {change.booking.name: (change, users) for change in changes if (users := _freed(change))}
	if freed and is_used():
		plan_all(
			[
				(
					name,
					Planned(
						kind=KIND,
						purpose=FREED,
						target=change.booking.host,
						key=f"{change.booking.name}@waitlist",
						due_at=change.now,
						generation=change.booking.sequence or 0,
						payload={"users": sorted(users)},
					),
				)
				for name, (change, users) in freed.items()
			],
			changes[0].now,
		)
	return {}


def _freed(change: Change) -> list[str]:
	"""Return the hosts who may be free again at a time at which they weren't before the change."""
	if change.releases_time:
		return list(change.booking.host_users())
	if change.moved_from:
		return list(change.moved_from.host_users())
	return [change.leaving] if change.leaving else []


def plan_look_after(entry: str, users: Iterable[str], now: int) -> None:
	"""Plan a look because an offer to this entry holds no longer."""
	look = Planned(
		kind=KIND,
		purpose=FREED,
		target=entry,
		key=f"{frappe.generate_hash(length=16)}@waitlist",
		due_at=now,
		payload={"users": sorted(users)},
	)
	plan_all([(entry, look)], now, is_new=True)


def plan_one_look(entry: str, users: Iterable[str], now: int) -> None:
	"""Do the same, unless a look for this entry waits already: somebody may change their wishes again and again."""
	if not frappe.db.exists("Outbox Task", {"booking": entry, "kind": KIND, "status": PENDING}):
		plan_look_after(entry, users, now)
