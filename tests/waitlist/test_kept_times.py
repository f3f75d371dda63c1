"""An offered time stays free for those to whom it is offered."""

import frappe
import pytest

from scheduler_integration.availability.holds import CACHE_KEY, Hold, put_hold
from scheduler_integration.availability.offer import make_offer
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.waitlist import commands, records
from scheduler_integration.waitlist.links import entry_token
from tests.support.factories import make_page, make_schedule, make_team_page, make_user
from tests.waitlist.world import (
	DAY,
	HALF_AN_HOUR,
	MORNING,
	NOW,
	after_commit,
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


def make_pool(**fields):
	users = [make_user(name) for name in ("Jane", "Tom")]
	for user in users:
		make_schedule(user, MORNING)
	return make_type(make_team_page(users), assignment="Round Robin", **fields)


def test_visitors_took_the_offered_time_of_a_round_robin_one_after_the_other():
	pool = make_pool()
	ann = join(pool, from_time="09:30", to_time="09:30")
	look(pool)
	book(pool, "09:30", "Dora")
	with pytest.raises(SlotTaken):
		book(pool, "09:30", "Eve")
	take(ann)


def test_a_round_robins_offer_to_somebody_who_keeps_the_host_went_to_another_attendee():
	pool = make_pool()
	mine = book(pool, "10:30", "Ann")
	ann = wait_for_earlier(mine, from_time="09:00", to_time="09:00", last_date=DAY)
	look(pool)
	assert offered_hour(ann) == "09:00"
	assert book(pool, "09:00", "Dora").host != mine.host
	assert take(ann).host == mine.host


def test_a_hold_whose_offer_was_never_stored_kept_the_time_from_everybody():
	"""The process was killed between the two."""
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann = join(meeting_type)
	cancel(taken["09:30"])
	start = at_hour("09:30")
	host = taken["09:30"].host
	key = frappe.generate_hash(length=32)
	put_hold(Hold(key, meeting_type.name, (host,), ((start, start + 1800),), 0, 0, NOW + HALF_AN_HOUR, key, NOW), NOW)
	look(meeting_type)
	assert offered_hour(ann) == "09:30"
	assert not [name for name in frappe.cache.hkeys(CACHE_KEY) if key in name.decode()]


def test_a_time_was_offered_to_two_because_the_cache_was_emptied_in_the_middle_of_a_look(monkeypatch):
	meeting_type = make_type()
	ann, ben = (join(meeting_type, name, from_time="09:30", to_time="09:30") for name in ("Ann", "Ben"))

	def after_it_was_emptied(*args, **options):
		frappe.cache.delete_value(CACHE_KEY)
		return make_offer(*args, **options)

	monkeypatch.setattr("scheduler_integration.waitlist.looks.make_offer", after_it_was_emptied)
	look(meeting_type)
	look(meeting_type)
	assert offered_hour(ann) == "09:30"
	assert offer_of(ben) is None


def test_two_at_once_shared_a_host_with_whom_one_of_them_cant_meet():
	pool = make_pool(waitlist_at_once=2)
	meetings = [book(pool, "10:30", name) for name in ("Ben", "Cleo")]
	join(pool, "Ann", from_time="09:00", to_time="09:00")
	for meeting in sorted(meetings, key=lambda each: each.host, reverse=True):
		wait_for_earlier(meeting, from_time="09:00", to_time="09:00", last_date=DAY)
	assert look(pool) == 2
	for meeting in meetings:
		entry = records.of_booking(meeting.name)
		if offer := offer_of(entry):
			assert offer.held.users == (meeting.host,)


def test_who_keeps_their_host_was_left_out_when_a_time_was_offered_to_several():
	pool = make_pool(waitlist_at_once=2)
	mine = book(pool, "10:30", "Ben")
	[freed] = [each for each in (book(pool, "09:00", name) for name in ("Dora", "Eve")) if each.host == mine.host]
	ann = join(pool, "Ann", from_time="09:00", to_time="09:00")
	ben = wait_for_earlier(mine, from_time="09:00", to_time="09:00", last_date=DAY)
	cleo = join(pool, "Cleo", from_time="09:00", to_time="09:00")
	cancel(freed)
	look(pool)
	assert (offered_hour(ann), offered_hour(ben), offer_of(cleo)) == ("09:00", "09:00", None)
	assert take(ben).host == mine.host


def test_who_brings_a_guest_was_offered_a_single_seat():
	meeting_type = make_type(seats=2)
	mine = book(meeting_type, "10:30", "Ann", guests=["gus@guests.example"])
	assert mine.seats == 2
	book(meeting_type, "09:00", "Dora")
	ann = wait_for_earlier(mine, from_time="09:00", to_time="09:30", last_date=DAY)
	look(meeting_type)
	assert offered_hour(ann) == "09:30"
	take(ann)


def test_a_date_of_a_series_was_offered_another_hosts_time():
	pool = make_pool(reschedule_host="Any Host", repeats="Attendee Chooses", repeat_count=3)
	mine = book(pool, "10:30", "Ann", times=2)
	[other] = [each for each in (book(pool, "09:00", name) for name in ("Dora", "Eve")) if each.host != mine.host]
	cancel(other)
	ann = wait_for_earlier(mine, from_time="09:00", to_time="09:00", last_date=DAY)
	assert look(pool) == 0
	assert offer_of(ann) is None


def test_a_look_with_many_offers_wrote_all_their_holds_again(monkeypatch):
	meeting_type = make_type(page=make_page(hours={"Tuesday": ["09:00-17:00"]}))
	for number in range(8):
		join(meeting_type, f"Ann{number}")
	look(meeting_type)
	written = []
	monkeypatch.setattr(frappe.cache, "hset", lambda *args, **kwargs: written.append(args))
	look(meeting_type)
	assert written == []


def test_a_time_that_was_offered_to_two_stays_held_when_one_of_them_passes():
	meeting_type = make_type(waitlist_at_once=2)
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	commands.pass_offer(entry_token(ann.name), offer_of(ann).name, NOW)
	after_commit()
	with pytest.raises(SlotTaken):
		book(meeting_type, "09:30", "Dora")
	take(ben)


def test_a_second_click_between_two_reads_of_the_first_ended_the_offer(monkeypatch):
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type)
	token, offer, find = entry_token(ann.name), offer_of(ann), commands.find_entry
	booked = []

	def find_before_the_other_click(asked, **options):
		monkeypatch.setattr(commands, "find_entry", find)
		found = find(asked, **options)
		booked.append(commands.take_offer(asked, offer.name, NOW).name)
		return found

	monkeypatch.setattr(commands, "find_entry", find_before_the_other_click)
	assert [commands.take_offer(token, offer.name, NOW).name] == booked
