"""Hosts who take a meeting together. One host alone is the usual crew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from .booking_window import ALWAYS, booking_window
from .grid import Grid
from .host import Host
from .intervals import Interval
from .limits import Full, MinutesLeft, full_periods
from .meeting import MeetingRules
from .openings import Openings
from .reasons import Reason, Refusal
from .series import Series, reach
from .sessions import seats_taken, sessions_by_start, sessions_with_room, with_room
from .zones import DAY, MINUTE


@dataclass(frozen=True, slots=True)
class Member:
	"""A host, and the meeting type's rules as they hold for them."""

	rules: MeetingRules
	host: Host
	is_required: bool = True


@dataclass(frozen=True, slots=True)
class PartialSeries:
	"""A start of a meeting over several dates of which only some parts are free; `missing` are the others."""

	start: int
	parts: tuple[Interval, ...]
	missing: tuple[Interval, ...]


class Crew:
	"""The first member's grid makes the starts, and each other must have the time: hours in other zones and with other
	beginnings would seldom meet on a grid of each.

	Every date's part of a meeting over several must lie in everybody's hours, collide with nothing, and find its minutes where
	a limit counts them; notice, window, and weekly and monthly limits of meetings are asked of its start. `zone` tells the dates.
	"""

	def __init__(self, members: Sequence[Member], now: int, zone: ZoneInfo):
		self.members = members
		self._rules = members[0].rules
		self._now = now
		self._zone = zone
		# Listing asks for one range several times: for the starts, their dates, and what is free in part.
		self._known: dict[Interval, dict[int, list[Interval]]] = {}
		self._windows = [booking_window(member.rules, member.host, now) for member in members]

	def starts(self, first: int, last: int) -> list[int]:
		"""Every start in `[first, last)` that the crew can take, ascending."""
		return self._beginnings(first, last) if self._rules.days == 1 else list(self.series(first, last))

	def series(self, first: int, last: int) -> dict[int, list[Interval]]:
		"""The same starts, each with every date's part of a meeting there."""
		if (first, last) not in self._known:
			self._known[first, last] = self._find(first, last)
		return self._known[first, last]

	def _find(self, first: int, last: int) -> dict[int, list[Interval]]:
		starts = self._beginnings(first, last)
		if self._rules.days == 1:
			return {start: [(start, start + self._rules.seconds)] for start in starts}
		days = _Days(self, *self._narrowed(first, last)) if starts else None
		parts = {start: days.parts(start) for start in starts}
		return {start: each for start, each in parts.items() if each and not days.missing(start, each)}

	def works_only_at(self, starts: set[int], first: int, last: int) -> bool:
		"""Whether the crew's hours hold no other start in `[first, last)` than these, whatever stands in its calendar.

		False also where the calendar may make starts of its own.
		"""
		since, until = self._narrowed(first, last)
		if since >= until:
			return True
		if self._rules.packed or self._rules.seats > 1:
			return False
		return Grid(self._rules, self.members[0].host.hours, since, until).is_within(starts)

	def takes(self, start: int) -> bool:
		"""Whether the crew can take a meeting at `start`."""
		return self.starts(start, start + 1) == [start]

	def can_be_joined_by(self, member: Member, start: int) -> bool:
		"""Whether one more host has the time at `start`, on all the crew's dates."""
		joined = Crew([member], self._now, self._zone)
		if not joined._openings(start, start + 1)[0].fits(start):
			return False
		return self._rules.days == 1 or not _Days(joined, start, start + 1).missing(start, self.parts(start))

	def parts(self, start: int) -> list[Interval]:
		"""Each date's part of a meeting at `start`; empty where too few working dates follow."""
		return self._series(start, start + 1).parts(start)

	def partial(self, first: int, last: int) -> list[PartialSeries]:
		"""The starts in `[first, last)`, ascending, at which the crew works on every date but is free only on some."""
		since, until = self._narrowed(first, last)
		if self._rules.days == 1 or since >= until:
			return []
		days, bookable = _Days(self, since, until), self.series(first, last)
		full = [closure for member in self.members for closure in _full_weeks_and_months(member)]
		found = []
		for start, parts in self._emptied().series(since, until).items():
			if start in bookable or any(closure.refusal(start) for closure in full):
				continue
			missing = days.missing(start, parts, from_first=True)
			if 0 < len(missing) < len(parts):
				found.append(PartialSeries(start, tuple(parts), tuple(missing)))
		return found

	def seats_left(self, first: int, last: int) -> dict[int, int]:
		"""The seats that are left at each start in `[first, last)` that the crew can take."""
		taken = [(member.rules.seats, seats_taken(member.rules, member.host)) for member in self.members]
		return {
			start: min(seats - by_start.get(start, 0) for seats, by_start in taken)
			for start in self.starts(first, last)
		}

	def refusals(self, member: Member, start: int) -> list[Refusal]:
		"""Every reason why this member can't take a meeting at `start`, in the order of Reason."""
		window = booking_window(member.rules, member.host, self._now)
		own = list(Openings(member.rules, member.host, self._now, window, start, start + 1).refusals(start))
		if member is not self.members[0]:
			own = [refusal for refusal in own if refusal.reason is not Reason.OFF_GRID]
		if self._rules.days == 1:
			return own
		if not (parts := self.parts(start)):
			return [*own, Refusal(Reason.TOO_FEW_DAYS)]
		alone = _Days(Crew([member], self._now, self._zone), start, start + 1)
		return own + [alone.refusal(start, parts, part) for part in alone.missing(start, parts)]

	def _narrowed(self, first: int, last: int) -> Interval:
		"""What notice and windows leave of the range: nothing needs computing for the rest."""
		earliest = max(self._now + member.rules.minimum_notice * MINUTE for member in self.members)
		since, until = max(window[0] for window in self._windows), min(window[1] for window in self._windows)
		return max(first, since, earliest), min(last, until)

	def _beginnings(self, first: int, last: int) -> list[int]:
		"""The starts in `[first, last)` at which everybody has time for the first date's part."""
		first, last = self._narrowed(first, last)
		if first >= last:
			return []
		lead, *others = self._openings(first, last)
		starts = lead.starts()
		for other in others:
			starts = [start for start in starts if other.fits(start)]
		return starts

	def _series(self, first: int, last: int) -> Series:
		return Series(self._rules, [member.host.hours for member in self.members], self._zone, first, last)

	def _openings(self, first: int, last: int) -> list[Openings]:
		return [
			Openings(member.rules, member.host, self._now, window, first, last)
			for member, window in zip(self.members, self._windows, strict=True)
		]

	def _emptied(self) -> Crew:
		"""The crew as if nothing stood in anybody's calendar."""
		# What notice and window leave is known by now, and an empty calendar has another window with room.
		return Crew(
			[
				replace(
					member,
					rules=replace(member.rules, minimum_notice=0, window=None),
					host=replace(member.host, busy=(), booked=()),
				)
				for member in self.members
			],
			self._now,
			self._zone,
		)


