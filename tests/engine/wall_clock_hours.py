"""Checks working hours backwards: whether the host's clock shows an open time at an instant."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 24 * 60


def is_open(hours, instant):
	"""Whether the host works at `instant`. Not valid near a clock change; see `clock_changes_near`."""
	opened = cut = False
	for date in _dates_around(instant):
		minute = _minute(hours, date, instant)
		own = [o for o in hours.overrides if o.first <= date <= o.last]
		replaced = [o for o in own if o.is_available or o.start is None]
		if replaced and minute >= 0:
			opened = cut = False
		rules = own if replaced else [*own, *(r for r in hours.weekly if r.weekday == date.weekday())]
		is_closed = any(not o.is_available and o.start is None for o in own)
		holding = [rule for rule in rules if _holds(rule, minute)]
		opened = opened or (not is_closed and any(rule.is_available for rule in holding))
		cut = cut or any(not rule.is_available and rule.start is not None for rule in holding)
	return opened and not cut


def clock_changes_near(hours, instant):
	"""Whether any of the host's clocks changes within two days. Then its reading isn't the time since midnight."""
	zones = [hours.zone, *(trip.zone for trip in hours.trips)]
	return any(len({_wall(instant + n * 21600, z).utcoffset() for n in range(-12, 13)}) > 1 for z in zones)


def _dates_around(instant):
	day = datetime.fromtimestamp(instant, timezone.utc).date()
	return [day + timedelta(days=n) for n in range(-3, 3)]


def _minute(hours, date, instant):
	"""The minutes from the midnight of `date` to `instant`, by the clock that the host uses on that date."""
	away = [trip.zone for trip in hours.trips if trip.first <= date <= trip.last]
	wall = _wall(instant, away[-1] if away else hours.zone)
	return (wall.date() - date).days * MINUTES_PER_DAY + wall.hour * 60 + wall.minute


def _holds(rule, minute):
	start, end = rule.start or 0, rule.end or 0
	if end >= MINUTES_PER_DAY - 1:
		end = MINUTES_PER_DAY
	return start <= minute < (end if end > start else end + MINUTES_PER_DAY)


def _wall(instant, zone):
	return datetime.fromtimestamp(instant, timezone.utc).astimezone(ZoneInfo(zone))
