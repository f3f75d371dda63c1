"""A freed time is offered to somebody who waits, who takes it, passes it on, or lets it end."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import NoWaitlist, OfferEnded, SlotTaken, WaitlistOver
from scheduler_integration.waitlist import commands, records
from scheduler_integration.waitlist.links import entry_token
from scheduler_integration.waitlist.looks import expire
from scheduler_integration.waitlist.requests import WaitPayload, parse_wait
from scheduler_integration.waitlist.shown import shown
from tests.support.factories import at, hour, make_meeting_type, make_page, make_schedule, make_team_page, make_user
from tests.waitlist.world import (
	DAY,
	HALF_AN_HOUR,
	MORNING,
	NOW,
	after_commit,
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
	told,
	wait_for_earlier,
)


def test_the_first_on_the_list_is_offered_the_freed_time():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	assert look(meeting_type) == 0
	cancel(taken["09:30"])
	assert look(meeting_type) == 1
	assert (offered_hour(ann), offered_hour(ben)) == ("09:30", None)
	assert offer_of(ann).expires_at == NOW + HALF_AN_HOUR


def test_two_freed_times_go_to_two_people_in_their_order():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben, cleo = (join(meeting_type, name) for name in ("Ann", "Ben", "Cleo"))
	cancel(taken["10:30"])
	cancel(taken["09:30"])
	assert look(meeting_type) == 2
	assert [offered_hour(each) for each in (ann, ben, cleo)] == ["09:30", "10:30", None]
	assert look(meeting_type) == 0


def test_an_offered_time_is_closed_to_visitors_and_taking_it_books():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann = join(meeting_type)
	cancel(taken["10:00"])
	look(meeting_type)
	with pytest.raises(SlotTaken):
		book(meeting_type, "10:00", "Dora")
	booking = take(ann)
	assert (hour(booking.starts_at), booking.attendee_email, booking.source) == (
		"10:00",
		"ann@guests.example",
		"waitlist",
	)
	assert (again(ann).status, again(ann).taken) == (records.BOOKED, booking.name)
	# A second click.
	offer = records.offers_to([ann.name])[ann.name][0]
	assert commands.take_offer(entry_token(ann.name), offer.name, NOW).name == booking.name


def test_an_offer_that_nobody_answers_goes_to_the_next_and_the_place_stays():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	told(ann)
	first = offer_of(ann)
	later = NOW + HALF_AN_HOUR
	assert expire(first.name, later - 1) == 0
	assert expire(first.name, later) == 1
	look(meeting_type, later)
	assert (offered_hour(ann), offered_hour(ben)) == (None, "09:30")
	with pytest.raises(SlotTaken):
		commands.take_offer(entry_token(ann.name), first.name, later)
	cancel(taken["10:00"], later)
	look(meeting_type, later)
	assert offered_hour(ann) == "10:00"


@pytest.mark.parametrize("is_ended", [True, False])
def test_who_answered_late_could_not_take_a_time_that_was_still_free(is_ended):
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann = join(meeting_type)
	cancel(taken["09:30"])
	look(meeting_type)
	first, later = offer_of(ann), NOW + HALF_AN_HOUR
	told(ann)
	if is_ended:
		expire(first.name, later)
	assert shown(again(ann), later).late.name == first.name
	booking = commands.take_offer(entry_token(ann.name), first.name, later)
	assert hour(booking.starts_at) == "09:30"
	assert (again(ann).status, records.offer(first.name).status) == (records.BOOKED, records.TAKEN)
	assert shown(again(ann), later).late is None


@pytest.mark.long
def test_who_took_a_late_time_kept_the_time_that_is_offered_now_from_others():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type), join(meeting_type, "Ben", from_time="10:00")
	cancel(taken["09:30"])
	look(meeting_type)
	told(ann)
	first, later = offer_of(ann), NOW + HALF_AN_HOUR
	expire(first.name, later)
	cancel(taken["10:00"], later)
	look(meeting_type, later)
	second = offer_of(ann)
	assert (offered_hour(ann), offered_hour(ben)) == ("10:00", None)
	assert shown(again(ann), later).late is None
	commands.take_offer(entry_token(ann.name), first.name, later)
	after_commit()
	assert records.offer(second.name).status == records.WITHDRAWN
	look(meeting_type, later)
	assert offered_hour(ben) == "10:00"


def test_the_first_lost_the_time_because_the_sites_jobs_had_not_run():
	"""The offer was never sent, and had ended when the jobs ran again. The time went to the next."""
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	unsent, later = offer_of(ann), NOW + 12 * HALF_AN_HOUR
	assert expire(unsent.name, later) == 1
	look(meeting_type, later)
	assert (offered_hour(ann), offered_hour(ben)) == ("09:30", None)
	told(ann)
	heard = offer_of(ann)
	assert heard.name != unsent.name
	# She was told of this one.
	much_later = later + 12 * HALF_AN_HOUR
	assert expire(heard.name, much_later) == 1
	look(meeting_type, much_later)
	assert (offered_hour(ann), offered_hour(ben)) == (None, "09:30")
	assert again(ann).unanswered == 1


def test_everybody_lost_the_time_one_after_the_other_while_the_outbox_did_not_run():
	"""The job that ends offers ran each minute, the one that sends messages didn't."""
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	for turn in (1, 2, 3):
		later = NOW + turn * HALF_AN_HOUR
		assert expire(offer_of(ann).name, later) == 1
		look(meeting_type, later)
		assert (offered_hour(ann), offered_hour(ben), again(ann).unanswered) == ("09:30", None, 0)


