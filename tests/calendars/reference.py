"""A second reading of iCalendar feeds, made as simply as possible: it looks at every day, and knows only RFC 5545.

It uses neither the app nor its libraries (icalendar, recurring-ical-events, dateutil), only `zoneinfo`. `busy_of` returns the
times that a feed takes. A zone's name is an IANA name, one of `KNOWN_ZONES`, or that of a VTIMEZONE in the feed.
"""

import calendar
import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1)
KNOWN_ZONES = {
	"W. Europe Standard Time": "Europe/Berlin",
	"Eastern Standard Time": "America/New_York",
	"(UTC-05:00) Eastern Time (US & Canada)": "America/New_York",
	"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Berlin",
	"/freeassociation.sourceforge.net/Australia/Sydney": "Australia/Sydney",
}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
IANA = available_timezones()
# The days of each month, without and with leap day; enough for the years until 2099.
LENGTHS = [(0, *(calendar.monthrange(year, month)[1] for month in range(1, 13))) for year in (2026, 2028)]

# Returns how many seconds a zone is ahead of UTC at an instant.
Offset = Callable[[int], int]
Span = tuple[int, int]


# Text


@dataclass
class Property:
	name: str
	params: dict[str, str]
	value: str


@dataclass
class Component:
	name: str
	properties: list[Property] = field(default_factory=list)
	parts: list["Component"] = field(default_factory=list)

	def all(self, name: str) -> list[Property]:
		return [each for each in self.properties if each.name == name]

	def get(self, name: str) -> Property | None:
		return next(iter(self.all(name)), None)

	def text(self, name: str) -> str:
		found = self.get(name)
		return found.value if found else ""


