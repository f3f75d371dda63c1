"""Decides whether a meeting can be booked with the hosts of a meeting type. Listing and booking both use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from ..model.host import Host, Member
from ..model.meeting_rules import MeetingRules, Until
from ..model.refusals import Reason, Refusal
from ..rules.dates_with_slots import counted_dates_with_slots, until_nth_date_with_slots
from ..time.hours import WorkingHours
from ..time.intervals import Interval
from ..time.zones import DAY, by_local_date, local_date, local_midnight, zone
from .host_group import HostGroup, PartlyFree

# `nearest` searches within these distances from a start, one after the other. Most alternatives are on the same day; only
# for a full calendar is the last distance needed.
_RADII = (DAY, 4 * DAY, 16 * DAY)


class HostPool:
	"""The hosts of one meeting type, as known at the moment `now`.

	The pool divides its hosts into groups and can be booked when one of the groups can:

		round robin, single host   one group for each host          free when any host is free
		collective (`together`)    one group of all required hosts  free when every required host is free

	With `together`, a host who isn't required joins if free. `at_least` of these must be free. If no host is required, each
	of them leads a group in turn. Their grids together give the starts. Nothing can be booked if no host is needed at all.
	`dates_in` (a zone; by default the first host's) gives the dates of multi-day meetings, of `first_slot_only` and of
	windows of dates with slots. All instants are epoch seconds. Hosts must carry what `relevant_span` returns.
	Raises UnknownTimeZone, and InstantOutOfRange for instants beyond the calendar.
	"""

	def __init__(
		self,
		members: Sequence[Member],
		now: int,
		*,
		together: bool = False,
		at_least: int = 0,
		dates_in: str | ZoneInfo | None = None,
	):
		self._together, self._at_least = together, at_least if together else 0
		self._now = now
		self._groups: list[HostGroup] = []
		self.members = tuple(members)
		if self.members:
			self._zone = zone(dates_in or self.members[0].host.hours.zone)
			self.members = self._with_known_windows(members)
			self._groups = (
				self._groups_together()
				if together
				else [HostGroup([member], self._now, self._zone) for member in self.members]
			)

	def starts(self, first: int, last: int) -> list[int]:
		"""Return the bookable starts s with `first <= s < last`, ascending.

		A range may be split anywhere. Its pieces have the same starts as the whole. The computing time grows with the days
		that notice and booking window leave of the range, and with the number of busy times.
		"""
		if first >= last:
			return []
		if not self._first_slot_only:
			return self._all_starts(first, last)
		since, until = self._whole_dates(first, last)
		# A held slot stays the first of its date, so that a hold doesn't make the next slot bookable.
		pool = self._without_holds
		firsts = (group[0] for _day, group in by_local_date(pool._all_starts(since, until), self._zone, int))
		in_range = [start for start in firsts if first <= start < last]
		return in_range if pool is self else sorted({*self._all_starts(first, last)}.intersection(in_range))

	def is_bookable(self, start: int) -> bool:
		return self.starts(start, start + 1) == [start]

	def free_hosts(self, start: int, dates: Sequence[int] = ()) -> list[str]:
		"""Return the names of the hosts who can take a meeting at `start`, in order; empty if it isn't bookable.

		For a multi-day meeting: only hosts whose days equal `dates`, the starts of the parts that the attendee was shown.
		By default these are the days that `parts` returns now.
		"""
		if not self.is_bookable(start):
			return []
		wanted = list(dates) or _starts(self.parts(start))
		able = [group for group in self._groups if group.can_take(start) and _starts(group.parts(start)) == wanted]
		if self._together and able:
			return self._free_together(able[0], start)
		return [group.members[0].host.name for group in able]

	def _free_together(self, group: HostGroup, start: int) -> list[str]:
		"""Return the names of the group's hosts, and of the others who can join them at `start`."""
		leading = {member.host.name for member in group.members}
		return [m.host.name for m in self.members if m.host.name in leading or group.can_be_joined_by(m, start)]

	def refusals(self, start: int) -> dict[str, list[Refusal]]:
		"""Return by name why each host can't take a meeting at `start`: every reason, in the order of Reason.

		If everybody could take it, but only the first start of the date is offered, the reason is NOT_THE_FIRST alone.
		"""
		by_host = {member.host.name: self._group_of(member).refusals(member, start) for member in self.members}
		if self._together and len(self._groups) > 1:
			by_host = _on_somebodys_grid(by_host)
		if self._first_slot_only and self._all_starts(start, start + 1) and not self.is_bookable(start):
			return {name: own or [Refusal(Reason.NOT_THE_FIRST)] for name, own in by_host.items()}
		return by_host

	def parts_by_start(self, first: int, last: int) -> dict[int, list[Interval]]:
		"""Return the bookable starts in `[first, last)`, ascending, each with the parts of a multi-day meeting there.

		If hosts have different days off, the days are those of the first host who can take the start.
		"""
		parts: dict[int, list[Interval]] = {}
		for group in reversed(self._groups):
			parts |= group.parts_by_start(first, last)
		starts = self.starts(first, last) if self._first_slot_only else sorted(parts)
		return {start: parts[start] for start in starts}

	def parts(self, start: int, host: str | None = None) -> list[Interval]:
		"""Return each day's part of a meeting at `start`, with `host` (a name) unless the hosts meet together."""
		named = {group.members[0].host.name for group in self._groups} & {host} if not self._has_required else set()
		groups = [group for group in self._groups if not named or group.members[0].host.name == host]
		able = next((group for group in groups if group.can_take(start)), None) if len(groups) > 1 else None
		return (able or groups[0]).parts(start) if groups else []

	def partly_free(self, first: int, last: int) -> list[PartlyFree]:
		"""Return the starts in `[first, last)`, ascending, that can't be booked but are free on some of the meeting's days.

		If several hosts are partly free at a start, the one with the fewest missing days is returned.
		"""
		best: dict[int, PartlyFree] = {}
		for candidate in (candidate for group in self._groups for candidate in group.partly_free(first, last)):
			earlier = best.setdefault(candidate.start, candidate)
			if len(candidate.missing) < len(earlier.missing):
				best[candidate.start] = candidate
		bookable = set(self.starts(first, last)) if best else set()
		return [best[start] for start in sorted(best.keys() - bookable)]

	def taken(self, first: int, last: int) -> list[int]:
		"""Return the starts in `[first, last)`, ascending, that could be booked if nothing in a calendar were in the way.

		Only dates with a bookable start have some, so that a host's weeks off don't look like full ones. Starts outside the
		hours, too soon, too late, or for which a limit is reached are never among them. A session with a free seat is, on the
		grid or not, if another meeting is in its buffer. Empty for multi-day meetings.

			hours 09:00-12:00, busy 09:30-10:30, meetings of half an hour      09:00  -  -  10:30  11:00  11:30
			taken                                                                  09:30  10:00
		"""
		if self.rules is None or self.rules.days > 1 or first >= last:
			return []
		free = set(self.starts(*self._whole_dates(first, last)))
		dates = {local_date(start, self._zone) for start in free}
		members = [replace(each, rules=replace(each.rules, may_overlap=True)) for each in self.members]
		allowed = self.with_members(members).starts(first, last)
		return [start for start in allowed if start not in free and local_date(start, self._zone) in dates]

	def seats_left(self, first: int, last: int) -> dict[int, int]:
		"""Return how many seats are left at each bookable start in `[first, last)`, with the host who has most."""
		left = dict.fromkeys(self.starts(first, last), 0)
		for group in self._groups:
			for start, seats in group.seats_left(first, last).items():
				if start in left:
					left[start] = max(left[start], seats)
		return left

	def nearest(self, start: int, count: int = 3, *, within_days: int = 31) -> list[int]:
		"""Return up to `count` bookable starts other than `start`, nearest first; of two equally near, the earlier first.

		The search covers `within_days` times 24 hours on either side, both ends included. The hosts must carry that much.
		"""
		farthest = within_days * DAY
		ranked: list[int] = []
		for radius in (*(radius for radius in _RADII if radius < farthest), farthest):
			free = self.starts(start - radius, start + radius + 1)
			ranked = sorted((other for other in free if other != start), key=lambda s: (abs(s - start), s))
			if len(ranked) >= count:
				break
		return ranked[:count]

	def with_members(self, members: Sequence[Member]) -> HostPool:
		"""Return the same pool with other members. The pool must not be empty."""
		return HostPool(members, self._now, together=self._together, at_least=self._at_least, dates_in=self._zone)

	@property
	def rules(self) -> MeetingRules | None:
		"""The rules as they apply to the first host; None without hosts."""
		return self.members[0].rules if self.members else None

	@property
	def _first_slot_only(self) -> bool:
		return bool(self.rules and self.rules.first_slot_only)

	@property
	def _has_required(self) -> bool:
		"""Whether the pool meets together and needs certain hosts, who are its only group."""
		return self._together and any(member.is_required for member in self.members)

	def _groups_together(self) -> list[HostGroup]:
		required = [member for member in self.members if member.is_required]
		others = [member for member in self.members if not member.is_required]
		if required:
			return [HostGroup(required, self._now, self._zone, others, self._at_least)]
		return [
			HostGroup([lead], self._now, self._zone, [*others[:place], *others[place + 1 :]], self._at_least - 1)
			for place, lead in enumerate(others)
			if self._at_least
		]

	def _all_starts(self, first: int, last: int) -> list[int]:
		if len(self._groups) == 1:
			return self._groups[0].starts(first, last)
		# By rules and hours: with empty calendars, the groups of one list offer the same starts.
		groups: dict[tuple[MeetingRules, WorkingHours], list[HostGroup]] = {}
		for group in self._groups:
			lead = group.members[0]
			groups.setdefault((lead.rules, lead.host.hours), []).append(group)
		starts: set[int] = set()
		for alike in groups.values():
			# If fifty hosts have equal hours, the first dozen usually offer every possible start. The others can't add one
			# there, so of their calendars only the rest is computed, such as the hour of a meeting that all of them attend.
			rest: Interval | None = (first, last)
			for group in alike:
				if rest and (rest := group.may_add(starts, *rest)):
					starts.update(group.starts(*rest))
		return sorted(starts)

	@cached_property
	def _without_holds(self) -> HostPool:
		"""The same pool with no holds in its calendars; the pool itself if it has none."""
		members = [replace(member, host=member.host.without_holds()) for member in self.members]
		unchanged = all(one.host is other.host for one, other in zip(members, self.members, strict=True))
		return self if unchanged else self.with_members(members)

	def _with_known_windows(self, members: Sequence[Member]) -> tuple[Member, ...]:
		"""Return the members with every window of dates with slots replaced by the instant at which it ends."""
		counts = {count for member in members if (count := counted_dates_with_slots(member.rules)) is not None}
		if not counts:
			return tuple(members)
		pool = self.with_members([_with_window(member, dict.fromkeys(counts)) for member in members])._without_holds
		ends = {count: until_nth_date_with_slots(count, pool.starts, self._now, self._zone) for count in counts}
		return tuple(_with_window(member, ends) for member in members)

	def _group_of(self, member: Member) -> HostGroup:
		if not self._groups:
			return HostGroup([member], self._now, self._zone)
		return self._groups[0 if self._has_required else self.members.index(member)]

	def _whole_dates(self, first: int, last: int) -> Interval:
		day_after = date.fromordinal(local_date(last - 1, self._zone).toordinal() + 1)
		return local_midnight(local_date(first, self._zone), self._zone), local_midnight(day_after, self._zone)


def nearest_free(
	start: int, rules: MeetingRules, host: Host, now: int, count: int = 3, *, within_days: int = 31
) -> list[int]:
	"""Return up to `count` bookable starts of one host other than `start`, nearest first; see HostPool.nearest."""
	return HostPool([Member(rules, host)], now).nearest(start, count, within_days=within_days)


def _starts(parts: Sequence[Interval]) -> list[int]:
	return [start for start, _end in parts]


def _on_somebodys_grid(by_host: dict[str, list[Refusal]]) -> dict[str, list[Refusal]]:
	"""Return the refusals. If a start is on one host's grid, the other grids don't matter."""
	if all(any(refusal.reason is Reason.OFF_GRID for refusal in refusals) for refusals in by_host.values()):
		return by_host
	return {
		name: [refusal for refusal in refusals if refusal.reason is not Reason.OFF_GRID]
		for name, refusals in by_host.items()
	}


def _with_window(member: Member, windows: Mapping[int, Until | None]) -> Member:
	"""Return the member with `windows[n]` in place of a window of n dates with slots. Any other window stays."""
	count = counted_dates_with_slots(member.rules)
	return member if count is None else replace(member, rules=replace(member.rules, window=windows[count]))