class _Days:
	"""The dates of the crew's meetings that start in `[first, last)`."""

	def __init__(self, crew: Crew, first: int, last: int):
		self._series = crew._series(first, last)
		until = last + reach(crew._rules) + DAY
		self._calendars = [_PartCalendar(member, crew._now, first, until) for member in crew.members]
		self._counting = [each for each in self._calendars if each.counts_minutes]

	def parts(self, start: int) -> list[Interval]:
		return self._series.parts(start)

	def missing(self, start: int, parts: Sequence[Interval], *, from_first: bool = False) -> list[Interval]:
		"""Those of the parts, all of a meeting that begins at `start`, for which somebody hasn't the time.

		The first date's part is looked at only `from_first`: the starts that are asked about have time for it.
		"""
		asked = parts if from_first else parts[1:]
		lacking = {at for each in self._counting for at in each.lacking_minutes([part[0] for part in parts])}
		return [
			part
			for part in asked
			if part[0] in lacking or not all(each.fits(start, part[0]) for each in self._calendars)
		]

	def refusal(self, start: int, parts: Sequence[Interval], part: Interval) -> Refusal:
		"""Why the meeting at `start` can't go on with `part`, one of its `parts` that are missing."""
		because = tuple(
			refusal for each in self._calendars for refusal in each.refusals(start, [at for at, _end in parts], part[0])
		)
		conflicts = dict.fromkeys(item for refusal in because for item in refusal.conflicts)
		return Refusal(Reason.LATER_DAY, tuple(conflicts), instant=part[0], because=because)


class _PartCalendar:
	"""One member's time for the parts, in `[first, last)`, of meetings over several dates.

	A meeting that joins a session where it begins shares the session's later dates; any other must not overlap them.
	"""

	def __init__(self, member: Member, now: int, first: int, last: int):
		def openings(room: frozenset[int]) -> Openings:
			return Openings(rules, host, now, ALWAYS, first, last, room)

		rules, host = one_day(member.rules), member.host
		self._minutes = MinutesLeft(member.rules, host)
		self._room = with_room(rules, host)
		self._sessions = sessions_by_start(rules, host)
		self._later = sessions_by_start(rules, host, later_days=True)
		self._own = self._beginning = self._following = openings(frozenset())
		if self._room:
			self._beginning = openings(self._room)
			self._following = openings(with_room(rules, host, later_days=True))

	@property
	def counts_minutes(self) -> bool:
		return self._minutes.are_limited

	def lacking_minutes(self, starts: Sequence[int]) -> set[int]:
		"""Those of a meeting's parts, by their starts, for which a limit of minutes has too few left."""
		# Whoever joins what stands adds none.
		return set() if self._joins(starts[0]) else self._minutes.lacking(starts)

	def fits(self, start: int, part: int) -> bool:
		"""Whether there is time for the part at `part` of a meeting that begins at `start`."""
		if start not in self._room:
			return self._own.fits(part)
		if part == start:
			return self._beginning.fits(part)
		# The session's dates are those it was booked with, whatever days off there are by now.
		is_sessions = not self._joins(start) or self._later.get(part) == self._sessions[start]
		return is_sessions and self._following.fits(part)

	def refusals(self, start: int, parts: Sequence[int], part: int) -> Iterator[Refusal]:
		"""Why there is no time for the part at `part` of a meeting with these `parts`, all of them starts."""
		openings = self._following if start in self._room else self._own
		yield from (refusal for refusal in openings.refusals(part) if refusal.reason is not Reason.OFF_GRID)
		if not self._joins(start):
			yield from (refusal for at, refusal in self._minutes.refusals(parts) if at == part)

	def _joins(self, start: int) -> bool:
		return start in self._room and start in self._sessions


def one_day(rules: MeetingRules) -> MeetingRules:
	"""The rules that each date of a longer meeting keeps for itself."""
	daily = tuple(limit for limit in rules.limits if limit.period == "day")
	return replace(rules, days=1, minimum_notice=0, window=None, limits=daily)


def _full_weeks_and_months(member: Member) -> list[Full]:
	longer = tuple(limit for limit in member.rules.limits if limit.period != "day")
	rules = replace(member.rules, limits=longer)
	return full_periods(rules, member.host, sessions_with_room(rules, member.host))
