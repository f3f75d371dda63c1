"""`/scheduling/meeting/<name>`: one meeting, with everything that its host can do with it.

`?do=` opens one of the panels (pages/host/meeting.py), `date` and `since` choose the days to which it can be moved.
"""

from dataclasses import replace
from urllib.parse import urlencode

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.slots import slots_between
from scheduler_integration.bookings import UNDO_SECONDS, say_where
from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.handing_over import takers
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import AMOUNTS
from scheduler_integration.meetings.possible_hosts import possible_hosts
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for
from scheduler_integration.meetings.series import rows_of
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.summaries import HostBooking, for_hosts
from scheduler_integration.meetings.tokens import answer_url
from scheduler_integration.pages.host.acting import refused_message, run_command, sentences
from scheduler_integration.pages.host.house import MEETINGS, open_house
from scheduler_integration.pages.host.meeting import MOVING, PANELS, MeetingPage, meeting_view, open_panel
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.host.reschedule import reschedule_view, reschedule_wish
from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import argument, respond, submitted, to_your_meetings
from scheduler_integration.pages.kit.saving import Saved, answer_form, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.kit.wall_time import read_day
from scheduler_integration.parsing.places import parse_place
from scheduler_integration.platform.clock import now

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

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=_here, way_out=to_your_meetings)


def _view() -> dict:
	user, visitor = frappe.session.user, current_visitor()
	zone = timezone_of(user)
	style = visitor.style(zone)
	error = _act(style) if submitted() else None
	document = find_for_host(argument("meeting"), "read")
	sharing = _sharing(document)
	booking = next(booking for booking in sharing if booking.id == document.name)
	panel = open_panel(booking, _panel_of(argument("action")) if error else argument("do"))
	possible = possible_hosts(document) if "reassign" in booking.actions else []
	view = meeting_view(
		MeetingPage(
			house=open_house(user, visitor, now(), MEETINGS),
			booking=booking,
			sharing=sharing,
			zone=zone,
			now=now(),
			panel=panel,
			move=_times(document, booking, panel, style) if panel in MOVING else None,
			takers=takers(document, possible, now()) if panel == "reassign" else None,
			may_reassign=bool(possible),
			newer=_newer(document),
			proposal_url=answer_url(document, user)
			if document.proposed_start and user in document.host_users()
			else None,
			places=ways_to_meet([host.user for host in booking.hosts]) if booking.lacks_place else (),
			series=rows_of(document.series, *AMOUNTS) if document.series else (),
			message=refused_message(error, sharing, style) if error else None,
			toast=toast_of(sentences(), UNDO_SECONDS),
			typed={name: echo(argument(name)) for name in _TYPED} if error else None,
		)
	)
	return view | {"status": error.http_status_code if error else 200}


def _act(style: TimeStyle) -> SchedulingError | None:
	"""Run the form's command and redirect to the page. Returns the error if the command is refused."""
	page = meeting_url(argument("meeting"))
	if argument("action") == "place":
		return answer_form(lambda: _place(page), page, sentences())
	return answer_form(lambda: run_command(style, page, page_of_booking=True), page, sentences())


def _place(page: str) -> Saved:
	place = parse_place(argument("location_type"), argument("location_details"))
	say_where(argument("meeting"), place, now())
	return Saved("place", address=page)


def _sharing(document: Document) -> list[HostBooking]:
	"""Return the bookings of the session, among them this one, even if it has left. Without a session, only this one."""
	others = live_in_session(document.session or None)
	bookings = others if any(other.name == document.name for other in others) else [document, *others]
	return for_hosts(bookings, now())


def _times(document: Document, booking: HostBooking, panel: str, style: TimeStyle) -> dict:
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


def _panel_of(action: str) -> str:
	"""Return the panel from which the command was sent."""
	return next((panel for panel, command in PANELS.items() if command == action), "")


def _here() -> str:
	return meeting_url(argument("meeting"))
