"""Stores what comes back from tasks: a booking's video call, its lead, and what a host did with its event in a calendar.

People get a link that came after their first message. If a host wants that, a booking is cancelled or moved after the host
deleted or moved its event in their own calendar.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings.commands.cancel import cancel_by_host
from scheduler_integration.bookings.commands.reschedule import reschedule_by_host
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.transaction import command
from scheduler_integration.calendars.mirror.calendar_changes import CalendarChange
from scheduler_integration.calendars.mirror.plan import plan_events
from scheduler_integration.conferencing.plan import plan_again
from scheduler_integration.crm.activities import show_on_records
from scheduler_integration.crm.events import delete_entries, party_of
from scheduler_integration.crm.follow import keep_activity
from scheduler_integration.crm.pipeline import make_record
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.calls import CALENDAR
from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.meetings.series import later_dates
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.notifications.plan import were_told
from scheduler_integration.outbox.outcomes import Done, NotNeeded, Outcome
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.outbox.wake import wake
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.transactions import roll_back


def store_call(name: str, fields: Fields, now: int) -> None:
	"""Set the fields of the booking that describe its video call. `now` is in epoch seconds.

	If the link is new and people have got a message without it, they get another message and invitation. If their
	message hasn't left yet, it will have the link.
	"""
	if not frappe.db.exists("Booking", name):
		return
	booking = frappe.get_doc("Booking", name, for_update=True)
	link = fields.get("meeting_link")
	is_new = bool(link) and link != booking.meeting_link and booking.status == "Scheduled"
	asks_calendar = fields.get("video_meeting") == CALENDAR != booking.video_meeting
	booking.db_set(fields, update_modified=False)
	change = Change(Kind.LINKED, booking, now, status_before=booking.status)
	if asks_calendar:
		plan_events([change])
	if not is_new:
		return
	if were_told(booking):
		# A calendar takes a newer invitation for the same meeting only if its SEQUENCE is higher (RFC 5546, 2.1.4).
		booking.db_set("sequence", booking.sequence + 1, update_modified=False)
		run_consequences(change)
		return
	keep_activity([change])
	if booking.video_meeting != CALENDAR:
		# The calendar's event may have been written already, without the link.
		plan_events([change])


def store_link(name: str, link: str, now: int) -> None:
	"""Store the link that came with the event in the host's calendar, on all bookings that share the meeting."""
	session = frappe.db.get_value("Booking", name, "session")
	for booking in live_in_session(session) if session else [frappe.get_doc("Booking", name)]:
		if booking.status == "Scheduled" and booking.video_meeting == CALENDAR:
			store_call(booking.name, {"meeting_link": link, "video_status": "Ready", "video_error": None}, now)


@command
def keep_record(task: Task, now: int) -> Outcome:
	"""Make or find the attendee's lead or deal, and link it with the booking and those that took its place.

	The record then shows the meeting. `now` is in epoch seconds.
	"""
	chain = list[Document]()
	following: str | None = task.booking
	# Nobody cancels, moves or erases them meanwhile.
	while following and frappe.db.get_value("Booking", following, "name", for_update=True):
		chain.append(frappe.get_doc("Booking", following))
		moved = chain[-1].status == "Rescheduled"
		following = frappe.db.get_value("Booking", {"rescheduled_from": following}, "name") if moved else None
	if not chain or chain[0].is_forgotten or chain[-1].status not in LIVE:
		return NotNeeded(_("The meeting doesn't take place."))
	fields = make_record(chain[0], by_host=bool(task.payload.get("by_host")))
	for booking in chain if fields else ():
		booking.db_set(fields, update_modified=False)
		show_on_records(booking)
		if later_dates([booking]) and frappe.db.exists("Event", booking.event):
			# Timelines show a series once, by its first date.
			event = frappe.get_doc("Event", booking.event)
			delete_entries(event, set(map(party_of, event.event_participants)))
	return Done()


def show_call(meeting: str, fields: Fields) -> None:
	"""Set fields of all bookings with this Video Meeting that still take place."""
	frappe.db.set_value("Booking", {"video_meeting": meeting, "status": "Scheduled"}, fields, update_modified=False)


def make_new_call(booking: Document, now: int) -> None:
	"""Plan a new call for a booking whose call failed, or was deleted at its provider. `now` is in epoch seconds.

	Raises InvalidRequest if the booking has a call, or needs none.
	"""
	if booking.status != "Scheduled" or booking.video_status not in ("Failed", "Deleted Outside"):
		raise InvalidRequest(_("Only a meeting whose video call failed or was deleted can get a new one."))
	plan_again(booking.name, now)
	booking.db_set({"video_status": "Waiting", "video_error": None}, update_modified=False)
	wake()


def give_up_call(task: Task, reason: str) -> None:
	"""Store in the booking that it gets no link."""
	failed = {"video_status": "Failed", "video_error": reason}
	frappe.db.set_value("Booking", {"name": task.booking, "status": "Scheduled"}, failed, update_modified=False)


def follow_calendar(change: CalendarChange, now: int) -> bool:
	"""Cancel or move the booking as its host, and return whether that was possible. `now` is in epoch seconds.

	The booking stays if the new time isn't free, or has another length. The host then gets a notice, and decides.
	"""
	before = frappe.session.user
	frappe.set_user(change.user)
	try:
		if change.starts_at is None or change.ends_at is None:
			cancel_by_host(change.booking, _("The host deleted the meeting in their calendar."), now)
		else:
			minutes = (change.ends_at - change.starts_at) // 60
			reschedule_by_host(change.booking, RescheduleRequest(change.starts_at, minutes), now)
		return True
	except SchedulingError:
		roll_back()
		return False
	finally:
		frappe.set_user(before)
