"""The dates of a meeting that repeats, between the chosen time and the form: how often, which dates aren't free, and other
times for those. And how many dates of a series a form changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.series import plan_dates
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.catalogue.public import PublicMeetingType
from scheduler_integration.catalogue.repeats import MOST_DATES, Repeat, WantedSeries
from scheduler_integration.engine import SeriesDate
from scheduler_integration.meetings.rescheduling import plan_move
from scheduler_integration.meetings.series import ALL, LATER, ONE
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.facts import every_text, repeat_text
from scheduler_integration.pages.kit.fields import field_view
from scheduler_integration.pages.kit.query import read_instant
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.language import counted
from scheduler_integration.platform.money import money
from scheduler_integration.times import SeriesDates

# The form's fields of the dates are called date-0, date-1 and so on. This begins the value of a date that is left out.
_LEFT_OUT = "-"


@dataclass(frozen=True)
class Dates:
	"""The dates that a booking page shows: `times` of them. `plan` is None for a single date, or without a chosen time.

	If dates of a series are moved, `repeat` is None, and `present` are their starts now, epoch seconds.
	"""

	repeat: Repeat | None
	times: int
	plan: SeriesDates | None
	present: tuple[int, ...] = ()


def load_dates(
	bookable: Bookable, request: SlotRequest, repeat: Repeat, times: int | None, start: int | None, now: int
) -> Dates:
	"""Return the dates from `start` (epoch seconds) on; `times` is what the address or the form says, None by default."""
	count = min(max(times or 1, repeat.least), repeat.most)
	if not start or count == 1:
		return Dates(repeat, count, None)
	return Dates(repeat, count, plan_dates(bookable, request, start, WantedSeries(repeat.weeks, count), now))


def load_move(booking: Document, scope: str, start: int | None, now: int, hold: str | None) -> Dates:
	"""Return the dates of the series that move with the booking to `start` (epoch seconds)."""
	if not start:
		return Dates(None, 1, None)
	plan, present = plan_move(booking, scope, start, now, hold)
	return Dates(None, len(present), plan, tuple(present))


def date_fields(form: Mapping[str, str]) -> dict[str, str]:
	"""Return the fields of a submitted form that are about dates."""
	names = ["times", *(f"date-{place}" for place in range(MOST_DATES))]
	return {name: form[name] for name in names if name in form}


def read_dates(form: Mapping[str, str]) -> dict[str, object]:
	"""Return the fields of a BookingPayload about dates. If one wasn't chosen, all must be free, and the error tells which."""
	fields = date_fields(form)
	times = fields.pop("times", None)
	agreed = [None if text.startswith(_LEFT_OUT) else text for text in fields.values()]
	if len(agreed) > 1 and str(len(agreed)) == times:
		return {"dates": agreed}
	return {"times": times} if times else {}


def has_seen_dates(form: Mapping[str, str], start: object) -> bool:
	"""Whether the form shows the dates that it asks for, so that it can be booked."""
	times, shown = form.get("times"), form.get("shown")
	starts = [read_instant(text) for name, text in form.items() if name.startswith("date-")]
	is_this_start = read_instant(str(start)) in starts
	return times in (None, "1") or (times == shown and is_this_start)


def dates_view(
	asked: Dates, style: dates.TimeStyle, values: Mapping[str, Any], meeting: PublicMeetingType | None = None
) -> dict[str, Any]:
	"""Return the view for templates/scheduling/series.html. `values` are those of the form that was just submitted.

	`meeting` says what the dates cost. It is None if a host books, who settles that with the attendee.
	"""
	repeat, plan, price, rows = asked.repeat, asked.plan, None, []
	for place, each in enumerate(plan.dates if plan else ()):
		stays = asked.present[place] if asked.present else None
		rows.append(_date(f"date-{place}", each, stays, style, dict(values)))
	if plan and repeat and meeting and meeting.is_paid_first:
		single = money(meeting.price, meeting.currency, style.locale)
		together = money(meeting.price * len(plan.dates), meeting.currency, style.locale)
		price = counted(_("{0} date at {1} each: {2} | {0} dates at {1} each: {2}"), len(plan.dates))
		price = price.format(len(plan.dates), single, together)
		if plan.missing:
			price = _("Each date costs {0}. You pay for the dates that you book.").format(single)
	words = {"every": every_text(repeat), "text": repeat_text(repeat)} if repeat else {}
	return {"asked": asked, "dates": rows, "price": price, **words}


def _date(
	name: str, each: SeriesDate, stays: int | None, style: dates.TimeStyle, values: dict[str, Any]
) -> dict[str, Any]:
	"""Return a date with its field of the form. One that isn't free can be at another time, or is left out, or `stays`."""
	label, value = moment_in_short(each.wanted, style), iso(each.wanted, style.zone)
	date = {"name": name, "label": label, "value": value}
	if each.is_free:
		return date
	left_out = _("It stays on {0}").format(moment_in_short(stays, style)) if stays else _("Leave this date out")
	choices = [{"value": iso(start, style.zone), "label": moment_in_short(start, style)} for start in each.nearest]
	choices.append({"value": f"{_LEFT_OUT}{value}", "label": left_out})
	about = {"type": "radio", "required": True, "missing": _("Choose a time.")}
	field = field_view(name, values, {}, label=_("{0} isn't free").format(label), choices=choices, **about)
	return {**date, "field": field}


def scopes_of(states: Iterable[str]) -> list[dict[str, str]]:
	"""Return the choices for a series whose dates have these states; empty if only one of them can be changed."""
	if sum(state in OPEN for state in states) < 2:
		return []
	labels = {ONE: _("Only this date"), LATER: _("This date and all later ones"), ALL: _("All dates")}
	return [{"value": scope, "label": label} for scope, label in labels.items()]
