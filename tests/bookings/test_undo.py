"""A host takes back what they did a moment ago. Everything is as before, and nobody was told."""

import json

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.catalogue.edit_links import create_link
from scheduler_integration.exceptions import ChangedMeanwhile, TooLateToUndo
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import iso
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload
from tests.support.ledger import credits
from tests.support.outbox import deliver, mails, tasks

# A Monday.
# A Monday, and far away: the server of other tests runs tasks that are due today.
NOW = at("2036-03-03 06:00")
NINE = at("2036-03-03 09:00")
NOON = NINE + 3 * 3600
LATER = NOW + 4
# Fields that tell when, and not what.
STAMPS = {"modified", "modified_by"}

SINGLE = {
	"cancel": lambda name: bookings.cancel_by_host(name, "I am ill", NOW),
	"move": lambda name: bookings.reschedule_by_host(name, RescheduleRequest(NOON), NOW),
	"ask": lambda name: bookings.ask_to_reschedule(name, "Sorry", NOW),
	"give back": lambda name: bookings.ask_to_reschedule(name, "Sorry", NOW, gives_back=True),
	"guests": lambda name: bookings.update_guests_by_host(name, ["new@guests.example"], NOW),
}
each_command = pytest.mark.parametrize("command", SINGLE.values(), ids=list(SINGLE))


@pytest.fixture
def pool(page):
	return make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted")


@pytest.fixture
def workshop(page):
	return make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted", seats=5)


def book(page, meeting_type, start=NINE, **fields):
	fields.setdefault("attendee_email", "ada@guests.example")
	return door.book(payload(page, meeting_type, start, **fields), NOW).id


def told(name, now=NOW):
	"""Let everybody know the booking's present state, so that only later reminders wait."""
	at_once = {"booking": name, "due_at": ["<=", now]}
	frappe.db.set_value("Outbox Task", at_once, "status", "Sent", update_modified=False)


def state_of(name):
	"""Return what the app has stored about a booking, without stamps and names of rows."""
	booking = frappe.get_doc("Booking", name)
	fields = {field: value for field, value in booking.as_dict().items() if not isinstance(value, list)}
	rows = [
		sorted(
			json.dumps({key: row.get(key) for key in ("user", "email", "starts_at", "is_live", "session")})
			for row in booking.get(table)
		)
		for table in ("hosts", "guests", "answers")
	]
	event = frappe.get_doc("Event", booking.event)
	people = sorted((row.reference_docname, row.email) for row in event.event_participants)
	waiting = [task for task in [*tasks(name), *tasks(name, automation=["is", "set"])] if task.status == "Pending"]
	return {
		"booking": {field: value for field, value in fields.items() if field not in STAMPS},
		"rows": rows,
		"event": (event.status, str(event.starts_on), str(event.ends_on), event.subject, event.owner, people),
		"words": event.description or "",
		"waiting": sorted((task.purpose, task.target, task.due_at) for task in waiting),
		"credits": credits(frappe.get_doc("Meeting Type", booking.meeting_type)),
	}


def in_order(team, *types):
	check_time(team)
	check_seats([each.name for each in types])
	check_turns([each.name for each in types])


def undone(name, command, *others):
	"""Run the command and take it back. Returns the states of the bookings before, in between and after."""
	names = [name, *others]
	before = [state_of(each) for each in names]
	_done, facts = bookings.undoable(name, lambda: command(name), NOW)
	between = [state_of(each) for each in names]
	bookings.undo(json.loads(json.dumps(facts)), LATER)
	return before, between, [state_of(each) for each in names]


@each_command
def test_after_it_everything_is_as_before_and_nobody_was_told(page, pool, team, command):
	name = book(page, pool, guests=["carl@guests.example"])
	told(name)
	before, between, after = undone(name, command)
	assert before != between
	assert after == before
	assert mails(name, LATER) == []
	assert frappe.db.count("Booking", {"meeting_type": pool.name}) == 1
	in_order(team, pool)


