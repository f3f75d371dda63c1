"""Weeks as rows of Availability Rule."""

from typing import Any

from scheduler_integration.availability.week import Week
from scheduler_integration.times import WEEK


def rules_of(week: Week) -> list[dict[str, Any]]:
	"""Return the week as rows, in its order."""
	return [
		{"day_of_week": WEEK[day], "start_time": _time(start), "end_time": _time(end), "is_available": 1}
		for day in sorted(week)
		for start, end in week[day]
	]


def _time(minutes: int) -> str:
	return f"{minutes // 60 % 24:02}:{minutes % 60:02}:00"
