"""`/schedule/answer/<token>`: a host answers a request, or a proposed time, with the link in the e-mail, without signing in.

Opening the page changes nothing, because mail programs and virus scanners open links too: only its form acts.
`?answer=decline` opens the form to decline.
"""

from __future__ import annotations

from frappe import _

from scheduler_integration import bookings
from scheduler_integration.catalogue.public import find_brand
from scheduler_integration.meetings.lookup import request_by_answer_token
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.guest_page import GuestPage, Heading, Visit
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.parsing.fields import parse_instant_of, parse_reason
from scheduler_integration.platform.clock import iso, now

PAGE = GuestPage("/schedule/answer", field="answer")


@PAGE.action("confirm", "decline")
def _answer(visit: Visit) -> str:
	bookings.answer_by_link(visit.token, argument("answer") == "confirm", parse_reason(argument("reason")), now())
	return visit.path


@PAGE.action("move", "keep")
def _answer_proposal(visit: Visit) -> str:
	act = bookings.accept_proposal if argument("answer") == "move" else bookings.keep_time
	act(visit.token, parse_instant_of("start", argument("start")), now())
	return visit.path


@PAGE.view
def _view(visit: Visit) -> View:
	booking, zone = request_by_answer_token(visit.token, visit.now)
	declines = argument("answer") == "decline"
	proposed = booking.proposed_start if booking.status == "Scheduled" else None
	heading = _heading(booking, declines=declines, is_proposal=bool(proposed))
	brand, style = find_brand(booking.page.slug), visit.visitor.style(zone)
	view = {
		"document": document(visit.visitor, title=heading.title, brand=brand, style="manage", secret_address=True),
		"heading": heading,
		"booking": booking,
		"when": when_view(booking.stretches, style) | {"zone": dates.zone_text(booking.start, zone, visit.locale)},
		"declines": declines,
		"action": visit.path,
		# The e-mail about a request has no calendar part, and the host who answers it gets no other e-mail.
		"has_file": booking.status == "Scheduled" and not proposed,
	}
	if proposed:
		times = when_view([(proposed, proposed + booking.end - booking.start)], style)
		view["proposal"] = times | {"machine": iso(proposed, zone)}
	return view


def _heading(booking: HostBooking, *, declines: bool, is_proposal: bool) -> Heading:
	name, status = booking.attendee.name, booking.status
	told = _("We've e-mailed {0}.").format(name)
	if status == "Pending":
		question = _("Decline this request?") if declines else _("Confirm this meeting?")
		return Heading("clock", question, _("{0} requested a meeting with you.").format(name))
	if is_proposal:
		return Heading("clock", _("Move this meeting?"), _("{0} proposes another time.").format(name))
	if status == "Declined":
		return Heading("cross", _("This request was declined"), told)
	if status == "Cancelled":
		return Heading("cross", _("This meeting is cancelled"), _("There is nothing left to answer."))
	if status == "Rescheduled":
		text = _("Your newest e-mail has the time it was moved to.")
		return Heading("cross", _("This meeting was moved"), text)
	return Heading("check", _("This meeting is confirmed"), told)
