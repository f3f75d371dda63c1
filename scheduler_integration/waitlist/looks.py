"""Looks at the waitlists: offers what is free to those who wait, in their order, and ends offers that nobody answered.

A look decides by the calendars as they are, under the locks of the meeting type's hosts. So it doesn't matter what made a
time free, how often it runs, or which run was killed. It runs right after a command that frees a time
(`plan.plan_look`), when an offer ends, and every five minutes for everything else, such as an event that was
deleted in a host's calendar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from zlib import crc32

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.holds import Hold
from scheduler_integration.availability.offer import make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import command, lock_takers
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.lookup import Bookable, bookable, bookables_named
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.policy import reschedule_refusal
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.notifications.email import KIND as EMAIL
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.outcomes import Done, Outcome
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.outbox.undo import SECONDS as UNDO_SECONDS
from scheduler_integration.outbox.wake import wake
from scheduler_integration.platform.transactions import apart
from scheduler_integration.times import Bounds
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.free_times import FreeTimes, with_promised
from scheduler_integration.waitlist.messages import is_untried, plan_offers, was_told
from scheduler_integration.waitlist.offers import end_and_release, hold_again, make_offers
from scheduler_integration.waitlist.rows import Entry
from scheduler_integration.waitlist.terms import at_once_before
from scheduler_integration.waitlist.used import is_used, types_with_lists

MINUTE = 60
# Everything that no command of this app frees is found so often.
LOOK_MINUTES = 5
# Offers end within a minute or two. If one ends later, nothing ran meanwhile.
SLEPT_SECONDS = 5 * MINUTE


def keep_waitlists(now: int) -> None:
	"""Runs every minute: ends offers that hold no longer, and looks at the lists that this concerns. Commits.

	It looks at each list every LOOK_MINUTES, at other lists in each of these minutes. Makes one statement if nobody waits.
	`now` is in epoch seconds.
	"""
	names = records.types_with_waiting() if is_used() else []
	if not names:
		return
	freed: set[str] = set()
	for offer in records.expired_offers(now):
		with apart(f"The waitlist offer {offer.name} could not be ended"):
			if expire(offer.name, now):
				freed.update(offer.held.users)
	due = [name for name in names if (crc32(name.encode()) + now // MINUTE) % LOOK_MINUTES == 0]
	if due or freed:
		concerned = _hosted_by(freed, types_with_lists(names)) if freed else []
		_look(dict.fromkeys([*concerned, *types_with_lists(due)]), now)


def look_for(users: Collection[str], now: int) -> int:
	"""Look at the waitlists of meetings that one of these users can host, and return how many times were offered. Commits."""
	return _look(_hosted_by(users, types_with_lists(records.types_with_waiting())), now)


def run(task: Task, now: int) -> Outcome:
	"""Run a task of the outbox: look at the lists of hosts who became free, after an offer that didn't arrive. Commits."""
	if offer := task.payload.get("offer"):
		withdraw_undelivered(offer)
		frappe.db.commit()
	look_for(task.payload["users"], now)
	return Done()


def _hosted_by(users: Collection[str], names: Iterable[str]) -> list[str]:
	return [name for name, found in bookables_named(names).items() if not found.users.isdisjoint(users)]


def _look(names: Iterable[str], now: int) -> int:
	offered = 0
	for name in names:
		with apart(f"The waitlist of {name} could not be looked at"):
			offered += look_at(name, now)
	return offered


