"""`/scheduling/meeting/<name>`: everything about one meeting, and each thing that can be done with it in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from frappe import _
from frappe.model.document import Document

from scheduler_integration.engine import local_date
from scheduler_integration.meetings.handing_over import Taker
from scheduler_integration.meetings.payment import AWAITING, amounts_of
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host import words
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.meeting_row import meeting_url, time_left
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.links import phone_address
from scheduler_integration.pages.kit.money import left_to_pay, payment_text, refundable, series_text, together_text
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.scopes import scopes_of
from scheduler_integration.pages.kit.spans import in_short, when_view
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.clock import iso

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


@dataclass(frozen=True)
class MeetingPage:
	"""The data of the page. `sharing` are all bookings of the session, or the booking alone.

	`panel` is the open one of PANELS, or empty. `takers` are the hosts to whom it can be reassigned, if that is the panel. `move` is the view of the times if that moves the meeting. `newer` is the
	booking that took this one's place. `series` are the rows of its series (`meetings/series.py`). At `proposal_url` the host
	answers a proposed time. `places` are the ways to meet from which a host chooses, if none
	was said yet. `zone` is the host's, `now` is in epoch seconds.
	"""

	house: House
	booking: HostBooking
	sharing: Sequence[HostBooking]
	zone: str
	now: int
	panel: str = ""
	move: dict | None = None
	takers: Sequence[Taker] | None = None
	may_reassign: bool = False
	newer: str | None = None
	message: dict | None = None
	toast: dict | None = None
	typed: dict[str, str] | None = None
	proposal_url: str | None = None
	series: Sequence[Document] = ()
	places: Sequence[tuple[str, str]] = ()

	@property
	def visitor(self) -> Visitor:
		return self.house.visitor

	@property
	def style(self) -> dates.TimeStyle:
		return self.visitor.style(self.zone)


def open_panel(booking: HostBooking, asked: str) -> str:
	"""Return the panel that is asked for, or an empty text if its command can't be sent now."""
	return asked if PANELS.get(asked) in booking.actions else ""


def meeting_view(page: MeetingPage) -> dict:
	"""Return the view of the page."""
	booking, style = page.booking, page.style
	scopes, together = scopes_of(each.status for each in page.series), amounts_of(page.series)
	waits = booking.waits_for_payment
	is_shared = len(page.sharing) > 1
	when = when_view(booking.stretches, style)
	call = None if booking.is_over or booking.status != "Scheduled" else words.way_to_join([booking])
	problem = words.problem(booking)
	return {
		**page.house.frame(_title(page), said=_said(page)),
		"subtitle": booking.page.title if is_shared else f"{booking.meeting_type.title} · {booking.page.title}",
		"name": booking.id,
		"address": meeting_url(booking.id),
		"kept": {},
		"machine": iso(booking.start, style.zone),
		"when": when,
		"left": time_left(booking, page.now, style),
		"their_time": words.their_time(booking, style),
		"city": dates.city(style.zone, style.locale),
		"ended": words.state(booking.status),
		"is_request": "confirm" in booking.actions,
		"asked": words.asked(booking, style),
		"reconfirmed": words.reconfirmed(booking, style),
		"proposal": words.proposal(booking, style),
		"proposal_url": page.proposal_url,
		"may_withdraw": "withdraw_ask" in booking.actions,
		"newer": meeting_url(page.newer) if page.newer else None,
		"call": call,
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
		"places": page.places if booking.lacks_place else None,
		"problem": {"title": problem[0], "text": problem[1], "again_url": _refund_again(booking)} if problem else None,
		"dates": [_date(each, page) for each in page.series],
		"scopes": [] if waits else scopes,
		"for_all": together_text() if scopes and waits else None,
		"attendees": [_attendee(each, booking) for each in page.sharing] if is_shared else [],
		"seats": sum(booking.seats for booking in page.sharing),
		**_buttons(page),
		"outcomes": [action for action in ("complete", "no_show") if action in booking.actions],
		"panel": page.panel,
		"move": page.move,
		"takers": [_taker(taker, booking, style) for taker in sorted(page.takers or (), key=_is_busy)],
		"replaceable": booking.hosts if len(booking.hosts) > 1 else (),
		"typed": page.typed or {},
		"message": page.message,
		"toast": {**page.toast, "address": meeting_url(booking.id)} if page.toast else None,
		"book_again_url": f"/scheduling/book?{urlencode({'doctype': 'Booking', 'record': booking.id})}",
		"status": 200,
	}


def _refund_again(booking: HostBooking) -> str | None:
	"""Return the address at which a refund that failed is tried again, or None."""
	return (
		f"{meeting_url(booking.id)}?do=refund#panel"
		if booking.has_failed_refund and "refund" in booking.actions
		else None
	)


def _title(page: MeetingPage) -> str:
	"""Return the attendee's name, or the meeting type's title if several attend."""
	return page.booking.meeting_type.title if len(page.sharing) > 1 else page.booking.attendee.name


def _said(page: MeetingPage) -> str:
	return page.message["text"] if page.message and page.message["is_error"] else ""


def _buttons(page: MeetingPage) -> dict[str, list[dict]]:
	"""Return the `buttons` that move the meeting and write to its attendees, and what else is in a menu: `more`.

	Those of the whole session come after those of the attendee, destructive ones last.
	"""
	is_shared, name = len(page.sharing) > 1, page.booking.attendee.name
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
	actions = page.booking.actions
	# A request is declined rather than cancelled, with a button beside "Confirm".
	left_out = {"decline", "cancel"} if "decline" in actions else {"decline"}
	if not page.may_reassign:
		left_out.add("reassign")
	if "withdraw_ask" in actions:
		left_out.add("ask")
	panels = [
		{
			"panel": panel,
			"label": labels[panel],
			"url": f"{meeting_url(page.booking.id)}?{urlencode({'do': panel})}#panel",
			"is_open": panel == page.panel,
			"is_danger": panel in ("cancel", "cancel_all"),
		}
		for panel, action in PANELS.items()
		if action in actions and panel not in left_out
	]
	coming = [each for each in page.sharing if each.status in OPEN]
	message = {"label": _("Message"), "url": words.write_to(coming or [page.booking])}
	return {
		"buttons": [*(each for each in panels if each["panel"] in MOVING), *([message] if panels else [])],
		"more": [each for each in panels if each["panel"] not in MOVING],
	}


def _is_busy(taker: Taker) -> bool:
	return not taker.is_free


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


def _date(row: Document, page: MeetingPage) -> dict:
	return {
		"label": in_short(row.starts_at, row.ends_at, page.style),
		"url": meeting_url(row.name),
		"is_current": row.name == page.booking.id,
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
