"""The attendee's page of a booking: the confirmation, the form to cancel, and the booking's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from frappe import _
from markupsafe import Markup

from scheduler_integration.catalogue.public import Brand
from scheduler_integration.domains.links import local_path
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.release import release_text
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.embedding import embedded, stay
from scheduler_integration.pages.kit.money import back_if_cancelled, payment_text, series_text, together_text
from scheduler_integration.pages.kit.people import faces, names
from scheduler_integration.pages.kit.query import local_address, web_address
from scheduler_integration.pages.kit.series import scopes_of
from scheduler_integration.pages.kit.spans import in_short, when_view
from scheduler_integration.pages.kit.strings import manage_strings
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.meeting_place import place_view
from scheduler_integration.pages.waiting.earlier import earlier_view
from scheduler_integration.platform import bidi, lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.waitlist.shown import Earlier

# Arguments of the address for something that has just happened.
NEWS = ("booked", "moved", "invited")
# Arguments of the address for a form that is open.
PANELS = ("cancel", "guests", "code", "sooner", "coming")
_ANCHORS = {"cancel": "cancel", "guests": "guests-form", "sooner": "sooner"}


@dataclass(frozen=True)
class Attempt:
	"""A submitted form: the error why it was refused, and the typed addresses if it `is_about_guests`.

	`is_about_code`: the code that confirms the address was typed. `when` are the typed values of the form to wait for an
	earlier time.
	"""

	error: SchedulingError | None = None
	guests: str = ""
	is_about_guests: bool = False
	is_about_code: bool = False
	when: dict[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
	"""What the address asks the page to show.

	`news` is one of NEWS if that just happened, with the positions of the guests who were `invited`. `panel` is one of PANELS
	if that form is open. `now` is in epoch seconds.
	"""

	now: int
	news: str = ""
	invited: tuple[int, ...] = ()
	panel: str = ""


def managing_view(
	booking: AttendeeBooking,
	brand: Brand | None,
	visitor: Visitor,
	path: str,
	asked: Asked,
	attempt: Attempt | None = None,
	earlier: Earlier | None = None,
) -> dict:
	"""Return the view of `/schedule/manage/<token>`.

	`brand` is the brand of the page on which the meeting was booked, None if that page no longer exists. `path` is the
	address of the form. `attempt` is a form that was just refused. `earlier` is there if the attendee can wait for an earlier
	time.
	"""
	attempt = attempt or Attempt()
	heading = _heading(booking, asked, visitor)
	asks_coming = asked.panel == "coming" and _is_asked(booking)
	follow = _follow_up(booking) if asked.news == "booked" else None
	is_gone = booking.status in RELEASED
	style = visitor.style(booking.timezone)
	scopes = scopes_of(each.status for each in booking.series.dates) if booking.series else []
	return {
		"document": document(
			visitor,
			title=f"{heading['title']} · {booking.title}",
			description=bidi.plain(heading["text"]),
			brand=brand,
			style="waitlist" if earlier else "manage",
			script="manage",
			secret_address=True,
			framed=True,
		),
		"heading": heading,
		"booking": booking,
		"faces": faces(booking.hosts),
		"with": _hosts(booking),
		"guests": [bidi.left_to_right(guest) for guest in booking.guests],
		"when": _when(booking, visitor),
		"place": place_view(booking, _begins_today(booking, asked.now)),
		"ics": local_address(booking.calendar.ics),
		"earlier": booking.earlier and asked.news == "moved" and when_view([booking.earlier], style),
		"is_gone": is_gone,
		"dates": _dates(booking, visitor),
		"scopes": [] if booking.waits_for_payment else scopes,
		"for_all": together_text() if scopes and booking.waits_for_payment else None,
		"move_url": move_url(booking, path) if booking.can_reschedule else None,
		"refusals": _refusals(booking),
		"is_live": booking.status in OPEN and not booking.is_over,
		"asks_coming": asks_coming,
		"release": release_text(booking.release_hours, visitor.locale),
		"follow_up": follow,
		"sooner": earlier
		and earlier_view(
			earlier, booking, visitor, asked.now, attempt.when, attempt.error.details if attempt.error else {}
		),
		"payment": payment_text(booking, visitor.locale),
		"paid_together": _paid_together(booking, visitor),
		"back": back_if_cancelled(booking, asked.now, visitor.locale, of_several=bool(scopes)),
		"pay_url": local_address(booking.payment.url) if booking.payment else None,
		"again_url": _again_url(booking, path),
		"action": stay(path),
		"panels": {panel: stay(f"{path}?{panel}=1#{anchor}") for panel, anchor in _ANCHORS.items()},
		"panel": _open_panel(asked, attempt),
		"problem": attempt.error and attempt.error.message,
		"guests_typed": attempt.guests or ", ".join(booking.guests),
		"wait_sentence": _wait_sentence(booking),
		"code_error": attempt.error.details.get("code") if attempt.error else None,
		"guests_error": attempt.error.details.get("guests") if attempt.error else None,
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(booking, follow)),
	}


def _script_data(booking: AttendeeBooking, follow: dict | None) -> dict:
	data = {"strings": manage_strings(), "followUp": follow and follow["url"], "isGone": booking.status in RELEASED}
	if not embedded():
		return data
	# In a frame only a click leads elsewhere. The other website learns what happened, and decides on its own.
	return {**data, "followUp": None, "booking": _told(booking)}


def _told(booking: AttendeeBooking) -> dict[str, str]:
	"""Return what another website learns about a booking: nothing about a person."""
	return {
		"reference": booking.id,
		"type": booking.meeting_type.slug,
		"start": iso(booking.start, booking.timezone),
		"end": iso(booking.end, booking.timezone),
		"status": booking.status,
	}


def _dates(booking: AttendeeBooking, visitor: Visitor) -> list[dict]:
	"""Return the dates of the series, this one without a link; empty if the meeting doesn't repeat."""
	if not booking.series:
		return []
	style = visitor.style(booking.timezone)
	return [
		{
			"label": in_short(each.start, each.end, style),
			"note": _note(each.status),
			"is_gone": each.status in RELEASED,
			"url": None if each.id == booking.id else stay(local_address(each.manage_url) or ""),
		}
		for each in booking.series.dates
	]