@command
def expire(name: str, now: int) -> int:
	"""End the offer with this name if it holds no longer, and count it. Returns 1 if it was open.

	A person who has left as many offers without an answer as they wanted to get waits no longer. An offer whose message hasn't
	left doesn't count. If the mail server is down, or the jobs or the outbox didn't run, it is forgotten: the person is first
	again.
	"""
	found = records.offer(name)
	entry = records.entry(found.entry, for_update=True) if found else None
	offer = records.offer(name, for_update=True)
	if not offer or offer.status != records.OPEN or offer.expires_at > now:
		return 0
	is_told = was_told(name)
	slept = now - offer.expires_at > SLEPT_SECONDS or is_untried(name)
	nobody_can_tell = slept or outages.is_down(EMAIL, EMAIL, now)
	if nobody_can_tell and not is_told:
		records.forget_offer(name)
	else:
		records.end_offers([name], records.EXPIRED)
	if is_told and entry and entry.status == records.WAITING:
		unanswered = entry.unanswered + 1
		records.note_unanswered({entry.name: unanswered})
		if 0 < entry.most_unanswered <= unanswered:
			records.close([entry.name], records.ENDED, now, because=records.BECAUSE_UNANSWERED)
	return 1


@command
def withdraw_undelivered(name: str) -> int:
	"""End the offer with this name, because its message failed for good. Returns 1 if it was open."""
	found = records.offer(name)
	if found:
		records.entry(found.entry, for_update=True)
	offer = records.offer(name, for_update=True)
	if not offer or offer.status != records.OPEN:
		return 0
	end_and_release([offer], records.WITHDRAWN)
	return 1


@command
def look_at(name: str, now: int) -> int:
	"""Offer the free times of the Meeting Type with this record name to those who wait, and return how many were offered."""
	found = bookable(frappe.get_cached_doc("Meeting Type", name))
	if not (found.page.is_active and found.meeting_type.has_waitlist and found.hosts):
		return 0
	users = lock_takers(found)
	entries = records.waiting_of(name, hosts=users)
	waiting, moving = _still_waiting([as_offered(each, found.meeting_type) for each in entries], users, now)
	if not waiting:
		return 0
	promised = hold_again(users, now)
	if outages.is_down(EMAIL, EMAIL, now):
		# People who can't be told at present are offered nothing, and visitors may book the time.
		waiting = [each for each in waiting if each.is_told_by_text]
		if not waiting:
			return 0
	last = max(each.bounds.until for each in waiting)
	times = free_times(found, waiting, moving, now, last, promised=promised)
	known = _known(waiting, moving, users)

	def together(entry: Entry, start: int) -> int:
		return at_once_before(found.meeting_type, now, entry.zone, times.latest(entry, start))

	found_matches = list(matches(waiting, known, times.starts, times.take, times.shared_by, together))
	return _offer(found_matches, waiting, times, found.meeting_type, now)


def _still_waiting(
	entries: Sequence[Entry], hosts: Collection[str], now: int
) -> tuple[list[Entry], dict[str, Document]]:
	"""Return those who wait, in their order, and the meetings that they want to move earlier, by the entry's name.

	Ends the entries whose last date is over, and those whose meeting was cancelled, has begun or isn't in the list any more.
	People who can't move their meeting at present are left out.
	"""
	entries = _following_moves(entries)
	found = {each.name: each for each in load_bookings(sorted(filter(None, {each.booking for each in entries})))}
	left: list[Entry] = []
	ended: dict[str, list[str]] = defaultdict(list)
	for entry in entries:
		booking = found.get(entry.booking or "")
		is_coming = bool(booking and booking.status in OPEN and booking.starts_at > now)
		if entry.bounds.until <= now:
			ended[records.BECAUSE_DATE].append(entry.name)
		elif entry.booking and not is_coming:
			if not _may_come_back(booking, now):
				ended[records.BECAUSE_MEETING].append(entry.name)
		elif not booking or not reschedule_refusal(booking, booking.get_meeting_type(), now):
			left.append(entry)
	for because, names in ended.items():
		still = list(records.lock(names))
		offers = records.offers_to(still, records.OPEN, hosts=hosts)
		end_and_release(list(chain.from_iterable(offers.values())), records.WITHDRAWN)
		records.close(still, records.ENDED, now, because=because)
	return left, {each.name: found[each.booking] for each in left if each.booking}


def as_offered(entry: Entry, meeting_type: Document) -> Entry:
	"""Return the entry with a duration that the type offers at present: its own if the chosen one is gone, or none was chosen.

	A meeting that is moved earlier keeps its duration.
	"""
	is_chosen = entry.details.get("duration") and entry.duration in durations_of(meeting_type)
	return entry if entry.booking or is_chosen else replace(entry, duration=meeting_type.duration_minutes)


