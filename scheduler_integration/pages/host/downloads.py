"""The tables that `/scheduling/insights` offers as files, and the files that a job makes or has made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from babel import Locale, numbers
from frappe import _

from scheduler_integration.engine import local_date
from scheduler_integration.insights.export import MOST_BOOKINGS
from scheduler_integration.insights.export_files import FAILED, READY, WAITING, ExportFile, trouble
from scheduler_integration.insights.scope import Scope
from scheduler_integration.insights.sheets import FORMATS
from scheduler_integration.pages.kit import dates

EXPORT = "/api/method/scheduler_integration.api.analytics.export"
# The table has rows that the figures leave out, such as declined requests.
_MANY = MOST_BOOKINGS // 2


def downloads_view(
	scope: Scope, files: Sequence[ExportFile], bookings: int, locale: Locale, *, is_manager: bool
) -> dict[str, Any]:
	"""Return the tables with their links, and the user's files. A table of too many bookings has buttons instead of links."""
	labels = _labels(is_manager)
	kept = {
		"start_date": scope.first.isoformat(),
		"end_date": scope.last.isoformat(),
		"host": scope.host if is_manager else None,
		"meeting_type": scope.meeting_type,
	}
	if scope.meeting_type:
		# These are counted by date and host only.
		del labels["video_providers"]
	return {
		"tables": [
			{
				"what": what,
				"label": label,
				"files": [
					{"format": extension, "name": extension.upper(), "url": _address(what, extension, kept)}
					for extension in FORMATS
				],
				"is_large": what == "bookings" and bookings > _MANY,
			}
			for what, label in labels.items()
		],
		"files": [_file(each, scope.zone, locale) for each in files],
		"is_busy": any(each.status not in (READY, FAILED) for each in files),
	}


def _labels(is_manager: bool) -> dict[str, str]:
	labels = {
		"bookings": _("Bookings"),
		"daily": _("Days"),
		"meeting_types": _("Meeting types"),
		"sources": _("Sources"),
		"funnel": _("Visitors"),
		"video_providers": _("Video calls"),
	}
	return labels | ({"staff": _("Hosts")} if is_manager else {})


def _address(what: str, extension: str, kept: dict[str, str | None]) -> str:
	asked = {"what": what, **kept, "format": extension}
	return f"{EXPORT}?{urlencode({name: value for name, value in asked.items() if value})}"


def _file(each: ExportFile, zone: str, locale: Locale) -> dict[str, Any]:
	label = _labels(is_manager=True)[each.what]
	return {
		"name": f"{label}, {dates.date_range(each.first, each.last, locale)} ({each.format.upper()})",
		"url": each.address,
		"state": _state(each, zone, locale),
		"has_failed": each.status == FAILED,
	}


def _state(each: ExportFile, zone: str, locale: Locale) -> str:
	rows = numbers.format_decimal(each.rows, locale=locale)
	if each.status == READY:
		last = dates.full_date(local_date(each.ends_at, zone), locale)
		return _("{0} rows. You can download it until {1}.").format(rows, last)
	if each.status == FAILED:
		return trouble(each.reason)
	return _("Waits for its turn.") if each.status == WAITING else _("Is being made: {0} rows so far.").format(rows)