def test_a_message_that_the_outbox_has_tried_does_not_keep_the_time_from_the_next():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	offer, later = offer_of(ann), NOW + HALF_AN_HOUR
	frappe.db.set_value("Outbox Task", {"key": f"{offer.name}@offer"}, "attempts", 1)
	assert expire(offer.name, later) == 1
	look(meeting_type, later)
	assert (offered_hour(ann), offered_hour(ben)) == (None, "09:30")


def test_a_time_that_was_passed_is_not_taken_later():
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type)
	offer = offer_of(ann)
	commands.pass_offer(entry_token(ann.name), offer.name, NOW)
	with pytest.raises(OfferEnded):
		commands.take_offer(entry_token(ann.name), offer.name, NOW)
	assert shown(again(ann), NOW).late is None


@pytest.mark.parametrize(
	("now", "at_once", "people"),
	[
		("2026-10-05 14:00", 1, 1),
		# Half an hour until 21:00, and one from 08:00 on: nobody answers at night.
		("2026-10-05 20:30", 1, 2),
		("2026-10-05 22:00", 1, 2),
		("2026-10-06 07:00", 1, 2),
		("2026-10-06 08:10", 1, 3),
		("2026-10-06 08:45", 1, 4),
		("2026-10-06 08:45", 2, 6),
	],
)
def test_a_time_that_began_soon_was_offered_to_one_after_the_other(now, at_once, people):
	"""At 09:00 nobody can take the time any more, and four offers of half an hour should find room before that."""
	meeting_type = make_type(waitlist_at_once=at_once)
	cancelled = fill(meeting_type)["09:00"]
	waiting = [join(meeting_type, f"Guest{number}") for number in range(6)]
	cancel(cancelled, at(now))
	assert look(meeting_type, at(now)) == 1
	assert [offered_hour(each) for each in waiting] == ["09:00"] * people + [None] * (6 - people)
	assert shown(again(waiting[0]), at(now)).is_shared == (people > 1)


def test_who_leaves_three_offers_without_an_answer_is_asked_no_more():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann = join(meeting_type)
	now = NOW
	for clock in ("09:00", "09:30", "10:00"):
		cancel(taken[clock], now)
		look(meeting_type, now)
		offer = offer_of(ann)
		told(ann)
		now = offer.expires_at
		expire(offer.name, now)
	assert (again(ann).status, again(ann).ended_because) == (records.ENDED, records.BECAUSE_UNANSWERED)


def test_who_passes_an_offer_goes_on_waiting_and_is_not_asked_for_that_time_again():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann = join(meeting_type)
	cancel(taken["09:30"])
	look(meeting_type)
	commands.pass_offer(entry_token(ann.name), offer_of(ann).name, NOW)
	after_commit()
	assert look(meeting_type) == 0
	assert again(ann).status == records.WAITING
	book(meeting_type, "09:30", "Dora")


