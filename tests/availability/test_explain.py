"""The reasons why a time is offered or not. 2 March 2026 is a Monday."""

import frappe
import pytest

from scheduler_integration.availability.calendar_entries import find_conflicts
from scheduler_integration.availability.explain import explain
from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound, NotPermitted
from scheduler_integration.parsing.fields import parse_instants
from tests.support import door
from tests.support.factories import at, hour, make_meeting_type, make_page, make_team_page, make_user, payload

NOW = at("2026-03-01 06:00")
OWN = {"uses_host_defaults": 0, "minimum_notice": 0, "window_type": "Indefinite"}


@pytest.fixture
def page():
	return make_page(hours={"Monday": ["09:00-12:00"]})


def why(meeting_type, when, now=NOW, host=0):
	return explain(meeting_type.name, at(when), None, now).hosts[host]


def codes(meeting_type, when, now=NOW, host=0):
	return [reason.code for reason in why(meeting_type, when, now, host).objections]


def test_a_free_time_has_no_reasons(page):
	meeting_type = make_meeting_type(page)
	answer = explain(meeting_type.name, at("2026-03-02 09:00"), None, NOW)
	assert (answer.is_bookable, answer.objections, answer.hosts[0].objections) == (True, (), ())


@pytest.mark.parametrize(
	("fields", "when", "code", "said"),
	[
		({}, "2026-02-23 09:00", "IN_THE_PAST", "in the past"),
		({**OWN, "minimum_notice": 2, "minimum_notice_unit": "Days"}, "2026-03-02 09:00", "MINIMUM_NOTICE", "2 days"),
		(
			{**OWN, "window_type": "Rolling Days", "max_days_in_advance": 3},
			"2026-03-09 09:00",
			"BEYOND_WINDOW",
			"Mar 4, 2026",
		),
		(
			{**OWN, "window_type": "Fixed Range", "window_from": "2026-03-05"},
			"2026-03-02 09:00",
			"BEFORE_WINDOW",
			"Mar 5",
		),
		({}, "2026-03-02 11:45", "OUTSIDE_HOURS", "9:00"),
		({}, "2026-03-03 09:00", "OUTSIDE_HOURS", "no working hours on that day"),
		({}, "2026-03-02 09:10", "OFF_GRID", "30 minutes"),
		({"first_slot_only": 1}, "2026-03-02 10:00", "NOT_THE_FIRST", "first free time"),
		({"number_of_days": 2}, "2026-03-02 09:00", "LATER_DAY", "Mar 3"),
	],
)
def test_each_rule_gives_its_reason(page, fields, when, code, said):
	reasons = why(make_meeting_type(page, **fields), when).objections
	assert code in [reason.code for reason in reasons]
	assert any(said in reason.message for reason in reasons if reason.code == code)


def test_what_is_in_the_way_on_a_later_day_is_named_with_a_link():
	page = make_page(hours={"Monday": ["09:00-12:00"], "Tuesday": ["09:00-12:00"]})
	retreat = make_meeting_type(page, number_of_days=2)
	blocked = {"doctype": "Blocked Time", "user": page.user, "reason": "Dentist"}
	blocked = frappe.get_doc({**blocked, **site_times("2026-03-03 09:15", "2026-03-03 10:00")}).insert()
	(reason,) = why(retreat, "2026-03-02 09:00").objections
	assert (reason.code, [each.name for each in reason.conflicts]) == ("LATER_DAY", [blocked.name])
	assert "Mar 3" in reason.message
	assert reason.message.endswith("Something else is in the calendar at that time.")


def test_a_collective_meeting_that_requires_nobody_says_so():
	team = make_team_page([make_user("Ann"), make_user("Ben")])
	meeting_type = make_meeting_type(team, assignment="Collective")
	# An older version of the app could store a page like this, without a required host.
	frappe.db.set_value("Scheduling Page Host", {"parent": team.name}, "is_required", 0)
	frappe.clear_document_cache("Scheduling Page", team.name)
	told = explain(meeting_type.name, at("2026-03-02 09:00"), None, NOW)
	assert not told.is_bookable
	assert [reason.code for reason in told.objections] == ["NO_REQUIRED_HOST"]


