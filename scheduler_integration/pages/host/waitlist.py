"""The page `/scheduling/waitlist`: who waits for a time of each meeting type, and the form that offers somebody a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from babel.numbers import format_percent
from frappe import _

from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.pages.host.house import WAITLIST as PATH
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.host.type_form import PATH as TYPES
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.waitlist.listing import RESULT_DAYS, Line, Results, Waitlist
from scheduler_integration.waitlist.terms import at_once, minutes_of
from scheduler_integration.waitlist.words import in_words

# Days to choose from: more wouldn't be read. The first ones are shown, the others unfold.
_DAYS = 14
_SHOWN = 4
# A longer list is cut: the page stays quick. An order of the first ones leaves the others as they are.
MOST_LINES = 100


@dataclass(frozen=True)
class Offering:
	"""The form with which a time is offered to somebody by hand: the starts that are free, epoch seconds."""

	line: Line
	starts: Sequence[int]
	chosen: int | None = None


@dataclass(frozen=True)
class WaitlistPage:
	"""The data of the page. `zone` is the host's. `error` is of a refused form."""

	house: House
	lists: Sequence[Waitlist]
	zone: str
	offering: Offering | None = None
	error: SchedulingError | None = None

	@property
	def style(self) -> dates.TimeStyle:
		return self.house.visitor.style(self.zone)


def waitlist_view(page: WaitlistPage) -> dict[str, Any]:
	"""Return the view of `/scheduling/waitlist`."""
	error = page.error
	problem = " ".join(dict.fromkeys([error.message, *error.details.values()])) if error else None
	return {
		**page.house.frame(_("Waitlist"), style="types", said=error.message if error else ""),
		"subtitle": _("A time that becomes free is offered to the first person whom it suits."),
		"message": {"text": problem, "is_error": True} if problem else None,
		"path": PATH,
		"types_path": TYPES,
		"lists": [_list(each, page) for each in page.lists],
		"offering": _offering(page.offering, page) if page.offering else None,
	}


def _list(each: Waitlist, page: WaitlistPage) -> dict[str, Any]:
	meeting_type, locale = each.found.meeting_type, page.style.locale
	people = at_once(meeting_type)
	facts = [
		each.found.page.title,
		_("An offer holds for {0}").format(lengths.duration(minutes_of(meeting_type), locale)),
		_("{0} people at once").format(people) if people > 1 else None,
		_results(each.results, page),
	]
	return {
		"name": each.name,
		"title": meeting_type.title,
		"facts": " · ".join(filter(None, facts)),
		"is_on": each.is_on,
		"is_bookable": bool(meeting_type.is_active and each.found.page.is_active),
		"lines": [_line(line, page) for line in each.lines[:MOST_LINES]],
		"more": max(0, len(each.lines) - MOST_LINES),
	}


def _results(results: Results, page: WaitlistPage) -> str | None:
	if not results.offered:
		return None
	share = format_percent(results.taken / results.offered, locale=page.style.locale)
	return _("{0} of {1} offered times were taken in the last {2} days ({3})").format(
		results.taken, results.offered, RESULT_DAYS, share
	)


def _line(line: Line, page: WaitlistPage) -> dict[str, Any]:
	entry, style = line.entry, page.style
	return {
		"name": entry.name,
		"who": entry.attendee_name,
		"email": entry.attendee_email,
		"phone": entry.attendee_phone if entry.is_told_by_text else None,
		"wishes": _wishes(line, page),
		"facts": " · ".join(
			filter(
				None, [_("Since {0}").format(moment_in_short(entry.joined_at, style)), _unanswered(entry.unanswered)]
			)
		),
		"moves": _moves(line, style),
		"offer": _("{0} is offered until {1}").format(
			moment_in_short(line.offer.start, style), _until(line.offer.expires_at, line.offer.offered_at, style)
		)
		if line.offer
		else None,
	}


def _wishes(line: Line, page: WaitlistPage) -> str:
	"""Return when somebody has time, with the city if it is by another clock than the host's."""
	locale, zone = page.style.locale, line.entry.zone
	parts = [in_words(line.entry.bounds, locale)]
	if zone != page.zone:
		parts.append(dates.city(zone, locale))
	return " · ".join([*parts, lengths.duration(line.entry.duration, locale)])


def _unanswered(count: int) -> str | None:
	if not count:
		return None
	return _("1 offer without an answer") if count == 1 else _("{0} offers without an answer").format(count)


def _moves(line: Line, style: dates.TimeStyle) -> dict[str, str] | None:
	if not line.entry.booking or line.moves_from is None:
		return None
	return {"url": meeting_url(line.entry.booking), "when": moment_in_short(line.moves_from, style)}


def _until(instant: int, since: int, style: dates.TimeStyle) -> str:
	"""`10:35`, or with the day if that isn't the day of `since`."""
	is_same_day = local_date(instant, style.zone) == local_date(since, style.zone)
	return dates.clock_time(instant, style) if is_same_day else moment_in_short(instant, style)


def _offering(offering: Offering, page: WaitlistPage) -> dict[str, Any]:
	line, style = offering.line, page.style
	days = [(day, list(starts)) for day, starts in groupby(offering.starts, lambda start: local_date(start, page.zone))]
	return {
		"name": line.entry.name,
		"who": line.entry.attendee_name,
		"wishes": _wishes(line, page),
		"moves": _moves(line, style),
		"city": dates.city(page.zone, style.locale),
		"days": [
			{
				"label": dates.full_date(day, style.locale),
				"times": [
					{
						"value": iso(start, page.zone),
						"label": dates.clock_time(start, style),
						"is_chosen": start == offering.chosen,
						"suits": _suits(line, start),
					}
					for start in starts
				],
				"is_folded": place >= _SHOWN and offering.chosen not in starts,
			}
			for place, (day, starts) in enumerate(days[:_DAYS])
		],
	}


def _suits(line: Line, start: int) -> bool:
	return line.entry.bounds.fit(start) and (line.moves_from is None or start < line.moves_from)
