"""Records answers: a host's to a request, an attendee's that they are coming, and both people's to another time.

A host asks the attendee to choose another time, and may withdraw that. An attendee proposes another time in their calendar
program, and the meeting stays as it is until a host accepts.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.offer import offer_around
from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.commands.cancel import allowed, release
from scheduler_integration.bookings.commands.reschedule import reschedule_by_host
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.host_time import check_hosts_have_time
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.timeline import note_on_timeline
from scheduler_integration.bookings.together import dates_in
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import AlreadyCancelled, ChangedMeanwhile, LinkExpired, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.policy import has_begun_over_several_days
from scheduler_integration.meetings.rescheduling import bookable_for, main_first, slot_request_for
from scheduler_integration.meetings.series import ALL
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.tokens import find_by_answer_token, find_by_token
from scheduler_integration.meetings.transitions import Actor, check_open, check_transition, has_begun_sentence
from scheduler_integration.notifications.replies import plan_kept, plan_proposal
from scheduler_integration.outbox.wake import wake
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.acting import acting_as


@command
def answer_by_link(token: str, accepts: bool, reason: str, now: int) -> None:
	"""Confirm the request, or decline it with the `reason`, which may be empty. `now` is in epoch seconds.

	Raises BookingNotFound if the token is wrong, LinkExpired if the meeting has begun, and AlreadyCancelled or
	TransitionNotAllowed if the request has its answer. The caller must roll back then.
	"""
	booking, user = find_by_answer_token(token, for_update=True)
	if booking.starts_at <= now:
		raise LinkExpired(has_begun_sentence())
	with acting_as(user):
		if accepts:
			change_status(_all_of(booking, "Scheduled", now), "Scheduled", Kind.CONFIRMED, Actor.HOST, now)
		else:
			release(_all_of(booking, "Declined", now), "Declined", Actor.HOST, reason, now)


def _all_of(booking: Document, after: str, now: int) -> list[Document]:
	"""Return the booking, and the other requests of its series: the e-mail with the link asked about all of them."""
	return allowed(dates_in(booking, ALL, now), booking, after, now)


@command
def reconfirm(token: str, now: int) -> AttendeeBooking:
	"""Note that the attendee of the manage link's `token` is coming. Doing it twice changes nothing.

	Nobody gets a message: the hosts' pages and the timeline show it. If the meeting moves, it has to be confirmed again.
	Raises BookingNotFound, AlreadyCancelled, LinkExpired if the meeting is over, and TransitionNotAllowed if it is a
	request that no host has answered yet.
	"""
	booking = find_by_token(token, for_update=True)
	if booking.status in RELEASED:
		raise AlreadyCancelled
	if booking.status == "Pending":
		raise TransitionNotAllowed(frappe._("This request hasn't been answered yet."))
	if booking.status != "Scheduled" or booking.ends_at <= now:
		raise LinkExpired
	if not booking.reconfirmed_at:
		booking.reconfirmed_at = now
		# Not `save`: a host who takes back a command may do so all the same.
		frappe.db.set_value("Booking", booking.name, "reconfirmed_at", now, update_modified=False)
		change = Change(Kind.RECONFIRMED, booking, now, by=Actor.ATTENDEE, status_before=booking.status)
		note_on_timeline([change])
	return for_attendee(booking, now)


@command
def propose(token: str, start: int, now: int) -> None:
	"""Note that the attendee of the manage link's `token` proposes `start` (epoch seconds), and ask the hosts by e-mail.

	Raises TransitionNotAllowed unless it is a confirmed meeting of one attendee on one day and `start` is to come, and
	TimeNotFree if a host has no time then.
	"""
	booking = find_by_token(token, for_update=True)
	check_transition(booking, "Rescheduled", Actor.HOST, now)
	if (
		booking.status != "Scheduled"
		or booking.session
		or len(booking.parts()) > 1
		or start in (booking.starts_at, now)
	):
		raise TransitionNotAllowed(_("The meeting can't be moved to this time."))
	if start <= now:
		raise TransitionNotAllowed(_("Choose a time in the future."))
	offer = offer_around(bookable_for(booking, same_hosts=True), slot_request_for(booking), start, now)
	members = [offer.member(user) for user in main_first(booking)]
	check_hosts_have_time(offer, members, start, booking, now, force=False)
	if booking.proposed_start == start:
		return
	booking.proposed_start = start
	save(booking)
	change = Change(Kind.PROPOSED, booking, now, by=Actor.ATTENDEE, status_before=booking.status)
	note_on_timeline([change])
	plan_proposal(booking, now)
	wake()


@command
def accept_proposal(token: str, start: int, now: int) -> None:
	"""Move the meeting to the proposed `start` (epoch seconds), as the host with this answer link.

	Raises BookingNotFound, ChangedMeanwhile if this time isn't proposed any more, and the errors of `reschedule_by_host`. The
	caller must roll back then.
	"""
	booking, user = find_by_answer_token(token, for_update=True)
	_check_proposed(booking, start)
	with acting_as(user):
		reschedule_by_host(booking.name, RescheduleRequest(start), now)


@command
def keep_time(token: str, start: int, now: int) -> None:
	"""Don't move the meeting to the proposed `start`, as the host with this answer link, and tell the attendee.

	Raises BookingNotFound, ChangedMeanwhile if this time isn't proposed any more, and the errors of `check_transition`.
	"""
	booking, user = find_by_answer_token(token, for_update=True)
	_check_proposed(booking, start)
	check_transition(booking, "Rescheduled", Actor.HOST, now)
	with acting_as(user):
		booking.proposed_start = None
		save(booking)
		note_on_timeline([Change(Kind.PROPOSAL_REFUSED, booking, now, status_before=booking.status)])
	plan_kept(booking, start, now)
	wake()


def _check_proposed(booking: Document, start: int) -> None:
	if booking.proposed_start != start:
		raise ChangedMeanwhile(_("This time isn't proposed any more."))


@command
def ask_to_reschedule(name: str, message: str, now: int, *, gives_back: bool = False) -> HostBooking:
	"""Ask the attendee of the booking `name` for another time, as the signed-in host or manager.

	The meeting keeps its time until the attendee chooses another one. With `gives_back` the hosts are free at once, and
	its status is Rescheduled at once, before the attendee has chosen. The meeting type's rules don't bind the attendee.
	`message` is plain text for the attendee and may be empty.

	Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user may not, the meeting is over, or it has begun
	and keeps its time. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_open(booking, now)
	if waits_for_payment(booking):
		raise TransitionNotAllowed(_("This meeting isn't paid for yet."))
	if has_begun_over_several_days(booking, now):
		raise TransitionNotAllowed(_("The first day of this meeting has begun."))
	if booking.starts_at <= now and not gives_back:
		raise TransitionNotAllowed(
			_("The meeting has begun. To ask for another time now, also free up the current time.")
		)
	asked = {"reschedule_asked_at": now, "reschedule_message": message}
	if gives_back:
		asked["time_given_back"] = 1
		change_status([booking], "Rescheduled", Kind.RESCHEDULE_ASKED, Actor.HOST, now, reason=message, **asked)
	else:
		booking.update(asked)
		save(booking)
		run_consequences(
			Change(Kind.RESCHEDULE_ASKED, booking, now, by=Actor.HOST, reason=message, status_before=booking.status)
		)
	return for_host(booking, now)


@command
def withdraw_ask(name: str, now: int) -> HostBooking:
	"""Ask no longer for another time: the meeting of the booking `name` stays as it is. As the signed-in host or manager.

	The attendee is told if they were asked already. Raises BookingNotFound, AlreadyCancelled, and NotPermitted if the user
	may not, the meeting is over, or nobody asked.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_open(booking, now)
	if not booking.reschedule_asked_at:
		raise TransitionNotAllowed(_("Nobody asks for another time any more."))
	booking.update({"reschedule_asked_at": None, "reschedule_message": None})
	save(booking)
	run_consequences(Change(Kind.ASK_WITHDRAWN, booking, now, by=Actor.HOST, status_before=booking.status))
	return for_host(booking, now)
