"""The life of a booking: every command in every state, by everybody who may try it. 2 March 2026 is a Monday."""

import frappe
import pytest

from scheduler_integration import bookings, jobs
from scheduler_integration.bookings.commands.cancel import decline_unanswered
from scheduler_integration.bookings.commands.outcome import complete_past
from scheduler_integration.exceptions import AlreadyCancelled, NotPermitted, SchedulingError, TransitionNotAllowed
from scheduler_integration.meetings.lookup import PAST, list_for_host
from scheduler_integration.meetings.status import LIVE, OPEN, RELEASED
from scheduler_integration.meetings.transitions import TRANSITIONS
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import status_of

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
END = NINE + 1800
DAY = 86400
# An hour before the start, ten minutes after it, a quarter of an hour after the end, and eight days later.
PHASES = {"before": NINE - 3600, "during": NINE + 600, "after": END + 900, "late": END + 8 * DAY}
LATER = RescheduleRequest(NINE + 14 * DAY)
# Every command that changes the state, by who runs it: given a booking as its attendee sees it, and an instant.
COMMANDS = {
	"host confirms": lambda each, now: bookings.confirm(each.id, now),
	"host declines": lambda each, now: bookings.decline(each.id, "Away", now),
	"host cancels": lambda each, now: bookings.cancel_by_host(each.id, "Flu", now),
	"host completes": lambda each, now: bookings.complete(each.id, now),
	"host marks no-show": lambda each, now: bookings.mark_no_show(each.id, "", now),
	"attendee cancels": lambda each, now: bookings.cancel_by_token(token_of(each), "I am ill", now),
	"host reschedules": lambda each, now: bookings.reschedule_by_host(each.id, LATER, now),
	"host gives back": lambda each, now: bookings.ask_to_reschedule(each.id, "", now, gives_back=True),
	"attendee reschedules": lambda each, now: bookings.reschedule_by_token(token_of(each), LATER, now),
	"system declines": lambda each, now: decline_unanswered(each.id, now),
	"system completes": lambda each, now: complete_past(each.id, now),
}
# All that is allowed: state, command, the phases in which it is, and the state it leads to.
ALLOWED = {
	("Pending", "host confirms"): ("before", "Scheduled"),
	("Pending", "host declines"): ("before during", "Declined"),
	("Pending", "host cancels"): ("before during", "Cancelled"),
	("Pending", "attendee cancels"): ("before", "Cancelled"),
	("Pending", "host reschedules"): ("before during", "Rescheduled"),
	("Pending", "host gives back"): ("before during", "Rescheduled"),
	("Pending", "attendee reschedules"): ("before", "Rescheduled"),
	("Pending", "system declines"): ("during after late", "Declined"),
	("Scheduled", "host cancels"): ("before during", "Cancelled"),
	("Scheduled", "attendee cancels"): ("before", "Cancelled"),
	("Scheduled", "host reschedules"): ("before during", "Rescheduled"),
	("Scheduled", "host gives back"): ("before during", "Rescheduled"),
	("Scheduled", "attendee reschedules"): ("before", "Rescheduled"),
	("Scheduled", "host completes"): ("during after late", "Completed"),
	("Scheduled", "host marks no-show"): ("during after late", "No Show"),
	("Scheduled", "system completes"): ("after late", "Completed"),
	("Completed", "host marks no-show"): ("before during after", "No Show"),
	("No Show", "host completes"): ("before during after", "Completed"),
	# The time was given back: the attendee chooses another one, and a new booking takes this one's place.
	("Rescheduled", "attendee reschedules"): ("before during after late", "Rescheduled"),
}
WAYS = {
	"Pending": (),
	"Scheduled": (("host confirms", "before"),),
	"Declined": (("host declines", "before"),),
	"Cancelled": (("host cancels", "before"),),
	"Rescheduled": (("host gives back", "before"),),
	"Completed": (("host confirms", "before"), ("host completes", "during")),
	"No Show": (("host confirms", "before"), ("host marks no-show", "during")),
}


