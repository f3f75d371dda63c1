"""A host is away: colleagues who have the same meeting type take the new meetings, or the times aren't offered."""

from datetime import date

import frappe
import pytest
from hypothesis import given, settings
from hypothesis.strategies import booleans, data, sampled_from

from scheduler_integration import bookings
from scheduler_integration.availability import hours
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.explain import explain
from scheduler_integration.availability.fortnight import fortnight
from scheduler_integration.availability.hours_change import change_dates
from scheduler_integration.availability.impact import impact_of_hours
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.catalogue.stand_ins import colleagues_for
from scheduler_integration.exceptions import InvalidRequest, SlotTaken
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.booking_request import BookingPayload, parse_booking_request
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import (
	at,
	make_host,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	payload,
	wall,
)
from tests.support.statements import recorded

# A Sunday. The week after it begins on 7 December.
NOW = at("2026-12-06 06:00")
MONDAY, TUESDAY, WEDNESDAY = date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)


@pytest.fixture(autouse=True)
def stopped(frozen):
	frozen(NOW)


@pytest.fixture
def jane():
	return make_page(make_user("Jane"), title="Jane")


@pytest.fixture
def call(jane):
	return make_meeting_type(jane, slug="intro")


def colleague(name="Tom", hours=None, slug="intro", **fields):
	user = make_host(name, hours)
	make_meeting_type(make_page(user, title=name), slug=slug, **{"stands_in": 1} | fields)
	return user


def away(user, first=TUESDAY, last=TUESDAY, stand_ins=None, **fields):
	rows = [{"meeting_type": doc.name, "colleague": who} for doc, who in (stand_ins or {}).items()]
	values = {"is_away": 1, "date": first, "end_date": last, "whole_day": 1, "stand_ins": rows, **fields}
	return hours.add_override(user, values).save()


def offered(page, meeting_type, day=TUESDAY, zone="UTC"):
	return door.offered_hours(page, meeting_type, day, NOW, zone=zone)


def book(page, meeting_type, start):
	return frappe.get_doc("Booking", door.book(payload(page, meeting_type, at(start)), NOW).id)


def test_without_a_colleague_the_times_are_not_offered(jane, call):
	away(jane.user, TUESDAY, WEDNESDAY)
	assert [len(offered(jane, call, day)) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [16, 0, 0]


def test_the_colleagues_free_times_are_offered_and_booked_with_the_colleague(jane, call):
	tom = colleague(hours={"Tuesday": ["11:00-12:00"], "Monday": ["20:00-21:00"]})
	away(jane.user, stand_ins={call: tom})
	assert offered(jane, call) == ["11:00", "11:30"]
	assert "20:00" not in offered(jane, call, MONDAY)
	booking = book(jane, call, "2026-12-08 11:00")
	assert (booking.host, booking.host_users(), booking.meeting_type) == (tom, [tom], call.name)
	assert offered(jane, call) == ["11:30"]
	assert book(jane, call, "2026-12-07 09:00").host == jane.user


@pytest.fixture
def with_tom(jane, call):
	tom = colleague(hours={"Tuesday": ["11:00-13:00"], "Wednesday": ["15:00-16:00"]})
	away(jane.user, stand_ins={call: tom})
	return book(jane, call, "2026-12-08 11:00")


def test_a_booking_with_the_colleague_moves_to_times_of_the_colleague_only(with_tom):
	with pytest.raises(SlotTaken) as refused:
		bookings.reschedule_by_token(manage_token(with_tom), RescheduleRequest(at("2026-12-09 09:00")), NOW)
	assert [wall(slot.start) for slot in refused.value.suggestions] == [
		"2026-12-09 15:00",
		"2026-12-09 15:30",
		"2026-12-08 12:30",
	]


def test_a_booking_with_the_colleague_stays_with_them_when_it_is_moved(with_tom):
	moved = bookings.reschedule_by_token(manage_token(with_tom), RescheduleRequest(at("2026-12-09 15:00")), NOW)
	assert frappe.db.get_value("Booking", moved.id, "host") == with_tom.host


def test_a_meeting_of_the_host_moves_to_no_colleague(jane, call):
	away(jane.user, stand_ins={call: colleague()})
	booking = book(jane, call, "2026-12-07 09:00")
	with pytest.raises(SlotTaken):
		bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(at("2026-12-08 09:00")), NOW)


def test_a_colleague_who_is_away_too_is_not_asked_and_their_stand_in_never(jane, call):
	tom, fay = colleague("Tom"), colleague("Fay")
	toms_call = frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"})
	away(jane.user, stand_ins={call: tom})
	away(tom, stand_ins={toms_call: fay})
	assert offered(jane, call) == []