def test_too_few_of_the_other_hosts_are_counted():
	team = make_team_page([make_user(name) for name in ("Ann", "Ben", "Cem")])
	users = [row.user for row in team.hosts]
	hosts = [{"user": user, "is_required": user == users[0]} for user in users]
	panel = make_meeting_type(team, assignment="Collective", hosts=hosts, required_count=2)
	own = make_page(users[1])
	door.book(payload(own, make_meeting_type(own), at("2026-03-02 09:00")), NOW)
	told = explain(panel.name, at("2026-03-02 09:00"), None, NOW)
	assert not told.is_bookable
	assert [reason.code for reason in told.objections] == ["TOO_FEW_HOSTS"]
	assert "needs 2" in told.objections[0].message
	assert explain(panel.name, at("2026-03-02 10:00"), None, NOW).is_bookable


def test_the_busy_event_is_named_with_a_link(page):
	meeting_type = make_meeting_type(page, daily_limit=1)
	booking = door.book(payload(page, meeting_type, at("2026-03-02 09:00")), NOW)
	blocked = {"doctype": "Blocked Time", "user": page.user, "reason": "Dentist"}
	blocked = frappe.get_doc({**blocked, **site_times("2026-03-02 09:15", "2026-03-02 10:00")}).insert()
	reasons = {reason.code: reason for reason in why(meeting_type, "2026-03-02 09:00").objections}
	assert set(reasons) == {"BUSY", "DAILY_LIMIT"}
	assert [(each.doctype, each.name) for each in reasons["BUSY"].conflicts] == [
		("Booking", booking.id),
		("Blocked Time", blocked.name),
	]
	assert reasons["BUSY"].conflicts[1].label == "Dentist"
	assert blocked.name in reasons["BUSY"].conflicts[1].url
	assert "The daily limit of meetings (1)" in reasons["DAILY_LIMIT"].message


def test_the_buffer_is_told_apart_from_an_overlap(page):
	buffered = make_meeting_type(page, **{**OWN, "buffer_before_minutes": 15})
	door.book(payload(page, buffered, at("2026-03-02 09:00")), NOW)
	assert codes(buffered, "2026-03-02 09:30") == ["BUFFER"]


def test_a_host_learns_nothing_of_what_keeps_another_busy():
	ann, bea = make_user("Ann"), make_user("Bea")
	page = make_team_page([ann, bea])
	meeting_type = make_meeting_type(page, assignment="Collective")
	door.book(payload(page, meeting_type, at("2026-03-02 09:00")), NOW)
	frappe.set_user(ann)
	own, other = (why(meeting_type, "2026-03-02 09:00", host=n) for n in (0, 1))
	assert (own.user, len(own.objections[0].conflicts)) == (ann, 1)
	assert (other.user, other.objections[0].code, other.objections[0].conflicts) == (None, "BUSY", ())


def test_a_colleagues_reason_for_a_day_off_is_not_told(as_user):
	ann, bea, manager = make_user("Ann"), make_user("Bea"), make_user("Cleo", ("Scheduling Manager",))
	meeting_type = make_meeting_type(make_team_page([ann, bea]), assignment="Round Robin")
	day_off = {"doctype": "Availability Override", "user": ann, "date": "2026-03-03", "reason": "Chemotherapy"}
	frappe.get_doc({**day_off, "is_available": 0, "whole_day": 1}).insert()
	told = {}
	for reader in (ann, bea, manager):
		with as_user(reader):
			told[reader] = str(explain(meeting_type.name, at("2026-03-03 10:00"), None, NOW))
	assert [reader for reader in told if "Chemotherapy" in told[reader]] == [ann, manager]
	assert "no working hours on that day" in told[bea]


