"""Requests for several dates at once, of a meeting type that repeats."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.repeats import MOST_DATES, WantedSeries, repeat_of
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused, whole_number
from scheduler_integration.platform.language import counted


def parse_series(
	dates: object, times: object, start: int, meeting_type: Document, *, is_host: bool = False
) -> WantedSeries | None:
	"""Return the series that is asked for, or None for a single meeting. Raises Refused.

	`dates` are the starts that the person has agreed to, in order, each an instant or empty for a date that is left out. With
	`times` alone, all dates must be free. `start` is the first one, in epoch seconds. A host who books for somebody may ask
	for fewer dates than attendees must.
	"""
	repeat = repeat_of(meeting_type)
	agreed = parse_dates(dates)
	if not repeat:
		if len(agreed) > 1 or times not in (None, "", 1, "1"):
			raise Refused(_("This meeting doesn't repeat."))
		return None
	least = 1 if is_host else repeat.least
	count = len(agreed) or least if times in (None, "") else whole_number(times)
	if not least <= count <= repeat.most:
		raise Refused(
			counted(_("This meeting takes place once. | This meeting takes place {0} times."), repeat.most).format(
				repeat.most
			)
			if least == repeat.most
			else _("Choose a number from {0} to {1}.").format(least, repeat.most)
		)
	_check_agreed(agreed, count, start)
	return WantedSeries(repeat.weeks, count, agreed) if count > 1 else None


def parse_dates(value: object) -> tuple[int | None, ...]:
	"""Return the starts of dates, in epoch seconds; None for an empty one. Raises Refused."""
	given = value or []
	if not isinstance(given, list) or len(given) > MOST_DATES:
		raise Refused(_("Give the dates as they were offered."))
	return tuple(parse_instant(each) if each else None for each in given)


def _check_agreed(agreed: tuple[int | None, ...], count: int, start: int) -> None:
	starts = [each for each in agreed if each is not None]
	if agreed and (len(agreed) != count or agreed[0] != start):
		raise Refused(_("Give the dates as they were offered."))
	if len(set(starts)) != len(starts):
		raise Refused(_("You chose one time for two dates."))
