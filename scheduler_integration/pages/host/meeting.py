"""`/scheduling/meeting/<name>`: everything about one meeting, and each thing that can be done with it in one place.

`?do=` opens one of the PANELS, `date` and `since` choose the days to which it can be moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import frappe
from babel import Locale
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.slots import slots_between
from scheduler_integration.bookings import UNDO_SECONDS, say_where
from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.engine import local_date
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.handing_over import Taker, takers
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import AMOUNTS, AWAITING, amounts_of
from scheduler_integration.meetings.possible_hosts import possible_hosts
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for
from scheduler_integration.meetings.series import rows_of
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking, for_hosts
from scheduler_integration.meetings.tokens import answer_url
from scheduler_integration.pages.host import words
from scheduler_integration.pages.host.acting import DONE, refused_message, run_command
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.house import MEETINGS, with_arguments
from scheduler_integration.pages.host.meeting_row import meeting_url, time_left
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.money import left_to_pay, payment_text, refundable, series_text, together_text
from scheduler_integration.pages.kit.query import read_day
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.pages.kit.series import scopes_of
from scheduler_integration.pages.kit.spans import by_part_of_day, days_in_short, in_short, when_view
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.places import parse_place
from scheduler_integration.platform.clock import iso, now

# The panels, in the order of their buttons, with the command that each needs. The destructive ones come last.
PANELS = {
	"move": "reschedule",
	"move_all": "reschedule_for_all",
	"ask": "ask_to_reschedule",
	"guests": "guests",
	"reassign": "reassign",
	"pay": "mark_paid",
	"refund": "refund",
	"decline": "decline",
	"cancel": "cancel",
	"cancel_all": "cancel_for_all",
}
MOVING = ("move", "move_all")
# So many days are shown together. One statement finds the times of all of them.
_DAYS = 14
# The values that a refused form shows again.
_TYPED = (
	"reason",
	"guests",
	"to_date",
	"to_time",
	"start",
	"gives_back",
	"host",
	"replaces",
	"amount",
	"scope",
	"location_type",
	"location_details",
)


def _here() -> str:
	return meeting_url(argument("meeting"))


PAGE = HostPage(MEETINGS, here=MEETINGS, allowed=anybody, address=_here, also=DONE, seconds=UNDO_SECONDS)


@PAGE.action("")
def _run() -> Saved:
	style = current_visitor().style(timezone_of(frappe.session.user))
	return run_command(style, _here(), page_of_booking=True)


@PAGE.action("place")
def _place() -> Saved:
	say_where(argument("meeting"), parse_place(argument("location_type"), argument("location_details")), now())
	return Saved("place", address=_here())


@PAGE.view
def _view(reader: Reader) -> View:
	document, style = find_for_host(argument("meeting"), "read"), reader.style
	# The bookings of the session, among them this one, even if it has left. Without a session, only this one.
	others = live_in_session(document.session or None)
	is_there = any(other.name == document.name for other in others)
	sharing = for_hosts(others if is_there else [document, *others], now())
	last = latest(document)
	booking = next(booking for booking in sharing if booking.id == document.name)
	series = rows_of(document.series, *AMOUNTS) if document.series else ()
	is_shared, is_host = len(sharing) > 1, reader.user in document.host_users()
	title, subtitle = booking.meeting_type.title, booking.page.title
	if not is_shared:
		title, subtitle = booking.attendee.name, f"{title} · {subtitle}"
	return {
		"title": title,
		"subtitle": subtitle,
		"booking": booking,
		"sharing": sharing,
		"is_shared": is_shared,
		"words": words,
		"address": meeting_url(booking.id),
		"meeting_url": meeting_url,
		"kept": {},
		"machine": iso(booking.start, style.zone),
		"when": when_view(booking.stretches, style),
		"left": time_left(booking, reader.now, style),
		"proposal_url": answer_url(document, reader.user) if document.proposed_start and is_host else None,
		"newer": last.name if last.name != document.name and last.has_permission("read") else None,
		**_money(booking, series, style.locale),
		"places": ways_to_meet([host.user for host in booking.hosts]) if booking.lacks_place else None,
		"dates": [
			(each, in_short(each.starts_at, each.ends_at, style), each.payment_status == AWAITING) for each in series
		],
		"moving": MOVING,
		"write_url": words.write_to([each for each in sharing if each.status in OPEN] or [booking]),
		**_panels(document, booking, reader),
		"typed": reader.typed(_TYPED),
		"message": refused_message(reader.error, sharing, style),
		"book_again_url": with_arguments("/scheduling/book", {"doctype": "Booking", "record": booking.id}),
	}


def _panels(document: Document, booking: HostBooking, reader: Reader) -> dict[str, Any]:
	"""Return the `panels` that have a button, and what the open `panel` shows.

	Those of the whole session come after those of the attendee, destructive ones last.
	"""
	actions = booking.actions
	possible = possible_hosts(document) if "reassign" in actions else []
	left_out = {
		"decline": True,
		# A request is declined rather than cancelled, with a button beside "Confirm".
		"cancel": "decline" in actions,
		"ask": "withdraw_ask" in actions,
		"reassign": not possible,
	}
	# A refused form shows the panel again from which it was sent.
	sent_from = next((panel for panel, command in PANELS.items() if command == argument("action")), "")
	panel = sent_from if reader.error else argument("do")
	panel = panel if PANELS.get(panel) in actions else ""
	found = takers(document, possible, now()) if panel == "reassign" else ()
	return {
		"panels": [panel for panel, action in PANELS.items() if action in actions and not left_out.get(panel)],
		"panel": panel,
		"move": _times(document, booking, reader) if panel in MOVING else None,
		"takers": _takers(found, booking, reader.style),
	}


def _money(booking: HostBooking, series: Sequence[Document], locale: Locale) -> dict[str, Any]:
	"""Return what was paid and is left to pay, and the `scopes` of a series. Dates that wait for money are paid together."""
	scopes, together, waits = scopes_of(each.status for each in series), amounts_of(series), booking.waits_for_payment
	return {
		"payment": payment_text(booking, locale),
		"paid_together": series_text(together, waits, locale),
		"left_to_pay": left_to_pay(booking, locale, together if waits else None),
		"refundable": refundable(booking),
		"scopes": [] if waits else scopes,
		"for_all": together_text() if scopes and waits else None,
	}


def _times(document: Document, booking: HostBooking, reader: Reader) -> dict[str, Any]:
	"""Return the days of two weeks that have free times, in the reader's zone, and the times of one of them."""
	style, zone = reader.style, reader.zone
	# A refused form shows the day again that was chosen in it.
	asked = argument("date") or (argument("to_date") if argument("to_time") else "") or argument("start")[:10]
	wanted = read_day(asked)
	first = max(read_day(argument("since")) or wanted or local_date(booking.start, zone), reader.today)
	last = first + timedelta(days=_DAYS - 1)
	request = replace(slot_request_for(document), by_host=True)
	free = slots_between(bookable_for(document, same_hosts=True), request, first, last, zone, now()).days
	day = wanted if wanted in free else min(free, default=None)
	times = []
	for slot in free[day] if day else ():
		time = {"start": slot.start, "value": iso(slot.start, zone), "label": dates.clock_time(slot.start, style)}
		if slot.parts:
			time["note"] = days_in_short(slot.parts, zone, style.locale)
		elif theirs := words.their_clock(slot.start, booking.timezone, style):
			# The attendee's clock stands below. The whole text is for those who hear the times one by one.
			time |= {"note": theirs, "note_in_full": words.in_city(theirs, booking.timezone, style)}
		times.append(time)
	return {
		"days": [(each, len(slots)) for each, slots in sorted(free.items())],
		"first": first,
		"day": day,
		"span": dates.short_range(first, last, style.locale),
		"groups": by_part_of_day(times, style),
		"later": first + timedelta(days=_DAYS),
		"earlier": max(first - timedelta(days=_DAYS), reader.today) if first > reader.today else None,
		"their_city": reader.city(booking.timezone) if any("note_in_full" in time for time in times) else None,
	}


def _takers(found: Sequence[Taker], booking: HostBooking, style: dates.TimeStyle) -> list[tuple[str, str]]:
	"""Return user and label of the hosts, free ones first, or the times at which they are busy, of the same day without a date."""
	day, options = local_date(booking.start, style.zone), []
	for taker in sorted(found, key=lambda taker: not taker.is_free):
		note = _("free") if taker.is_free else _("outside their hours or limits")
		if taker.busy and not taker.is_free:
			times = [
				dates.clock_range(start, end, style)
				if day == local_date(start, style.zone) == local_date(end, style.zone)
				else in_short(start, end, style)
				for start, end in taker.busy
			]
			is_beside = all(end <= booking.start or booking.end <= start for start, end in taker.busy)
			note = (_("busy {0}, no room for a buffer") if is_beside else _("busy {0}")).format(", ".join(times))
		options.append((taker.host.user, f"{taker.host.name} · {note}"))
	return options