def test_two_who_stand_in_for_each_other_make_no_circle(jane):
	call = make_meeting_type(jane, slug="intro", stands_in=1)
	tom = colleague()
	toms_call = frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"})
	away(jane.user, TUESDAY, WEDNESDAY, stand_ins={call: tom})
	away(tom, WEDNESDAY, WEDNESDAY, stand_ins={toms_call: jane.user})
	assert [len(offered(jane, call, day)) for day in (TUESDAY, WEDNESDAY)] == [16, 0]


@pytest.mark.parametrize("slug", ["other", None])
def test_only_a_colleague_who_has_the_type_can_stand_in(jane, call, slug):
	tom = colleague(slug=slug) if slug else make_user("Tom")
	with pytest.raises(InvalidRequest) as refused:
		away(jane.user, stand_ins={call: tom})
	assert "stand_ins" in refused.value.details


def test_a_copied_address_made_a_stranger_a_stand_in(jane, call):
	"""Anybody can give a type the address of somebody else's. Without a shared team page, a colleague agrees by a type."""
	tom = colleague(stands_in=0)
	with pytest.raises(InvalidRequest):
		away(jane.user, stand_ins={call: tom})
	make_team_page([jane.user, tom])
	away(jane.user, stand_ins={call: tom})
	assert len(offered(jane, call)) == 16


def test_a_colleague_who_agrees_no_more_gets_no_more_meetings(jane, call):
	tom = colleague()
	away(jane.user, stand_ins={call: tom})
	frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"}).update({"stands_in": 0}).save()
	assert offered(jane, call) == []


def test_a_colleague_who_gives_up_the_type_gets_no_more_meetings(jane, call):
	tom = colleague()
	away(jane.user, stand_ins={call: tom})
	frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"}).update({"is_active": 0}).save()
	assert offered(jane, call) == []
	frappe.db.set_value("User", tom, "enabled", 0)


def test_nobody_names_a_stand_in_for_somebody_elses_type(jane, call):
	tom = colleague()
	stranger = colleague("Eve")
	with pytest.raises(InvalidRequest):
		away(stranger, stand_ins={call: tom})


def test_on_a_team_page_another_host_of_it_takes_over():
	ann, ben = make_host("Ann"), make_host("Ben")
	page = make_team_page([ann, ben])
	call = make_meeting_type(page, assignment="Single Host", consultant=ann)
	away(ann, stand_ins={call: ben})
	assert book(page, call, "2026-12-08 09:00").host == ben
	assert book(page, call, "2026-12-07 09:00").host == ann


def test_a_colleague_of_the_team_whom_the_type_does_not_take_cannot_stand_in():
	ann, ben, cem = make_host("Ann"), make_host("Ben"), make_host("Cem")
	call = make_meeting_type(
		make_team_page([ann, ben, cem]), assignment="Single Host", consultant=ann, hosts=[{"user": ann}, {"user": ben}]
	)
	assert [each.user for each in colleagues_for(ann, [call.name])[call.name]] == [ben]
	with pytest.raises(InvalidRequest):
		away(ann, stand_ins={call: cem})
	away(ann, stand_ins={call: ben})
	page = frappe.get_doc("Scheduling Page", call.scheduling_page)
	assert book(page, call, "2026-12-08 09:00").host == ben


def test_a_type_with_several_hosts_needs_no_stand_in():
	ann, ben = make_host("Ann"), make_host("Ben")
	call = make_meeting_type(make_team_page([ann, ben]), assignment="Round Robin")
	with pytest.raises(InvalidRequest):
		away(ann, stand_ins={call: ben})
	away(ann)
	page = frappe.get_doc("Scheduling Page", call.scheduling_page)
	assert book(page, call, "2026-12-08 09:00").host == ben


def test_the_colleague_has_hours_of_their_own_although_the_type_names_a_schedule(jane):
	evenings = make_schedule(jane.user, {"Tuesday": ["18:00-20:00"]}, is_default=0, title="Evenings")
	call = make_meeting_type(jane, slug="intro", availability_schedule=evenings.name)
	tom = colleague(hours={"Tuesday": ["11:00-12:00"], "Wednesday": ["10:00-11:00"]})
	away(jane.user, stand_ins={call: tom})
	assert offered(jane, call) == ["11:00", "11:30"]
	booking = book(jane, call, "2026-12-08 11:00")
	moved = bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(at("2026-12-09 10:00")), NOW)
	assert moved.hosts[0].name == "Tom"


def test_an_absence_with_times_begins_and_ends_at_them(jane, call):
	tom = colleague()
	away(jane.user, MONDAY, WEDNESDAY, {call: tom}, whole_day=0, start_time="14:00:00", end_time="12:00:00")
	book(jane, call, "2026-12-07 13:30")
	hosts = {text: book(jane, call, text).host for text in ("2026-12-07 14:00", "2026-12-08 10:00", "2026-12-09 11:30")}
	assert set(hosts.values()) == {tom}
	assert book(jane, call, "2026-12-09 12:00").host == jane.user