def _paid_together(booking: AttendeeBooking, visitor: Visitor) -> str | None:
	if not booking.series:
		return None
	return series_text(booking.series.amounts, booking.waits_for_payment, visitor.locale)


def _note(status: str) -> str | None:
	"""Return what an attendee should know of a date beside its time."""
	return {
		"Pending": _("Not confirmed yet"),
		"Cancelled": _("Was cancelled"),
		"Declined": _("Was declined"),
		"Rescheduled": _("Was moved"),
		"Expired": _("Wasn't paid"),
	}.get(status)


def _open_panel(asked: Asked, attempt: Attempt) -> str:
	if not attempt.error:
		return asked.panel
	if attempt.is_about_code:
		return "code"
	if attempt.when is not None:
		return "sooner"
	return "guests" if attempt.is_about_guests else "cancel"


def _wait_sentence(booking: AttendeeBooking) -> Markup | None:
	"""Return why the additional guests aren't invited yet; None if they are."""
	if not booking.guests_wait or booking.is_over or booking.status not in OPEN:
		return None
	text = _("Your guests hear of the meeting as soon as you have confirmed that {0} is your address.")
	return bidi.sentence(text, bidi.left_to_right(booking.attendee.email))


def _begins_today(booking: AttendeeBooking, now: int) -> bool:
	"""Whether one of the meeting's days is today in the attendee's zone."""
	today = local_date(now, booking.timezone)
	return any(local_date(start, booking.timezone) == today for start, _end in booking.stretches)


def _hosts(booking: AttendeeBooking) -> str:
	return ", ".join(names(booking.hosts)) or booking.page.title


def _token(path: str) -> str:
	return unquote(path.rpartition("/")[2])


def _again_url(booking: AttendeeBooking, path: str) -> str | None:
	"""Return the address at which the attendee books again. Its form is filled in as for this booking."""
	if not booking.book_again_url:
		return None
	return stay(f"{local_path(booking.page.slug, booking.meeting_type.slug)}?{urlencode({'again': _token(path)})}")


def move_url(booking: AttendeeBooking, path: str) -> str:
	"""Return the address at which the attendee chooses another time. `path` is that of the manage page."""
	query = urlencode({"reschedule": _token(path), "tz": booking.timezone})
	return stay(f"{local_path(booking.page.slug, booking.meeting_type.slug)}?{query}")


