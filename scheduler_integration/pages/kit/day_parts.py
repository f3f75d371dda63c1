"""The parts of a day by which a list of times is grouped: those before 8:00 folded, morning, afternoon, evening, night."""

from __future__ import annotations

from dataclasses import replace

from frappe import _

from scheduler_integration.engine import wall_clock
from scheduler_integration.pages.kit import dates

_WAKING, _NOON, _EVENING, _NIGHT = 8, 12, 17, 22
_EARLY = _WAKING * 3600


def by_part_of_day(times: list[dict], style: dates.TimeStyle) -> list[dict]:
	"""Return the groups. Each time has its `start` in epoch seconds; those before 8:00 are folded, unless there are no others."""
	parts: dict[str, list[dict]] = {}
	for time in times:
		parts.setdefault(_part_of_day(wall_clock(time["start"], style.zone).hour, style), []).append(time)
	early = _before_waking(style)
	return [
		{"title": title, "times": group, "is_folded": title == early, "is_open": len(parts) == 1}
		for title, group in parts.items()
	]


def _part_of_day(hour: int, style: dates.TimeStyle) -> str:
	if hour < _WAKING:
		return _before_waking(style)
	if hour < _NOON:
		return _("Morning")
	if hour < _EVENING:
		return _("Afternoon")
	return _("Evening") if hour < _NIGHT else _("Night")


def _before_waking(style: dates.TimeStyle) -> str:
	return _("Before {0}").format(dates.clock_time(_EARLY, replace(style, zone="UTC")))