@pytest.mark.parametrize(
	("zone", "first"), [("Asia/Tokyo", "2026-12-07 15:00"), ("America/New_York", "2026-12-08 05:00")]
)
def test_the_days_are_those_of_the_hosts_zone(zone, first):
	always = {day: ["00:00-00:00"] for day in ("Monday", "Tuesday", "Wednesday")}
	jane = make_page(make_user("Jane"), hours=always, schedule={"timezone": zone})
	call = make_meeting_type(jane, slug="intro")
	tom = colleague(hours=always)
	away(jane.user, stand_ins={call: tom})
	start = at(first)
	assert [
		book(jane, call, wall(each)).host for each in (start - 1800, start, start + 86400 - 1800, start + 86400)
	] == [
		jane.user,
		tom,
		tom,
		jane.user,
	]


def test_on_a_trip_the_day_is_that_of_the_trips_clock(jane, call):
	tom = colleague(hours={"Monday": ["00:00-00:00"], "Tuesday": ["00:00-00:00"]})
	hours.add_override(
		jane.user, {"is_travel": 1, "timezone": "Asia/Tokyo", "date": MONDAY, "end_date": WEDNESDAY}
	).save()
	away(jane.user, stand_ins={call: tom})
	assert book(jane, call, "2026-12-07 15:00").host == tom
	assert "15:00" not in offered(jane, call)


def test_an_absence_that_was_removed_a_moment_ago_brings_no_colleague_a_meeting(jane, call):
	tom = colleague(hours={"Tuesday": ["20:00-21:00"]})
	absence = away(jane.user, stand_ins={call: tom})
	assert offered(jane, call) == ["20:00", "20:30"]
	# The visitor's request has read the stand-ins already, and waits for the lock.
	found = find_bookable(jane.slug, "intro")
	frappe.delete_doc("Availability Override", absence.name)
	wish = payload(jane, call, at("2026-12-08 20:00"))
	request = parse_booking_request(BookingPayload.of(wish), found.page, found.meeting_type)
	with pytest.raises(SlotTaken):
		bookings.book(request, found, NOW)


def test_the_colleague_is_locked_too(jane, call):
	tom = colleague()
	away(jane.user, stand_ins={call: tom})
	book(jane, call, "2026-12-08 09:00")
	# Her own page and the other one share her time.
	own = frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"})
	page = frappe.get_doc("Scheduling Page", own.scheduling_page)
	assert "09:00" not in offered(page, own)
	with pytest.raises(SlotTaken):
		book(page, own, "2026-12-08 09:00")


def test_why_says_not_available_and_names_the_colleague(jane, call):
	tom = colleague()
	away(jane.user, stand_ins={call: tom}, reason="Surgery")
	frappe.set_user(jane.user)
	found = explain(call.name, at("2026-12-08 09:00"), None, NOW)
	assert found.is_bookable
	assert [(each.name, each.is_bookable) for each in found.hosts] == [("Jane", False), ("Tom", True)]
	assert "Not available: Surgery" in found.hosts[0].objections[0].message
	assert [each.name for each in explain(call.name, at("2026-12-07 09:00"), None, NOW).hosts] == ["Jane"]


def test_the_next_two_weeks_say_not_available(jane, call):
	away(jane.user, stand_ins={call: colleague()})
	days = {each.day: each for each in fortnight(Draft(jane.user), "UTC", NOW)}
	assert (days[TUESDAY].closed_by, days[TUESDAY].offered) == ("Not available", ())
	assert days[MONDAY].closed_by is None


def test_what_an_absence_would_do_counts_with_the_colleague(jane, call):
	tom = colleague(hours={"Tuesday": ["11:00-12:00"]})
	rows = [{"meeting_type": call.name, "colleague": tom}]
	values = {"is_away": 1, "date": TUESDAY, "end_date": TUESDAY, "whole_day": 1}
	alone = hours.add_override(jane.user, values)
	assert len(impact_of_hours(alone, "UTC", NOW).lost) == 16
	covered = hours.add_override(jane.user, {**values, "stand_ins": rows})
	assert len(impact_of_hours(covered, "UTC", NOW).lost) == 14
	before = [hour for day in (MONDAY, TUESDAY) for hour in offered(jane, call, day)]
	covered.save()
	assert len(before) - sum(len(offered(jane, call, day)) for day in (MONDAY, TUESDAY)) == 14


def test_usual_hours_on_a_day_of_an_absence_leave_the_rest_of_it(jane, call):
	tom = colleague()
	away(jane.user, MONDAY, WEDNESDAY, {call: tom}, whole_day=0, start_time="14:00:00", end_time="12:00:00")
	change_dates(jane.user, [TUESDAY], None).save()
	texts = ("2026-12-07 14:00", "2026-12-08 10:00", "2026-12-09 11:30", "2026-12-09 12:00")
	assert [book(jane, call, text).host for text in texts] == [tom, jane.user, tom, jane.user]


