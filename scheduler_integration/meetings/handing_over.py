"""Proposes what to do with each meeting of a host who can't come: a colleague who takes it, or another time."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.load import load_members, shared_records
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS, make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.hosts import TypeHost, enabled_people
from scheduler_integration.catalogue.lookup import Bookable, bookables_named
from scheduler_integration.engine import Reason, reassignment_refusals
from scheduler_integration.exceptions import HostLeft
from scheduler_integration.meetings.load import users_of
from scheduler_integration.meetings.possible_hosts import possible_successors
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for

# Reasons that bind attendees, and not a host who takes a meeting over.
_ATTENDEES = {Reason.IN_THE_PAST, Reason.MINIMUM_NOTICE, Reason.BEFORE_WINDOW, Reason.BEYOND_WINDOW, Reason.OFF_GRID}
_MOST_TIMES = 3
# Hours of an attendee's clock between which a new time begins.
_DAY_BEGINS, _DAY_ENDS = 7, 21


@dataclass(frozen=True, slots=True)
class Proposal:
	"""The possible ways out for a booking: the colleagues who have time for it, by name, and the nearest later starts.

	`may_choose`: the attendee finds other times if they are asked to choose one.

	Two bookings of the same day never have first choices that overlap, so all first choices can be taken together.
	"""

	booking: str
	colleagues: tuple[TypeHost, ...]
	starts: tuple[int, ...]
	may_choose: bool


@dataclass(frozen=True, slots=True)
class Taker:
	"""A host to whom a booking can be reassigned. `busy` are the times in the way; none if only rules are in the way."""

	host: TypeHost
	is_free: bool
	busy: tuple[engine.Interval, ...] = ()


def takers(booking: Document, hosts: Sequence[TypeHost], now: int) -> list[Taker]:
	"""Return the hosts, those first who are free for the open booking. `now` is in epoch seconds.

	Makes a constant number of queries, for any number of hosts.
	"""
	parts = [part for part in booking.parts() if part[1] > now]
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	request = SlotRequest(booking.duration_minutes)
	members = load_members(meeting_type, hosts, request, booking.starts_at, booking.ends_at, now) if hosts else []
	refusals = {each.host.name: _refusals(each, parts, booking, now) for each in members}
	found = []
	for host in hosts:
		if (refused := refusals.get(host.user)) is not None:
			busy = {(entry.start, entry.end) for refusal in refused for entry in refusal.conflicts}
			found.append(Taker(host, not refused, tuple(sorted(busy))))
	return sorted(found, key=lambda each: (not each.is_free, each.host.name.casefold(), each.host.user))


def proposals(user: str, bookings: Sequence[Document], after: int | None, now: int) -> list[Proposal]:
	"""Return a proposal for each of the user's open bookings, in their order.

	New times begin at `after` or later, and by day where the attendee is if the meeting does. Without `after` no new times are
	proposed, because the user leaves. `after` and `now` are in epoch seconds. Makes a constant number of queries, for any number
	of bookings and colleagues.
	"""
	if not bookings:
		return []
	successors = possible_successors(bookings, user)
	found = bookables_named(dict.fromkeys(each.meeting_type for each in bookings))
	enabled = enabled_people(users_of(bookings))

	def movable(booking: Document, same_hosts: bool) -> Bookable | None:
		with suppress(HostLeft):
			found_type = found[booking.meeting_type]
			return bookable_for(booking, same_hosts=same_hosts, bookable_type=found_type, enabled=enabled)
		return None

	nobody = {name: replace(each, only=()) for name, each in found.items()}
	moves = [
		((after and movable(each, True)) or nobody[each.meeting_type], replace(slot_request_for(each), by_host=True))
		for each in bookings
	]
	takers = [
		(replace(found[each.meeting_type], only=tuple(successors[each.name])), SlotRequest(each.duration_minutes))
		for each in bookings
	]
	first = min(each.starts_at for each in bookings)
	since, until = after or now, (after or now) + SUGGESTION_DAYS * DAY
	last = max(until, *(each.ends_at for each in bookings))
	records = shared_records([*moves, *takers], first, last, now)
	chosen = _Chosen()
	made = []
	for booking, (bookable, request), (taking, wanted) in zip(bookings, moves, takers, strict=True):
		free = _free(taking, replace(wanted, records=records), booking, now)
		offer = make_offer(bookable, replace(request, records=records), since, last, now)
		starts = offer.pool.starts(since, until)
		# Who met by day isn't moved into their night.
		if booking.timezone and _is_by_day(booking.starts_at, booking.timezone):
			starts = [start for start in starts if _is_by_day(start, booking.timezone)]
		made.append(
			Proposal(
				booking.name,
				tuple(chosen.first(free, booking)),
				tuple(chosen.first_start(starts, booking.duration_minutes * 60, _buffer(offer.pool.rules)))[
					:_MOST_TIMES
				],
				movable(booking, False) is not None,
			)
		)
	return made


def _is_by_day(start: int, zone: str) -> bool:
	return _DAY_BEGINS <= engine.wall_clock(start, zone).hour < _DAY_ENDS


class _Chosen:
	"""The first choices so far. A later booking gets another colleague or another time first."""

	def __init__(self) -> None:
		self._of_colleague: dict[str, list[engine.Interval]] = {}
		self._moved: list[engine.Interval] = []

	def first(self, able: Iterable[tuple[TypeHost, int]], booking: Document) -> list[TypeHost]:
		"""Return the colleagues who have time beside the earlier bookings too. Each comes with their buffer, in seconds."""
		parts = booking.parts()
		free = [each for each, buffer in able if not _meets(self._of_colleague.get(each.user, ()), parts, buffer)]
		if free:
			self._of_colleague.setdefault(free[0].user, []).extend(parts)
		return free

	def first_start(self, starts: Iterable[int], seconds: int, buffer: int) -> list[int]:
		"""Return the starts that leave time for what was moved before. `seconds` is the meeting's length."""
		free = [start for start in starts if not _meets(self._moved, [(start, start + seconds)], buffer)]
		if free:
			self._moved.append((free[0], free[0] + seconds))
		return free


def _meets(taken: Iterable[engine.Interval], parts: Sequence[engine.Interval], buffer: int) -> bool:
	return any(start < until + buffer and since < end + buffer for start, end in taken for since, until in parts)


def _buffer(rules: engine.MeetingRules | None) -> int:
	return max(rules.buffer_before, rules.buffer_after) * 60 if rules else 0


def _free(taking: Bookable, request: SlotRequest, booking: Document, now: int) -> list[tuple[TypeHost, int]]:
	"""Return the colleagues who have time for the booking, by name, each with their buffer in seconds."""
	hosts, parts = taking.hosts, [part for part in booking.parts() if part[1] > now]
	if not hosts or not parts:
		return []
	members = load_members(taking.meeting_type, hosts, request, booking.starts_at, booking.ends_at, now)
	able = {each.host.name: _buffer(each.rules) for each in members if not _refusals(each, parts, booking, now)}
	by_name = sorted(hosts, key=lambda each: (each.name.casefold(), each.user))
	return [(each, able[each.user]) for each in by_name if each.user in able]


def _refusals(
	member: engine.Member, parts: Sequence[engine.Interval], booking: Document, now: int
) -> list[engine.Refusal]:
	member = replace(member, host=member.host.without_holds())
	found = reassignment_refusals(member, parts, now, has_begun=parts != booking.parts())
	return [refusal for _start, refusal in found if refusal.reason not in _ATTENDEES]
