"""The days of a month, each with the number of its free times and a link to them, and the free times of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from babel import Locale
from frappe import _

from scheduler_integration.engine import PartlyFree, local_date
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.months import first_of, next_month, previous_month, sheet_of, weeks_between
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.spans import by_part_of_day, days_in_short
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.language import counted
from scheduler_integration.times import Slot

# A longer list is shown in two columns, unless each time has its days beside it.
_MANY = 8


class Day(NamedTuple):
	"""A day of the calendar, in the order in which `month.html` takes it apart: looking up each field would take it longer.

	`month` is the month's name on its first day, if the calendar begins earlier. `current` is for `aria-current`. A day
	without a free time has neither a `name` nor a `url`.
	"""

	number: int
	month: str | None
	classes: str
	current: str | None
	is_past: bool
	name: str | None
	url: str | None


def month_view(
	month: date,
	chosen: date | None,
	today: date,
	free: Mapping[date, Sequence],
	query: Query,
	locale: Locale,
	partial: Collection[date] = (),
	along: Collection[date] = (),
	goes_on: bool = True,
) -> dict:
	"""Return the view of the calendar.

	`free` maps dates to slots; `partial` are dates with only partly free starts. `along` are the later days of a
	multi-day meeting that begins on the chosen day. Without `goes_on`, nothing is free after this month.
	"""
	first, last = sheet_of(month, today, locale.first_week_day)
	# The date comes last in a link, and needs no quoting.
	link = query.url(date="-").removesuffix("-")
	free_times, partly_free = _("{0}, free times: {1}"), _("{0}, partly free")

	def shown(day: date) -> Day:
		count = len(free.get(day, ()))
		kind = "is-free" if count else "is-partial" if day in partial else None
		states = {"is-today": day == today, "is-past": day < today, "is-along": day in along}
		return Day(
			number=day.day,
			month=dates.short_month(day, locale) if day.day == 1 and day != first else None,
			classes=" ".join(["day", *([kind] if kind else ()), *(state for state, holds in states.items() if holds)]),
			current="true" if day == chosen else "date" if day == today else None,
			is_past=day < today,
			name=(free_times if count else partly_free).format(dates.full_date(day, locale), count) if kind else None,
			url=f"{link}{day.isoformat()}" if kind else None,
		)

	return {
		"title": dates.sheet_title(first, last, locale),
		"weekdays": dates.weekday_names(locale),
		"weeks": [
			[day and shown(day) for day in week]
			for week in weeks_between(first, last, locale.first_week_day)
			# Weeks that are over are left out.
			if any(day and day >= today for day in week)
		],
		"previous_url": query.url(month=f"{previous_month(month):%Y-%m}") if month > first_of(today) else None,
		"next_url": query.url(month=f"{next_month(month):%Y-%m}") if goes_on else None,
	}


def times_view(
	day: date,
	slots: Sequence[Slot],
	style: dates.TimeStyle,
	host_zone: str,
	query: Query,
	partly_free: Sequence[PartlyFree] = (),
	taken: Sequence[Slot] = (),
) -> dict:
	"""Return the view of the list of times. `day` is a date in `style.zone`, the visitor's zone.

	Partly free starts of a multi-day meeting and taken times are shown, but can't be chosen.
	"""
	locale = style.locale
	starts: list[Slot | PartlyFree] = sorted([*slots, *partly_free, *taken], key=lambda each: each.start)
	counts = Counter(dates.clock_time(each.start, style) for each in starts)
	their_dates = {host_date(each.start, host_zone, style) for each in starts}
	note = their_dates.pop() if len(their_dates) == 1 else None

	def shown(each: Slot | PartlyFree) -> dict:
		label, is_taken = dates.clock_time(each.start, style), each in taken
		# In the night when clocks go back, there are two times 02:30.
		notes = [None if note else host_date(each.start, host_zone, style)]
		if isinstance(each, PartlyFree):
			days = [dates.short_day(local_date(start, style.zone), locale) for start, _end in each.missing]
			free = len(each.parts) - len(each.missing)
			days_free = _("{0} of {1} days free; not on {2}").format(free, len(each.parts), dates.listed(days, locale))
			is_free, notes = False, [days_free, *notes]
		else:
			is_free, parts = not is_taken, each.parts
			notes = [days_in_short(parts, style.zone, locale) if parts else None, seats(each.seats_left), *notes]
		return {
			"start": each.start,
			"label": f"{label} {dates.offset_name(each.start, style.zone)}" if counts[label] > 1 else label,
			"notes": [text for text in notes if text],
			"url": query.url(start=iso(each.start, style.zone)) if is_free else None,
			"is_taken": is_taken,
		}

	return {
		"weekday": dates.weekday(day, locale),
		"day": dates.day_and_month(day, locale),
		"groups": by_part_of_day([shown(each) for each in starts], style),
		"none": None if slots else _("No free times on {0}.").format(dates.full_date(day, locale)),
		"is_many": len(slots) + len(taken) > _MANY and not any(slot.parts for slot in slots),
		"note": note,
	}


def seats(left: int | None) -> str | None:
	"""`3 seats left`, or None if seats aren't counted."""
	if left is None:
		return None
	return counted(_("1 seat left | {0} seats left"), left).format(left)


def host_date(start: int, host_zone: str, style: dates.TimeStyle) -> str | None:
	"""Return `Tue 24 Nov for your host`, or None if the date is the same for the visitor."""
	theirs = local_date(start, host_zone)
	if theirs == local_date(start, style.zone):
		return None
	return _("{0} for your host").format(dates.short_day(theirs, style.locale))
