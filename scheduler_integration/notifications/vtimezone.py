"""Describes time zones as calendars need them (RFC 5545, 3.6.5).

icalendar has a function for that too. Its changes begin an hour late, and it lists a change for each year as RDATE, of which
some programs read the first only: an invitation was an hour off. A yearly rule is what all programs know.
"""

import calendar
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from scheduler_integration.engine import zone

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Change(NamedTuple):
	"""A change of a zone's clock: the local time before it, the offsets from UTC before and after it, and the name after it."""

	local: datetime
	before: timedelta
	after: timedelta
	name: str
	is_summer: bool


@lru_cache(maxsize=512)
def time_zone(name: str, first: int, last: int) -> Timezone:
	"""Return the VTIMEZONE of an IANA zone. It is right for the years from `first` to `last`."""
	described = Timezone()
	described.add("tzid", name)
	changes = _changes(name, first - 1, last + 1)
	if not changes:
		start = datetime(1970, 1, 1, tzinfo=zone(name))
		offset = datetime(first, 1, 1, tzinfo=zone(name)).utcoffset() or timedelta()
		changes = [_Change(start.replace(tzinfo=None), offset, offset, f"{start:%Z}", False)]
	alike = defaultdict(list)
	for change in changes:
		alike[change[1:]].append(change)
	for same in alike.values():
		rule = _yearly_rule(same)
		for change in same[:1] if rule else same:
			part = TimezoneDaylight() if change.is_summer else TimezoneStandard()
			part.add("dtstart", change.local)
			part.add("tzoffsetfrom", change.before)
			part.add("tzoffsetto", change.after)
			part.add("tzname", change.name)
			if rule:
				part.add("rrule", rule)
			described.add_component(part)
	return described


def _changes(name: str, first: int, last: int) -> list[_Change]:
	"""Return the zone's changes in these years. No zone changes twice on a day."""
	tz, hour = zone(name), timedelta(hours=1)
	found = []
	moment, end = datetime(first, 1, 1, tzinfo=timezone.utc), datetime(last + 1, 1, 1, tzinfo=timezone.utc)
	while moment < end:
		following = moment + 24 * hour
		if (moment.astimezone(tz).utcoffset()) != following.astimezone(tz).utcoffset():
			found.append(_change_between(moment, following, name))
		moment = following
	return found


def _change_between(low: datetime, high: datetime, name: str) -> _Change:
	tz = zone(name)
	before = low.astimezone(tz).utcoffset() or timedelta()
	while high - low > timedelta(minutes=1):
		middle = low + (high - low) // 2
		low, high = (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
	# The instant is between `low` and `high`, and changes happen on full minutes.
	after = high.astimezone(tz)
	instant = high.replace(second=0, microsecond=0)
	local = (instant + before).replace(tzinfo=None)
	return _Change(local, before, after.utcoffset() or timedelta(), f"{after:%Z}", bool(after.dst()))


def _yearly_rule(changes: list[_Change]) -> dict[str, object] | None:
	"""Return a rule such as "the last Sunday of March" if all of these changes, one a year, follow it."""
	first = changes[0].local
	years = [change.local.year for change in changes]
	if len(changes) < 3 or years != list(range(years[0], years[0] + len(years))):
		return None
	if len({(change.local.month, change.local.weekday(), change.local.time()) for change in changes}) > 1:
		return None
	for number in ((first.day - 1) // 7 + 1, -1):
		if all(_is_nth(change.local, number) for change in changes):
			return {"freq": "yearly", "bymonth": first.month, "byday": f"{number}{_WEEKDAYS[first.weekday()]}"}
	return None


def _is_nth(day: datetime, number: int) -> bool:
	if number == -1:
		return day.day + 7 > calendar.monthrange(day.year, day.month)[1]
	return (day.day - 1) // 7 + 1 == number