def test_what_keeps_a_colleague_on_a_later_day_is_not_told(as_user):
	ann, bea = make_user("Ann"), make_user("Bea")
	retreat = make_meeting_type(make_team_page([ann, bea]), assignment="Collective", number_of_days=3)
	day_off = {"doctype": "Availability Override", "user": ann, "date": "2026-03-03", "reason": "Chemotherapy"}
	frappe.get_doc({**day_off, "is_available": 0, "whole_day": 1}).insert()
	blocked = {"doctype": "Blocked Time", "user": ann, "reason": "Dentist"}
	frappe.get_doc({**blocked, **site_times("2026-03-04 09:00", "2026-03-04 10:00")}).insert()
	told = {}
	for reader in (ann, bea):
		with as_user(reader):
			told[reader] = why(retreat, "2026-03-02 09:00").objections
	assert [len(reason.conflicts) for reason in told[ann]] == [0, 1]
	assert "Chemotherapy" in told[ann][0].message
	assert [(reason.code, reason.conflicts) for reason in told[bea]] == [("LATER_DAY", ())] * 2
	assert "Chemotherapy" not in str(told[bea])


def test_strangers_types_are_not_explained(page):
	meeting_type = make_meeting_type(page)
	frappe.set_user(make_user("Eve"))
	with pytest.raises(NotPermitted):
		explain(meeting_type.name, at("2026-03-02 09:00"), None, NOW)


@pytest.mark.parametrize("name", ["", "nothing", "Meeting Type"])
def test_an_unknown_type_is_not_found(name):
	with pytest.raises(MeetingTypeNotFound):
		explain(name, 0, None, NOW)


def test_a_host_without_hours_is_named():
	page = make_page(hours={})
	assert "no working hours at all" in why(make_meeting_type(page), "2026-03-02 09:00").objections[0].message


def test_a_switched_off_type_says_so(page):
	meeting_type = make_meeting_type(page, is_active=0)
	answer = explain(meeting_type.name, at("2026-03-02 09:00"), None, NOW)
	assert [reason.code for reason in answer.objections] == ["TYPE_OFF"]


# Entries in the calendar count for every meeting type.


def test_conflicts_of_a_span_with_alternatives(page):
	meeting_type = make_meeting_type(page)
	booking = door.book(payload(page, meeting_type, at("2026-03-02 09:00")), NOW)
	found = check(page.user, "2026-03-02T09:15:00Z", "2026-03-02T10:15:00Z")
	assert found.has_conflict
	assert [(each.doctype, each.name) for each in found.conflicts] == [("Booking", booking.id)]
	assert [hour(each.start) for each in found.suggestions[:2]] == ["09:30", "09:45"]
	assert all(each.end > each.start for each in found.suggestions)


def test_the_booking_that_is_to_be_moved_is_no_conflict(page):
	booking = door.book(payload(page, make_meeting_type(page), at("2026-03-02 09:00")), NOW)
	assert not check(page.user, "2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z", booking.id).has_conflict


def test_touching_is_no_conflict(page):
	door.book(payload(page, make_meeting_type(page), at("2026-03-02 09:00")), NOW)
	assert not check(page.user, "2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z").has_conflict


def test_others_calendars_are_for_managers(page):
	frappe.set_user(make_user("Eve"))
	with pytest.raises(NotPermitted):
		check(frappe.session.user, "2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z", host=page.user)


@pytest.mark.parametrize(
	("start", "end"),
	[
		(None, "2026-03-02T09:00:00Z"),
		("2026-03-02T09:00:00", "2026-03-02T10:00:00Z"),
		("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"),
		("2026-03-02T10:00:00Z", "2027-03-02T09:00:00Z"),
		(7, ["x"]),
	],
)
def test_an_invalid_span_is_refused(start, end):
	with pytest.raises(InvalidRequest):
		check(make_user(), start, end)


def check(user, start, end, booking=None, host=None):
	frappe.set_user(user)
	try:
		return find_conflicts(*parse_instants(start=start, end=end), host or user, booking, NOW)
	finally:
		frappe.set_user("Administrator")


def site_times(start, end):
	from scheduler_integration.platform.clock import to_site_time

	return {"start_time": to_site_time(at(start)), "end_time": to_site_time(at(end))}
