"""The state machine of a booking: TRANSITIONS is every allowed change of its status. Everything else is refused.

                     +-----------+  confirm   +-----------+  complete   +-----------+
        book ------> |  Pending  | ---------> | Scheduled | ----------> | Completed |
                     +-----------+            +-----------+             +-----------+
                       |   |   |                |   |   |                  |     ^
              decline  |   |   | reschedule     |   |   | no show          v     |   for seven days
                       v   |   |                |   |   |               +-----------+
             +----------+  |   |                |   |   +-------------> |  No Show  |
             | Declined |  |   |                |   |                   +-----------+
             +----------+  |   |                |   |
                           |   +------+  +------+   |
                    cancel |          |  |          | cancel
                           |          v  v          |
                           |   +-------------+      |
                           |   | Rescheduled |      |       a new booking takes its place
                           |   +-------------+      |
                           |    +-----------+       |
                           +--> | Cancelled | <-----+
                                +-----------+

Nothing leaves Cancelled, Declined and Rescheduled. A Pending booking that must be paid for becomes Expired if it isn't. Only
money that came too late takes it back from there (bookings/commands/pay.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import AlreadyCancelled, SchedulingError, TransitionNotAllowed
from scheduler_integration.meetings.status import OPEN, RELEASED

DAY = 86400
# The app completes a meeting this many seconds after its end, because a meeting may run late.
COMPLETION_DELAY = 15 * 60
# For this long after the end, a host may correct whether a meeting took place.
CORRECTION_SECONDS = 7 * DAY


class Actor(str, Enum):
	"""The one who changes a booking's state: the attendee with the manage link, a signed-in host or manager, or a job."""

	ATTENDEE = "Attendee"
	HOST = "Host"
	SYSTEM = "System"


def _before_the_end(booking: Document, now: int) -> str | None:
	return _("This meeting is over.") if booking.ends_at <= now else None


def _before_the_start(booking: Document, now: int) -> str | None:
	return has_begun_sentence() if booking.starts_at <= now else None


def _after_the_start(booking: Document, now: int) -> str | None:
	return _("This meeting hasn't begun yet.") if now < booking.starts_at else None


def _well_after_the_end(booking: Document, now: int) -> str | None:
	return _("This meeting isn't over yet.") if now < booking.ends_at + COMPLETION_DELAY else None


def _within_a_week(booking: Document, now: int) -> str | None:
	if now < booking.ends_at + CORRECTION_SECONDS:
		return None
	return _("This can be corrected only within seven days after the meeting.")


def _unpaid(booking: Document, now: int) -> str | None:
	return None if booking.payment_status == "Awaiting" else _("This meeting needs no payment.")


@dataclass(frozen=True, slots=True)
class Transition:
	"""One allowed change of status. `objection` returns why it isn't allowed at `now`, or None if it is."""

	before: str
	after: str
	by: tuple[Actor, ...]
	objection: Callable[[Document, int], str | None]


_ATTENDEE, _HOST, _SYSTEM = Actor.ATTENDEE, Actor.HOST, Actor.SYSTEM

TRANSITIONS = (
	Transition("Pending", "Scheduled", (_HOST,), _before_the_start),
	Transition("Pending", "Declined", (_HOST,), _before_the_end),
	Transition("Pending", "Declined", (_SYSTEM,), _after_the_start),
	Transition("Pending", "Cancelled", (_ATTENDEE, _HOST), _before_the_end),
	Transition("Pending", "Rescheduled", (_ATTENDEE, _HOST), _before_the_end),
	Transition("Pending", "Expired", (_SYSTEM,), _unpaid),
	Transition("Scheduled", "Cancelled", (_ATTENDEE, _HOST), _before_the_end),
	Transition("Scheduled", "Cancelled", (_SYSTEM,), _before_the_end),
	Transition("Scheduled", "Rescheduled", (_ATTENDEE, _HOST), _before_the_end),
	Transition("Scheduled", "Completed", (_HOST,), _after_the_start),
	Transition("Scheduled", "Completed", (_SYSTEM,), _well_after_the_end),
	Transition("Scheduled", "No Show", (_HOST,), _after_the_start),
	Transition("Completed", "No Show", (_HOST,), _within_a_week),
	Transition("No Show", "Completed", (_HOST,), _within_a_week),
)


# The states that a booking can reach while its attendee hasn't paid yet.
_WITHOUT_PAYMENT = frozenset({"Cancelled", "Expired"})


def transition_refusal(booking: Document, after: str, actor: Actor, now: int) -> SchedulingError | None:
	"""Return why the actor can't bring the booking into the state `after`, or None if they can. `now` is in epoch seconds.

	The rules of the meeting type, such as its change notice, are decided elsewhere (policy.py).
	"""
	if booking.status in RELEASED:
		return AlreadyCancelled(_released_sentence(booking.status))
	if booking.payment_status == "Awaiting" and after not in _WITHOUT_PAYMENT:
		return TransitionNotAllowed(_("This meeting isn't paid for yet."))
	possible = [each for each in TRANSITIONS if (each.before, each.after) == (booking.status, after)]
	if not possible:
		return TransitionNotAllowed(_impossible_sentence(booking, after))
	for own in possible:
		if actor in own.by:
			sentence = own.objection(booking, now)
			return TransitionNotAllowed(sentence) if sentence else None
	if all(each.by == (_SYSTEM,) for each in possible):
		return TransitionNotAllowed(_("This happens by itself."))
	return TransitionNotAllowed(_("Only a host of the meeting can do this."))


def check_transition(booking: Document, after: str, actor: Actor, now: int) -> None:
	"""Raise AlreadyCancelled or TransitionNotAllowed if the actor can't bring the booking into the state `after`."""
	if refusal := transition_refusal(booking, after, actor, now):
		raise refusal


def check_open(booking: Document, now: int) -> None:
	"""Raise AlreadyCancelled or TransitionNotAllowed if the booking can't be changed any more without changing its state."""
	if booking.status in RELEASED:
		raise AlreadyCancelled(_released_sentence(booking.status))
	if booking.status not in OPEN or booking.ends_at <= now:
		raise TransitionNotAllowed(_("This meeting is over."))


def has_begun_sentence() -> str:
	return _("This meeting has begun. A request must be answered before its start.")


def _released_sentence(status: str) -> str | None:
	sentences = {
		"Declined": _("This request was declined."),
		"Expired": _("This meeting wasn't paid for in time."),
		"Rescheduled": _("This meeting was moved to another time. Please use its newest booking."),
	}
	return sentences.get(status)


def _impossible_sentence(booking: Document, after: str) -> str:
	if after == "Scheduled":
		return _("Only a request that needs an answer can be confirmed.")
	if after == "Declined":
		return _("Only a request that needs an answer can be declined.")
	if after == booking.status:
		return _("The meeting is marked like this already.")
	if booking.status == "Pending":
		return _("Confirm the request first.")
	return _("This meeting is over.")
