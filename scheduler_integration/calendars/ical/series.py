"""The occurrences of a series: those of its rule and its added dates, without those that are excluded or changed.

dateutil expands the rule. Exceptions are compared here, by their instants. The library recurring-ical-events, which does both,
compares times without their zones: for it, an exception names each occurrence whose local time *or* time in UTC is equal to
the exception's local time *or* time in UTC. For a daily rule in Berlin (UTC+1) with BYHOUR=9,10:

    EXDATE;TZID=Europe/Berlin:20261124T090000   local 09:00, UTC 08:00
    occurrence at 9 on that day                 local 09:00, UTC 08:00   excluded, as it should be
    occurrence at 10 on that day                local 10:00, UTC 09:00   excluded too, because of "09:00"

The host is busy at 10, and that time would be offered.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from dateutil.rrule import rrule, rrulestr
from rq.timeouts import BaseTimeoutException

from scheduler_integration import engine
from scheduler_integration.calendars.ical.kinds import all_of
from scheduler_integration.calendars.ical.times import Length, Unreadable, instant, length_of, start_of

# The most occurrences of one event in the window.
MOST_OF_ONE = 5_000
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = 86400
# A rule of these frequencies is the same from any of its periods (seconds) on.
_PERIODS = {"HOURLY": 3600, "DAILY": _DAY, "WEEKLY": 7 * _DAY}


@dataclass(frozen=True, slots=True)
class Occurrence:
	"""One time of a series. `event` is the series, or the exception that says how the occurrence is."""

	event: Any
	start: date
	length: Length


@dataclass(frozen=True, slots=True)
class Change:
	"""An event with RECURRENCE-ID. It replaces the occurrence that starts at `at`.

	`replaced` is the same start as the series writes it. If it `lasts` (RANGE=THISANDFUTURE), all later occurrences are
	moved by the same time, and have the same length.
	"""

	at: int
	replaced: date
	now: Occurrence
	lasts: bool


class Series:
	"""An event without RECURRENCE-ID, which may repeat. `zone` is the owner's, for dates. Raises Unreadable."""

	def __init__(self, event: Any, zone: str):
		self.event, self.zone = event, zone
		self.start, self.length = start_of(event), length_of(event, zone)
		self._rules, self._left_out = all_of(event, "RRULE"), all_of(event, "EXRULE")
		# A rule can't be expanded, such as one with INTERVAL=0. The event takes its first time only.
		self.is_broken = False
		excluded = list(_listed(event, "EXDATE"))
		self._excluded = {instant(_like(value, self.start, zone), zone) for value in excluded if self._is_exact(value)}
		self._excluded_days = {value for value in excluded if not self._is_exact(value)}

	def occurrences(self, window: engine.Interval, changes: Collection[Change] = ()) -> list[Occurrence]:
		"""Return the occurrences that may be in the window, without those that `changes` replace. Raises Unreadable."""
		replaced = {change.at for change in changes}
		lasting = sorted((change for change in changes if change.lasts), key=lambda change: change.at)
		starts = self._starts(_widened(window, self.length, lasting))
		if len(starts) > MOST_OF_ONE:
			raise Unreadable
		instances = []
		for at, (start, length) in starts.items():
			if at in self._excluded or at in replaced or _date(start) in self._excluded_days:
				continue
			change = next((each for each in reversed(lasting) if each.at < at), None)
			if change:
				longer = max(length or change.now.length, change.now.length, key=_seconds)
				instances.append(Occurrence(change.now.event, _moved(start, change), longer))
			else:
				instances.append(Occurrence(self.event, start, length or self.length))
		return instances

	def change(self, event: Any) -> Change:
		"""Return what an event with RECURRENCE-ID changes."""
		return _change(event, self.start, self.zone)

	def _starts(self, span: engine.Interval) -> dict[int, tuple[date, Length | None]]:
		"""Return the starts in the span by their instants, some of those that are added with a length."""
		starts: dict[int, tuple[date, Length | None]] = {}
		for rule in self._rules:
			last = _last_of(rule, self.start, self.zone)
			for start in self._starts_of(rule, span):
				at = instant(start, self.zone)
				if last is None or at <= last:
					starts[at] = (start, None)
		if not self._rules:
			starts[instant(self.start, self.zone)] = (self.start, None)
		for value in _listed(self.event, "RDATE"):
			begin, length = self._period(value) if isinstance(value, tuple) else (value, None)
			start = _like(begin, self.start, self.zone)
			starts[instant(start, self.zone)] = (start, length)
		# RFC 2445 had rules of what is excluded. Old programs still write them.
		out = {instant(each, self.zone) for rule in self._left_out for each in _starts_of_rule(rule, self.start, span)}
		return {at: start for at, start in starts.items() if span[0] <= at <= span[1] and at not in out}

	def _starts_of(self, rule: Any, span: engine.Interval) -> list[date]:
		try:
			return [self.start, *_starts_of_rule(rule, self.start, span)]
		except BaseTimeoutException:
			raise
		except Exception:
			# dateutil raises errors of many classes about what strangers write.
			self.is_broken = True
			return [self.start]

	def _period(self, period: tuple[Any, Any]) -> tuple[date, Length]:
		begin, end = period
		if isinstance(end, timedelta):
			return begin, Length(0, int(end.total_seconds()))
		return begin, Length(0, instant(end, self.zone) - instant(begin, self.zone))

	def _is_exact(self, value: date) -> bool:
		"""Whether an EXDATE names one occurrence. A date excludes all occurrences of that day."""
		return isinstance(value, datetime) or not isinstance(self.start, datetime)


