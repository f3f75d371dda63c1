"""`/scheduling/meeting/<name>`: everything about one meeting, and each thing that can be done with it in one place.

`?do=` opens one of the PANELS, `date` and `since` choose the days to which it can be moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import frappe
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
from scheduler_integration.pages.host.house import MEETINGS
from scheduler_integration.pages.host.meeting_row import meeting_url, time_left
from scheduler_integration.pages.host.reschedule import reschedule_view, reschedule_wish
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.money import left_to_pay, payment_text, refundable, series_text, together_text
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.query import phone_address, read_day
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.pages.kit.series import scopes_of
from scheduler_integration.pages.kit.spans import in_short, when_view
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
# What a refused form shows again.
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


PAGE = HostPage(MEETINGS, allowed=anybody, address=_here, also=DONE, seconds=UNDO_SECONDS)


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
	document, error, style = find_for_host(argument("meeting"), "read"), reader.error, reader.style
	sharing = _sharing(document)
	booking = next(booking for booking in sharing if booking.id == document.name)
	# A refused form shows the panel again from which it was sent.
	sent_from = next((panel for panel, command in PANELS.items() if command == argument("action")), "")
	panel = sent_from if error else argument("do")
	panel = panel if PANELS.get(panel) in booking.actions else ""
	possible = possible_hosts(document) if "reassign" in booking.actions else []
	message = refused_message(error, sharing, style) if error else None
	series = rows_of(document.series, *AMOUNTS) if document.series else ()
	scopes, together = scopes_of(each.status for each in series), amounts_of(series)
	waits, is_shared, problem = booking.waits_for_payment, len(sharing) > 1, words.problem(booking)
	newer, found = _newer(document), takers(document, possible, now()) if panel == "reassign" else ()
	return {
		"title": booking.meeting_type.title if is_shared else booking.attendee.name,
		"said": message["text"] if message and message["is_error"] else "",
		"subtitle": booking.page.title if is_shared else f"{booking.meeting_type.title} · {booking.page.title}",
		"name": booking.id,
		"address": meeting_url(booking.id),
		"kept": {},
		"machine": iso(booking.start, style.zone),
		"when": when_view(booking.stretches, style),
		"left": time_left(booking, reader.now, style),
		"their_time": words.their_time(booking, style),
		"city": dates.city(style.zone, style.locale),
		"ended": words.state(booking.status),
		"is_request": "confirm" in booking.actions,
		"asked": words.asked(booking, style),
		"reconfirmed": words.reconfirmed(booking, style),
		"proposal": words.proposal(booking, style),
		"proposal_url": answer_url(document, reader.user)
		if document.proposed_start and reader.user in document.host_users()
		else None,
		"may_withdraw": "withdraw_ask" in booking.actions,
		"newer": meeting_url(newer) if newer else None,
		"call": None if booking.is_over or booking.status != "Scheduled" else words.way_to_join([booking]),
		"came": words.who_came(booking, style),
		"place_icon": place_icon(booking.location_type),
		"place": booking.location_label,
		"place_text": booking.location if booking.location != words.own_link(booking) else None,
		"hosts": names(booking.hosts),
		"attendee": booking.attendee,
		"phone_url": phone_address(booking.attendee.phone) if booking.attendee.phone else None,
		"guests": booking.guests,
		"answers": booking.answers,
		"notes": booking.notes,
		"reason": booking.cancel_reason,
		"payment": payment_text(booking, style.locale),
		"paid_together": series_text(together, waits, style.locale),
		"left_to_pay": left_to_pay(booking, style.locale, together if waits else None),
		"refundable": refundable(booking),
		"currency": booking.payment.currency if booking.payment else "",
		"places": ways_to_meet([host.user for host in booking.hosts]) if booking.lacks_place else None,
		"problem": {"title": problem[0], "text": problem[1], "again_url": _refund_again(booking)} if problem else None,
		"dates": [_date(each, booking, style) for each in series],
		"scopes": [] if waits else scopes,
		"for_all": together_text() if scopes and waits else None,
		"attendees": [_attendee(each, booking) for each in sharing] if is_shared else [],
		"seats": sum(booking.seats for booking in sharing),
		**_buttons(booking, sharing, panel, may_reassign=bool(possible)),
		"outcomes": [action for action in ("complete", "no_show") if action in booking.actions],
		"panel": panel,
		"move": _times(document, booking, panel, style) if panel in MOVING else None,
		"takers": [_taker(taker, booking, style) for taker in sorted(found, key=lambda taker: not taker.is_free)],
		"replaceable": booking.hosts if len(booking.hosts) > 1 else (),
		"typed": {name: echo(argument(name)) for name in _TYPED} if error else {},
		"message": message,
		"book_again_url": f"/scheduling/book?{urlencode({'doctype': 'Booking', 'record': booking.id})}",
	}


def _sharing(document: Document) -> list[HostBooking]:
	"""Return the bookings of the session, among them this one, even if it has left. Without a session, only this one."""
	others = live_in_session(document.session or None)
	bookings = others if any(other.name == document.name for other in others) else [document, *others]
	return for_hosts(bookings, now())


def _times(document: Document, booking: HostBooking, panel: str, style: dates.TimeStyle) -> dict[str, Any]:
	# A refused form shows the day again that was chosen in it.
	asked = argument("date") or (argument("to_date") if argument("to_time") else "") or argument("start")[:10]
	wish = reschedule_wish(booking, read_day(asked), read_day(argument("since")), now(), style.zone)
	request = replace(slot_request_for(document), by_host=True)
	offered = slots_between(bookable_for(document, same_hosts=True), request, wish.first, wish.last, style.zone, now())

	def address(**asked: str) -> str:
		return f"{meeting_url(document.name)}?{urlencode({'do': panel, **asked})}#panel"

	return reschedule_view(booking, offered, wish, style, now(), address)


def _newer(document: Document) -> str | None:
	"""Return the booking that took this one's place, if the user may read it."""
	last = latest(document)
	return last.name if last.name != document.name and last.has_permission("read") else None