@each_command
def test_what_waited_before_waits_again(page, pool, command):
	name = book(page, pool, guests=["carl@guests.example"])
	before = {(each.template, each.reader.email) for each in mails(name, NOW)}
	assert ("attendee_confirmed", "ada@guests.example") in before
	undone(name, command)
	assert {(each.template, each.reader.email) for each in mails(name, NOW)} == before


def test_a_withdrawn_request_for_another_time_asks_again(page, pool):
	name = book(page, pool)
	bookings.ask_to_reschedule(name, "Sorry", NOW)
	told(name)
	before, between, after = undone(name, lambda each: bookings.withdraw_ask(each, NOW))
	assert before != between
	assert after == before
	assert mails(name, LATER) == []


@pytest.mark.parametrize("answer", [bookings.confirm, bookings.decline], ids=["confirm", "decline"])
def test_an_answer_to_a_request(page, team, answer):
	asking = make_meeting_type(page, assignment="Round Robin", requires_confirmation=1)
	name = book(page, asking)
	told(name)
	answers = {bookings.confirm: lambda each: answer(each, NOW), bookings.decline: lambda each: answer(each, "", NOW)}
	before, _between, after = undone(name, answers[answer])
	assert (before[0]["booking"]["status"], after) == ("Pending", before)
	in_order(team, asking)


@pytest.mark.parametrize("mark", [lambda name, now: bookings.mark_no_show(name, "", now), bookings.complete])
def test_an_outcome(page, pool, mark):
	name = book(page, pool)
	during = NINE + 600
	told(name, during)
	before = state_of(name)
	_done, facts = bookings.undoable(name, lambda: mark(name, during), during)
	bookings.undo(facts, during + 4)
	assert state_of(name) == before


def test_a_reassignment(page, pool, team):
	name = book(page, pool)
	told(name)
	other = next(user for user in team if user not in frappe.get_doc("Booking", name).host_users())
	before, between, after = undone(name, lambda each: bookings.reassign(each, other, NOW))
	assert between[0]["booking"]["host"] == other
	assert after == before
	in_order(team, pool)


class TestSession:
	"""Three attendees share a slot."""

	@pytest.fixture
	def names(self, page, workshop):
		names = [book(page, workshop, attendee_email=f"{nth}@guests.example") for nth in range(3)]
		for each in names:
			told(each)
		return names

	@pytest.mark.parametrize("who", [0, 2], ids=["who opened it", "who joined it"])
	@each_command
	def test_one_of_them(self, names, workshop, team, command, who):
		name = names[who]
		session = state_of(name)["booking"]["session"]
		undone(name, command)
		booking = frappe.get_doc("Booking", name)
		assert (booking.status, booking.session, len(live_in_session(session))) == ("Scheduled", session, 3)
		assert all(mails(each, LATER) == [] for each in names)
		event = frappe.get_doc("Event", booking.event)
		assert {f"{nth}@guests.example" for nth in range(3)} <= {row.email for row in event.event_participants}
		in_order(team, workshop)

	def test_the_turn_stays_with_the_session(self, names, workshop, team):
		before = credits(workshop)
		undone(names[0], SINGLE["cancel"])
		assert credits(workshop) == before
		for each in names:
			bookings.cancel_by_host(each, "", LATER)
		assert set(credits(workshop).values()) == {0}

	@pytest.mark.long
	@pytest.mark.parametrize(
		"command",
		[
			lambda name: bookings.cancel_by_host(name, "", NOW, for_all=True),
			lambda name: bookings.reschedule_by_host(name, RescheduleRequest(NOON), NOW, for_all=True),
		],
		ids=["cancel", "move"],
	)
	def test_all_of_them(self, names, workshop, team, command):
		credit = credits(workshop)
		undone(names[0], command, *names[1:])
		session = frappe.get_doc("Booking", names[0]).session
		assert [each.name for each in live_in_session(session)] == names
		assert frappe.db.count("Booking", {"meeting_type": workshop.name}) == 3
		assert credits(workshop) == credit
		assert all(mails(each, LATER) == [] for each in names)
		in_order(team, workshop)

	@pytest.mark.long
	def test_a_reassignment(self, names, workshop, team):
		former = frappe.get_doc("Booking", names[0]).host
		other = next(user for user in team if user != former)
		before, _between, after = undone(names[0], lambda each: bookings.reassign(each, other, NOW), *names[1:])
		assert after == before
		in_order(team, workshop)


