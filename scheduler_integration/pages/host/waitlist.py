"""`/scheduling/waitlist`: hosts see who waits, change the order, and offer a time by hand.

`?entry=` names somebody to whom a time is to be offered. The forms send an `order` of entries with the meeting `type`, and with
`move` if there is no script; or `action`: `offer` (with `entry` and `start`), `withdraw` or `remove` (with `entry`), `on` or
`off` (with `type`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import frappe
from babel.numbers import format_percent
from frappe import _

from scheduler_integration.catalogue.edit_types import switch_waitlist
from scheduler_integration.engine import local_date
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import WAITLIST
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.host.ordering import wanted_order
from scheduler_integration.pages.host.type_form import PATH as TYPES
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import read_instant
from scheduler_integration.pages.kit.respond import View, argument, submitted
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.platform.language import for_later
from scheduler_integration.waitlist import by_host
from scheduler_integration.waitlist.listing import RESULT_DAYS, Line, Waitlist, own_lists
from scheduler_integration.waitlist.terms import at_once, minutes_of
from scheduler_integration.waitlist.words import in_words

# Days to choose from: more wouldn't be read. The first ones are shown, the others unfold.
_DAYS = 14
_SHOWN = 4
# A longer list is cut: the page stays quick. An order of the first ones leaves the others as they are.
MOST_LINES = 100

PAGE = HostPage(WAITLIST, style="types")


@PAGE.action("ordered", done=for_later("The order is saved."), field="order")
def _reorder() -> None:
	order = wanted_order(frappe.request.form.getlist("order"), argument("move"))
	by_host.reorder_waitlist(argument("type"), order)


@PAGE.action("offer", done=for_later("The time is offered, and held until the person answers."))
def _offer() -> None:
	start = read_instant(argument("start"))
	if start is None:
		raise InvalidRequest(_("Choose a time."))
	by_host.offer_by_hand(argument("entry"), start, now())


@PAGE.action("withdraw", done=for_later("The offer is taken back."))
def _withdraw() -> None:
	by_host.withdraw_offer(argument("entry"), now())


@PAGE.action("remove", done=for_later("The person doesn't wait any more."))
def _remove() -> None:
	by_host.take_off_waitlist(argument("entry"), now())


@PAGE.action("on", done=for_later("People can join the waitlist now."))
def _switch_on() -> None:
	switch_waitlist(argument("type"), True)


@PAGE.action("off", done=for_later("The waitlist is switched off. Those who wait keep their places."))
def _switch_off() -> None:
	switch_waitlist(argument("type"), False)


@PAGE.view
def _view(reader: Reader) -> View:
	lists = own_lists(reader.now)
	view: View = {
		"title": _("Waitlist"),
		"subtitle": _("A time that becomes free is offered to the first person whom it suits."),
		"types_path": TYPES,
		"lists": [(each, _facts(each, reader)) for each in lists],
		"most": MOST_LINES,
		"meeting_url": meeting_url,
		"wishes": lambda line: _wishes(line, reader),
		"until": lambda line: _until(line, reader.style),
	}
	error = reader.error
	if line := _chosen(lists):
		try:
			with refusals():
				view["offering"] = _offering(line, by_host.times_to_offer(line.entry.name, now()), reader)
		except SchedulingError as refused:
			error = error or refused
	return view | {"error": error, "message": message_of(error)}


def _chosen(lists: Sequence[Waitlist]) -> Line | None:
	"""Return the person whom the address names, if they can be offered a time."""
	if submitted() and argument("action") != "offer":
		return None
	lines = (line for each in lists for line in each.lines if line.entry.name == argument("entry"))
	return next((line for line in lines if not line.offer), None)


def _facts(each: Waitlist, reader: Reader) -> str:
	"""Return what is set, and how often an offered time was taken."""
	meeting_type, results = each.found.meeting_type, each.results
	people, facts = at_once(meeting_type), [each.found.page.title]
	facts.append(_("An offer holds for {0}").format(reader.duration(minutes_of(meeting_type))))
	if people > 1:
		facts.append(_("{0} people at once").format(people))
	if results.offered:
		share = format_percent(results.taken / results.offered, locale=reader.locale)
		text = _("{0} of {1} offered times were taken in the last {2} days ({3})")
		facts.append(text.format(results.taken, results.offered, RESULT_DAYS, share))
	return " · ".join(facts)


def _wishes(line: Line, reader: Reader) -> str:
	"""Return when somebody has time, with the city if it is by another clock than the host's."""
	locale, zone = reader.locale, line.entry.zone
	parts = [in_words(line.entry.bounds, locale)]
	if zone != reader.zone:
		parts.append(dates.city(zone, locale))
	return " · ".join([*parts, lengths.duration(line.entry.duration, locale)])


def _until(line: Line, style: dates.TimeStyle) -> str | None:
	"""Return until when a time is offered: `10:35`, or with the day if that isn't the day of the offer."""
	if not line.offer:
		return None
	days = (local_date(each, style.zone) for each in (line.offer.expires_at, line.offer.offered_at))
	write = dates.clock_time if len(set(days)) == 1 else moment_in_short
	until = write(line.offer.expires_at, style)
	return _("{0} is offered until {1}").format(moment_in_short(line.offer.start, style), until)


def _offering(line: Line, free: Sequence[int], reader: Reader) -> dict[str, Any]:
	"""Return the form that offers somebody one of the `free` starts, which are epoch seconds."""
	style, chosen = reader.style, read_instant(argument("start"))
	days = [(day, list(starts)) for day, starts in groupby(free, lambda start: local_date(start, reader.zone))]
	return {
		"line": line,
		"days": [
			{
				"label": dates.full_date(day, style.locale),
				"times": [
					{
						"value": iso(start, reader.zone),
						"label": dates.clock_time(start, style),
						"is_chosen": start == chosen,
						"suits": line.entry.bounds.fit(start) and (line.moves_from is None or start < line.moves_from),
					}
					for start in starts
				],
				"is_folded": place >= _SHOWN and chosen not in starts,
			}
			for place, (day, starts) in enumerate(days[:_DAYS])
		],
	}
