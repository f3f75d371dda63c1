"""Where it is decided whether a meeting can be booked, with one host or with several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from .crew import Crew, Member, PartialSeries
from .hours import WorkingHours
from .intervals import Interval
from .meeting import MeetingRules, Until
from .reasons import Reason, Refusal
from .room import counts_room, until_nth_with_room
from .zones import DAY, by_local_date, local_date, local_midnight, zone

# Most alternatives are found on the same day; only an empty calendar is searched to the end.
_RADII = (DAY, 4 * DAY, 16 * DAY)

Works = tuple[MeetingRules, WorkingHours]


class Team:
	"""The hosts of one meeting type, at the moment `now`.

	Apart, a start is bookable when any of them can take it; `together`, when every required one can, and an optional
	one joins where they can; where nobody is required nothing is bookable. The dates of a meeting over several, a
	date's first start, and dates with room are those of `dates_in` (an IANA name; the first host's zone by default). All
	instants are epoch seconds, and the hosts must carry what `relevant_span` answers.
	Raises UnknownTimeZone, and InstantOutOfRange for instants beyond the calendar.
	"""

	def __init__(
		self, members: Sequence[Member], now: int, *, together: bool = False, dates_in: str | ZoneInfo | None = None
	):
		self._together = together
		self._now = now
		self._crews: list[Crew] = []
		self.members = tuple(members)
		if self.members:
			self._zone = zone(dates_in or self.members[0].host.hours.zone)
			self.members = self._with_known_windows(members)
			required = [member for member in self.members if member.is_required]
			groups = [required] * bool(required) if together else [[member] for member in self.members]
			self._crews = [Crew(group, now, self._zone) for group in groups]

	def starts(self, first: int, last: int) -> list[int]:
		"""The bookable starts s with `first <= s < last`, ascending.

		However a range is split, its parts answer what the whole does. Takes time in proportion to the days
		that notice and booking window leave of the range, and to the busy times.
		"""
		if first >= last:
			return []
		if not self._first_slot_only:
			return self._all_starts(first, last)
		since, until = self._whole_dates(first, last)
		unheld = self._without_holds
		firsts = (group[0] for _day, group in by_local_date(unheld._all_starts(since, until), self._zone))
		found = [start for start in firsts if first <= start < last]
		return found if unheld is self else sorted({*self._all_starts(first, last)}.intersection(found))

	def is_bookable(self, start: int) -> bool:
		"""Whether the meeting can be booked at `start`."""
		return self.starts(start, start + 1) == [start]

	def free_hosts(self, start: int, dates: Sequence[int] = ()) -> list[str]:
		"""The names of the hosts who can take a meeting at `start`, in order; none where it isn't bookable.

		Of a meeting over several dates, those who take it on the `dates`, the starts of its parts: those that are shown now by default.
		"""
		if not self.is_bookable(start):
			return []
		shown = list(dates) or _starts(self.parts(start))
		taking = [crew for crew in self._crews if crew.takes(start) and _starts(crew.parts(start)) == shown]
		if not self._together or not taking:
			return [crew.members[0].host.name for crew in taking]
		(crew,) = taking
		return [m.host.name for m in self.members if m.is_required or crew.can_be_joined_by(m, start)]

	def refusals(self, start: int) -> dict[str, list[Refusal]]:
		"""Why each host, by name, can't take a meeting at `start`: every reason, in the order of Reason.

		Where everybody could, and only the date's first start is offered, NOT_THE_FIRST is all that is said.
		"""
		found = {member.host.name: self._crew_of(member).refusals(member, start) for member in self.members}
		if self._first_slot_only and self._all_starts(start, start + 1) and not self.is_bookable(start):
			return {name: own or [Refusal(Reason.NOT_THE_FIRST)] for name, own in found.items()}
		return found

	def series(self, first: int, last: int) -> dict[int, list[Interval]]:
		"""The bookable starts in `[first, last)`, ascending, each with every date's part of a meeting there.

		Where days off differ, the first host who can take the start tells the dates.
		"""
		found: dict[int, list[Interval]] = {}
		for crew in reversed(self._crews):
			found |= crew.series(first, last)
		starts = self.starts(first, last) if self._first_slot_only else sorted(found)
		return {start: found[start] for start in starts}

	def parts(self, start: int, host: str | None = None) -> list[Interval]:
		"""Each date's part of a meeting at `start`, with `host` (a name) where the hosts work apart."""
		crews = [crew for crew in self._crews if self._together or host in (None, crew.members[0].host.name)]
		taking = next((crew for crew in crews if crew.takes(start)), None) if len(crews) > 1 else None
		return (taking or crews[0]).parts(start) if crews else []

	def partial(self, first: int, last: int) -> list[PartialSeries]:
		"""The starts in `[first, last)` that aren't bookable but on some of the meeting's dates are free, ascending."""
		best: dict[int, PartialSeries] = {}
		for found in (found for crew in self._crews for found in crew.partial(first, last)):
			known = best.setdefault(found.start, found)
			if len(found.missing) < len(known.missing):
				best[found.start] = found
		bookable = set(self.starts(first, last)) if best else set()
		return [best[start] for start in sorted(best.keys() - bookable)]

	def seats_left(self, first: int, last: int) -> dict[int, int]:
		"""The seats that are left at each bookable start in `[first, last)`, with the host who has most."""
		left = dict.fromkeys(self.starts(first, last), 0)
		for crew in self._crews:
			for start, seats in crew.seats_left(first, last).items():
				if start in left:
					left[start] = max(left[start], seats)
		return left

	def nearest(self, start: int, count: int = 3, *, within_days: int = 31) -> list[int]:
		"""Up to `count` bookable starts other than `start`, nearest first; of two as near, the earlier first.

		Looks `within_days` times 24 hours to either side, both ends included: the hosts must carry that much.
		"""
		farthest = within_days * DAY
		ranked: list[int] = []
		for radius in (*(radius for radius in _RADII if radius < farthest), farthest):
			free = self.starts(start - radius, start + radius + 1)
			ranked = sorted((other for other in free if other != start), key=lambda s: (abs(s - start), s))
			if len(ranked) >= count:
				break
		return ranked[:count]

	def of(self, members: Sequence[Member]) -> Team:
		"""The same meeting type at the same moment with other members, of whom there are some."""
		return Team(members, self._now, together=self._together, dates_in=self._zone)

	@property
	def rules(self) -> MeetingRules | None:
		"""The meeting type's rules, as they hold for the first host."""
		return self.members[0].rules if self.members else None

	@property
	def _first_slot_only(self) -> bool:
		return bool(self.rules and self.rules.first_slot_only)

	def _all_starts(self, first: int, last: int) -> list[int]:
		if len(self._crews) == 1:
			return self._crews[0].starts(first, last)
		found: set[int] = set()
		for alike in self._by_hours().values():
			for crew in alike:
				# Of fifty with like hours the first dozen have every start between them: the rest needn't be worked out.
				if crew.works_only_at(found, first, last):
					break
				found.update(crew.starts(first, last))
		return sorted(found)

	def _by_hours(self) -> dict[Works, list[Crew]]:
		"""Hosts who work apart, by what their hours offer when nothing stands in the calendar."""
		found: dict[Works, list[Crew]] = {}
		for crew in self._crews:
			lead = crew.members[0]
			found.setdefault((lead.rules, lead.host.hours), []).append(crew)
		return found

	@cached_property
	def _without_holds(self) -> Team:
		"""The team that tells which starts there are to take; what is held of them may be let go again."""
		members = [replace(member, host=member.host.without_holds()) for member in self.members]
		unchanged = all(one.host is other.host for one, other in zip(members, self.members, strict=True))
		return self if unchanged else self.of(members)

	def _with_known_windows(self, members: Sequence[Member]) -> tuple[Member, ...]:
		"""The members; those whose window counts dates with room know the end of the last of them."""
		counts = {member.rules.window.days for member in members if counts_room(member.rules)}
		if not counts:
			return tuple(members)
		anytime = [_with_window(member, None) if counts_room(member.rules) else member for member in members]
		team = self.of(anytime)._without_holds
		known = {count: until_nth_with_room(count, team.starts, self._now, self._zone) for count in counts}
		return tuple(
			_with_window(member, known[member.rules.window.days]) if counts_room(member.rules) else member
			for member in members
		)

	def _crew_of(self, member: Member) -> Crew:
		if not self._crews:
			return Crew([member], self._now, self._zone)
		return self._crews[0 if self._together else self.members.index(member)]

	def _whole_dates(self, first: int, last: int) -> Interval:
		day_after = date.fromordinal(local_date(last - 1, self._zone).toordinal() + 1)
		return local_midnight(local_date(first, self._zone), self._zone), local_midnight(day_after, self._zone)


def _starts(parts: Sequence[Interval]) -> list[int]:
	return [start for start, _end in parts]


def _with_window(member: Member, window: Until | None) -> Member:
	return replace(member, rules=replace(member.rules, window=window))