def _may_come_back(booking: Document | None, now: int) -> bool:
	"""Whether the host who has just cancelled the meeting may still take it back."""
	if not booking or booking.status != "Cancelled" or booking.cancelled_by != Actor.HOST.value:
		return False
	return bool(now < booking.cancelled_at + UNDO_SECONDS)


def _following_moves(entries: Sequence[Entry]) -> list[Entry]:
	"""Return the entries, with the booking that took the place of the one that somebody wants to move earlier."""
	found = list(entries)
	while names := sorted({each.booking for each in found if each.booking}):
		rows = frappe.get_all("Booking", {"rescheduled_from": ["in", names]}, ["name", "rescheduled_from"])
		moved = {row.rescheduled_from: row.name for row in rows}
		if not moved:
			break
		found = [records.follow_booking(each, moved[each.booking]) if each.booking in moved else each for each in found]
	return found


def free_times(
	found: Bookable,
	waiting: Sequence[Entry],
	moving: dict[str, Document],
	now: int,
	last: int,
	*,
	promised: Collection[Hold] | None = None,
) -> FreeTimes:
	"""Return what is free from `now` to `last` (epoch seconds) for those who wait.

	`moving` are the meetings that they want to move, by the entry's name. `promised` is the time of the hosts' open offers, if
	the caller has locked the hosts: what the cache says of it doesn't count then, because it may be emptied at any moment.
	"""
	lock = promised is not None
	seats = {name: booking.seats or 1 for name, booking in moving.items()}
	offers = {
		(minutes, party): make_offer(found, SlotRequest(minutes, party), now, last, now, lock=lock)
		for minutes, party in {(each.duration, seats.get(each.name, 1)) for each in waiting}
	}
	if promised is not None:
		offers = {size: with_promised(offer, promised, found.meeting_type.name) for size, offer in offers.items()}
	everybody = found.users
	users = {name: _movable_to(booking, found) & everybody for name, booking in moving.items()}
	moves = {name: None if each == everybody else each for name, each in users.items()}
	has_strangers = lock and any(each.is_stranger for each in waiting)
	held = records.starts_held_for_strangers(everybody) if has_strangers else ()
	return FreeTimes(offers, now, last, moves, seats, held)


def _movable_to(booking: Document, found: Bookable) -> set[str]:
	"""Return the hosts with whom the meeting can be moved, as `meetings/rescheduling.py` says."""
	meeting_type, own = found.meeting_type, set(booking.host_users())
	takes_any = meeting_type.assignment == "Round Robin" and meeting_type.reschedule_host == "Any Host"
	is_free = meeting_type.assignment == "Collective" or (takes_any and not booking.series)
	return own | found.users if is_free else own


def _known(waiting: Sequence[Entry], moving: dict[str, Document], hosts: Collection[str]) -> Known:
	history = records.offers_to([each.name for each in waiting], hosts=hosts)
	return Known(
		busy={name for name, offers in history.items() if any(each.status == records.OPEN for each in offers)},
		# A time that somebody else had, and that is free again, is news.
		offered={
			name: {each.start for each in offers if each.status not in (records.OPEN, records.LOST)}
			for name, offers in history.items()
		},
		before={name: booking.starts_at for name, booking in moving.items()},
	)


def _offer(found: Sequence[Match], waiting: Sequence[Entry], times: FreeTimes, meeting_type: Document, now: int) -> int:
	"""Store the offers, hold their times, and plan their messages.

	People who left in this moment are left out, and those who have just said that other times suit them.
	"""
	wanted = {each.name: each.bounds for each in waiting}
	present = records.lock({name for match in found for name in match.entries})
	locked = {name: entry for name, entry in present.items() if entry.bounds == wanted[name]}
	given = [
		([locked[name] for name in match.entries if name in locked], match.start, held)
		for match, held in zip(found, times.held, strict=True)
	]
	offers = make_offers(given, meeting_type, now)
	if offers:
		plan_offers(offers, now)
		wake()
	return sum(1 for entries, _start, _held in given if entries)