def test_who_leaves_gives_the_offer_to_the_next():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	offer = offer_of(ann)
	commands.leave_waitlist(entry_token(ann.name), NOW)
	commands.leave_waitlist(entry_token(ann.name), NOW)
	after_commit()
	look(meeting_type)
	assert offered_hour(ben) == "09:30"
	with pytest.raises(WaitlistOver):
		commands.take_offer(entry_token(ann.name), offer.name, NOW)


def test_only_times_that_suit_are_offered():
	meeting_type = make_type(
		page=make_page(hours={"Tuesday": ["09:00-10:00", "14:00-15:00"], "Wednesday": ["09:00-10:00"]})
	)
	afternoon = join(meeting_type, "Ann", from_time="14:15", to_time="15:00", last_date="2026-10-31")
	wednesday = join(meeting_type, "Ben", weekdays=[3], last_date="2026-10-31")
	look(meeting_type)
	assert hour(offer_of(afternoon).start) == "14:30"
	assert offer_of(wednesday).start == at_hour("09:00", "2026-10-07")


def test_taking_an_earlier_time_moves_the_meeting_and_frees_the_later_one():
	meeting_type = make_type()
	taken = fill(meeting_type)
	later = book(meeting_type, "09:00", "Ann", day="2026-10-13")
	ann = wait_for_earlier(later)
	ben = join(meeting_type, "Ben", first_date="2026-10-13", last_date="2026-10-13", from_time="09:00", to_time="09:00")
	cancel(taken["09:30"])
	look(meeting_type)
	assert (offered_hour(ann), offered_hour(ben)) == ("09:30", None)
	moved = take(ann)
	assert (moved.rescheduled_from, moved.starts_at) == (later.name, at_hour("09:30"))
	look(meeting_type)
	assert offer_of(ben).start == at_hour("09:00", "2026-10-13")


def test_only_times_before_the_present_one_are_earlier():
	meeting_type = make_type()
	mine = book(meeting_type, "09:00", "Ann")
	ann = wait_for_earlier(mine)
	assert look(meeting_type) == 0
	assert offer_of(ann) is None


def test_a_meeting_can_move_to_a_time_that_overlaps_it():
	meeting_type = make_type(duration_minutes=60, slot_interval=30)
	mine = book(meeting_type, "09:30", "Ann")
	ann = wait_for_earlier(mine)
	look(meeting_type)
	assert offered_hour(ann) == "09:00"
	assert hour(take(ann).starts_at) == "09:00"


def test_the_entry_follows_a_meeting_that_a_host_moves_and_ends_with_it():
	meeting_type = make_type()
	mine = book(meeting_type, "10:00", "Ann")
	ann = wait_for_earlier(mine)
	from scheduler_integration.parsing.reschedule_request import RescheduleRequest

	moved = bookings.reschedule_by_host(mine.name, RescheduleRequest(at_hour("10:30")), NOW)
	fill_rest = {clock: book(meeting_type, clock, "Cleo") for clock in ("09:00", "09:30", "10:00")}
	look(meeting_type)
	assert again(ann).booking == moved.id
	cancel(frappe.get_doc("Booking", moved.id))
	cancel(fill_rest["09:00"])
	look(meeting_type)
	assert (again(ann).status, again(ann).ended_because) == (records.ENDED, records.BECAUSE_MEETING)


def test_the_last_date_ends_the_entry():
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type, at_hour("00:00", "2026-10-07"))
	assert (again(ann).status, again(ann).ended_because) == (records.ENDED, records.BECAUSE_DATE)


def test_a_time_is_offered_to_two_at_once_and_the_first_gets_it():
	meeting_type = make_type(waitlist_at_once=2)
	taken = fill(meeting_type)
	ann, ben, cleo = (join(meeting_type, name) for name in ("Ann", "Ben", "Cleo"))
	cancel(taken["09:30"])
	assert look(meeting_type) == 1
	assert [offered_hour(each) for each in (ann, ben, cleo)] == ["09:30", "09:30", None]
	bens = offer_of(ben)
	take(ann)
	assert records.offer(bens.name).status == records.LOST
	with pytest.raises(OfferEnded):
		commands.take_offer(entry_token(ben.name), bens.name, NOW)
	assert again(ben).status == records.WAITING


