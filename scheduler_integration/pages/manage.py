"""`/schedule/manage/<token>`: the attendee sees a booking, cancels it, and adds or removes guests.

`?booked=1`, `?moved=1` or `?invited=1` shows it as the confirmation. `?cancel=1`, `?guests=1` and `?sooner=1` open the form for that, and
`?reschedule=1` leads to the page with other times. `?coming=1` asks nothing but whether the attendee is coming; a script presses its
button. Opening an address changes nothing, because mail programs do it too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from markupsafe import Markup

from scheduler_integration import bookings
from scheduler_integration.catalogue.public import Brand, find_brand
from scheduler_integration.domains.links import local_path
from scheduler_integration.engine import local_date
from scheduler_integration.entry.admission import confirm_attendee
from scheduler_integration.entry.commands import parse_guests_of, parse_scope
from scheduler_integration.entry.limits import BOOKINGS
from scheduler_integration.entry.waitlist import wait_for_earlier
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.meetings.release import release_text
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.guest_page import GuestPage, Heading, Visit
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.embedding import embedded, stay
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.fields import split_addresses
from scheduler_integration.pages.kit.money import back_if_cancelled, payment_text, series_text, together_text
from scheduler_integration.pages.kit.people import hosts_or_page, names
from scheduler_integration.pages.kit.query import local_address, onward, phone_address, web_address
from scheduler_integration.pages.kit.respond import SCHEMA, View, argument, redirection, submitted
from scheduler_integration.pages.kit.series import scopes_of
from scheduler_integration.pages.kit.spans import in_short, when_view
from scheduler_integration.pages.kit.strings import manage_strings
from scheduler_integration.pages.waiting.when import free_now, typed_when, when_fields, when_words
from scheduler_integration.parsing.fields import parse_reason
from scheduler_integration.parsing.text import is_phone
from scheduler_integration.platform import bidi
from scheduler_integration.platform.clock import iso
from scheduler_integration.waitlist.links import entry_url
from scheduler_integration.waitlist.requests import WaitPayload
from scheduler_integration.waitlist.shown import Earlier, earlier_of, sends_texts

PAGE = GuestPage("/schedule/manage")
# Arguments of the address for something that has just happened, and for a form that is open, with its place on the page.
_NEWS = ("booked", "moved", "invited")
_ANCHORS = {"cancel": "cancel", "guests": "guests-form", "sooner": "sooner"}
_PANELS = (*_ANCHORS, "code", "coming")


@PAGE.action("send_code", limit=BOOKINGS)
def _send_code(visit: Visit) -> str:
	confirm_attendee(visit.token, None, visit.now)
	return stay(f"{visit.path}?code=1#code-part")


@PAGE.action("code", limit=BOOKINGS)
def _confirm_address(visit: Visit) -> str:
	code = argument("code")
	if not code:
		raise InvalidRequest(details={"code": _("Please enter the code.")})
	confirm_attendee(visit.token, code, visit.now)
	return stay(f"{visit.path}?invited=1")


@PAGE.action("coming")
def _come(visit: Visit) -> str:
	bookings.reconfirm(visit.token, visit.now)
	return stay(f"{visit.path}?coming=1")


@PAGE.action("sooner", limit=BOOKINGS)
def _wait(visit: Visit) -> str:
	wait_for_earlier(visit.token, WaitPayload.of(typed_when(frappe.request.form)))
	return stay(f"{visit.path}#sooner")


# Each added guest gets an invitation, so this counts like a booking.
@PAGE.action("guests", limit=BOOKINGS)
def _change_guests(visit: Visit) -> str:
	guests = parse_guests_of(split_addresses(argument("guests")))
	before = {guest.lower() for guest in booking_by_token(visit.token, visit.now).guests}
	after = bookings.update_guests_by_token(visit.token, guests, visit.now).guests
	# The positions of those who are new: their addresses aren't for logs.
	new = [str(place) for place, guest in enumerate(after) if guest.lower() not in before]
	return stay(f"{visit.path}?invited=1{'&who=' if new else ''}{'.'.join(new)}")


@PAGE.action("cancel")
def _cancel(visit: Visit) -> str:
	scope = parse_scope(argument("scope"))
	bookings.cancel_by_token(visit.token, parse_reason(argument("reason")), visit.now, scope=scope)
	return stay(f"{visit.path}?cancelled=1" if embedded() else visit.path)


@PAGE.view
def _view(visit: Visit) -> View:
	booking, path = booking_by_token(visit.token, visit.now), visit.path
	pay_url = local_address(booking.payment.url) if booking.payment else None
	if pay_url and argument("booked") and not submitted():
		# It is booked as soon as it is paid. The script of that page leads back here then: only this browser may know this address.
		raise redirection(f"{stay(pay_url)}#{path}", 302)
	if booking.can_reschedule and argument("reschedule") and not submitted():
		raise redirection(_url(booking, reschedule=visit.token, tz=booking.timezone), 302)
	news = next((each for each in _NEWS if argument(each) == "1"), "")
	return managing_view(booking, find_brand(booking.page.slug), visit, news, earlier_of(booking, visit.now))


def managing_view(
	booking: AttendeeBooking, brand: Brand | None, visit: Visit, news: str, earlier: Earlier | None = None
) -> View:
	"""Return the view of the page. `news` is `booked`, `moved` or `invited` if that just happened, or "".

	`brand` is that of the page on which the meeting was booked, None if that page no longer exists. `earlier` is there if the
	attendee can wait for an earlier time.
	"""
	panel, path = _panel(booking, visit), visit.path
	heading = _asking(booking, visit) if panel == "coming" else _heading(booking, news)
	follow_up = onward(booking.redirect_url) if news == "booked" else None
	return {
		"document": document(
			visit.visitor,
			title=f"{heading.title} · {booking.title}",
			description=bidi.plain(heading.text),
			brand=brand,
			style="waitlist" if earlier else "manage",
			script="manage",
			secret_address=True,
			framed=True,
		),
		"heading": heading,
		"booking": booking,
		"with": hosts_or_page(booking),
		"is_gone": booking.status in RELEASED,
		"is_live": booking.status in OPEN and not booking.is_over,
		"panel": panel,
		"panels": {each: stay(f"{path}?{each}=1#{anchor}") for each, anchor in _ANCHORS.items()},
		"move_url": _url(booking, reschedule=visit.token, tz=booking.timezone) if booking.can_reschedule else None,
		"again_url": _url(booking, again=visit.token),
		"pay_url": local_address(booking.payment.url) if booking.payment else None,
		"action": stay(path),
		"errors": visit.errors,
		"guests_typed": argument("guests") if visit.refused else "",
		"follow_up": follow_up,
		"data": script_json(_script_data(booking, follow_up)),
		"told": _told(booking),
		**_when_and_where(booking, news, visit),
		**_terms(booking, visit),
		**(_sooner(earlier, booking, visit) if earlier else {}),
	}


def _url(booking: AttendeeBooking, **arguments: str) -> str:
	"""Return the address of the booking page: to move the meeting, or to book again with the same details."""
	return stay(f"{local_path(booking.page.slug, booking.meeting_type.slug)}?{urlencode(arguments)}")


def _panel(booking: AttendeeBooking, visit: Visit) -> str:
	"""Return the form that is open: the refused one, or that in the address. `coming`: the page asks nothing else."""
	if visit.refused:
		return {"code": "code", "sooner": "sooner", "guests": "guests"}.get(visit.refused, "cancel")
	panel = "" if submitted() else next((each for each in _PANELS if argument(each)), "")
	is_coming = booking.status == "Scheduled" and not booking.is_over
	is_asked = is_coming and booking.is_asked_to_reconfirm and not booking.is_asked_to_reschedule
	return "" if panel == "coming" and not is_asked else panel


def _when_and_where(booking: AttendeeBooking, news: str, visit: Visit) -> View:
	zone, style = booking.timezone, visit.visitor.style(booking.timezone)
	today = local_date(visit.now, zone)
	is_today = any(local_date(start, zone) == today for start, _end in booking.stretches)
	return {
		"when": when_view(booking.stretches, style)
		| {"zone": dates.zone_text(booking.start, zone, visit.locale), "machine": iso(booking.start, zone)},
		"earlier": when_view([booking.earlier], style) if booking.earlier and news == "moved" else None,
		"dates": [
			(each, in_short(each.start, each.end, style), stay(local_address(each.manage_url) or ""))
			for each in (booking.series.dates if booking.series else ())
		],
		"released": RELEASED,
		"place": _place(booking, is_today),
		"ics": local_address(booking.calendar.ics),
	}


def _terms(booking: AttendeeBooking, visit: Visit) -> View:
	"""Return what was paid, what the attendee gets back, which dates of a series can be changed, and why nothing can be."""
	locale, series, waits = visit.locale, booking.series, booking.waits_for_payment
	scopes = scopes_of(each.status for each in series.dates) if series else []
	reasons = (booking.cannot_reschedule_reason, booking.cannot_cancel_reason)
	email = bidi.left_to_right(booking.attendee.email)
	text = _("Your guests hear of the meeting as soon as you have confirmed that {0} is your address.")
	return {
		"payment": payment_text(booking, locale),
		"paid_together": series_text(series.amounts, waits, locale) if series else None,
		"scopes": [] if waits else scopes,
		"back": back_if_cancelled(booking, visit.now, locale, of_several=bool(scopes)),
		"for_all": together_text() if scopes and waits else None,
		"refusals": [*dict.fromkeys(filter(None, reasons))],
		"release": release_text(booking.release_hours, locale),
		"wait_sentence": bidi.sentence(text, email) if booking.guests_wait else None,
	}


def _sooner(earlier: Earlier, booking: AttendeeBooking, visit: Visit) -> View:
	"""Return the part with which attendees wait for an earlier time: what they wait for, or the form."""
	if shown := earlier.waiting:
		when = when_words(shown.entry.bounds, visit.visitor.style(shown.entry.zone))
		url = stay(local_address(entry_url(shown.entry)) or "")
		return {"waiting": {"when": when, "url": url, "is_offered": bool(shown.offer)}}
	first, last = (local_date(instant, booking.timezone) for instant in (visit.now, booking.start))
	values: dict[str, Any] = {"first_date": first.isoformat(), "last_date": last.isoformat()}
	if visit.refused == "sooner":
		values = typed_when(frappe.request.form)
	can_text = sends_texts() and earlier.has_phone
	return {
		"sooner": when_fields(values, visit.errors, visit.locale, can_text=can_text),
		"free": free_now(
			visit.error,
			visit.visitor,
			lambda start, zone: _url(booking, reschedule=visit.token, start=start, tz=zone),
		),
	}


def _script_data(booking: AttendeeBooking, follow_up: dict | None) -> dict[str, Any]:
	follow = follow_up["url"] if follow_up else None
	data = {"strings": manage_strings(), "followUp": follow, "isGone": booking.status in RELEASED}
	if not embedded():
		return data
	# In a frame only a click leads elsewhere. The other website learns what happened, nothing about a person, and decides on its own.
	told = {
		"reference": booking.id,
		"type": booking.meeting_type.slug,
		"start": iso(booking.start, booking.timezone),
		"end": iso(booking.end, booking.timezone),
		"status": booking.status,
	}
	return {**data, "followUp": None, "booking": told}


def _told(booking: AttendeeBooking) -> Markup:
	"""Return the booking for an assistant in the browser, in the words of schema.org."""
	status = "Cancelled" if booking.status in RELEASED else "Pending" if booking.status == "Pending" else "Confirmed"
	told = {
		"@context": SCHEMA,
		"@type": "EventReservation",
		"reservationId": booking.id,
		"reservationStatus": f"{SCHEMA}/Reservation{status}",
		"reservationFor": {
			"@type": "Event",
			"name": booking.meeting_type.title,
			"startDate": iso(booking.start, booking.timezone),
			"endDate": iso(booking.end, booking.timezone),
		},
		"url": booking.manage_url,
	}
	return script_json(told)


def _asking(booking: AttendeeBooking, visit: Visit) -> Heading:
	"""Return the head of a page that asks nothing but whether the attendee is coming."""
	text = _("{0} is looking forward to it.").format(hosts_or_page(booking))
	if booking.has_reconfirmed:
		return Heading("check", _("You have confirmed that you are coming"), text)
	return Heading("clock", _("Are you coming?"), release_text(booking.release_hours, visit.locale) or text)


def _heading(booking: AttendeeBooking, news: str) -> Heading:
	host, status, email = hosts_or_page(booking), booking.status, bidi.left_to_right(booking.attendee.email)
	if booking.is_asked_to_reschedule:
		text = _("{0} asks you to move this meeting.").format(host)
		return Heading("clock", _("Please choose another time"), text)
	gone = {
		"Cancelled": (_("This meeting is cancelled"), _("Everyone has been notified, and the time is free again.")),
		"Declined": (_("This request was declined"), _("Your host can't make this time. Please choose another.")),
		"Rescheduled": (_("This meeting was moved"), _("Your newest e-mail has the time it was moved to.")),
		"Expired": (_("Not paid in time"), _("The time is free again. You can book another one.")),
	}
	if status in gone:
		return Heading("cross", *gone[status], mood="quiet")
	if booking.is_over or status in ("Completed", "No Show"):
		return Heading("clock", _("This meeting is over"), _("We hope it went well."), mood="quiet")
	if booking.waits_for_payment:
		return Heading("clock", _("Not paid yet"), _("We're keeping the time for you until you have paid."))
	if status == "Pending":
		text = _("{0} will reply to {1}. We're holding the time for you until then.")
		return Heading("check", _("Your request is sent"), bidi.sentence(text, host, email))
	if news == "invited":
		return Heading("check", _("Guests updated"), _who_was_invited(booking))
	if news:
		title = _("You're booked") if news == "booked" else _("Meeting moved")
		return Heading("check", title, bidi.sentence(_("We've sent a calendar invitation to {0}."), email))
	return Heading("calendar", _("Your meeting"), _("{0} is looking forward to it.").format(host))


def _who_was_invited(booking: AttendeeBooking) -> str:
	if booking.guests_wait:
		return _("They aren't invited yet.")
	positions = argument("who").split(".")
	invited = [bidi.left_to_right(guest) for place, guest in enumerate(booking.guests) if str(place) in positions]
	if not invited:
		return _("We've e-mailed everyone affected.")
	return bidi.sentence(_("We've sent an invitation to {0}."), Markup(", ").join(invited))


def _place(booking: AttendeeBooking, is_today: bool) -> dict:
	"""Return the view of the place. A web address becomes a link, on the day of the meeting a button.

	If there is no link of the video call yet, the page's script asks again (public/js/parts/awaited-link.js).
	"""
	icon, label, text = place_icon(booking.location_type), booking.location_label, booking.location
	if booking.status in RELEASED:
		return {"icon": icon, "label": label, "text": text}
	link = None if booking.video_status == "deleted_outside" else booking.meeting_link
	url, call = web_address(link) or web_address(text), _call(booking)
	return {
		"icon": icon,
		"label": label,
		"url": url,
		"is_today": is_today and booking.status == "Scheduled",
		"call": call,
		"notes": [] if call else _notes(booking, url),
		"link_follows": booking.video_status == "waiting",
		"text": None if call or (url and web_address(text) == url) else text,
	}


def _call(booking: AttendeeBooking) -> dict | None:
	"""Return the sentence that says who calls whom at which number, and the number's address for the attendee to call."""
	number = booking.location
	if booking.location_type != "phone" or not number or not is_phone(number):
		return None
	host, isolated = _first_host(booking), bidi.left_to_right(number)
	if number == booking.attendee.phone:
		return {"text": bidi.sentence(_("{0} calls you at {1}"), host, isolated)}
	return {"text": bidi.sentence(_("Call {0} at {1}"), host, isolated), "url": phone_address(number)}


def _notes(booking: AttendeeBooking, url: str | None) -> list[str]:
	"""Return the number and passcode for people who dial in, or a sentence about who sends the link or names the place."""
	told = {
		"waiting": _("The link follows by e-mail in a moment."),
		"deleted_outside": _("Your host will send you a new link."),
	}.get(booking.video_status or "")
	if booking.video_status == "failed" and not any((booking.location, booking.meeting_link)):
		told = _("Your host will send you the link.")
	elif not told and not any((url, booking.location, booking.meeting_id)):
		told = _("{0} will tell you where.").format(_first_host(booking))
	facts = ((_("Meeting ID: {0}"), booking.meeting_id), (_("Passcode: {0}"), booking.meeting_password))
	return [told] if told else [text.format(value) for text, value in facts if value]


def _first_host(booking: AttendeeBooking) -> str:
	return next(iter(names(booking.hosts)), booking.page.title)
