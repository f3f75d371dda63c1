"""A host or manager books for a contact, a lead or a typed address, with the guard of every other booking."""

import frappe
import pytest

from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import slots_between
from scheduler_integration.bookings import book_for_somebody
from scheduler_integration.catalogue.lookup import bookable, find_own_bookable
from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound, NotPermitted, SlotTaken
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.platform.clock import now, utc
from tests.pages.offer import DAYS
from tests.support.factories import (
	at,
	fresh,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	page_of,
)

NINE = at("2027-03-01 09:00")  # a Monday
HOUR = 3600


@pytest.fixture
def monday(frozen):
	"""Freeze the clock at eight in the morning of a Monday."""
	return frozen("2027-03-01T08:00:00.500000Z")


@pytest.fixture
def page():
	return make_page(schedule={"minimum_notice_hours": 48, "max_days_in_advance": 14})


def book(meeting_type, start, host=None, record=(None, None), **fields):
	asked = {
		"start": utc(start).isoformat(),
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		**fields,
	}
	return book_for_somebody(meeting_type.name, BookingPayload.of(asked), host, *record, now())


def test_the_host_books_within_the_notice_beyond_the_window_and_off_the_grid(monday, page, call, as_user):
	with as_user(page.user):
		booked = [book(call, start) for start in (NINE, NINE + 60 * 86400, NINE + 2 * HOUR + 600)]
	stored = [frappe.get_doc("Booking", each.id) for each in booked]
	assert {(each.status, each.source, each.owner) for each in stored} == {("Scheduled", "host", page.user)}
	purposes = [frappe.get_all("Outbox Task", {"booking": each.name}, pluck="purpose") for each in stored]
	assert all("attendee_confirmed" in each for each in purposes)


def test_the_host_cannot_book_over_a_meeting_nor_outside_the_hours_nor_in_the_past(monday, page, call, as_user):
	with as_user(page.user):
		book(call, NINE)
		for start in (NINE, NINE + 600, NINE - HOUR // 2, NINE + 9 * HOUR, NINE - 7 * 86400):
			with pytest.raises(SlotTaken):
				book(call, start)


def test_the_suggestions_for_a_host_need_no_notice(monday, page, call, as_user):
	with as_user(page.user):
		book(call, NINE)
		with pytest.raises(SlotTaken) as refused:
			book(call, NINE)
	assert [each.start for each in refused.value.suggestions] == [NINE + 1800, NINE + HOUR, NINE + 5400]


def test_zone_and_language_are_those_of_the_attendees_latest_booking(monday, page, call, as_user):
	attendee = {"attendee_email": f"{fresh('ada')}@guests.example"}
	for days, zone, language in ((1, "Asia/Tokyo", "fr"), (2, "Europe/Berlin", "de")):
		monday.shift(60)
		with as_user(page.user):
			book(call, NINE + days * 86400, **attendee, timezone=zone, language=language)
	with as_user(page.user):
		booked = book(call, NINE + 3 * 86400, **attendee)
	stored = frappe.get_doc("Booking", booked.id)
	assert (stored.timezone, stored.language) == ("Europe/Berlin", "de")


def test_the_list_for_hosts_has_today(monday, page, call):
	today = utc(NINE).date()
	offered = slots_between(bookable(call), SlotRequest(30, by_host=True), today, today, "UTC", now())
	assert offered.days[today][0].start == NINE
	assert not slots_between(bookable(call), SlotRequest(30), today, today, "UTC", now()).days


def test_a_request_by_the_host_needs_no_answer_and_no_required_question(monday, page, as_user):
	strict = make_meeting_type(
		page, requires_confirmation=1, questions=[{"label": "Why?", "question_type": "Text", "required": 1}]
	)
	with as_user(page.user):
		assert book(strict, NINE).status == "Scheduled"


def test_the_facts_of_a_contact_fill_what_is_not_typed(monday, page, call, as_user):
	address = f"{fresh('grace')}@guests.example"
	with as_user(page.user):
		contact = frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Grace",
				"last_name": "Hopper",
				"company_name": "Navy",
				"email_ids": [{"email_id": address, "is_primary": 1}],
			}
		).insert()
		made = book(call, NINE, record=("Contact", contact.name), attendee_name="", attendee_email="")
	assert (made.attendee.name, made.attendee.email, made.attendee.company) == ("Grace Hopper", address, "Navy")
	assert frappe.db.get_value("Booking", made.id, "contact") == contact.name


def test_somebody_elses_contact_is_not_shown_to_a_host(monday, page, call, as_user):
	contact = frappe.get_doc({"doctype": "Contact", "first_name": fresh("Grace")}).insert()
	with as_user(page.user), pytest.raises(NotPermitted):
		book(call, NINE, record=("Contact", contact.name))


@pytest.mark.parametrize(
	("doctype", "name"),
	[("Contact", "nobody"), ("Contact", "Contact"), ("User", "Administrator"), ("Lead", ""), (1, 2)],
)
def test_a_record_that_is_no_person_is_refused(monday, page, call, as_user, doctype, name):
	with as_user(page.user), pytest.raises(InvalidRequest):
		book(call, NINE, record=(doctype, name))


class TestTeam:
	@pytest.fixture
	def team(self):
		users = [make_user(name) for name in ("Ann", "Ben")]
		for user in users:
			make_schedule(user, {day: ["09:00-17:00"] for day in DAYS})
		page = make_team_page(users)
		return users, make_meeting_type(page, assignment="Round Robin")

	def test_a_host_takes_the_meeting_and_it_counts_as_their_turn(self, monday, team, as_user):
		(ann, ben), tour = team
		with as_user(ben):
			assert [book(tour, NINE + hour * HOUR, ben).hosts[0].user for hour in range(2)] == [ben, ben]
			assert [book(tour, NINE + hour * HOUR).hosts[0].user for hour in (3, 4)] == [ann, ann]

	def test_a_chosen_host_who_is_busy_is_not_replaced(self, monday, team, as_user):
		(_ann, ben), tour = team
		with as_user(ben):
			book(tour, NINE, ben)
			with pytest.raises(SlotTaken):
				book(tour, NINE, ben)

	def test_only_a_manager_chooses_another_host(self, monday, team, as_user):
		(ann, ben), tour = team
		with as_user(ben), pytest.raises(NotPermitted):
			book(tour, NINE, ann)
		assert book(tour, NINE, ann).hosts[0].user == ann
		with pytest.raises(InvalidRequest):
			book(tour, NINE, make_user("Cy"))

	def test_all_hosts_of_a_collective_meeting_take_it(self, monday, team):
		(ann, ben), tour = team
		panel = make_meeting_type(page_of(tour), assignment="Collective")
		assert [each.user for each in book(panel, NINE).hosts] == [ann, ben]
		with pytest.raises(InvalidRequest):
			book(panel, NINE + HOUR, ann)


def test_another_host_may_not_book_and_an_inactive_type_is_not_found(monday, page, call, as_user):
	with as_user(make_user("Stranger")), pytest.raises(NotPermitted):
		find_own_bookable(call.name)
	call.update({"is_active": 0}).save()
	for name in (call.name, "nothing", "Meeting Type"):
		with pytest.raises(MeetingTypeNotFound):
			find_own_bookable(name)