def test_a_seat_of_a_full_session_is_offered():
	meeting_type = make_type(seats=2)
	first = book(meeting_type, "09:00", "Cleo")
	book(meeting_type, "09:00", "Dora")
	ann = join(meeting_type, from_time="09:00", to_time="09:00")
	ben = join(meeting_type, "Ben", from_time="09:00", to_time="09:00")
	assert look(meeting_type) == 0
	cancel(first)
	look(meeting_type)
	assert (offered_hour(ann), offered_hour(ben)) == ("09:00", None)
	with pytest.raises(SlotTaken):
		book(meeting_type, "09:00", "Eve")
	assert take(ann).session


def make_round_robin(*users):
	for user in users:
		make_schedule(user, MORNING)
	return make_type(make_team_page(list(users)), assignment="Round Robin")


def test_two_hosts_free_at_one_time_were_both_held_as_the_second():
	jane, tom = make_user("Jane"), make_user("Tom")
	meeting_type = make_round_robin(jane, tom)
	ann, ben = join(meeting_type, to_time="09:00"), join(meeting_type, "Ben", to_time="09:00")
	assert look(meeting_type) == 2
	assert (offered_hour(ann), offered_hour(ben)) == ("09:00", "09:00")
	assert {offer_of(ann).held.users, offer_of(ben).held.users} == {(jane,), (tom,)}


def test_a_round_robin_offers_the_time_of_the_host_who_is_free():
	jane, tom = make_user("Jane"), make_user("Tom")
	meeting_type = make_round_robin(jane, tom)
	both = [
		book(meeting_type, clock) for clock in ("09:00", "09:00", "09:30", "09:30", "10:00", "10:00", "10:30", "10:30")
	]
	ann, ben = join(meeting_type), join(meeting_type, "Ben")
	cancel(both[2])
	look(meeting_type)
	assert (offered_hour(ann), offered_hour(ben)) == ("09:30", None)
	assert take(ann).host == both[2].host


def test_a_list_that_is_switched_off_offers_nothing_and_takes_nobody():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann = join(meeting_type)
	meeting_type.reload()
	meeting_type.update({"has_waitlist": 0}).save()
	cancel(taken["09:00"])
	assert look(meeting_type) == 0
	assert again(ann).status == records.WAITING
	with pytest.raises(NoWaitlist):
		join(meeting_type, "Ben")


def test_a_cancellation_plans_a_look_only_if_somebody_can_wait():
	off = make_meeting_type(make_page(hours=MORNING))
	one = book(off, "09:00")
	cancel(one)
	assert not frappe.db.exists("Outbox Task", {"booking": one.name, "kind": "waitlist"})
	on = make_type()
	two = book(on, "09:00")
	cancel(two)
	assert frappe.db.exists("Outbox Task", {"booking": two.name, "kind": "waitlist", "status": "Pending"})


def test_other_wishes_make_the_app_look_once():
	meeting_type = make_type()
	ann = join(meeting_type, to_time="08:00")
	looks = {"booking": ann.name, "kind": "waitlist", "status": "Pending"}
	frappe.db.set_value("Outbox Task", looks, "status", "Sent")
	for until in ("09:00", "10:00"):
		commands.change_wait(entry_token(ann.name), parse_wait(WaitPayload.of({"to_time": until}), "UTC", NOW), NOW)
		assert frappe.db.count("Outbox Task", looks) == 1


def test_who_joins_twice_keeps_the_place():
	meeting_type = make_type()
	fill(meeting_type)
	ann = join(meeting_type)
	assert join(meeting_type, last_date="2026-10-20").name == ann.name
	assert again(ann).bounds.last.isoformat() == DAY


def test_an_offer_at_night_holds_until_the_morning():
	meeting_type = make_type()
	fill(meeting_type)
	night = at_hour("23:00", "2026-10-05")
	ann = join(meeting_type, now=night)
	ben = join(meeting_type, "Ben", now=night, first_date="2026-10-13", last_date="2026-10-13")
	look(meeting_type, night)
	assert offer_of(ann) is None
	assert offer_of(ben).expires_at == at_hour("08:30", "2026-10-06")
