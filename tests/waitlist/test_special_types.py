"""Waitlists of types with special rules, and what happens to those who wait if the type, its page or a host changes."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import OfferEnded, PageNotFound, SlotTaken
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.times import Bounds
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.hours import offer_ends
from tests.support.factories import at, hour, make_page, make_schedule, make_team_page, make_user, wall
from tests.waitlist.world import (
	HALF_AN_HOUR,
	MORNING,
	NOW,
	again,
	at_hour,
	book,
	cancel,
	fill,
	join,
	look,
	make_type,
	offer_of,
	offered_hour,
	take,
	wait_for_earlier,
)

BERLIN = "Europe/Berlin"


def test_who_waits_for_earlier_lost_their_place_if_a_host_took_a_move_back():
	meeting_type = make_type()
	mine = book(meeting_type, "10:00", "Ann")
	others = [book(meeting_type, clock) for clock in ("09:00", "09:30")]
	ann = wait_for_earlier(mine)
	to = RescheduleRequest(at_hour("10:30"))
	_moved, facts = bookings.undoable(mine.name, lambda: bookings.reschedule_by_host(mine.name, to, NOW), NOW)
	look(meeting_type)
	bookings.undo(facts, NOW + 5)
	cancel(others[0], NOW + 6)
	look(meeting_type, NOW + 6)
	assert (again(ann).status, again(ann).booking) == (records.WAITING, mine.name)


def test_who_waits_for_an_earlier_time_can_wait_for_another_meeting_too():
	meeting_type = make_type()
	fill(meeting_type)
	sooner = wait_for_earlier(book(meeting_type, "10:00", "Ann", day="2026-10-13"))
	another = join(meeting_type, "Ann")
	assert another.name != sooner.name
	assert (again(sooner).booking, again(another).booking) == (sooner.booking, None)


def test_a_type_that_moved_to_another_page_could_not_be_booked_from_its_list():
	meeting_type = make_type()
	other = make_page(frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "user"))
	ann = join(meeting_type)
	meeting_type.reload()
	meeting_type.update({"scheduling_page": other.name}).save()
	look(meeting_type)
	assert take(ann).scheduling_page == other.name


def test_a_type_that_got_longer_booked_more_than_was_offered():
	meeting_type = make_type()
	ann = join(meeting_type)
	meeting_type.reload()
	meeting_type.update({"duration_minutes": 60}).save()
	look(meeting_type)
	offer = offer_of(ann)
	assert offer.end - offer.start == 3600
	booking = take(ann)
	assert booking.ends_at - booking.starts_at == 3600


def test_a_duration_that_isnt_offered_any_more_was_offered_for_ever():
	meeting_type = make_type(duration_options="30, 45")
	ann = join(meeting_type, "Ann")
	entry = records.entry(ann.name)
	frappe.db.set_value(
		"Waitlist Entry",
		ann.name,
		{"duration_minutes": 45, "details": frappe.as_json({**entry.details, "duration": 45})},
	)
	meeting_type.reload()
	meeting_type.update({"duration_options": ""}).save()
	look(meeting_type)
	assert (take(ann).ends_at - at_hour("09:00")) == HALF_AN_HOUR


def test_a_declined_request_is_offered_to_the_next():
	meeting_type = make_type(requires_confirmation=1)
	taken = fill(meeting_type)
	ann, ben = join(meeting_type), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	asked = take(ann)
	assert asked.status == "Pending"
	bookings.decline(asked.name, "", NOW)
	look(meeting_type)
	assert (again(ann).status, offered_hour(ben)) == (records.BOOKED, "09:30")


def test_who_wanted_an_earlier_time_lost_their_place_if_a_host_took_a_cancellation_back():
	meeting_type = make_type()
	mine = book(meeting_type, "10:00", "Ann")
	ann = wait_for_earlier(mine)
	for clock in ("09:00", "09:30"):
		book(meeting_type, clock)
	_done, facts = bookings.undoable(mine.name, lambda: bookings.cancel_by_host(mine.name, "", NOW), NOW)
	look(meeting_type, NOW + 2)
	bookings.undo(facts, NOW + 5)
	assert again(ann).status == records.WAITING


def test_an_offer_of_a_length_that_is_gone_booked_another_length():
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type)
	meeting_type.reload()
	meeting_type.update({"duration_minutes": 60}).save()
	with pytest.raises(OfferEnded):
		take(ann)


def test_a_page_that_is_switched_off_offers_nothing():
	meeting_type = make_type()
	ann = join(meeting_type)
	page = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)
	look(meeting_type)
	page.reload()
	page.update({"is_active": 0}).save()
	with pytest.raises(OfferEnded, match="at present"):
		take(ann)
	ben = join_later(meeting_type, page)
	assert look(meeting_type) == 0
	assert ben is None


def join_later(meeting_type, page):
	try:
		return join(meeting_type, "Ben")
	except PageNotFound:
		return None


def test_a_disabled_host_of_a_round_robin_isnt_offered():
	jane, tom = make_user("Jane"), make_user("Tom")
	for user in (jane, tom):
		make_schedule(user, MORNING)
	pool = make_type(make_team_page([jane, tom]), assignment="Round Robin")
	ann, ben = join(pool, to_time="09:00"), join(pool, "Ben", to_time="09:00")
	user = frappe.get_doc("User", tom)
	user.update({"enabled": 0}).save()
	assert look(pool) == 1
	assert (offer_of(ann).held.users, offer_of(ben)) == ((jane,), None)


def test_a_collective_meeting_holds_as_many_hosts_as_it_needs():
	users = [make_user(name) for name in ("Jane", "Tom", "Una")]
	for user in users:
		make_schedule(user, MORNING)
	together = make_type(make_team_page(users), assignment="Collective")
	ann = join(together, to_time="09:00")
	look(together)
	assert set(offer_of(ann).held.users) == set(users)
	with pytest.raises(SlotTaken):
		book(together, "09:00", "Eve")
	assert len(take(ann).hosts) == 3


def test_a_meeting_of_several_days_is_held_on_each():
	workshop = make_type(make_page(hours={"Tuesday": ["09:00-10:00"], "Wednesday": ["09:00-10:00"]}), number_of_days=2)
	ann = join(workshop, to_time="09:00")
	look(workshop)
	offer = offer_of(ann)
	assert [wall(start) for start, _end in offer.held.parts] == ["2026-10-06 09:00", "2026-10-07 09:00"]
	assert take(ann).starts_at == at_hour("09:00")


def test_a_meeting_of_several_days_moves_earlier_with_all_its_days():
	hours = {day: ["09:00-10:00"] for day in ("Tuesday", "Wednesday", "Thursday", "Friday")}
	workshop = make_type(make_page(hours=hours), number_of_days=2)
	ann = wait_for_earlier(book(workshop, "09:00", day="2026-10-08"))
	look(workshop)
	moved = take(ann)
	blocks = frappe.get_all("Booking Host", {"parent": moved.name}, pluck="starts_at", order_by="starts_at")
	assert list(map(wall, blocks)) == ["2026-10-06 09:00", "2026-10-07 09:00"]


def test_the_first_start_of_a_day_is_offered_once():
	meeting_type = make_type(first_slot_only=1)
	ann, ben = join(meeting_type), join(meeting_type, "Ben")
	assert look(meeting_type) == 1
	assert (offered_hour(ann), offer_of(ben)) == ("09:00", None)
	take(ann)


def test_the_hours_of_the_night_follow_a_clock_change():
	# The clocks of Berlin are put back on 25 October 2026 at 03:00, so this night has an hour more.
	late = at("2026-10-24 23:00", BERLIN)
	ends = offer_ends(late, 30, BERLIN, late + 3 * 86400)
	assert wall(ends, BERLIN) == "2026-10-25 08:30"
	assert ends - late == int(10.5 * 3600)


def test_wishes_are_by_the_persons_clock_through_a_clock_change():
	days = Bounds(date(2026, 10, 24), date(2026, 10, 26), BERLIN, from_minute=9 * 60, to_minute=9 * 60)
	starts = [at(f"2026-10-{day} 09:00", BERLIN) for day in (24, 25, 26)]
	assert [days.fit(start) for start in starts] == [True] * 3
	assert [hour(start) for start in starts] == ["07:00", "08:00", "08:00"]
	assert days.until == at("2026-10-27 00:00", BERLIN)


def test_an_offer_whose_type_was_switched_off_cant_be_taken():
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type)
	meeting_type.reload()
	meeting_type.update({"is_active": 0}).save()
	with pytest.raises(OfferEnded):
		take(ann)