class TestTooLate:
	def test_when_somebody_was_told(self, page, pool):
		name = book(page, pool)
		told(name)
		_done, facts = bookings.undoable(name, lambda: SINGLE["cancel"](name), NOW)
		frappe.db.set_value("Outbox Task", facts["tasks"]["planned"][0], "status", "Sending")
		with pytest.raises(TooLateToUndo):
			bookings.undo(facts, LATER)

	def test_when_somebody_else_has_the_time(self, page):
		own = make_page(make_user("Jane"))
		intro = make_meeting_type(own)
		name = book(own, intro)
		_done, facts = bookings.undoable(name, lambda: SINGLE["cancel"](name), NOW)
		book(own, intro)
		with pytest.raises(TooLateToUndo, match="Somebody booked this time"):
			bookings.undo(facts, LATER)

	def test_when_the_meeting_was_changed_again(self, page, pool):
		name = book(page, pool)
		_done, facts = bookings.undoable(name, lambda: SINGLE["guests"](name), NOW)
		bookings.cancel_by_token(manage_token(frappe.get_doc("Booking", name)), "", NOW)
		with pytest.raises(ChangedMeanwhile):
			bookings.undo(facts, LATER)

	def test_another_host_undoes_nothing(self, page, pool, as_user):
		name = book(page, pool)
		_done, facts = bookings.undoable(name, lambda: SINGLE["cancel"](name), NOW)
		with as_user(make_user("Eve")), pytest.raises(frappe.PermissionError):
			bookings.undo(facts, LATER)


@pytest.mark.long
def test_nothing_leaves_before_ten_seconds_and_all_of_it_after(commit_clean, outgoing_mail, page, pool):
	name = book(page, pool)
	told(name)
	bookings.undoable(name, lambda: SINGLE["cancel"](name), NOW)
	assert deliver(name, NOW + 9) == 0
	assert deliver(name, NOW + 10) > 0
	assert {task.status for task in tasks(name, purpose="attendee_cancelled")} == {"Sent"}


def test_it_can_be_done_again_and_then_people_are_told(page, pool):
	name = book(page, pool)
	told(name)
	undone(name, SINGLE["cancel"])
	bookings.cancel_by_host(name, "", LATER)
	assert ("attendee_cancelled", "ada@guests.example") in {
		(each.template, each.reader.email) for each in mails(name, LATER)
	}


@pytest.mark.long
def test_a_command_that_can_be_undone_takes_no_more_statements_in_a_full_session(page, workshop, queries):
	"""Only a few more than the command itself, however many attend."""
	asked = []
	for _attendees in range(2):
		names = [book(page, workshop, attendee_email=f"{fresh('guest')}@guests.example") for _each in range(2)]
		for each in names:
			bookings.undoable(each, lambda name=each: SINGLE["ask"](name), NOW)
		queries.clear()
		bookings.undoable(names[0], lambda name=names[0]: SINGLE["ask"](name), NOW)
		asked.append(len(queries))
	assert asked[1] <= asked[0]


def test_a_cancellation_is_not_undone_if_its_link_was_used_again_meanwhile(page, pool, team):
	link = create_link({"meeting_type": pool.name, "user": team[0]})
	frappe.db.set_value("Booking Link", link.name, "expires_at", NOW + 86400)
	wish = {"slug": "l", "meeting_type": link_token(link.name), "attendee_name": "Ada", "timezone": "UTC"}

	def book_by_link(start):
		return door.book({**wish, "start": iso(start, "UTC"), "attendee_email": "ada@guests.example"}, NOW).id

	name = book_by_link(NINE)
	told(name)
	_booking, facts = bookings.undoable(name, lambda: bookings.cancel_by_host(name, "", NOW), NOW)
	book_by_link(NOON)
	with pytest.raises(TooLateToUndo, match="link was used again"):
		bookings.undo(facts, LATER)
