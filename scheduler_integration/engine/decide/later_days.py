"""Decides whether hosts have time for every day of a multi-day meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.host import Member
from ..model.refusals import Reason, Refusal
from ..rules.booking_window import ALWAYS
from ..rules.limits import MinutesLeft
from ..rules.multi_day import longest_span, one_day
from ..rules.seats import joinable_starts, sessions_by_start
from ..time.intervals import Interval
from ..time.zones import DAY
from .host_slots import HostSlots


class MultiDayCalendars:
	"""The calendars of all `members`, for multi-day meetings that start in `[first, last)`.

	The first day is normally decided by HostSlots, with the grid, notice and window; the other days are decided here. On
	these days every member must work, be free, and stay within the daily limits and the limits of minutes.
	"""

	def __init__(self, members: Sequence[Member], now: int, first: int, last: int):
		until = last + longest_span(members[0].rules) + DAY
		self._calendars = [_MemberCalendar(member, now, first, until) for member in members]
		self._with_minutes = [calendar for calendar in self._calendars if calendar.limits_minutes]

	def missing(self, start: int, parts: Sequence[Interval], *, with_first: bool = False) -> list[Interval]:
		"""Return those of the `parts` of a meeting at `start` for which a member has no time.

		The first part is checked only `with_first`: usually it is known to be free.
		"""
		checked = parts if with_first else parts[1:]
		lacking = {
			at for calendar in self._with_minutes for at in calendar.lacking_minutes([part[0] for part in parts])
		}
		return [
			part
			for part in checked
			if part[0] in lacking or not all(calendar.fits(start, part[0]) for calendar in self._calendars)
		]

	def refusal(self, start: int, parts: Sequence[Interval], part: Interval) -> Refusal:
		"""Return why the meeting at `start` can't take place on the day of `part`, which is one of its missing `parts`."""
		because = tuple(
			refusal for each in self._calendars for refusal in each.refusals(start, [at for at, _end in parts], part[0])
		)
		conflicts = dict.fromkeys(item for refusal in because for item in refusal.conflicts)
		return Refusal(Reason.LATER_DAY, tuple(conflicts), instant=part[0], because=because)


class _MemberCalendar:
	"""One member's time in `[first, last)` for the parts of multi-day meetings.

	Parts of a meeting that joins a session share the session's slot on every day. All other parts must not overlap it:

		at 10:00      Monday         Tuesday          Wednesday
		session       [ first day ]  [ later day ]
		new meeting   [ joins     ]  [ joins     ]                     allowed: shares both days of the session
		new meeting                  [ first day ]    [ later day ]    refused: collides with the session's later day

	So there are up to three views of the calendar: `_alone` shares nothing, `_joining_first` shares the first days of
	sessions, `_joining_later` shares their later days.
	"""

	def __init__(self, member: Member, now: int, first: int, last: int):
		def slots(joinable: frozenset[int]) -> HostSlots:
			return HostSlots(rules, host, now, ALWAYS, first, last, joinable)

		rules, host = one_day(member.rules), member.host
		self._minutes = MinutesLeft(member.rules, host)
		self._joinable = joinable_starts(rules, host)
		self._sessions = sessions_by_start(rules, host)
		self._later_days = sessions_by_start(rules, host, later_days=True)
		self._alone = self._joining_first = self._joining_later = slots(frozenset())
		if self._joinable:
			self._joining_first = slots(self._joinable)
			self._joining_later = slots(joinable_starts(rules, host, later_days=True))

	@property
	def limits_minutes(self) -> bool:
		return self._minutes.are_limited

	def lacking_minutes(self, starts: Sequence[int]) -> set[int]:
		"""Return the starts of the parts for which a limit of minutes has too few left."""
		# Joining an existing session adds no minutes.
		return set() if self._joins(starts[0]) else self._minutes.lacking(starts)

	def fits(self, start: int, part: int) -> bool:
		"""Whether the member has time for the part at `part` of a meeting that begins at `start`."""
		if start not in self._joinable:
			return self._alone.fits(part)
		if part == start:
			return self._joining_first.fits(part)
		# The session keeps the days on which it was booked, even if days off have changed since.
		is_sessions = not self._joins(start) or self._later_days.get(part) == self._sessions[start]
		return is_sessions and self._joining_later.fits(part)

	def refusals(self, start: int, starts: Sequence[int], part: int) -> Iterator[Refusal]:
		"""Yield why there is no time for the part at `part`. `starts` are those of all parts of the meeting at `start`."""
		slots = self._joining_later if start in self._joinable else self._alone
		yield from (refusal for refusal in slots.refusals(part) if refusal.reason is not Reason.OFF_GRID)
		if not self._joins(start):
			yield from (refusal for at, refusal in self._minutes.refusals(starts) if at == part)

	def _joins(self, start: int) -> bool:
		return start in self._joinable and start in self._sessions
