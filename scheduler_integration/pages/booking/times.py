"""The free times of one day: those before 8:00 folded, then morning, afternoon, evening and night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale
from frappe import _

from scheduler_integration.engine import PartlyFree, local_date
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.spans import by_part_of_day, days_in_short
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import Slot

# A longer list is shown in two columns, unless each time has its days beside it.
_MANY = 8


@dataclass(frozen=True)
class DayOfTimes:
	"""The times of a day. Partly free starts of a multi-day meeting and taken times are shown, but can't be chosen."""

	day: date
	slots: Sequence[Slot]
	partly_free: Sequence[PartlyFree] = ()
	taken: Sequence[Slot] = ()


def times_view(times: DayOfTimes, style: dates.TimeStyle, host_zone: str, query: Query) -> dict:
	"""Return the view of the list of times. The day is a date in `style.zone`, the visitor's zone."""
	zone, locale = style.zone, style.locale
	starts: list[Slot | PartlyFree] = sorted(
		[*times.slots, *times.partly_free, *times.taken], key=lambda slot: slot.start
	)
	taken = {slot.start for slot in times.taken}
	labels = [dates.clock_time(start.start, style) for start in starts]
	host_dates = [host_date(start.start, zone, host_zone, locale) for start in starts]
	common = host_dates[0] if len(set(host_dates)) == 1 else None
	rows = [
		{
			"start": each.start,
			"label": _unmistakable(label, labels, each.start, zone),
			"notes": [note for note in (*_notes(each, zone, locale), None if common else theirs) if note],
			"url": query.url(start=iso(each.start, zone))
			if isinstance(each, Slot) and each.start not in taken
			else None,
			"is_taken": each.start in taken,
		}
		for each, label, theirs in zip(starts, labels, host_dates, strict=True)
	]
	return {
		"weekday": dates.weekday(times.day, locale),
		"day": dates.day_and_month(times.day, locale),
		"groups": by_part_of_day(rows, style),
		"none": None if times.slots else _("No free times on {0}.").format(dates.full_date(times.day, locale)),
		"count": len(times.slots),
		"is_many": len(times.slots) + len(taken) > _MANY and not any(slot.parts for slot in times.slots),
		"note": common,
	}


def _notes(start: Slot | PartlyFree, zone: str, locale: Locale) -> list[str | None]:
	"""Return the lines under a time: its days and the seats left, or why it can't be chosen."""
	if isinstance(start, PartlyFree):
		return [partly_free(start, zone, locale)]
	return [days_in_short(start.parts, zone, locale) if start.parts else None, seats(start.seats_left)]


def seats(left: int | None) -> str | None:
	"""`3 seats left`, or None if seats aren't counted."""
	if left is None:
		return None
	return _("1 seat left") if left == 1 else _("{0} seats left").format(left)


def partly_free(each: PartlyFree, zone: str, locale: Locale) -> str:
	"""`2 of 3 days free; not on Wed 25 Nov`."""
	missing = dates.listed([dates.short_day(local_date(start, zone), locale) for start, _end in each.missing], locale)
	free = len(each.parts) - len(each.missing)
	return _("{0} of {1} days free; not on {2}").format(free, len(each.parts), missing)


def host_date(start: int, zone: str, host_zone: str, locale: Locale) -> str | None:
	"""Return `Tue 24 Nov for your host`, or None if the date is the same in the visitor's `zone`."""
	theirs = local_date(start, host_zone)
	if theirs == local_date(start, zone):
		return None
	return _("{0} for your host").format(dates.short_day(theirs, locale))


def _unmistakable(label: str, labels: list[str], start: int, zone: str) -> str:
	"""Add the UTC offset if the label occurs twice: in the night when clocks go back, there are two times 02:30."""
	return f"{label} {dates.offset_name(start, zone)}" if labels.count(label) > 1 else label
