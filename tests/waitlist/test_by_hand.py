"""A host offers a time by hand, changes the order and takes people off: what the commands do, whatever the door."""

import frappe
import pytest

from scheduler_integration.exceptions import (
	ChangedMeanwhile,
	InvalidRequest,
	MeetingTypeNotFound,
	SlotTaken,
	WaitlistOver,
)
from scheduler_integration.waitlist import by_host, commands, records
from scheduler_integration.waitlist.links import entry_token
from tests.support.factories import hour, make_page, make_schedule, make_team_page, make_user
from tests.waitlist.world import (
	DAY,
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
	wait_for_earlier,
)


def by_hand(entry, clock, now=NOW, day=DAY):
	return by_host.offer_by_hand(entry.name, at_hour(clock, day), now)


def test_the_last_of_the_list_gets_a_time_outside_their_wishes_and_takes_it():
	meeting_type = make_type()
	taken = fill(meeting_type)
	join(meeting_type, "Ann")
	ben = join(meeting_type, "Ben", first_date="2026-10-20", last_date="2026-10-20")
	cancel(taken["10:00"])
	by_hand(ben, "10:00")
	# The time is Ben's for now, although Ann is first.
	assert look(meeting_type) == 0
	assert take(ben).starts_at == at_hour("10:00")


def test_a_taken_time_a_past_one_and_one_in_years_are_refused():
	meeting_type = make_type()
	fill(meeting_type)
	ann = join(meeting_type)
	for clock, day in (("09:00", DAY), ("09:00", "2026-09-29"), ("12:00", DAY)):
		with pytest.raises(SlotTaken):
			by_hand(ann, clock, day=day)
	with pytest.raises(InvalidRequest):
		by_hand(ann, "09:00", day="2029-10-09")
	assert offer_of(ann) is None


def test_who_has_an_offer_or_does_not_wait_gets_none():
	meeting_type = make_type()
	ann = join(meeting_type)
	by_hand(ann, "10:00")
	with pytest.raises(ChangedMeanwhile):
		by_hand(ann, "10:30")
	commands.leave_waitlist(entry_token(ann.name), NOW)
	with pytest.raises(WaitlistOver):
		by_hand(ann, "10:30")
	with pytest.raises(WaitlistOver):
		by_host.times_to_offer(ann.name, NOW)


def test_a_time_of_a_type_that_is_switched_off_is_not_offered_and_people_can_be_taken_off():
	meeting_type = make_type()
	ann = join(meeting_type)
	meeting_type.is_active = 0
	meeting_type.save()
	with pytest.raises(MeetingTypeNotFound):
		by_hand(ann, "10:00")
	by_host.take_off_waitlist(ann.name, NOW)
	assert (again(ann).status, again(ann).ended_because) == (records.ENDED, records.BECAUSE_HOST)


def test_a_meeting_that_keeps_its_host_could_be_offered_a_time_of_another_host():
	jane, tom = make_user("Jane"), make_user("Tom")
	for user in (jane, tom):
		make_schedule(user, MORNING)
	meeting_type = make_type(make_team_page([jane, tom]), assignment="Round Robin", reschedule_host="Same Host")
	late = book(meeting_type, "10:30", "Ann")
	book(meeting_type, "09:00", "Cleo")
	rest = book(meeting_type, "09:00", "Dora")
	ann = wait_for_earlier(late)
	other = next(user for user in (jane, tom) if user != late.host)
	# At 09:00 only the other host is free.
	cancel(rest if rest.host == other else next_at(meeting_type, "09:00", other))
	assert at_hour("09:00") not in by_host.times_to_offer(ann.name, NOW)
	with pytest.raises(SlotTaken):
		by_hand(ann, "09:00")
	by_hand(ann, "10:00")
	assert take(ann).host == late.host


def next_at(meeting_type, clock, host):
	filters = {"meeting_type": meeting_type.name, "starts_at": at_hour(clock), "host": host}
	return frappe.get_doc("Booking", frappe.db.get_value("Booking", filters))


def test_times_that_overlap_the_meeting_to_move_can_be_offered_and_its_own_can_not():
	meeting_type = make_type(make_page(hours=MORNING), duration_minutes=60, slot_interval=30)
	ann = wait_for_earlier(book(meeting_type, "10:00", "Ann"))
	assert [hour(start) for start in by_host.times_to_offer(ann.name, NOW) if start < at_hour("12:00")] == [
		"09:00",
		"09:30",
	]
	with pytest.raises(InvalidRequest):
		by_hand(ann, "10:00")


def test_an_offer_that_is_taken_back_goes_to_the_next():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	by_host.withdraw_offer(ann.name, NOW)
	after_commit()
	look(meeting_type)
	assert (offered_hour(ann), offered_hour(ben)) == (None, "09:30")


def test_a_new_order_decides_who_is_next():
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	by_host.reorder_waitlist(meeting_type.name, [ben.name, "nobody", ben.name])
	cancel(taken["09:30"])
	look(meeting_type)
	assert (offered_hour(ann), offered_hour(ben)) == (None, "09:30")
