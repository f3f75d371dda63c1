"""When somebody has time, and how offers reach them: the fields of three forms, and the same in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from babel import Locale
from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError, TimesAreFree
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.fields import echo, field_view
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import DAY_MINUTES, EVERY_DAY, Bounds
from scheduler_integration.waitlist.requests import MOST_UNANSWERED, USUAL_UNANSWERED
from scheduler_integration.waitlist.rows import Entry

_TEXTS = ("first_date", "last_date", "from_time", "to_time", "most_offers", "notify_by")
# As the browser's own field for a time writes them.
_LONGEST = 20


def typed_when(given: Mapping[str, str]) -> dict[str, Any]:
	"""Return the fields of a WaitPayload in a submitted form or in the address, unchecked."""
	found: dict[str, Any] = {name: echo(given[name])[:_LONGEST] for name in _TEXTS if given.get(name)}
	days = given.getlist("weekdays") if isinstance(given, MultiDict) else []
	return {**found, **({"weekdays": days[:7]} if days else {})}


def stored_when(entry: Entry) -> dict[str, Any]:
	"""Return the values of the fields as an entry has them."""
	bounds = entry.bounds
	return {
		"first_date": bounds.first.isoformat(),
		"last_date": bounds.last.isoformat(),
		"weekdays": [str(day) for day in sorted(bounds.weekdays)],
		"from_time": _clock(bounds.from_minute) if bounds.from_minute else "",
		"to_time": _clock(bounds.to_minute) if bounds.to_minute < DAY_MINUTES else "",
		"most_offers": str(entry.most_unanswered),
		"notify_by": "text" if entry.is_told_by_text else "email",
	}


def free_now(error: SchedulingError | None, visitor: Visitor, url: Callable[[str, str], str]) -> list[dict[str, str]]:
	"""Return links to the times for which somebody needn't wait. `url` takes a start and its zone."""
	if not isinstance(error, TimesAreFree):
		return []
	return [
		{
			"url": url(iso(start, error.zone), error.zone),
			"day": dates.short_day(local_date(start, error.zone), visitor.locale),
			"time": dates.clock_time(start, visitor.style(error.zone)),
		}
		for start in error.starts
	]


def when_fields(
	values: dict[str, Any], errors: dict[str, str], locale: Locale, *, can_text: bool, needs_phone: bool = False
) -> dict[str, Any]:
	"""Return the view for templates/scheduling/wait_fields.html.

	`can_text`: offers may come as text messages; `needs_phone`: only if a number is given in the same form.
	"""
	values = {"most_offers": str(USUAL_UNANSWERED), "notify_by": "email", **values}
	chosen = set(values.get("weekdays") or map(str, EVERY_DAY))
	help_of_texts = _("For text messages, also enter your phone number.") if needs_phone else None
	ways = [{"value": "email", "label": _("By e-mail")}, {"value": "text", "label": _("By text message")}]
	return {
		"first_date": field_view("first_date", values, errors, label=_("First day"), type="date"),
		"last_date": field_view("last_date", values, errors, label=_("Last day"), type="date"),
		"from_time": field_view("from_time", values, errors, label=_("Not before"), type="time"),
		"to_time": field_view("to_time", values, errors, label=_("Not after"), type="time"),
		"weekdays": [{**each, "is_chosen": each["value"] in chosen} for each in _weekdays(locale)],
		"weekdays_error": errors.get("weekdays"),
		"most_offers": field_view(
			"most_offers",
			values,
			errors,
			label=_("Ask me at most so many times"),
			type="number",
			required=True,
			help=_("After so many offers without an answer you leave the waitlist. At most {0}.").format(
				MOST_UNANSWERED
			),
			missing=_("Choose a number from {0} to {1}.").format(1, MOST_UNANSWERED),
		),
		"notify_by": field_view(
			"notify_by",
			values,
			errors,
			label=_("How shall we ask you?"),
			type="radio",
			required=True,
			choices=ways,
			help=help_of_texts,
		)
		if can_text
		else None,
	}


def when_words(bounds: Bounds, style: dates.TimeStyle) -> list[str]:
	"""Return when somebody has time: the dates, the weekdays and the hours, each as a phrase."""
	locale = style.locale
	names = [each["long"] for each in _weekdays(locale) if int(each["value"]) in bounds.weekdays]
	is_one_day = bounds.first == bounds.last
	days = dates.full_date(bounds.first, locale) if is_one_day else dates.date_range(bounds.first, bounds.last, locale)
	return [
		days,
		*([dates.listed(names, locale)] if bounds.weekdays < EVERY_DAY and not is_one_day else []),
		_hours(bounds, style),
	]


def _hours(bounds: Bounds, style: dates.TimeStyle) -> str:
	by_clock = replace(style, zone="UTC")
	minutes = (bounds.from_minute, bounds.to_minute)
	since, until = (dates.clock_time(minute % DAY_MINUTES * 60, by_clock) for minute in minutes)
	if bounds.from_minute == bounds.to_minute:
		return _("The meeting begins at {0}.").format(since)
	if bounds.from_minute and bounds.to_minute < DAY_MINUTES:
		return _("The meeting begins between {0} and {1}.").format(since, until)
	if bounds.from_minute:
		return _("The meeting begins at {0} or later.").format(since)
	if bounds.to_minute < DAY_MINUTES:
		return _("The meeting begins at {0} or earlier.").format(until)
	return _("At any time of the day.")


def _clock(minute: int) -> str:
	return f"{minute // 60:02}:{minute % 60:02}"


def _weekdays(locale: Locale) -> list[dict[str, str]]:
	"""Return the days in the locale's order: their ISO numbers as text, and their names."""
	order = [(locale.first_week_day + offset) % 7 + 1 for offset in range(7)]
	return [{"value": str(number), **name} for number, name in zip(order, dates.weekday_names(locale), strict=True)]