def status(booking):
	return frappe.db.get_value("Booking", booking.id, "status")


def notes(name):
	fields = ["content", "comment_by", "comment_email", "comment_type"]
	about = {"reference_doctype": "Booking", "reference_name": name, "comment_type": "Info"}
	return frappe.get_all("Comment", about, fields, order_by="creation asc, name asc")


def requested(state="Pending", **fields):
	"""Book a request and bring it into the state, by the host."""
	page = make_page()
	booking = door.book(payload(page, make_meeting_type(page, requires_confirmation=1, **fields), NINE), NOW)
	for command, phase in WAYS[state]:
		COMMANDS[command](booking, PHASES[phase])
	assert status(booking) == state
	return page, booking


def attempt(command, booking, now):
	"""Run the command in a savepoint and undo it. Returns the state it led to, or the error it raised."""
	frappe.db.savepoint("attempt")
	try:
		COMMANDS[command](booking, now)
		return status(booking)
	except SchedulingError as error:
		return error
	finally:
		frappe.db.rollback(save_point="attempt")


@pytest.mark.parametrize("by", ["the host", "a manager"])
@pytest.mark.parametrize("state", WAYS)
def test_every_command_in_this_state(as_user, state, by):
	page, booking = requested(state)
	wrong = []
	with as_user(page.user if by == "the host" else make_user("Mia", roles=("Scheduling Manager",))):
		for command in COMMANDS:
			phases, after = ALLOWED.get((state, command), ("", None))
			for phase, now in PHASES.items():
				found = attempt(command, booking, now)
				if phase in phases.split():
					as_it_should = found == after
				elif command.startswith("system") and not isinstance(found, SchedulingError):
					as_it_should = found == state
				else:
					as_it_should = isinstance(found, SchedulingError) and bool(found.message)
				if not as_it_should:
					wrong.append((command, phase, found))
	assert wrong == []


def test_a_transition_is_in_the_table_exactly_if_a_command_makes_it():
	made = {(before, after) for (before, _command), (_phases, after) in ALLOWED.items() if before != after}
	# A booking that isn't paid expires: tests/payments/test_flow.py.
	assert {(transition.before, transition.after) for transition in TRANSITIONS} == {*made, ("Pending", "Expired")}


def test_nothing_leaves_a_released_state():
	assert not any(transition.before in RELEASED for transition in TRANSITIONS)
	assert {transition.before for transition in TRANSITIONS} == LIVE
	assert all(transition.after not in OPEN or transition.before in OPEN for transition in TRANSITIONS)


def test_strangers_and_other_hosts_change_no_state(as_user):
	_page, booking = requested()
	for user in (make_user("Eve"), "Guest"):
		with as_user(user):
			for command in COMMANDS:
				if command.startswith("host"):
					assert isinstance(attempt(command, booking, PHASES["during"]), NotPermitted), (user, command)


class TestTheTimeline:
	def test_says_who_and_why(self, as_user):
		page, booking = requested()
		with as_user(page.user):
			bookings.confirm(booking.id, NOW)
		with as_user("Guest"):
			bookings.cancel_by_token(token_of(booking), "I am <ill>", NOW)
		confirmed, cancelled = notes(booking.id)
		assert (confirmed.content, confirmed.comment_by) == ("confirmed the request", "Jane")
		assert cancelled.content == "cancelled the meeting (the attendee): I am &lt;ill&gt;"
		assert (cancelled.comment_by, cancelled.comment_email) == ("Ada Lovelace", booking.attendee.email)

	def test_says_what_happened_by_itself(self):
		_page, booking = requested("Scheduled")
		complete_past(booking.id, END + 900)
		assert "automatically" in notes(booking.id)[-1].content

	def test_is_rolled_back_with_its_transition(self):
		_page, booking = requested()
		attempt("host confirms", booking, NOW)
		assert notes(booking.id) == []