def lone_change(event: Any, zone: str) -> Change:
	"""Return an event with RECURRENCE-ID whose series is missing."""
	return _change(event, start_of(event), zone)


def newest(changes: Iterable[Change]) -> list[Change]:
	"""Return the changes without those that have a newer version (SEQUENCE). Versions of the same age all stay."""
	changes = list(changes)
	latest: dict[int, int] = {}
	for change in changes:
		version = sequence(change.now.event)
		latest[change.at] = max(latest.get(change.at, version), version)
	return [change for change in changes if sequence(change.now.event) == latest[change.at]]


def sequence(event: Any) -> int:
	number = event.get("SEQUENCE", 0)
	return int(number) if isinstance(number, int) else 0


def _starts_of_rule(rule: Any, start: date, span: engine.Interval) -> Iterator[date]:
	"""Yield the starts of a rule in the span, without regard to UNTIL. The event's own start needn't be among them.

	The rule is expanded on a clock without a zone, because RFC 5545 means the wall clock.
	"""
	_number_weekdays(rule)
	first = datetime.combine(_date(start), start.time() if isinstance(start, datetime) else time())
	since, until = (datetime.fromtimestamp(at, timezone.utc).replace(tzinfo=None) for at in span)
	for wall in _expanded(rule, first, since).between(max(since, first), until, inc=True):
		yield wall.replace(tzinfo=start.tzinfo) if isinstance(start, datetime) else wall.date()


