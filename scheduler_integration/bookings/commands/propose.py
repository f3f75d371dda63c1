"""An attendee proposes another time in their calendar program, and a host accepts it or keeps the time.

The meeting stays as it is until a host accepts.
"""

from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.offer import offer_around
from scheduler_integration.bookings.commands.reschedule import reschedule_by_host
from scheduler_integration.bookings.host_time import check_hosts_have_time
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.timeline import note_on_timeline
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import ChangedMeanwhile, TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.rescheduling import bookable_for, main_first, slot_request_for
from scheduler_integration.meetings.tokens import find_by_answer_token, find_by_token
from scheduler_integration.meetings.transitions import Actor, check_transition
from scheduler_integration.notifications.replies import plan_kept, plan_proposal
from scheduler_integration.outbox.wake import wake
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.acting import acting_as


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
