"""A week of hours as people see it: the open spans of each day, overlaps merged and cut hours taken out."""

from collections.abc import Iterable, Mapping
from typing import Any

from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.moved_hours import DAYS
from scheduler_integration.availability.wall_clock import minutes_of_day

# Spans of each day, 0 is Monday, in minutes after its midnight: start < 1440, and start < end <= start + 1440.
Week = dict[int, list[engine.Interval]]

_DAY = 24 * 60


def week_of(rules: Iterable[Mapping[str, Any] | Document]) -> Week:
	"""Return the open spans of the rows of Availability Rule. A day that is off has no key.

	A span belongs to the day on which it begins: Friday 22:00 to 02:00 is `{4: [(1320, 1560)]}`. As rows of its own, the
	week opens the same instants as the original ones.
	"""
	opened: dict[int, list[engine.Interval]] = {}
	cut: list[engine.Interval] = []
	for row in rules:
		start, end = (minutes_of_day(str(row.get(field))) for field in ("start_time", "end_time"))
		rule = engine.WeeklyRule(DAYS.index(row.get("day_of_week")), start, end)
		if row.get("is_available"):
			opened.setdefault(rule.weekday, []).append(rule.minutes)
		else:
			cut.append((rule.weekday * _DAY + rule.minutes[0], rule.weekday * _DAY + rule.minutes[1]))
	# Hours that are cut on Sunday night may reach into Monday, and those of Sunday night may be cut on Monday.
	cuts = engine.merge([(start + shift, end + shift) for start, end in cut for shift in (-7 * _DAY, 0, 7 * _DAY)])
	pieces = [
		piece
		for day, spans in opened.items()
		for piece in engine.subtract(engine.merge((day * _DAY + a, day * _DAY + b) for a, b in spans), cuts)
	]
	return _by_day(pieces)


def _by_day(pieces: Iterable[engine.Interval]) -> Week:
	days: list[list[engine.Interval]] = [[] for _day in range(7)]
	for start, end in pieces:
		day, minute = divmod(start, _DAY)
		days[day % 7].append((minute, minute + end - start))
	# A row is at most 24 hours long, so the rest of a longer span is put into the next day, which may then be too long.
	for step in range(14):
		merged = engine.merge(days[step % 7])
		days[step % 7] = [(start, min(end, start + _DAY)) for start, end in merged]
		days[(step + 1) % 7] += [(start, end - _DAY) for start, end in merged if end - start > _DAY]
	return {day: spans for day, spans in enumerate(map(engine.merge, days)) if spans}
