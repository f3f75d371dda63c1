"""`/schedule/waitlist/<token>`: somebody who waits sees their place, takes or passes an offer, changes when they have time, leaves.

`?change=1` and `?leave=1` open the form for that. Opening an address changes nothing, because mail programs do it too. Those
that leave a list by one click (RFC 8058) send a form to the address with `?leave=1`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import frappe
from frappe import _

from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.domains.links import local_path
from scheduler_integration.engine import local_date
from scheduler_integration.entry.limits import BOOKINGS
from scheduler_integration.entry.waitlist import change_wait, leave_waitlist, pass_offer, take_offer
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.notifications.devices import public_key
from scheduler_integration.pages.guest_page import GuestPage, Heading, Visit
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_address, script_json
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.query import WAITLIST, local_address
from scheduler_integration.pages.kit.respond import View, argument, chosen_in_form, submitted
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.pages.waiting.when import free_now, stored_when, typed_when, when_fields, when_words
from scheduler_integration.platform import bidi, lengths
from scheduler_integration.platform.language import counted
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.requests import WaitPayload
from scheduler_integration.waitlist.rows import Entry
from scheduler_integration.waitlist.shown import ShownEntry, entry_by_token, sends_texts

# Actions, and arguments of the address for a form that is open.
_CHANGE, _LEAVE = "change", "leave"


PAGE = GuestPage(
	"/schedule/waitlist",
	# A mail program's form that leaves a list by one click.
	unnamed=lambda: _LEAVE if chosen_in_form("List-Unsubscribe") and argument(_LEAVE) else "",
)


@PAGE.action("take", limit=BOOKINGS)
def _take(visit: Visit) -> str:
	booking = take_offer(visit.token, argument("offer"))
	news = "moved" if booking.rescheduled_from else "booked"
	return stay(f"{urlsplit(booking.manage_url).path}?{news}=1")


@PAGE.action("pass")
def _pass(visit: Visit) -> str:
	pass_offer(visit.token, argument("offer"))
	return stay(f"{visit.path}?passed=1")


# Each change lets a task look at the list.
@PAGE.action(_CHANGE, limit=BOOKINGS)
def _change(visit: Visit) -> str:
	change_wait(visit.token, WaitPayload.of(typed_when(frappe.request.form)))
	return stay(f"{visit.path}?changed=1")


@PAGE.action(_LEAVE)
def _leave(visit: Visit) -> str:
	leave_waitlist(visit.token)
	return stay(visit.path)


@PAGE.view
def _view(visit: Visit) -> View:
	shown = entry_by_token(visit.token, visit.now)
	entry, error, heading = shown.entry, visit.error, _heading(shown)
	style, page_path = visit.visitor.style(entry.zone), local_path(shown.page.slug, shown.meeting_type.slug)
	panel = "" if submitted() else next((each for each in (_CHANGE, _LEAVE) if argument(each)), "")
	panel = _CHANGE if visit.refused == _CHANGE else panel
	told, address = _("We write to {0}."), entry.attendee_email
	if entry.is_told_by_text:
		told, address = _("We send a text message to {0}."), entry.attendee_phone
	view: View = {
		"document": document(
			visit.visitor,
			title=" · ".join(filter(None, [error and error.message, heading.title, shown.meeting_type.title])),
			description=bidi.plain(heading.text),
			brand=find_brand(shown.page.slug),
			style="waitlist",
			script="waiting" if shown.is_waiting else None,
			secret_address=True,
			framed=True,
		),
		"heading": heading,
		"shown": shown,
		"duration": lengths.duration(entry.duration, visit.locale),
		"held": _held(shown, visit),
		"booking": _meeting(shown.booking, visit),
		"taken": _meeting(shown.taken, visit),
		"when": when_words(entry.bounds, style),
		"zone": dates.city(entry.zone, visit.locale),
		"told": bidi.sentence(told, bidi.left_to_right(address)),
		"panel": panel,
		"free": free_now(error, visit.visitor, lambda start, zone: _url(shown, start=start, tz=zone)),
		"panels": {each: stay(f"{visit.path}?{each}=1#{each}") for each in (_CHANGE, _LEAVE)},
		"action": stay(visit.path),
		"book_url": stay(page_path),
		"join_url": stay(f"{page_path}/{WAITLIST}"),
		"push_key": public_key(),
		"data": script_json({"strings": {"left": _("{0} left")}, "notify": script_address("waiting_notify")}),
	}
	return view | _form(panel, entry, visit)


def _url(shown: ShownEntry, **slot: str) -> str:
	"""Return the address at which the person books the slot, or moves their meeting to it."""
	what = {"duration": str(shown.entry.duration)}
	if shown.booking:
		what = {"reschedule": urlsplit(shown.booking.manage_url).path.rpartition("/")[2]}
	return stay(f"{local_path(shown.page.slug, shown.meeting_type.slug)}?{urlencode({**what, **slot})}")


def _form(panel: str, entry: Entry, visit: Visit) -> View:
	"""Return the form to change when somebody has time, or why another form was refused."""
	if panel == _CHANGE:
		values = typed_when(frappe.request.form) if visit.refused else stored_when(entry)
		can_text = sends_texts() and bool(entry.attendee_phone)
		return {"fields": when_fields(values, visit.errors, visit.locale, can_text=can_text)}
	said = visit.error.message if visit.error else ""
	return {"sentences": [each for each in dict.fromkeys(visit.errors.values()) if each != said]}


def _held(shown: ShownEntry, visit: Visit) -> dict[str, Any] | None:
	"""Return the time that is held, or was held last, and until when."""
	offer, zone = shown.offer or shown.late, shown.entry.zone
	if not offer:
		return None
	style = visit.visitor.style(zone)
	until, day = dates.clock_time(offer.expires_at, style), local_date(offer.expires_at, zone)
	if day != local_date(visit.now, zone):
		until = _("{0}, {1}").format(dates.short_day(day, visit.locale), until)
	return {
		**when_view(offer.held.parts or ((offer.start, offer.end),), style),
		"id": offer.name,
		"zone": dates.zone_text(offer.start, zone, visit.locale),
		"until": until,
		"left": offer.expires_at - visit.now,
	}


def _meeting(booking: AttendeeBooking | None, visit: Visit) -> dict[str, Any] | None:
	if not booking:
		return None
	when = when_view(booking.stretches, visit.visitor.style(booking.timezone))
	# The link of a meeting that is over no longer works.
	url = None if booking.is_over else stay(local_address(booking.manage_url) or "")
	return {**when, "url": url, "is_live": booking.status in OPEN}


def _heading(shown: ShownEntry) -> Heading:
	entry = shown.entry
	if entry.status == records.BOOKED:
		return Heading("check", _("You took a time"), _("You no longer wait. Your meeting has a page of its own."))
	if entry.status == records.LEFT:
		text = _("We don't offer you any more times. You can join again, or book a time that is free.")
		return Heading("check", _("You have left the waitlist"), text, "quiet")
	if entry.status == records.ENDED:
		reasons = {
			records.BECAUSE_DATE: _("Your last day is over, and nothing that suits you became free."),
			records.BECAUSE_UNANSWERED: _("You didn't answer our last offers, so we ask you no more."),
			records.BECAUSE_MEETING: _("The meeting that you wanted to move is over or was cancelled."),
			records.BECAUSE_HOST: _("Your host has taken you off the waitlist."),
		}
		text = _("We don't offer you any more times.")
		return Heading("clock", _("You no longer wait"), reasons.get(entry.ended_because, text), "quiet")
	if shown.offer:
		text = _("Take it, and your meeting moves.") if entry.booking else _("Take it, and you're booked.")
		if shown.is_paid_first:
			text = _("Take it, and pay to book it.")
		elif shown.is_request:
			text = _("Take it, and your host gets your request.")
		return Heading("calendar", _("A time is free for you"), text)
	title = _("You left this time to others") if argument("passed") == "1" else _("You're on the waitlist")
	title = _("Your times are saved") if argument("changed") == "1" else title
	if not shown.before:
		nobody = _("Nobody is before you. We ask you as soon as a time becomes free that suits you.")
		return Heading("clock", title, nobody)
	text = _(
		"One person is before you. We ask you as soon as it is your turn. | {0} people are before you. We ask you as soon as it is your turn."
	)
	return Heading("clock", title, counted(text, shown.before).format(shown.before))
