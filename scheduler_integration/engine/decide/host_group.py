"""Decides for a group: hosts who take a meeting together. A group of one host is the usual case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from ..model.host import Member
from ..model.refusals import Reason, Refusal
from ..rules.booking_window import booking_window
from ..rules.grid import Grid
from ..rules.limits import LimitReached, limit_blockers
from ..rules.multi_day import MeetingDates
from ..rules.seats import joinable_sessions, seats_taken
from ..time.intervals import Interval
from ..time.zones import MINUTE
from .host_slots import HostSlots
from .later_days import MultiDayCalendars


@dataclass(frozen=True, slots=True)
class PartlyFree:
	"""A start of a multi-day meeting that is free on some days only. `missing` are the parts on the other days."""

	start: int
	parts: tuple[Interval, ...]
	missing: tuple[Interval, ...]


class HostGroup:
	"""Hosts who take a meeting together: all of them must have time.

	The first member's grid gives the starts; the others only need to have time then. Otherwise hosts in zones that differ
	by half an hour could never meet, because their grids have no start in common. Meetings of an hour, by Rome's clock:

		Rome, first member     works 09:00-12:00    its grid   09:00          10:00          11:00
		Kolkata                works 04:30-11:30    its grid          09:30          10:30
		offered                                                09:00          10:00          (11:00 to 12:00 is too late)

	For a multi-day meeting, every day's part must lie in everybody's hours, collide with nothing, and find its minutes in
	the limits that count them. Notice, window, and weekly and monthly limits of meetings apply to the start only.
	`zone` gives the dates of a multi-day meeting. All instants are epoch seconds.

	With `at_least`, that many of the `others` must have time too, whoever they are. Their own grids don't matter.
	"""

	def __init__(
		self, members: Sequence[Member], now: int, zone: ZoneInfo, others: Sequence[Member] = (), at_least: int = 0
	):
		self.members = members
		self._others, self._at_least = others, at_least
		self._rules = members[0].rules
		self._now = now
		self._zone = zone
		# One listing asks for the same range several times: for starts, for their parts, and for partly free starts.
		self._known: dict[Interval, dict[int, list[Interval]]] = {}
		self._windows = [booking_window(member.rules, member.host, now) for member in members]

	def starts(self, first: int, last: int) -> list[int]:
		"""Return every start in `[first, last)` that the group can take, ascending."""
		return self._first_day_starts(first, last) if self._rules.days == 1 else list(self.parts_by_start(first, last))

	def parts_by_start(self, first: int, last: int) -> dict[int, list[Interval]]:
		"""Return the same starts, each with the parts of a meeting there. A one-day meeting has one part."""
		known = self._known.get((first, last))
		if known is None:
			starts = self._first_day_starts(first, last)
			known = {start: [(start, start + self._rules.seconds)] for start in starts}
			if starts and self._rules.days > 1:
				since, until = self._within_notice_and_windows(first, last)
				dates, calendars = self._dates(since, until), self._calendars(self.members, since, until)
				parts = {start: dates.parts(start) for start in starts}
				free = {start: own for start, own in parts.items() if own and not calendars.missing(start, own)}
				known = self._with_enough_others(free, since, until)
			self._known[first, last] = known
		return known

	def can_take(self, start: int) -> bool:
		return self.starts(start, start + 1) == [start]

	def can_be_joined_by(self, member: Member, start: int) -> bool:
		"""Whether one more host has time at `start`, on all the days of the group's meeting."""
		return self._could_join(member, start, start + 1)(start, self.parts(start))

	def parts(self, start: int) -> list[Interval]:
		"""Return each day's part of a meeting at `start`; empty if too few working days follow."""
		return self._dates(start, start + 1).parts(start)

	def partly_free(self, first: int, last: int) -> list[PartlyFree]:
		"""Return the starts in `[first, last)`, ascending, at which the group works on every day but is free on some only."""
		since, until = self._within_notice_and_windows(first, last)
		if self._rules.days == 1 or since >= until:
			return []
		calendars, bookable = self._calendars(self.members, since, until), self.parts_by_start(first, last)
		full = [blocker for member in self.members for blocker in _full_weeks_and_months(member)]
		starts = []
		for start, parts in self._with_empty_calendars().parts_by_start(since, until).items():
			if start in bookable or any(blocker.refusal(start) for blocker in full):
				continue
			missing = calendars.missing(start, parts, with_first=True)
			if 0 < len(missing) < len(parts):
				starts.append(PartlyFree(start, tuple(parts), tuple(missing)))
		return starts

	def seats_left(self, first: int, last: int) -> dict[int, int]:
		"""Return how many seats are left at each start in `[first, last)` that the group can take."""
		taken = [_seats(member) for member in self.members]
		return {
			start: min([*(left(start) for left in taken), *self._seats_of_others(start)])
			for start in self.starts(first, last)
		}

	def refusals(self, member: Member, start: int) -> list[Refusal]:
		"""Return every reason why this member can't take a meeting at `start`, in the order of Reason."""
		window = booking_window(member.rules, member.host, self._now)
		own = list(self._slots(member, window, start, start + 1).refusals(start))
		if member is not self.members[0]:
			own = [refusal for refusal in own if refusal.reason is not Reason.OFF_GRID]
		parts = self.parts(start) if self._rules.days > 1 else []
		if parts:
			calendar = self._calendars([member], start, start + 1)
			own += [calendar.refusal(start, parts, part) for part in calendar.missing(start, parts)]
		elif self._rules.days > 1:
			own.append(Refusal(Reason.TOO_FEW_DAYS))
		return own if member.may_start(start) else [*own, Refusal(Reason.NOT_STANDING_IN)]

	def may_add(self, starts: set[int], first: int, last: int) -> Interval | None:
		"""Return the part of `[first, last)` in which the group's hours allow more than `starts`, whatever its calendars hold.

		None if they allow no more. It is the whole range if there may be starts beside the grid (`fill_gaps`, sessions, given
		starts).
		"""
		since, until = self._within_notice_and_windows(first, last)
		if since >= until:
			return None
		if self._rules.fill_gaps or self._rules.seats > 1 or self._rules.given_starts is not None:
			return since, until
		return Grid(self._rules, self.members[0].host.hours, since, until).around_missing(starts)

	def _first_day_starts(self, first: int, last: int) -> list[int]:
		"""Return the starts in `[first, last)` at which everybody has time on the first day."""
		first, last = self._within_notice_and_windows(first, last)
		if first >= last or self._at_least > len(self._others):
			return []
		lead, *others = (
			self._slots(member, window, first, last) for member, window in zip(self.members, self._windows, strict=True)
		)
		starts = lead.starts()
		for other in others:
			starts = [start for start in starts if other.fits(start)]
		if any(member.stands_in is not None for member in self.members):
			starts = [start for start in starts if all(member.may_start(start) for member in self.members)]
		if self._rules.days > 1 or not self._at_least:
			return starts
		return list(self._with_enough_others({start: [] for start in starts}, first, last))

	def _with_enough_others(self, parts: dict[int, list[Interval]], first: int, last: int) -> dict[int, list[Interval]]:
		"""Return those of the starts in `[first, last)`, with their parts, at which `at_least` others can join."""
		if not self._at_least:
			return parts
		joining = [self._could_join(member, first, last) for member in self._others]
		return {
			start: own
			for start, own in parts.items()
			if sum(could_join(start, own) for could_join in joining) >= self._at_least
		}

	def _could_join(self, member: Member, first: int, last: int) -> Callable[[int, Sequence[Interval]], bool]:
		"""Return whether a host has time for a meeting at a start in `[first, last)` with these parts."""
		slots = self._slots(member, booking_window(member.rules, member.host, self._now), first, last)
		if self._rules.days == 1:
			return lambda start, _parts: slots.fits(start)
		calendars = self._calendars([member], first, last)
		return lambda start, parts: slots.fits(start) and not calendars.missing(start, parts)

	def _seats_of_others(self, start: int) -> list[int]:
		"""Return the seats that are left if those others join who have most: one number, or none if nobody must join."""
		if not self._at_least:
			return []
		left = (_seats(member)(start) for member in self._others if self.can_be_joined_by(member, start))
		return [sorted(left, reverse=True)[self._at_least - 1]]

	def _within_notice_and_windows(self, first: int, last: int) -> Interval:
		"""Narrow the range to what every member's notice and window allow. Nothing outside it needs computing."""
		earliest = max(self._now + member.rules.minimum_notice * MINUTE for member in self.members)
		since, until = max(window[0] for window in self._windows), min(window[1] for window in self._windows)
		return max(first, since, earliest), min(last, until)

	def _slots(self, member: Member, window: Interval, first: int, last: int) -> HostSlots:
		return HostSlots(member.rules, member.host, self._now, window, first, last)

	def _dates(self, first: int, last: int) -> MeetingDates:
		return MeetingDates(self._rules, [member.host.hours for member in self.members], self._zone, first, last)

	def _calendars(self, members: Sequence[Member], first: int, last: int) -> MultiDayCalendars:
		return MultiDayCalendars(members, self._now, first, last)

	def _with_empty_calendars(self) -> HostGroup:
		"""Return the group as if no member had a busy time or booking."""
		# Notice and window are dropped too. The caller has narrowed its range by them already. With an empty calendar
		# the window of dates with slots would be another one.
		return HostGroup(
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


def _seats(member: Member) -> Callable[[int], int]:
	"""Return how many of the member's seats are left at a start."""
	taken = seats_taken(member.rules, member.host)
	return lambda start: member.rules.seats - taken.get(start, 0)


def _full_weeks_and_months(member: Member) -> list[LimitReached]:
	longer = tuple(limit for limit in member.rules.limits if limit.period != "day")
	rules = replace(member.rules, limits=longer)
	return limit_blockers(rules, member.host, joinable_sessions(rules, member.host))
