"""Weekly hours that stay at the same instants when a host's zone changes."""

from collections.abc import Iterable
from datetime import timedelta

from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.wall_clock import DAY_SECONDS, minutes_of_day
from scheduler_integration.times import WEEK

_WEEK = 7 * 24 * 60


def moved_rules(rules: Iterable[Document], old: str, new: str, now: int) -> list[dict[str, object]]:
	"""Return rows of Availability Rule that mean the same instants in the zone `new` as the `rules` mean in `old`.

	The difference of the two zones is taken at `now`, epoch seconds. Example: Monday 09:00 to 17:00 in Berlin, read in
	Tokyo, becomes Monday 17:00 to 01:00 in winter.
	"""
	difference = (_offset(now, new) - _offset(now, old)) // timedelta(minutes=1)
	moved: list[dict[str, object]] = []
	for rule in rules:
		weekly = engine.WeeklyRule(
			WEEK.index(rule.day_of_week), minutes_of_day(rule.start_time), minutes_of_day(rule.end_time)
		)
		start, end = weekly.minutes
		begins = (weekly.weekday * 24 * 60 + start + difference) % _WEEK
		day, minute = divmod(begins, 24 * 60)
		moved.append(
			{
				"day_of_week": WEEK[day],
				"start_time": _time(minute),
				"end_time": _time((minute + end - start) % (24 * 60)),
				"is_available": rule.is_available,
			}
		)
	return moved


def _offset(now: int, zone: str) -> timedelta:
	return engine.wall_clock(now, zone).utcoffset() or timedelta()


def _time(minute: int) -> str:
	return str(timedelta(seconds=minute * 60 % DAY_SECONDS)).rjust(8, "0")
