"""The attendee's page of a booking: the confirmation, the form to cancel, and the booking's state."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urlsplit

from frappe import _

from scheduler_integration.catalogue.public import Brand
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.links import local_address, web_address
from scheduler_integration.pages.kit.people import faces, names
from scheduler_integration.pages.kit.script_json import script_json
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.pages.kit.strings import manage_strings
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso

# Arguments of the address for something that has just happened.
NEWS = ("booked", "moved", "invited")
_GONE = ("Cancelled", "Declined", "Rescheduled")


@dataclass(frozen=True)
class Attempt:
	"""A submitted form: the error why it was refused, and the typed addresses if it was about guests."""

	error: SchedulingError | None = None
	guests: str = ""


def managing_view(
	booking: AttendeeBooking,
	brand: Brand | None,
	visitor: Visitor,
	path: str,
	news: str = "",
	attempt: Attempt | None = None,
) -> dict:
	"""Return the view of `/schedule/manage/<token>`. `news` is one of NEWS if that just happened.

	`brand` is the brand of the page on which the meeting was booked, None if that page no longer exists. `path` is the
	address of the form. `attempt` is a form that was just refused.
	"""
	attempt = attempt or Attempt()
	heading = _heading(booking, news)
	follow = _follow_up(booking) if news == "booked" else None
	is_gone = booking.status in _GONE
	return {
		"document": document(
			visitor,
			title=f"{heading['title']} · {booking.title}",
			description=heading["text"],
			brand=brand,
			styles=("manage",),
			script="manage",
			secret_address=True,
			framed=True,
		),
		"heading": heading,
		"booking": booking,
		"faces": faces(booking.hosts),
		"with": ", ".join(names(booking.hosts)) or booking.page.title,
		"when": _when(booking, visitor),
		"place": _place(booking),
		"ics": local_address(booking.calendar.ics),
		"earlier": booking.earlier and not is_gone and when_view([booking.earlier], visitor.style(booking.timezone)),
		"is_gone": is_gone,
		"move_url": _move_url(booking, path) if booking.can_reschedule else None,
		"refusals": _refusals(booking),
		"is_live": booking.status in ("Pending", "Scheduled") and not booking.is_over,
		"follow_up": follow,
		"again_url": local_address(booking.book_again_url),
		"action": path,
		"problem": attempt.error and attempt.error.message,
		"guests_typed": attempt.guests or ", ".join(booking.guests),
		"guests_error": attempt.error.details.get("guests") if attempt.error else None,
		"csrf_token": csrf_token(),
		"data": script_json({"strings": manage_strings(), "followUp": follow and follow["url"]}),
	}


def _move_url(booking: AttendeeBooking, path: str) -> str:
	token = unquote(path.rpartition("/")[2])
	query = urlencode({"reschedule": token, "tz": booking.timezone})
	return f"/schedule/{quote(booking.page.slug, safe='')}/{quote(booking.meeting_type.slug, safe='')}?{query}"


def _refusals(booking: AttendeeBooking) -> list[str]:
	"""Return why the attendee can't move or cancel the meeting, each sentence once."""
	if booking.is_over or booking.status in _GONE:
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
		"zone": dates.zone_name(booking.start, zone, locale),
		"city": dates.city(zone, locale),
		"duration": lengths.duration(booking.duration_minutes, locale),
		"machine": iso(booking.start, zone),
	}


def _place(booking: AttendeeBooking) -> dict:
	"""Return the place of the meeting. A web address becomes a link, anything else is text.

	If there is no link of the video call yet, the page's script asks again (public/js/parts/awaited-link.js).
	"""
	is_dead = booking.video_status == "deleted_outside"
	link, text = None if is_dead else booking.meeting_link, booking.location
	url = web_address(link) or web_address(text)
	return {
		"icon": place_icon(booking.location_type),
		"url": url,
		"join": _how_to_join(booking),
		"link_follows": _link_follows(booking),
		"text": None if url and web_address(text) == url else text,
	}


def _how_to_join(booking: AttendeeBooking) -> list[str]:
	"""Return the number and passcode for people who dial in, or a sentence about who sends the link."""
	if booking.status in _GONE:
		return []
	if _link_follows(booking):
		return [_("The link follows by e-mail in a moment.")]
	if booking.video_status == "deleted_outside":
		return [_("Your host will send you a new link.")]
	if booking.video_status == "failed" and not (booking.location or booking.meeting_link):
		return [_("Your host will send you the link.")]
	facts = []
	if booking.meeting_id:
		facts.append(_("Meeting ID: {0}").format(booking.meeting_id))
	if booking.meeting_password:
		facts.append(_("Passcode: {0}").format(booking.meeting_password))
	return facts


def _link_follows(booking: AttendeeBooking) -> bool:
	return booking.video_status == "waiting" and booking.status not in _GONE


def _heading(booking: AttendeeBooking, news: str) -> dict:
	host = ", ".join(names(booking.hosts)) or booking.page.title
	if booking.is_asked_to_reschedule:
		return _head("clock", _("Please choose another time"), _("{0} asks you to move this meeting.").format(host))
	if booking.status in _GONE:
		return _gone_heading(booking.status)
	if booking.is_over or booking.status in ("Completed", "No Show"):
		return _head("clock", _("This meeting is over"), _("We hope it went well."), mood="quiet")
	email = booking.attendee.email
	if booking.status == "Pending":
		text = _("{0} will confirm it, and you will hear at {1}. Until then the time is held for you.")
		return _head("clock", _("Your request is on its way"), text.format(host, email))
	return _scheduled_heading(news, host, email)


def _scheduled_heading(news: str, host: str, email: str) -> dict:
	sent = _("An invitation with all of this is on its way to {0}.").format(email)
	if news == "booked":
		return _head("check", _("You're booked"), sent)
	if news == "invited":
		return _head("check", _("The guests are changed"), _("Everybody whom this concerns gets an e-mail."))
	if news == "moved":
		return _head("check", _("Your meeting is moved"), sent)
	return _head("calendar", _("Your meeting"), _("{0} is looking forward to it.").format(host))


def _head(icon: str, title: str, text: str, mood: str = "good") -> dict:
	return {"icon": icon, "mood": mood, "title": title, "text": text}


def _gone_heading(status: str) -> dict:
	titles = {
		"Cancelled": _("This meeting is cancelled"),
		"Declined": _("This request was declined"),
		"Rescheduled": _("This meeting was moved"),
	}
	texts = {
		"Cancelled": _("Everyone has been told, and the time is free again."),
		"Declined": _("Your host can't make this time. Please choose another."),
		"Rescheduled": _("Your newest e-mail has the time it was moved to."),
	}
	return _head("cross", titles[status], texts[status], mood="quiet")


def _follow_up(booking: AttendeeBooking) -> dict | None:
	"""Return the page to which the host sends attendees after booking, or None if it isn't a web address."""
	address = web_address(booking.redirect_url)
	return {"url": address, "host": urlsplit(address).hostname} if address else None