@dataclass(frozen=True, slots=True)
class Match:
	"""A free time, and those who are offered it together, in their order. `start` is in epoch seconds."""

	start: int
	entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
	"""Facts about the entries that wait, by name.

	`busy` have an open offer. `offered` are the starts that each was offered before. `before` is the start of the meeting
	that somebody wants to move earlier.
	"""

	busy: Collection[str]
	offered: Mapping[str, Collection[int]]
	before: Mapping[str, int]


def matches(
	waiting: Sequence[Entry],
	known: Known,
	starts: Callable[[Entry], Sequence[int]],
	take: Callable[[Entry, int], None],
	shared_by: Callable[[Entry, int], Callable[[Entry], bool]],
	at_once: Callable[[Entry, int], int] = lambda _entry, _start: 1,
) -> Iterator[Match]:
	"""Yield who is offered which time, one time after the other.

	`waiting` are in their order. The first one gets the earliest time that suits, then the next one, and so on. If
	`at_once(entry, start)` is above 1, those behind whom the same time suits are offered it too. `starts(entry)` returns the
	starts that are free for somebody, ascending. `take(entry, start)` is called for each match; the time isn't free any more
	then. `shared_by(entry, start)` returns a function that says of the others whether the hold for this person is for them too.

		free: Monday 09:00, Tuesday 14:00     Ann: any day     Ben: Tuesdays     Cleo: any day
		one at a time                         Monday to Ann, Tuesday to Ben
		two at once                           Monday to Ann and Cleo, Tuesday to Ben
	"""
	left = [each for each in waiting if each.name not in known.busy]
	calendar = _Calendar()
	while left:
		first, *left = left
		fitting = calendar.fitting(starts(first), first.bounds)
		start = next((each for each in fitting if _is_new(first, each, known)), None)
		if start is None:
			continue
		people = at_once(first, start)
		others = filter(shared_by(first, start), left) if people > 1 else ()
		along = _along(start, others, known, starts, people - 1)
		left = [each for each in left if each not in along]
		take(first, start)
		yield Match(start, tuple(each.name for each in (first, *along)))


def _along(
	start: int, others: Iterable[Entry], known: Known, starts: Callable[[Entry], Sequence[int]], most: int
) -> list[Entry]:
	"""Return at most so many of the others who are offered the same time."""
	along: list[Entry] = []
	for each in others:
		if len(along) >= most:
			break
		if (_is_new(each, start, known) and each.bounds.fit(start)) and start in starts(each):
			along.append(each)
	return along


def _is_new(entry: Entry, start: int, known: Known) -> bool:
	before = known.before.get(entry.name)
	return start not in known.offered.get(entry.name, ()) and (before is None or start < before)


class _Calendar:
	"""All starts by zone, date and minute, computed once: with 500 who wait and a year of free times, this is most of a look."""

	def __init__(self) -> None:
		self._seen: dict[str, set[int]] = defaultdict(set)
		self._days: dict[str, dict[date, list[tuple[int, int]]]] = {}

	def fitting(self, starts: Sequence[int], bounds: Bounds) -> Iterator[int]:
		"""Yield those of the starts that suit, ascending."""
		free = set(starts)
		for day, times in self._by_day(free, bounds.zone).items():
			if bounds.has_day(day):
				yield from (start for minute, start in times if start in free and bounds.has_minute(minute))

	def _by_day(self, free: set[int], zone: str) -> dict[date, list[tuple[int, int]]]:
		seen = self._seen[zone]
		if not free <= seen:
			seen |= free
			days: dict[date, list[tuple[int, int]]] = defaultdict(list)
			for start in sorted(seen):
				wall = engine.wall_clock(start, zone)
				days[wall.date()].append((wall.hour * 60 + wall.minute, start))
			self._days[zone] = days
		return self._days.get(zone, {})