def parsed(text: str) -> Component:
	lines = list(text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").split("\n"))
	stack = [Component("")]
	for line in (line.rstrip() for line in lines if line.strip()):
		each = _property(line)
		if each.name == "BEGIN":
			stack.append(Component(each.value.upper()))
		elif each.name == "END":
			ended = stack.pop()
			stack[-1].parts.append(ended)
		else:
			stack[-1].properties.append(each)
	return stack[0].parts[0]


def _property(line: str) -> Property:
	pieces, quoted, start, value = [], False, 0, ""
	for at, sign in enumerate(line):
		if sign == '"':
			quoted = not quoted
		elif sign == ";" and not quoted:
			pieces.append(line[start:at])
			start = at + 1
		elif sign == ":" and not quoted:
			pieces.append(line[start:at])
			value = line[at + 1 :]
			break
	params = dict(piece.split("=", 1) for piece in pieces[1:])
	return Property(pieces[0].upper(), {key.upper(): text.strip('"') for key, text in params.items()}, value)


# Zones and times


def offset_of(zone: str, feed: Component) -> Offset:
	name = KNOWN_ZONES.get(zone, zone)
	if name in IANA:
		info = ZoneInfo(name)
		return lambda at: int(info.utcoffset(datetime.fromtimestamp(at, info)).total_seconds())  # type: ignore[union-attr]
	own = next(part for part in feed.parts if part.name == "VTIMEZONE" and part.text("TZID").replace("\\", "") == zone)
	return _custom(own)


def _custom(zone: Component) -> Offset:
	onsets = []
	for part in zone.parts:
		before, after = (_signed(part.text(name)) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
		start = _naive(part.text("DTSTART"))
		walls = [start, *(_naive(text) for each in part.all("RDATE") for text in each.value.split(","))]
		for rule in part.all("RRULE"):
			walls += _onsets(start, rule.value)
		onsets += [(_seconds(wall) - before, after, before) for wall in walls]
	onsets.sort()

	def offset(at: int) -> int:
		past = bisect(onsets, (at, 10**9, 0))
		return onsets[past - 1][1] if past else onsets[0][2]

	return offset


@cache
def _onsets(start: datetime, rule: str) -> list[datetime]:
	# Outlook's zones begin in 1601. Their rules are yearly, so they give the same from any year on.
	return expanded(start.replace(year=max(start.year, 2020)), rule, lambda wall: wall < datetime(2040, 1, 1))


def instant(wall: datetime, offset: Offset) -> int:
	"""RFC 5545, 3.3.5: the first of two equal wall-clock times; one that is skipped has the offset from before the gap."""
	near = _seconds(wall)
	candidates = {near - offset(near - 86400), near - offset(near + 86400)}
	fitting = [at for at in candidates if at + offset(at) == near]
	return min(fitting) if fitting else near - offset(near - 86400)


def wall_of(at: int, offset: Offset) -> datetime:
	return EPOCH + timedelta(seconds=at + offset(at))


def _seconds(wall: datetime) -> int:
	return int((wall - EPOCH).total_seconds())


def _naive(text: str) -> datetime:
	return datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")


def _signed(text: str) -> int:
	hours, minutes = int(text[1:3]), int(text[3:5])
	return (hours * 3600 + minutes * 60) * (-1 if text[0] == "-" else 1)


# Rules


class Rule:
	"""An RRULE without COUNT and UNTIL, for an event that starts at `start` on the wall clock."""

	def __init__(self, start: datetime, parts: dict[str, str]):
		self.start, self.frequency, self.interval = start, parts["FREQ"], int(parts.get("INTERVAL", 1))
		self.first_weekday = WEEKDAYS.index(parts.get("WKST", "MO"))
		self.months, self.month_days = _numbers(parts, "BYMONTH"), _numbers(parts, "BYMONTHDAY")
		self.has_months = bool(self.months)
		self.hours, self.positions = _numbers(parts, "BYHOUR"), _numbers(parts, "BYSETPOS")
		self.times = [
			time(hour, minute, start.second)
			for hour in sorted(self.hours or {start.hour})
			for minute in sorted(_numbers(parts, "BYMINUTE") or {start.minute})
		]
		written = parts["BYDAY"].split(",") if "BYDAY" in parts else []
		self.weekdays = [(WEEKDAYS.index(text[-2:]), int(text[:-2] or 0)) for text in written]
		if not self.month_days and not self.weekdays:
			if self.frequency == "WEEKLY":
				self.weekdays = [(start.weekday(), 0)]
			if self.frequency in ("MONTHLY", "YEARLY"):
				self.month_days = {start.day}
			if self.frequency == "YEARLY":
				self.months = self.months or {start.month}

	def walls(self) -> Iterator[datetime]:
		for period in self.periods():
			walls = sorted(set(period))
			if self.positions:
				chosen = {at - 1 if at > 0 else len(walls) + at for at in self.positions}
				walls = [wall for at, wall in enumerate(walls) if at in chosen]
			yield from (wall for wall in walls if wall >= self.start)

	def periods(self) -> Iterator[list[datetime]]:
		"""Yield the times of each year, month, week, day or hour that the rule counts."""
		if self.frequency == "HOURLY":
			for hours in range(0, 24 * 3000, self.interval):
				hour = self.start.replace(minute=0, second=0) + timedelta(hours=hours)
				fits = hour.hour in (self.hours or range(24)) and self.is_day(hour.date())
				yield [hour.replace(minute=each.minute, second=each.second) for each in self.times] if fits else []
			return
		for days in islice(self.days(), 0, None, self.interval):
			yield [datetime.combine(day, each) for day in days if self.is_day(day) for each in self.times]

	def days(self) -> Iterator[list[date]]:
		"""Yield the days of each year, month, week or day, beginning with those of the first day."""
		key: Callable[[date], Any] = {
			"YEARLY": lambda day: day.year,
			"MONTHLY": lambda day: day.month,
			"WEEKLY": lambda day: (day.toordinal() - 1 - self.first_weekday) // 7,
			"DAILY": lambda day: day,
		}[self.frequency]
		day = self.start.date()
		while key(day - DAY) == key(self.start.date()):
			day -= DAY
		days = [day]
		while day.year < 2045:
			day += DAY
			if key(day) != key(days[-1]):
				yield days
				days = []
			days.append(day)

	def is_day(self, day: date) -> bool:
		if self.months and day.month not in self.months:
			return False
		length = LENGTHS[day.year % 4 == 0][day.month]
		if self.month_days and day.day not in self.month_days and day.day - length - 1 not in self.month_days:
			return False
		return not self.weekdays or any(self.is_weekday(day, length, *each) for each in self.weekdays)

	def is_weekday(self, day: date, length: int, weekday: int, number: int) -> bool:
		if day.weekday() != weekday or not number:
			return day.weekday() == weekday
		if self.frequency == "MONTHLY" or self.has_months:
			return number in ((day.day - 1) // 7 + 1, -((length - day.day) // 7) - 1)
		first, last = date(day.year, 1, 1), date(day.year, 12, 31)
		return number in ((day - first).days // 7 + 1, -((last - day).days // 7) - 1)


def expanded(start: datetime, rule: str, goes_on: Callable[[datetime], bool]) -> list[datetime]:
	"""Return the wall-clock times of a rule, from `start` on, as long as `goes_on`."""
	parts = dict(part.split("=") for part in rule.upper().split(";"))
	found: list[datetime] = []
	count = int(parts.get("COUNT", 10**9))
	for wall in Rule(start, parts).walls():
		if len(found) == count or not goes_on(wall):
			break
		found.append(wall)
	return found


def _numbers(parts: dict[str, str], name: str) -> set[int]:
	return {int(text) for text in parts[name].split(",")} if name in parts else set()


# Events


@dataclass
class Moment:
	"""A time or a date as it is written: `wall` is what a clock in the zone shows."""

	wall: datetime
	offset: Offset
	is_date: bool

	@property
	def at(self) -> int:
		return instant(self.wall, self.offset)

	def like(self, other: "Moment") -> datetime:
		"""The same as a clock in the zone of `other` shows it."""
		return self.wall if self.is_date else wall_of(self.at, other.offset)


class Feed:
	def __init__(self, text: str, zone: str):
		self.calendar = parsed(text)
		self.zone = offset_of(self.calendar.text("X-WR-TIMEZONE") or zone, self.calendar)

	def moments(self, each: Property) -> list[Moment]:
		return [self.moment(each, text) for text in each.value.split(",")]

	def moment(self, each: Property, text: str) -> Moment:
		if "T" not in text:
			return Moment(datetime.strptime(text, "%Y%m%d"), self.zone, True)
		if text.endswith("Z"):
			return Moment(_naive(text), lambda at: 0, False)
		named = each.params.get("TZID")
		return Moment(_naive(text), offset_of(named, self.calendar) if named else self.zone, False)

	def events(self) -> dict[str, list[Component]]:
		found = defaultdict(list)
		for part in self.calendar.parts:
			if part.name == "VEVENT":
				found[part.text("UID")].append(part)
		return found


def busy_of(text: str, window: Span, zone: str) -> dict[str, set[Span]]:
	"""Return the times that each UID takes in the window. `zone` is the owner's."""
	feed = Feed(text, zone)
	found = {}
	for uid, events in feed.events().items():
		spans = {span for event, span in _spans(feed, events, window) if _takes_time(event)}
		found[uid] = {(start, end) for start, end in spans if start < window[1] and end > window[0] and start < end}
	return found


def _takes_time(event: Component) -> bool:
	return event.text("STATUS") != "CANCELLED" and event.text("TRANSP") != "TRANSPARENT"


def _spans(feed: Feed, events: Iterable[Component], window: Span) -> Iterator[tuple[Component, Span]]:
	[series] = [event for event in events if not event.get("RECURRENCE-ID")]
	start = _moment_of(feed, series, "DTSTART")
	changes = {}
	for event in events:
		if event is not series:
			changes[_moment_of(feed, event, "RECURRENCE-ID").like(start)] = event
	lasting = {
		wall: event
		for wall, event in changes.items()
		if event.get("RECURRENCE-ID").params.get("RANGE", "").upper() == "THISANDFUTURE"  # type: ignore[union-attr]
	}
	by_instant = {instant(wall, start.offset): event for wall, event in changes.items()}
	excluded = [moment for each in series.all("EXDATE") for moment in feed.moments(each)]
	for at, (wall, end) in _starts(feed, series, start, window).items():
		if at in by_instant or any(_names(moment, wall, at, start) for moment in excluded):
			continue
		before = max((each for each in lasting if instant(each, start.offset) < at), default=None)
		if before is None:
			yield series, (at, end or _end(feed, series, Moment(wall, start.offset, start.is_date), at))
		else:
			event = lasting[before]
			moved = wall + (_moment_of(feed, event, "DTSTART").like(start) - before)
			begin = Moment(moved, start.offset, start.is_date)
			# An added period has a length of its own. The longer one counts.
			yield event, (begin.at, max(_end(feed, event, begin, begin.at), begin.at + (end or at) - at))
	for event in changes.values():
		begin = _moment_of(feed, event, "DTSTART")
		yield event, (begin.at, _end(feed, event, begin, begin.at))


def _names(moment: Moment, wall: datetime, at: int, start: Moment) -> bool:
	"""Whether an EXDATE excludes an occurrence. A date excludes the whole day."""
	return moment.wall.date() == wall.date() if moment.is_date else moment.at == at


def _moment_of(feed: Feed, event: Component, name: str) -> Moment:
	found = event.get(name)
	assert found
	return feed.moment(found, found.value)


def _starts(feed: Feed, series: Component, start: Moment, window: Span) -> dict[int, tuple[datetime, int | None]]:
	"""Return the starts of a series with their wall-clock times, and their ends if an RDATE has one."""
	found: dict[int, tuple[datetime, int | None]] = {start.at: (start.wall, None)}
	latest = window[1] + 40 * 86400
	for rule in series.all("RRULE"):
		until = _until(rule.value, start)
		endless = re.sub("UNTIL=[^;]*;?", "", rule.value).strip(";")
		for wall in expanded(start.wall, endless, lambda wall, until=until: _seconds(wall) < latest and until(wall)):
			found[instant(wall, start.offset)] = (wall, None)
	for each in series.all("RDATE"):
		for text in each.value.split(","):
			begin, _slash, end = text.partition("/")
			moment = feed.moment(each, begin)
			found[moment.at] = (moment.like(start), _end_of_period(feed, each, moment, end) if end else None)
	return found


def _until(rule: str, start: Moment) -> Callable[[datetime], bool]:
	written = re.search("UNTIL=([^;]*)", rule)
	if not written:
		return lambda wall: True
	text = written[1]
	if "T" not in text:
		return lambda wall: wall.date() <= datetime.strptime(text, "%Y%m%d").date()
	if text.endswith("Z"):
		return lambda wall: instant(wall, start.offset) <= _seconds(_naive(text))
	return lambda wall: wall <= _naive(text)


def _end(feed: Feed, event: Component, begin: Moment, at: int) -> int:
	"""Return the end of an occurrence that begins at `begin`, the instant `at`: RFC 5545, 3.3.6 and 3.8.5.3."""
	start = _moment_of(feed, event, "DTSTART")
	if event.get("DTEND"):
		end = _moment_of(feed, event, "DTEND")
		if start.is_date:
			return Moment(begin.wall + (end.wall - start.wall), begin.offset, True).at
		return at + end.at - start.at
	if event.get("DURATION"):
		return _after(begin, event.text("DURATION"), at)
	return Moment(begin.wall + DAY, begin.offset, True).at if start.is_date else at


def _end_of_period(feed: Feed, each: Property, begin: Moment, text: str) -> int:
	return _after(begin, text, begin.at) if text.startswith("P") else feed.moment(each, text).at


def _after(begin: Moment, length: str, at: int) -> int:
	number = {unit: int(amount) for amount, unit in re.findall(r"(\d+)([WD])", length.partition("T")[0])}
	exact = {unit: int(amount) for amount, unit in re.findall(r"(\d+)([HMS])", length.partition("T")[2])}
	days = 7 * number.get("W", 0) + number.get("D", 0)
	day = Moment(begin.wall + DAY * days, begin.offset, begin.is_date).at if days else at
	return day + exact.get("H", 0) * 3600 + exact.get("M", 0) * 60 + exact.get("S", 0)
