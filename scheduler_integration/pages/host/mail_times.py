"""The page `/scheduling/times`: a host chooses free times of a meeting type and copies them into an e-mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from frappe import _

from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.mailed_times.choose import LEAST, MOST, by_day
from scheduler_integration.mailed_times.write import OfferedTimes, as_html, as_text
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.links import PATH as LINKS
from scheduler_integration.pages.host.links import TIMES_PATH as PATH
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.platform.clock import iso

__all__ = ["PATH", "TimesPage", "times_page_view"]

# Days to choose from: more wouldn't be read. The first ones are shown, the others unfold.
_DAYS = 10
_SHOWN = 4


@dataclass(frozen=True)
class TimesPage:
	"""The data of the page: the chosen type, the reader's zone, the free starts by date, and those that are ticked.

	`made` are the words for the e-mail, if they were asked for.
	"""

	house: House
	types: Sequence[ReadableType]
	chosen: str
	zone: str
	count: int
	days: Mapping[date, Sequence[int]]
	ticked: frozenset[int]
	made: OfferedTimes | None = None
	error: SchedulingError | None = None


def times_page_view(page: TimesPage) -> dict[str, Any]:
	"""Return the view of `/scheduling/times`."""
	error = page.error
	return {
		**page.house.frame(_("Times for an e-mail"), style="types", said=error.message if error else ""),
		"subtitle": _("Choose a few free times. Each of them is one click to book."),
		"path": PATH,
		"links_path": LINKS,
		"pages": types_by_page(page.types),
		"chosen": page.chosen,
		"zones": zone_options(page.house.visitor.locale, page.zone),
		"zone": page.zone,
		"city": dates.city(page.zone, page.house.visitor.locale),
		"count": page.count,
		"counts": list(range(LEAST, MOST + 1)),
		"days": _days(page),
		"most": MOST,
		"made": _made(page.made) if page.made else None,
		"problem": " ".join(dict.fromkeys([error.message, *error.details.values()])) if error else None,
	}


def _days(page: TimesPage) -> list[dict[str, Any]]:
	style = page.house.visitor.style(page.zone)
	days = by_day(page.days, page.zone)
	for start in page.ticked:
		# A time that isn't free any more, or at night, stays to be seen and unticked.
		own = days.setdefault(local_date(start, page.zone), [])
		if start not in own:
			own.append(start)
	return [
		{
			"label": dates.full_date(day, style.locale),
			"times": [
				{
					"value": iso(start, page.zone),
					"label": dates.clock_time(start, style),
					"is_ticked": start in page.ticked,
				}
				for start in sorted(starts)
			],
			"is_folded": place >= _SHOWN and not page.ticked.intersection(starts),
		}
		for place, (day, starts) in enumerate(sorted(days.items())[:_DAYS])
	]


def _made(times: OfferedTimes) -> dict[str, Any]:
	return {
		"title": times.title,
		"length": times.length,
		"days": [
			{"label": day, "times": [{"label": label, "url": url} for label, url in own]} for day, own in times.days
		],
		"zone": times.zone,
		"more_url": times.more_url,
		"html": str(as_html(times)),
		"text": as_text(times),
	}