def _expanded(rule: Any, first: datetime, since: datetime) -> rrule:
	"""Return dateutil's rule, without UNTIL, for times from `since` on. It may have times before the first one."""
	facts = {key: value for key, value in rule.items() if key != "UNTIL"}
	if min(facts.get("INTERVAL", [1])) < 1:
		raise Unreadable
	if "BYWEEKNO" in facts and not facts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}:
		# RFC 5545, 3.3.10: the day of the week is the event's. dateutil would take all seven.
		facts["BYDAY"] = [WEEKDAYS[first.weekday()]]
	# Some programs write COUNT=-1 for a rule without an end.
	count = facts.pop("COUNT", [0])[0]
	if "BYSETPOS" in facts and "WEEKLY" in facts["FREQ"]:
		# dateutil would count the positions of the first week from the event's day on. So the rule begins with that week.
		facts.setdefault("BYDAY", [WEEKDAYS[first.weekday()]])
		first_weekday = WEEKDAYS.index(str(facts.get("WKST", ["MO"])[0]).upper())
		begin = first - timedelta(days=(first.weekday() - first_weekday) % 7)
		if count > 0 and begin < first:
			count += len(_parsed(rule, facts, begin).between(begin, first - timedelta(seconds=1), inc=True))
		first = begin
	if count > 0:
		return _parsed(rule, facts | {"COUNT": [count]}, first)
	period = _PERIODS.get(str(facts["FREQ"][0]).upper(), 0) * facts.get("INTERVAL", [1])[0]
	if period and first < since:
		# dateutil would go through all days since the first, which may be years ago.
		first += timedelta(seconds=(since - first) // timedelta(seconds=1) // period * period)
	return _parsed(rule, facts, first)


def _parsed(rule: Any, facts: dict[str, Any], first: datetime) -> rrule:
	return rrulestr(type(rule)(facts).to_ical().decode(), dtstart=first)


def _change(event: Any, start: date, zone: str) -> Change:
	named = event["RECURRENCE-ID"]
	replaced = _like(named.dt, start, zone)
	lasts = str(named.params.get("RANGE", "")).upper() == "THISANDFUTURE"
	now = Occurrence(event, start_of(event), length_of(event, zone))
	return Change(instant(replaced, zone), replaced, now, lasts)


def _moved(start: date, change: Change) -> date:
	"""Move a later occurrence as the changed one was moved: by the same time on the series' wall clock.

	Moved from 09:00 to 11:00 in November, an occurrence in April is at 11:00 too.
	"""
	before, after = change.replaced, change.now.start
	if isinstance(start, datetime) and isinstance(before, datetime) and isinstance(after, datetime):
		zone = start.tzinfo
		return start + (after.astimezone(zone).replace(tzinfo=None) - before.astimezone(zone).replace(tzinfo=None))
	day = _date(start) + (_date(after) - _date(before))
	return datetime.combine(day, after.timetz()) if isinstance(after, datetime) else day


def _widened(window: engine.Interval, length: Length, lasting: Iterable[Change]) -> engine.Interval:
	"""Return the span of starts whose occurrences may reach into the window.

	It is two days longer at both ends, because dates are compared as if they were in UTC, and moves by the wall clock.
	"""
	reach, later, earlier = _seconds(length), 0, 0
	for change in lasting:
		moved = int((_date(change.now.start) - _date(change.replaced)).total_seconds())
		later, earlier = max(later, moved), max(earlier, -moved)
		reach = max(reach, _seconds(change.now.length))
	return window[0] - reach - later - 2 * _DAY, window[1] + reach + earlier + 2 * _DAY


def _seconds(length: Length) -> int:
	return abs(length.days) * _DAY + abs(length.seconds)


def _listed(event: Any, name: str) -> Iterator[Any]:
	for each in all_of(event, name):
		for item in each.dts:
			yield item.dt


def _like(value: date, start: date, zone: str) -> date:
	"""Return a time that names an occurrence as the series writes it: a date, or a time in the series' zone."""
	if isinstance(start, datetime):
		if isinstance(value, datetime):
			return value.astimezone(start.tzinfo)
		return datetime.combine(value, start.timetz())
	if not isinstance(value, datetime):
		return value
	# Some programs write the midnight that a day begins with, in UTC or in the owner's zone.
	own = value.astimezone(engine.zone(zone))
	return own.date() if own.time() == time() else value.date()


def _date(value: date) -> date:
	return value.date() if isinstance(value, datetime) else value


def _number_weekdays(rule: Any) -> None:
	"""Number all weekdays of BYDAY=1MO,FR. dateutil would only find days that are both the first Monday and a Friday."""
	days = [str(day).upper() for day in rule.get("BYDAY", [])]
	numbered = [day for day in days if day[:-2]]
	if 0 < len(numbered) < len(days):
		in_year = "YEARLY" in rule["FREQ"] and "BYMONTH" not in rule
		every = range(1, 54 if in_year else 6)
		rule["BYDAY"] = numbered + [f"{number}{day}" for day in days if day not in numbered for number in every]


def _last_of(rule: Any, start: date, zone: str) -> int | None:
	"""Return the last instant at which an occurrence may start, if the rule has UNTIL.

	For an event with times, UNTIL must be in UTC, and for whole days it must be a date (RFC 5545, 3.3.10). Many programs write
	a local time, which is in the event's zone, or a date for an event with times, and mean the whole day.
	"""
	last = next(iter(all_of(rule, "UNTIL")), None)
	if not isinstance(last, date):
		return None
	if not isinstance(start, datetime):
		# Midnight in the owner's zone may be on the day before in UTC.
		days = [last, last.astimezone(engine.zone(zone))] if isinstance(last, datetime) and last.tzinfo else [last]
		return max(instant(_date(day), zone) for day in days)
	if not isinstance(last, datetime):
		last = datetime.combine(last, time(23, 59, 59))
	if last.tzinfo:
		return instant(last, zone)
	# A series in UTC has no zone of its own. The later end counts.
	zones = [start.tzinfo, engine.zone(zone)] if start.tzname() == "UTC" else [start.tzinfo]
	return max(instant(last.replace(tzinfo=each), zone) for each in zones)