def _refusals(booking: AttendeeBooking) -> list[str]:
	"""Return why the attendee can't move or cancel the meeting, each sentence once."""
	if booking.is_over or booking.status in RELEASED:
		return []
	sentences = (
		None if booking.can_reschedule else booking.cannot_reschedule_reason,
		None if booking.can_cancel else booking.cannot_cancel_reason,
	)
	return list(dict.fromkeys(filter(None, sentences)))


def _when(booking: AttendeeBooking, visitor: Visitor) -> dict:
	zone, locale = booking.timezone, visitor.locale
	return {
		**when_view(booking.stretches, visitor.style(zone)),
		"zone": dates.zone_text(booking.start, zone, locale),
		"duration": lengths.duration(booking.duration_minutes, locale),
		"machine": iso(booking.start, zone),
	}


def _is_asked(booking: AttendeeBooking) -> bool:
	"""Whether the page can be about nothing but the question whether the attendee is coming."""
	is_open = booking.status == "Scheduled" and not booking.is_over and not booking.is_asked_to_reschedule
	return is_open and booking.is_asked_to_reconfirm


def _heading(booking: AttendeeBooking, asked: Asked, visitor: Visitor) -> dict:
	host = _hosts(booking)
	if asked.panel == "coming" and _is_asked(booking):
		text = _("{0} is looking forward to it.").format(host)
		if booking.has_reconfirmed:
			return _head("check", _("You have confirmed that you are coming"), text)
		return _head("clock", _("Are you coming?"), release_text(booking.release_hours, visitor.locale) or text)
	if booking.is_asked_to_reschedule:
		return _head("clock", _("Please choose another time"), _("{0} asks you to move this meeting.").format(host))
	if booking.status in RELEASED:
		return _gone_heading(booking.status)
	if booking.is_over or booking.status in ("Completed", "No Show"):
		return _head("clock", _("This meeting is over"), _("We hope it went well."), mood="quiet")
	email = bidi.left_to_right(booking.attendee.email)
	if booking.payment and booking.payment.url:
		return _head("clock", _("Not paid yet"), _("We're keeping the time for you until you have paid."))
	if booking.status == "Pending":
		text = _("{0} will reply to {1}. We're holding the time for you until then.")
		return _head("check", _("Your request is sent"), bidi.sentence(text, host, email))
	return _scheduled_heading(booking, asked, host, email)


def _scheduled_heading(booking: AttendeeBooking, asked: Asked, host: str, email: str) -> dict:
	sent = bidi.sentence(_("We've sent a calendar invitation to {0}."), email)
	if asked.news == "booked":
		return _head("check", _("You're booked"), sent)
	if asked.news == "invited":
		if booking.guests_wait:
			return _head("check", _("Guests updated"), _("They aren't invited yet."))
		return _head("check", _("Guests updated"), _who_was_invited(booking, asked.invited))
	if asked.news == "moved":
		return _head("check", _("Meeting moved"), sent)
	return _head("calendar", _("Your meeting"), _("{0} is looking forward to it.").format(host))


def _who_was_invited(booking: AttendeeBooking, positions: tuple[int, ...]) -> str:
	invited = [bidi.left_to_right(guest) for place, guest in enumerate(booking.guests) if place in positions]
	if not invited:
		return _("We've e-mailed everyone affected.")
	listed = Markup(", ").join(invited)
	return bidi.sentence(_("We've sent an invitation to {0}."), listed)


def _head(icon: str, title: str, text: str, mood: str = "good") -> dict:
	return {"icon": icon, "mood": mood, "title": title, "text": text}


def _gone_heading(status: str) -> dict:
	titles = {
		"Cancelled": _("This meeting is cancelled"),
		"Declined": _("This request was declined"),
		"Rescheduled": _("This meeting was moved"),
		"Expired": _("Not paid in time"),
	}
	texts = {
		"Cancelled": _("Everyone has been notified, and the time is free again."),
		"Declined": _("Your host can't make this time. Please choose another."),
		"Rescheduled": _("Your newest e-mail has the time it was moved to."),
		"Expired": _("The time is free again. You can book another one."),
	}
	return _head("cross", titles[status], texts[status], mood="quiet")


def _follow_up(booking: AttendeeBooking) -> dict | None:
	"""Return the page to which the host sends attendees after booking, or None if it isn't a web address."""
	address = web_address(booking.redirect_url)
	return {"url": address, "host": urlsplit(address).hostname} if address else None
