"""The messages to those who wait: that they are on the list, and that a time is free. Plans them, and sends them."""

from collections.abc import Iterable

from scheduler_integration.notifications.channels.sms import TextMessage
from scheduler_integration.notifications.email import KIND as EMAIL
from scheduler_integration.outbox.outcomes import NotNeeded, Outcome
from scheduler_integration.outbox.tasks import Planned, Task, plan_all
from scheduler_integration.waitlist.records import Entry, Offered

OFFER, JOINED = "waitlist_offer", "waitlist_joined"


def plan_offers(offers: Iterable[tuple[Entry, Offered]], now: int) -> None:
	"""Plan the messages that offer a time. A message that is late when the offer ends isn't sent any more."""
	plan_all([(entry.name, _offer(entry, offer, now)) for entry, offer in offers], now, is_new=True)


def _offer(entry: Entry, offer: Offered, now: int) -> Planned:
	return Planned(
		kind=TextMessage.kind if entry.is_told_by_text else EMAIL,
		purpose=OFFER,
		target=entry.attendee_phone if entry.is_told_by_text else entry.attendee_email,
		key=f"{offer.name}@offer",
		due_at=now,
		expires_at=offer.expires_at,
		payload={"waitlist": entry.name, "offer": offer.name},
	)


def plan_joined(entry: Entry, now: int) -> None:
	"""Plan the message that says that somebody is on a list, with the link to leave it. `now` is in epoch seconds."""
	joined = Planned(
		kind=EMAIL,
		purpose=JOINED,
		target=entry.attendee_email,
		key=f"{entry.name}-{now}@waitlist",
		due_at=now,
		payload={"waitlist": entry.name},
	)
	plan_all([(entry.name, joined)], now)


def deliver_to_waiting(task: Task, now: int) -> Outcome:
	"""Send the message of the task, if the person still needs it. `now` is in epoch seconds."""
	return NotNeeded("Not written yet.")
