"""Where a booked meeting is, as its attendee reads it: the link of a call, who calls whom, or an address."""

from __future__ import annotations

from frappe import _

from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.query import phone_address, web_address
from scheduler_integration.parsing.text import is_phone
from scheduler_integration.platform import bidi


def place_view(booking: AttendeeBooking, is_today: bool) -> dict:
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
	host, isolated = _host(booking), bidi.left_to_right(number)
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
		told = _("{0} will tell you where.").format(_host(booking))
	facts = ((_("Meeting ID: {0}"), booking.meeting_id), (_("Passcode: {0}"), booking.meeting_password))
	return [told] if told else [text.format(value) for text, value in facts if value]


def _host(booking: AttendeeBooking) -> str:
	return next(iter(names(booking.hosts)), booking.page.title)
