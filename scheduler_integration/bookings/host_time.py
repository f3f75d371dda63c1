"""Checks whether hosts have time for a meeting whose time one of them, or a manager, chooses.

Minimum notice, booking window and grid bind attendees only.
"""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.offer import Offer
from scheduler_integration.availability.reason_text import reason_text
from scheduler_integration.engine import Reason
from scheduler_integration.exceptions import TimeNotFree
from scheduler_integration.permissions import is_manager
from scheduler_integration.times import Objection

# These reasons restrict attendees, not hosts and managers.
ATTENDEE_ONLY = frozenset(
	{Reason.IN_THE_PAST, Reason.MINIMUM_NOTICE, Reason.BEFORE_WINDOW, Reason.BEYOND_WINDOW, Reason.OFF_GRID}
)


def prevents(refusal: engine.Refusal, force: bool) -> bool:
	"""Whether the refusal stops a host. With `force`, which is for managers, only overlapping times do."""
	return refusal.reason is Reason.BUSY if force else refusal.reason not in ATTENDEE_ONLY


def check_hosts_have_time(
	offer: Offer, members: Sequence[engine.Member], start: int, booking: Document, now: int, *, force: bool
) -> None:
	"""Raise TimeNotFree if one of the offer's `members` has no time for the booking's meeting at `start` (epoch seconds)."""
	parts = offer.pool.parts(start, members[0].host.name)
	objections = [each for member in members for each in _of_host(member, parts, now, force)]
	if parts and not objections:
		return
	busy = engine.merge((item.start, item.end) for _member, _at, refusal in objections for item in refusal.conflicts)
	told = []
	for member, at, refusal in objections:
		sees_all = is_manager() or member.host.name == frappe.session.user
		text = reason_text(refusal, member, at, now, names_days_off=sees_all)
		told.append(Objection(refusal.reason.value, text))
	raise TimeNotFree(
		told,
		engine.clip(busy, start, parts[-1][1]) if parts else (),
		offer.nearest(start, besides=booking.starts_at),
		booking.timezone,
		can_force=bool(parts) and is_manager() and not any(prevents(objection[2], True) for objection in objections),
	)


def _of_host(
	member: engine.Member, parts: Sequence[engine.Interval], now: int, force: bool
) -> list[tuple[engine.Member, int, engine.Refusal]]:
	# A hold is a courtesy among visitors, and doesn't stop a host.
	member = replace(member, host=member.host.without_holds())
	refusals = engine.reassignment_refusals(member, parts, now)
	return [(member, at, refusal) for at, refusal in refusals if prevents(refusal, force)]