def test_a_deleted_type_or_colleague_stands_in_no_more(jane, call):
	tom = colleague()
	absence = away(jane.user, stand_ins={call: tom})
	frappe.delete_doc("Meeting Type", call.name)
	absence.reload()
	assert absence.stand_ins == []
	absence.update({"end_date": WEDNESDAY}).save()


def test_any_number_of_stand_ins_needs_one_further_statement(jane, call):
	def asked():
		with recorded() as seen:
			offered(jane, call)
		return len(seen)

	asked()
	before = asked()
	for name in ("Tom", "Fay", "Kim"):
		away(jane.user, stand_ins={call: colleague(name)})
	# Now the colleagues' own types are in the cache too.
	asked()
	assert asked() == before + 1


TYPE_RULES = [
	({"minimum_notice": 40, "minimum_notice_unit": "Days"}, [MONDAY, TUESDAY], []),
	({"max_days_in_advance": 2}, [TUESDAY, WEDNESDAY], [TUESDAY]),
	({"window_type": "Fixed Range", "window_from": TUESDAY, "window_to": TUESDAY}, [TUESDAY, WEDNESDAY], [TUESDAY]),
	({"max_days_in_advance": 2, "only_days_with_slots": 1}, [TUESDAY, WEDNESDAY], [TUESDAY]),
]


@pytest.mark.parametrize(("rules", "days", "offering"), TYPE_RULES)
def test_a_colleagues_own_notice_and_window_were_ignored_on_the_page_of_who_is_away(jane, call, rules, days, offering):
	away(jane.user, MONDAY, WEDNESDAY, {call: colleague(uses_host_defaults=0, **rules)})
	assert [day for day in days if offered(jane, call, day)] == offering
	assert len(offered(jane, call, date(2026, 12, 10))) == 16


def test_a_colleagues_own_limit_and_buffers_were_ignored_on_the_page_of_who_is_away(jane, call):
	tom = colleague(uses_host_defaults=0, daily_limit=2, buffer_before_minutes=60)
	away(jane.user, stand_ins={call: tom})
	own = frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"})
	book(frappe.get_doc("Scheduling Page", own.scheduling_page), own, "2026-12-08 09:00")
	assert offered(jane, call)[0] == "10:30"
	booking = book(jane, call, "2026-12-08 11:00")
	assert (booking.host, booking.buffer_before_minutes) == (tom, 60)
	assert offered(jane, call) == []
	assert len(offered(jane, call, MONDAY)) == 16


def test_a_booking_with_a_colleague_moved_to_a_time_that_their_own_notice_forbids(jane, call):
	tom = colleague()
	away(jane.user, TUESDAY, WEDNESDAY, {call: tom})
	booking = book(jane, call, "2026-12-09 11:00")
	frappe.get_doc("Meeting Type", {"consultant": tom, "slug": "intro"}).update(
		{"uses_host_defaults": 0, "minimum_notice": 3, "minimum_notice_unit": "Days"}
	).save()
	with pytest.raises(SlotTaken):
		bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(at("2026-12-08 09:00")), NOW)


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(data())
def test_no_host_is_ever_booked_twice_and_no_meeting_is_lost(drawn):
	"""Random absences with stand-ins, and bookings on two pages: each goes to a host who is there and free."""
	people = [make_host("Jane"), make_host("Tom")]
	pages = [make_page(user) for user in people]
	types = [make_meeting_type(page, slug="intro", stands_in=1) for page in pages]
	spans = {}
	for at_ in (0, 1):
		first = drawn.draw(sampled_from((MONDAY, TUESDAY, WEDNESDAY)))
		last = max(first, drawn.draw(sampled_from((MONDAY, TUESDAY, WEDNESDAY))))
		covered = {types[at_]: people[1 - at_]} if drawn.draw(booleans()) else None
		away(people[at_], first, last, covered)
		spans[people[at_]] = first, last
	taken = []
	for _each in range(6):
		at_ = drawn.draw(sampled_from((0, 1)))
		day = drawn.draw(sampled_from((MONDAY, TUESDAY, WEDNESDAY)))
		start = at(f"{day} {drawn.draw(sampled_from(('09:00', '09:30')))}")
		is_offered = wall(start)[11:] in offered(pages[at_], types[at_], day)
		try:
			booking = book(pages[at_], types[at_], wall(start))
		except SlotTaken:
			assert not is_offered
			continue
		assert is_offered
		first, last = spans[booking.host]
		assert not first <= day <= last
		taken.append((booking.host, start))
	assert len(set(taken)) == len(taken)
	assert frappe.db.count("Booking", {"host": ["in", people], "status": "Scheduled"}) == len(taken)
