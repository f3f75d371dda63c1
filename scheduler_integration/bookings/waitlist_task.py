"""Runs the outbox's tasks for waitlists: a look at the lists, after a host became free or an offer didn't arrive."""

import frappe

from scheduler_integration.bookings.waitlist import look_for, withdraw_undelivered
from scheduler_integration.outbox.outcomes import Done, Outcome
from scheduler_integration.outbox.tasks import Planned, Task, plan_all
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.plan import KIND

# The purpose of a task that ends an offer of which nobody could be told.
UNDELIVERED = "undelivered"


def give_up(task: Task, now: int) -> None:
	"""Plan that the time goes to the next person: the message of the task, which offers it, failed for good."""
	offer = records.offer(task.payload.get("offer") or "")
	if offer and offer.status == records.OPEN:
		undelivered = Planned(
			kind=KIND,
			purpose=UNDELIVERED,
			target=offer.entry,
			key=f"{offer.name}@undelivered",
			due_at=now,
			payload={"users": list(offer.held.users), "offer": offer.name},
		)
		plan_all([(offer.entry, undelivered)], now)


def run(task: Task, now: int) -> Outcome:
	"""Look at the waitlists of the hosts who became free. Commits."""
	if offer := task.payload.get("offer"):
		withdraw_undelivered(offer, now)
		frappe.db.commit()
	look_for(task.payload["users"], now)
	return Done()
