"""The time in which a host is away: what it does to the host's hours, and when a stand-in takes over."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from scheduler_integration import engine
from scheduler_integration.times import Absence

_DAY_MINUTES = 24 * 60


def overrides_of(absence: Absence, label: str = "") -> list[engine.DateOverride]:
	"""Return the overrides that close the host's hours. From Friday 14:00 to Monday 12:00:

	Friday 14:00 to midnight      Saturday and Sunday, the whole days      Monday, midnight to 12:00
	"""
	first, last, start, end = absence[1:]
	starts_late, ends_early = start > 0, end < _DAY_MINUTES
	if first == last:
		return [_closed(first, first, label, start, end)]
	found = [_closed(first, first, label, start, _DAY_MINUTES)] if starts_late else []
	between = first + timedelta(days=starts_late), last - timedelta(days=ends_early)
	if between[0] <= between[1]:
		found.append(_closed(*between, label, 0, _DAY_MINUTES))
	return [*found, _closed(last, last, label, 0, end)] if ends_early else found


def interval_of(absence: Absence, hours: engine.WorkingHours) -> engine.Interval:
	"""Return the absence as `[start, end)`, epoch seconds, by the host's clock. On a trip that is the trip's clock."""
	first, last, start, end = absence[1:]
	return _instant(first, start, hours), _instant(last, end, hours)


def standing_in(absences: Iterable[Absence], hours: engine.WorkingHours) -> tuple[engine.Interval, ...]:
	"""Return when somebody stands in for the host with these hours, epoch seconds.

	An absence counts only while the hours have it: it may have been removed since the stand-ins were read.
	"""
	known = set(hours.overrides)
	lasting = [each for each in absences if known.issuperset(overrides_of(each))]
	return tuple(engine.merge(interval_of(each, hours) for each in lasting))


def _closed(first: date, last: date, label: str, start: int, end: int) -> engine.DateOverride:
	if (start, end) == (0, _DAY_MINUTES):
		# Without times the date is closed, whatever other overrides say.
		return engine.DateOverride(first, last, is_available=False, label=label)
	return engine.DateOverride(first, last, False, start, end, label)


def _instant(day: date, minutes: int, hours: engine.WorkingHours) -> int:
	trips = [each.zone for each in hours.trips if each.first <= day <= each.last]
	wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
	return engine.instant_of(wall, trips[-1] if trips else hours.zone)
