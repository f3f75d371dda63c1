"""Plans the messages about what attendees answer to invitations in their calendar programs."""

from frappe.model.document import Document

from scheduler_integration.notifications.email import KIND
from scheduler_integration.notifications.messages import DECLINE_OFFER, KEPT, PROPOSED, task_key
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.platform.records import picked


def plan_decline_offer(booking: Document, now: int) -> None:
	"""Ask the attendee, who declined in a calendar program, whether the meeting is to be cancelled: once for each version."""
	plan(booking.name, [_planned(booking, DECLINE_OFFER, attendee_of(booking), "", now)], now)


def plan_proposal(booking: Document, now: int) -> None:
	"""Ask each host about the time that the attendee proposes."""
	of = str(booking.proposed_start)
	plan(booking.name, [_planned(booking, PROPOSED, host, of, now) for host in hosts_of(booking)], now)


def plan_kept(booking: Document, start: int, now: int) -> None:
	"""Tell the attendee that the meeting isn't moved to the proposed `start`, epoch seconds."""
	plan(booking.name, [_planned(booking, KEPT, attendee_of(booking), f"{start} {now}", now, is_proposal=True)], now)


def _planned(booking: Document, purpose: str, reader: Reader, of: str, now: int, **payload: object) -> Planned:
	parts = (booking.name, purpose, str(booking.sequence), of, reader.email.lower())
	return Planned(
		kind=KIND,
		purpose=purpose,
		target=reader.email,
		key=task_key(booking, *parts),
		due_at=now,
		expires_at=booking.starts_at,
		payload={
			**picked(reader, "role", "user"),
			"sequence": booking.sequence,
			"is_reassigned": False,
			**payload,
		},
	)
