"""The calendar of a month: weeks of days, each with the number of its free times and a link to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from babel import Locale
from frappe import _

from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.months import first_of, next_month, previous_month, sheet_of, weeks_between
from scheduler_integration.pages.kit.query import Query

# The calendar can show months up to this many months after the present one.
FARTHEST_MONTHS = 24


def within_reach(month: date, today: date) -> date:
	"""Return the first day of `month`, but not before this month, and not later than FARTHEST_MONTHS from now."""
	reach = first_of(today) + timedelta(days=31 * FARTHEST_MONTHS)
	return min(max(first_of(month), first_of(today)), first_of(reach))


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
	can_go_back = month > first_of(today)
	first, last = sheet_of(month, today, locale.first_week_day)
	weeks = weeks_between(first, last, locale.first_week_day)
	return {
		"title": dates.sheet_title(first, last, locale),
		"value": f"{month:%Y-%m}",
		"weekdays": dates.weekday_names(locale),
		"weeks": [
			[
				day
				and {
					**_day(day, chosen, today, free, query, locale, partial),
					"is_past": day < today,
					"is_along": day in along,
					"month": dates.short_month(day, locale) if day.day == 1 and day != first else None,
				}
				for day in week
			]
			for week in weeks
			# Weeks that are over are left out.
			if any(day and day >= today for day in week)
		],
		"previous_url": query.url(month=f"{previous_month(month):%Y-%m}") if can_go_back else None,
		"next_url": query.url(month=f"{next_month(month):%Y-%m}") if goes_on else None,
	}


def _day(
	day: date,
	chosen: date | None,
	today: date,
	free: Mapping[date, Sequence],
	query: Query,
	locale: Locale,
	partial: Collection[date],
) -> dict:
	iso = day.isoformat()
	count = len(free.get(day, ()))
	is_partial = not count and day in partial
	return {
		"date": iso,
		"number": day.day,
		"is_free": bool(count),
		"is_partial": is_partial,
		"is_today": day == today,
		"is_chosen": day == chosen,
		"name": _day_name(dates.full_date(day, locale), count, is_partial),
		"url": query.url(date=iso) if count or is_partial else None,
	}


def _day_name(name: str, count: int, is_partial: bool) -> str:
	if count:
		return _("{0}, free times: {1}").format(name, count)
	return _("{0}, partly free").format(name) if is_partial else _("{0}, no free times").format(name)
