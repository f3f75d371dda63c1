"""Reassigns a booking, or a whole session, to another host."""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration import engine
from scheduler_integration.availability.calendar_entries import calendar_entries
from scheduler_integration.availability.load import load_members
from scheduler_integration.availability.reason_text import reason_text
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.host_time import prevents
from scheduler_integration.bookings.record import own_buffers, retitle
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.hosts import TypeHost, enabled_hosts, required_users
from scheduler_integration.engine import Reason
from scheduler_integration.exceptions import HostNotFree, InvalidRequest, NotPermitted
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.possible_hosts import possible_hosts, possible_successors
from scheduler_integration.meetings.sessions import live_in_session, session_key
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import check_open
from scheduler_integration.permissions import is_manager
from scheduler_integration.times import Objection


@command
def reassign(name: str, host: str, now: int, *, replaces: str | None = None, force: bool = False) -> HostBooking:
	"""Reassign the booking `name` from the host `replaces` (default: the main host) to `host`. Both are User names.

	The bookings that share its session are reassigned too. If a multi-day meeting has begun, `host` takes the days that
	aren't over, and the past days stay with `replaces`. With `force`, the new host's hours, limits and buffers are ignored,
	and whether the collective meeting requires `replaces`; only a busy time or booking that overlaps the meeting itself
	prevents it.

	Raises BookingNotFound; NotPermitted if the user isn't a manager or the meeting is over; AlreadyCancelled;
	InvalidRequest if `host` or `replaces` can't be chosen; HostNotFree. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	if not is_manager():
		raise NotPermitted(_("Only a Scheduling Manager can reassign a meeting."))
	check_open(booking, now)
	new_host = _new_host(host, possible_hosts(booking), booking)
	if replaces and replaces not in booking.host_users():
		raise InvalidRequest(details={"replaces": _("Choose one of the hosts of this meeting.")})
	return _take_over(booking, new_host, replaces or booking.host, now, force)


@command
def hand_over(name: str, host: str, now: int, *, replaces: str | None = None) -> HostBooking:
	"""Hand the booking `name` over from the signed-in host to the colleague `host`, who has its meeting type and is free.

	A manager does it for the host `replaces`. Otherwise it is the same as `reassign`: the colleague's hours, limits and
	buffers count.

	Raises BookingNotFound; NotPermitted if the user doesn't host the meeting or it is over; AlreadyCancelled;
	InvalidRequest if `host` can't be chosen; HostNotFree. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	leaving = replaces or frappe.session.user
	if leaving not in booking.host_users() or (leaving != frappe.session.user and not is_manager()):
		raise NotPermitted(_("You can hand over only your own meetings."))
	check_open(booking, now)
	new_host = _new_host(host, possible_successors([booking], leaving)[booking.name], booking)
	return _take_over(booking, new_host, leaving, now, force=False)


def _take_over(booking: Document, new_host: TypeHost, leaving: str, now: int, force: bool) -> HostBooking:
	guard.lock_hosts([*booking.host_users(), new_host.user])
	coming = _check_free(booking, new_host, now, force)
	if not force:
		# Raise HostNotFree if the collective meeting requires the host who would leave it. A disabled user may leave.
		meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
		page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
		required = required_users(meeting_type, page) if meeting_type.assignment == "Collective" else ()
		if leaving in required and leaving in {host.user for host in enabled_hosts(meeting_type, page)}:
			sentence = _("{0} is required for this meeting.").format(get_fullname(leaving))
			raise HostNotFree((), [Objection("REQUIRED_HOST", sentence)], coming.host.hours.zone, can_force=True)
	sharing = [
		other for other in live_in_session(booking.session, hosts=booking.host_users()) if other.name != booking.name
	]
	if booking.session:
		# Move the session's time and seats to the new host. This comes before the bookings are saved: each of them
		# then finds its time and seats already in place. Otherwise the first booking would claim time that still
		# belongs to the session's old key, and get SlotTaken.
		main = new_host.user if leaving == booking.host else booking.host
		since = _to_come(booking, now)[0][0]
		guard.move_session_key(
			booking.session, session_key(booking.meeting_type, booking.starts_at, main), leaving, new_host.user, since
		)
	_reassign([booking, *sharing], leaving, coming, now)
	return for_host(booking, now)


def _new_host(host: str, possible: Sequence[TypeHost], booking: Document) -> TypeHost:
	if host in booking.host_users():
		raise InvalidRequest(details={"host": _("This host already hosts this meeting.")})
	new_host = next((each for each in possible if each.user == host), None)
	if not new_host:
		raise InvalidRequest(details={"host": _("Choose one of the hosts of this meeting type.")})
	return new_host


def _check_free(booking: Document, host: TypeHost, now: int, force: bool) -> engine.Member:
	"""Return the new host with their calendar. Raises HostNotFree, unless the reason binds only attendees."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	request = SlotRequest(booking.duration_minutes)
	(member,) = load_members(meeting_type, [host], request, booking.starts_at, booking.ends_at, now, lock=True)
	# A hold is a courtesy among visitors, and doesn't stop a manager.
	member = replace(member, host=member.host.without_holds())
	parts = _to_come(booking, now)
	refusals = engine.reassignment_refusals(member, parts, now, has_begun=parts != booking.parts())
	refusals_that_bind = [(start, refusal) for start, refusal in refusals if prevents(refusal, force)]
	if refusals_that_bind:
		items = {
			(item.start, item.end, item.label): item
			for _start, refusal in refusals_that_bind
			for item in refusal.conflicts
		}
		raise HostNotFree(
			calendar_entries(items.values()),
			[
				Objection(refusal.reason.value, reason_text(refusal, member, start, now))
				for start, refusal in refusals_that_bind
			],
			member.host.hours.zone,
			can_force=all(refusal.reason is not Reason.BUSY for _start, refusal in refusals_that_bind),
		)
	return member


def _to_come(booking: Document, now: int) -> list[engine.Interval]:
	"""Return the parts of the meeting that aren't over. Past days stay with the host who hosted them."""
	return [part for part in booking.parts() if part[1] > now]


def _reassign(bookings: Sequence[Document], leaving: str, coming: engine.Member, now: int) -> None:
	former_host = leaving if leaving == bookings[0].host else None
	for booking in bookings:
		for row in booking.hosts:
			if row.user == leaving and row.ends_at > now:
				row.update({"user": coming.host.name, **own_buffers(coming)})
		if booking.host == leaving:
			booking.host = coming.host.name
			retitle(booking)
			if booking.session:
				booking.session = session_key(booking.meeting_type, booking.starts_at, booking.host)
		booking.sequence += 1
	save(*bookings)
	run_consequences(
		*(
			Change(
				Kind.REASSIGNED,
				booking,
				now,
				leaving=leaving,
				former_host=former_host,
				status_before=booking.status,
			)
			for booking in bookings
		)
	)
