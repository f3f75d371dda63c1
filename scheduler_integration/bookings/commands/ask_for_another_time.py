"""A host asks the attendee to choose another time, or withdraws that."""

from frappe import _

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import TransitionNotAllowed
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.policy import has_begun_over_several_days
from scheduler_integration.meetings.summaries import HostBooking, for_host
from scheduler_integration.meetings.transitions import Actor, check_open


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
