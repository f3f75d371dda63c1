"""`/scheduling/times`: hosts choose free times of a meeting type and copy them into an e-mail.

`?type=`, `tz` and `count` choose what is suggested. `doctype` and `record` name the reader: a contact, lead or deal. The form posts the ticked `start`s, with `single_use`, `attendee_name` and
`attendee_email`, and is redirected to the address that has the times, and the `link` that was made for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.edit_links import may_read_link
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.crm.people import find_person
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound
from scheduler_integration.mailed_times.choose import LEAST, MOST, by_day, free_days, spread
from scheduler_integration.mailed_times.offer import Wish, times_for, words_for
from scheduler_integration.mailed_times.write import as_html, as_text
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import SHARE
from scheduler_integration.pages.host.types import chosen_type, types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import read_instant
from scheduler_integration.pages.kit.respond import View, argument, redirection, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.text import line
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.platform.language import language_for_visitors
from scheduler_integration.times import is_zone

# Days to choose from: more wouldn't be read. The first ones are shown, the others unfold.
_DAYS = 10
_SHOWN = 4

PATH = "/scheduling/times"
PAGE = HostPage(PATH, here=SHARE, style="types", chooses=("type", "tz", "count", "doctype", "record"))


@PAGE.action("")
def _make() -> None:
	"""Make the link that the wish needs and redirect to the times."""
	form, wish = frappe.request.form, _wish()
	own = chosen_type(readable_meeting_types(), frappe.session.user, now())
	if own is None:
		raise MeetingTypeNotFound
	if not wish.starts:
		raise InvalidRequest(_("Choose at least one time."))
	whole = replace(
		wish,
		single_use=bool(form.get("single_use")),
		attendee_name=parse_field("attendee_name", form.get("attendee_name"), line),
		attendee_email=parse_field("attendee_email", form.get("attendee_email"), line),
	)
	_times, link = times_for(own, whole, now())
	address = [("type", own.meeting_type.name), ("tz", wish.zone), ("count", wish.count)]
	address += [("start", iso(start, wish.zone)) for start in wish.starts]
	raise redirection(f"{PATH}?{urlencode([*address, *([('link', link)] if link else [])])}#made")


def _wish() -> Wish:
	"""Return what the address or the form asks for."""
	zone = argument("tz") if is_zone(argument("tz")) else timezone_of(frappe.session.user)
	text = argument("count")
	count = min(max(int(text), LEAST), MOST) if text.isascii() and text.isdigit() and len(text) < 3 else LEAST
	given = (frappe.request.form if submitted() else frappe.request.args).getlist("start")
	starts = {start for each in given if (start := read_instant(each)) is not None}
	return Wish(zone, language_for_visitors(), count, tuple(sorted(starts)), writing=current_visitor().writing)


@PAGE.view
def _view(reader: Reader) -> View:
	types, wish = readable_meeting_types(), _wish()
	own = chosen_type(types, reader.user, reader.now)
	free = free_days(own, wish.zone, reader.now) if own else {}
	link, made = argument("link"), None
	if own and wish.starts and not submitted():
		# A booking link of somebody else isn't shown.
		shown = link if may_read_link(link, own.meeting_type.name) else None
		made = words_for(own, wish.starts[:MOST], wish, shown)
	ticked = frozenset(wish.starts or spread(free, wish.zone, wish.count))
	return {
		"title": _("Times for an e-mail"),
		"subtitle": _("Choose a few free times. Each of them is one click to book."),
		"pages": types_by_page(types),
		"chosen": own.meeting_type.name if own else "",
		"zones": zone_options(reader.locale, wish.zone),
		"zone": wish.zone,
		"city": dates.city(wish.zone, reader.locale),
		"count": wish.count,
		"counts": list(range(LEAST, MOST + 1)),
		"days": _days(free, ticked, reader.visitor.style(wish.zone)),
		"most": MOST,
		"made": made,
		"as_html": as_html,
		"as_text": as_text,
		"person": find_person(argument("doctype"), argument("record")) if argument("record") else None,
		"problem": message_of(reader.error),
	}


def _days(free: Mapping[date, Sequence[int]], ticked: frozenset[int], style: dates.TimeStyle) -> list[dict[str, Any]]:
	days = by_day(free, style.zone)
	for start in ticked:
		# A time that isn't free any more, or at night, stays to be seen and unticked.
		own = days.setdefault(local_date(start, style.zone), [])
		if start not in own:
			own.append(start)
	return [
		{
			"label": dates.full_date(day, style.locale),
			"times": [
				{
					"value": iso(start, style.zone),
					"label": dates.clock_time(start, style),
					"is_ticked": start in ticked,
				}
				for start in sorted(starts)
			],
			"is_folded": place >= _SHOWN and not ticked.intersection(starts),
		}
		for place, (day, starts) in enumerate(sorted(days.items())[:_DAYS])
	]
