"""Meeting types that choose their hosts: who is required, and how many of the others. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import HostNotFree, InvalidRequest, SlotTaken
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.transactions import Attempt
from tests.support import door
from tests.support.factories import at, hour, make_meeting_type, make_page, make_team_page, make_user, payload

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
TEN = at("2026-03-02 10:00")


@pytest.fixture
def team():
	return [make_user(name) for name in ("Ann", "Ben", "Cem", "Dee", "Eli")]


@pytest.fixture
def panel(page, team):
	"""Ann is required, and two of Ben, Cem and Dee. Eli takes no part."""
	return make_panel(page, {team[0]: 1, team[1]: 0, team[2]: 0, team[3]: 0}, required_count=2)


def make_panel(page, hosts, **fields):
	rows = [{"user": user, "is_required": required} for user, required in hosts.items()]
	return make_meeting_type(page, assignment="Collective", hosts=rows, duration_minutes=60, **fields)


def book(page, meeting_type, start=NINE, **fields):
	return door.book(payload(page, meeting_type, start, **fields), NOW).id


def booking(name):
	return frappe.get_doc("Booking", name)


def is_busy(user, start=NINE):
	"""Let somebody book the user's own page for an hour."""
	own = make_page(user)
	book(own, make_meeting_type(own, duration_minutes=60), start)


def seats(page, meeting_type):
	day = date(2026, 3, 2)
	found = door.slots_between(page.slug, meeting_type.slug, day, day, "UTC", None, NOW)
	return {hour(slot.start): slot.seats_left for slot in found.days[day]}


def buckets(name):
	return set(frappe.get_all("Booking Slot", {"booking": name}, pluck="host"))


def test_those_who_are_needed_take_part_and_nobody_else(page, panel, team):
	name = book(page, panel)
	taking_part = booking(name).host_users()
	assert taking_part[0] == team[0]
	assert len(taking_part) == 3
	assert buckets(name) == set(taking_part) < set(team[:4])


def test_a_required_host_of_the_type_must_be_free(page, panel, team):
	is_busy(team[0])
	with pytest.raises(SlotTaken):
		book(page, panel)


def test_one_of_the_others_may_be_away_but_not_two(page, panel, team):
	is_busy(team[1])
	assert booking(book(page, panel)).host_users() == [team[0], team[2], team[3]]
	is_busy(team[2], TEN)
	is_busy(team[3], TEN)
	with pytest.raises(SlotTaken):
		book(page, panel, TEN)


def test_a_host_of_the_page_who_is_not_in_the_type_is_neither_asked_nor_locked(page, panel, team):
	is_busy(team[4])
	with Attempt() as attempt:
		book(page, panel)
		assert attempt.hosts == set(team[:4])


def test_two_of_these_without_anybody_required(page, team):
	pair = make_panel(page, dict.fromkeys(team[:4], 0), required_count=2)
	first, second = book(page, pair), book(page, pair)
	pairs = [booking(name).host_users() for name in (first, second)]
	assert sorted(pairs[0] + pairs[1]) == sorted(team[:4])
	with pytest.raises(SlotTaken):
		book(page, pair)


@pytest.mark.long
def test_the_others_take_turns_by_what_they_have_that_week(page, panel, team):
	taken = [user for day in range(6) for user in booking(book(page, panel, NINE + day * 3600)).host_users()]
	assert {user: taken.count(user) for user in team} == {team[0]: 6, team[1]: 4, team[2]: 4, team[3]: 4, team[4]: 0}


def test_a_higher_priority_comes_first(page, panel, team):
	page.hosts[3].priority = 1
	page.save()
	assert team[3] in booking(book(page, panel)).host_users()


def test_without_a_number_all_the_others_who_are_free_take_part(page, team):
	call = make_panel(page, {team[0]: 1, team[1]: 0, team[2]: 0})
	is_busy(team[2])
	assert booking(book(page, call)).host_users() == team[:2]


def test_a_round_robin_of_some_hosts_goes_to_these_only(page, team):
	rows = [{"user": user} for user in team[:2]]
	tour = make_meeting_type(page, assignment="Round Robin", hosts=rows)
	assert {booking(book(page, tour)).host for _each in range(2)} == set(team[:2])
	with pytest.raises(SlotTaken):
		book(page, tour)


def test_a_single_host_is_the_first_of_those_chosen(page, team):
	call = make_meeting_type(page, hosts=[{"user": team[2]}, {"user": team[3]}], consultant=team[0])
	assert booking(book(page, call)).host == team[2]


class TestASession:
	@pytest.mark.long
	def test_is_joined_with_the_hosts_it_has(self, page, team):
		workshop = make_panel(page, dict.fromkeys(team[:4], 0), required_count=2, seats=3)
		names = [book(page, workshop) for _seat in range(4)]
		hosts = [booking(name).host_users() for name in names]
		assert hosts[0] == hosts[1] == hosts[2]
		assert not set(hosts[3]) & set(hosts[0])
		assert len({booking(name).session for name in names}) == 2

	def test_is_joined_although_one_of_its_hosts_left_the_type(self, page, team):
		"""The new attendee's request locked only the hosts that the type has now."""
		workshop = make_panel(page, {team[0]: 1, team[1]: 0, team[2]: 0}, required_count=1, seats=3)
		first = book(page, workshop)
		left = next(user for user in booking(first).host_users() if user != team[0])
		workshop.hosts = [row for row in workshop.hosts if row.user != left]
		workshop.save()
		second = book(page, workshop)
		assert booking(second).host_users() == booking(first).host_users()

	def test_shows_the_seats_of_those_who_could_take_it(self, page, team):
		workshop = make_panel(page, dict.fromkeys(team[:3], 0), required_count=2, seats=3)
		book(page, workshop)
		left = seats(page, workshop)
		assert (left["09:00"], left["10:00"]) == (2, 3)