def _refund_again(booking: HostBooking) -> str | None:
	"""Return the address at which a refund that failed is tried again, or None."""
	return (
		f"{meeting_url(booking.id)}?do=refund#panel"
		if booking.has_failed_refund and "refund" in booking.actions
		else None
	)


def _buttons(
	booking: HostBooking, sharing: Sequence[HostBooking], opened: str, *, may_reassign: bool
) -> dict[str, list[dict[str, Any]]]:
	"""Return the `buttons` that move the meeting and write to its attendees, and what else is in a menu: `more`.

	Those of the whole session come after those of the attendee, destructive ones last.
	"""
	is_shared, name = len(sharing) > 1, booking.attendee.name
	labels = {
		"move": _("Move {0}").format(name) if is_shared else _("Move"),
		"move_all": _("Move for all"),
		"ask": _("Ask for another time"),
		"guests": _("Guests"),
		"reassign": _("Reassign"),
		"pay": _("Mark as paid"),
		"refund": _("Pay money back"),
		"cancel": _("Cancel for {0}").format(name) if is_shared else _("Cancel meeting"),
		"cancel_all": _("Cancel for all"),
	}
	actions = booking.actions
	# A request is declined rather than cancelled, with a button beside "Confirm".
	left_out = {"decline", "cancel"} if "decline" in actions else {"decline"}
	if not may_reassign:
		left_out.add("reassign")
	if "withdraw_ask" in actions:
		left_out.add("ask")
	panels = [
		{
			"panel": panel,
			"label": labels[panel],
			"url": f"{meeting_url(booking.id)}?{urlencode({'do': panel})}#panel",
			"is_open": panel == opened,
			"is_danger": panel in ("cancel", "cancel_all"),
		}
		for panel, action in PANELS.items()
		if action in actions and panel not in left_out
	]
	coming = [each for each in sharing if each.status in OPEN]
	message = {"label": _("Message"), "url": words.write_to(coming or [booking])}
	return {
		"buttons": [*(each for each in panels if each["panel"] in MOVING), *([message] if panels else [])],
		"more": [each for each in panels if each["panel"] not in MOVING],
	}


def _taker(taker: Taker, booking: HostBooking, style: dates.TimeStyle) -> dict:
	"""Return the option of a host, who is free, or busy at some times. Times of the meeting's own day need no date."""
	day = local_date(booking.start, style.zone)
	if taker.is_free:
		note = _("free")
	elif taker.busy:
		times = [
			dates.clock_range(start, end, style)
			if day == local_date(start, style.zone) == local_date(end, style.zone)
			else in_short(start, end, style)
			for start, end in taker.busy
		]
		note = _("busy {0}").format(", ".join(times))
	else:
		note = _("outside their hours or limits")
	return {"user": taker.host.user, "label": f"{taker.host.name} · {note}"}


def _date(row: Document, booking: HostBooking, style: dates.TimeStyle) -> dict[str, Any]:
	return {
		"label": in_short(row.starts_at, row.ends_at, style),
		"url": meeting_url(row.name),
		"is_current": row.name == booking.id,
		"waiting": row.status == "Pending" and row.payment_status != AWAITING,
		"state": _("Not paid yet") if row.payment_status == AWAITING else words.state(row.status),
	}


def _attendee(other: HostBooking, booking: HostBooking) -> dict:
	return {
		"name": other.attendee.name,
		"url": meeting_url(other.id),
		"is_current": other.id == booking.id,
		"seats": other.seats,
		"waiting": other.needs_answer,
		"state": words.state(other.status),
		"has_problem": bool(words.problem(other)),
	}