class TestAMeetingThatTookPlace:
	def test_still_holds_its_time(self):
		page, booking = requested("Completed", daily_limit=1)
		assert frappe.db.count("Booking Slot", {"booking": booking.id}) == 6
		meeting_type = frappe.get_doc("Meeting Type", frappe.db.get_value("Booking", booking.id, "meeting_type"))
		with pytest.raises(SchedulingError):
			door.book(payload(page, meeting_type, NINE + 3600), NOW)

	def test_is_no_longer_among_the_meetings_to_come(self):
		page, booking = requested("Completed")
		assert list_for_host(page.user, PHASES["during"]) == []
		assert [each.id for each in list_for_host(page.user, END, when=PAST)] == [booking.id]

	def test_can_be_marked_after_its_buckets_were_deleted(self):
		_page, booking = requested("Completed")
		bookings.release_before(END + DAY)
		bookings.mark_no_show(booking.id, "", END + DAY)
		assert frappe.db.count("Booking Slot", {"booking": booking.id}) == 0

	def test_changes_no_invitation(self):
		_page, booking = requested("Scheduled")
		sequence, planned = frappe.db.get_value("Booking", booking.id, "sequence"), status_of(booking.id)
		bookings.mark_no_show(booking.id, "", END)
		assert frappe.db.get_value("Booking", booking.id, "sequence") == sequence
		assert status_of(booking.id) == planned

	def test_says_so_in_its_event(self):
		_page, booking = requested("Scheduled")
		event = frappe.db.get_value("Booking", booking.id, "event")
		for command, expected in (
			(bookings.complete, "Completed"),
			(lambda *a: bookings.mark_no_show(a[0], "", a[1]), "Closed"),
		):
			command(booking.id, END)
			assert frappe.db.get_value("Event", event, "status") == expected

	def test_of_a_session_is_completed_if_anybody_came(self):
		page = make_page()
		workshop = make_meeting_type(page, seats=3)
		first, second = (door.book(payload(page, workshop, NINE), NOW) for _each in range(2))
		event = frappe.db.get_value("Booking", first.id, "event")
		bookings.mark_no_show(first.id, "", END)
		assert frappe.db.get_value("Event", event, "status") == "Open"
		bookings.complete(second.id, END)
		assert frappe.db.get_value("Event", event, "status") == "Completed"


class TestTheJobs:
	@pytest.mark.usefixtures("commit_clean")
	def test_close_what_has_passed_once_each(self, frozen):
		_page, unanswered = requested()
		_page, over = requested("Scheduled")
		_page, marked = requested("No Show")
		_page, later = requested("Scheduled", duration_minutes=60)
		frappe.db.commit()
		frozen(END + 900.5)
		for _each in range(2):
			jobs.close_past_bookings()
		assert [status(each) for each in (unanswered, over, marked, later)] == [
			"Declined",
			"Completed",
			"No Show",
			"Scheduled",
		]
		assert frappe.db.get_value("Booking", unanswered.id, "cancelled_by") == "System"
		assert len(notes(over.id)) == 2

	@pytest.mark.usefixtures("commit_clean")
	def test_one_that_fails_stops_no_other(self, frozen):
		_page, one = requested("Scheduled")
		_page, other = requested("Scheduled")
		frappe.db.set_value("Booking", one.id, "timezone", "Nowhere/Land")
		frappe.db.commit()
		frozen(END + 900.5)
		jobs.close_past_bookings()
		assert (status(one), status(other)) == ("Scheduled", "Completed")
		assert frappe.db.exists("Error Log", {"method": ["like", f"%{one.id}%"]})


def test_a_released_booking_says_so():
	_page, booking = requested("Declined")
	with pytest.raises(AlreadyCancelled, match="declined"):
		bookings.confirm(booking.id, NOW)


def test_a_no_show_can_be_taken_back_for_seven_days():
	page = make_page()
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	bookings.mark_no_show(booking.id, "", END)
	assert bookings.complete(booking.id, END + 7 * DAY - 1).status == "Completed"
	with pytest.raises(TransitionNotAllowed, match="seven days"):
		bookings.mark_no_show(booking.id, "", END + 7 * DAY)