class TestLater:
	def test_a_move_keeps_those_who_take_part(self, page, panel, team):
		name = book(page, panel)
		moved = bookings.reschedule_by_host(name, RescheduleRequest(TEN), NOW)
		assert booking(moved.id).host_users() == booking(name).host_users()
		assert buckets(name) == set()

	def test_an_attendee_moves_it_to_where_all_of_them_are_free(self, page, panel, team):
		made = door.book(payload(page, panel, NINE), NOW)
		taking_part = booking(made.id).host_users()
		is_busy(taking_part[1], TEN)
		token = made.manage_url.rpartition("/")[2]
		frappe.db.savepoint("asked")
		with pytest.raises(SlotTaken):
			bookings.reschedule_by_token(token, RescheduleRequest(TEN), NOW)
		frappe.db.rollback(save_point="asked")
		moved = bookings.reschedule_by_token(token, RescheduleRequest(TEN + 3600), NOW)
		assert booking(moved.id).host_users() == taking_part

	def test_cancelling_frees_everybody(self, page, panel):
		name = book(page, panel)
		bookings.cancel_by_host(name, "", NOW)
		assert buckets(name) == set()
		assert len(booking(book(page, panel)).host_users()) == 3

	def test_another_host_of_the_type_takes_a_place(self, page, panel, team):
		name = book(page, panel)
		leaving = booking(name).host_users()[1]
		coming = next(user for user in team[1:4] if user not in booking(name).host_users())
		bookings.reassign(name, coming, NOW, replaces=leaving)
		assert set(booking(name).host_users()) == {team[0], *team[1:4]} - {leaving}

	def test_a_host_of_the_page_who_is_not_in_the_type_takes_none(self, page, panel, team):
		with pytest.raises(InvalidRequest):
			bookings.reassign(book(page, panel), team[4], NOW)

	def test_a_required_host_is_replaced_only_on_purpose(self, page, panel, team):
		name = book(page, panel)
		coming = next(user for user in team[1:4] if user not in booking(name).host_users())
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(name, coming, NOW)
		assert [each.code for each in refused.value.objections] == ["REQUIRED_HOST"]
		bookings.reassign(name, coming, NOW, force=True)
		assert team[0] not in booking(name).host_users()


class TestAHold:
	def test_keeps_the_time_of_so_many_as_are_needed(self, page, team):
		pair = make_panel(page, dict.fromkeys(team[:4], 0), required_count=2)
		door.hold_slot(page.slug, pair.slug, "2026-03-02T09:00:00Z", None, None, "203.0.113.9", NOW)
		other = booking(book(page, pair)).host_users()
		assert other == team[2:4]


class TestTheForm:
	def test_refuses_more_others_than_there_are(self, page, team):
		with pytest.raises(InvalidRequest, match="needs 3 of the hosts"):
			make_panel(page, {team[0]: 1, team[1]: 0, team[2]: 0}, required_count=3)

	def test_refuses_nobody_at_all(self, page, team):
		with pytest.raises(InvalidRequest):
			make_panel(page, dict.fromkeys(team[:2], 0))

	def test_refuses_somebody_who_is_not_on_the_page(self, page, team):
		with pytest.raises(InvalidRequest):
			make_panel(page, {team[0]: 1, make_user("Eve"): 0})

	def test_refuses_a_host_twice(self, page, team):
		with pytest.raises(InvalidRequest):
			make_meeting_type(page, assignment="Round Robin", hosts=[{"user": team[0]}] * 2)

	def test_refuses_several_days_without_somebody_whose_days_they_are(self, page, team):
		with pytest.raises(InvalidRequest):
			make_panel(page, dict.fromkeys(team[:3], 0), required_count=2, number_of_days=2)

	def test_keeps_a_host_who_left_the_page_for_their_return(self, page, panel, team):
		page.hosts[3].is_active = 0
		page.save()
		panel.reload().title = "Panel"
		panel.save()
		assert len(panel.hosts) == 4
		assert booking(book(page, panel)).host_users() == team[:3]

	def test_the_page_keeps_enough_hosts(self, page, panel, team):
		for row in page.hosts[2:4]:
			row.is_active = 0
		with pytest.raises(InvalidRequest, match="needs 2 of the hosts"):
			page.save()

	def test_a_type_that_goes_to_another_page_has_that_pages_hosts(self, page, panel, team):
		other = make_team_page([team[0], make_user("Flo"), team[1], team[2]])
		panel.scheduling_page = other.name
		panel.save()
		assert [row.user for row in panel.hosts] == team[:3]
