"""Booking a meeting: what is stored, what is refused, and what a repeated request returns."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.api.shapes import as_json
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	InvalidRequest,
	MeetingTypeNotFound,
	PageNotFound,
	SlotTaken,
)
from scheduler_integration.platform.clock import to_site_time
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of, wall

# A Monday.
NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


@pytest.fixture
def page():
	return make_page()


@pytest.fixture
def intro(page):
	return make_meeting_type(page)


def test_a_free_start_is_booked_with_exact_instants(page, intro):
	answer = door.book(payload(page, intro, NINE), NOW)
	stored = frappe.get_doc("Booking", answer.id)
	assert (stored.starts_at, stored.ends_at, stored.status) == (NINE, NINE + 1800, "Scheduled")
	assert (answer.start, answer.timezone) == (NINE, "Europe/Berlin")
	assert [row.is_live for row in stored.hosts] == [1]


def test_the_same_start_is_refused_with_conflict_and_nearest_alternatives(page, intro):
	door.book(payload(page, intro, NINE), NOW)
	with pytest.raises(SlotTaken) as refused:
		door.book(payload(page, intro, NINE), NOW)
	assert refused.value.conflicts == ((NINE, NINE + 1800),)
	assert [each.start for each in refused.value.suggestions] == [NINE + 1800, NINE + 3600, NINE + 5400]
	told = as_json(refused.value)
	assert told["conflicts"] == [
		{"start": "2026-03-02T10:00:00+01:00", "end": "2026-03-02T10:30:00+01:00", "reason": "BUSY"}
	]
	assert told["suggestions"][0] == {"start": "2026-03-02T10:30:00+01:00", "end": "2026-03-02T11:00:00+01:00"}


def conflicts_told(page, meeting_type, start, now=NOW):
	with pytest.raises(SlotTaken) as refused:
		door.book(payload(page, meeting_type, start, timezone="UTC"), now)
	return [(wall(start), wall(end)) for start, end in refused.value.conflicts]


def block(user, start, end):
	times = {"start_time": to_site_time(at(start)), "end_time": to_site_time(at(end))}
	frappe.get_doc({"doctype": "Blocked Time", "user": user, "reason": "Clinic", **times}).insert()


def test_a_guest_cannot_read_a_hosts_nights(page, intro):
	block(page.user, "2026-03-03 21:13", "2026-03-03 23:47")
	assert conflicts_told(page, intro, at("2026-03-03 22:00")) == []


def test_a_guest_cannot_read_past_meetings(page, intro):
	door.book(payload(page, intro, NINE), NOW)
	assert conflicts_told(page, intro, NINE, now=at("2026-05-01 09:00")) == []


def test_a_guest_cannot_read_beside_the_grid_or_on_full_days(page, intro):
	limited = make_meeting_type(page, daily_limit=1)
	door.book(payload(page, limited, NINE), NOW)
	assert conflicts_told(page, intro, NINE + 600) == []
	assert conflicts_told(page, limited, NINE) == []


def test_a_guest_cannot_read_where_only_a_days_first_start_is_offered(page):
	first_only = make_meeting_type(page, first_slot_only=1)
	block(page.user, "2026-03-03 14:00", "2026-03-03 15:00")
	assert conflicts_told(page, first_only, at("2026-03-03 14:00")) == []


def test_conflicts_tell_no_more_than_the_slot(page, intro):
	block(page.user, "2026-03-03 10:20", "2026-03-20 23:47")
	assert conflicts_told(page, intro, at("2026-03-03 10:00")) == [("2026-03-03 10:20", "2026-03-03 10:30")]
	assert conflicts_told(page, intro, at("2026-03-06 10:00")) == [("2026-03-06 10:00", "2026-03-06 10:30")]


def test_conflicts_do_not_tell_whose_they_are_nor_how_many():
	hosts = [make_user("Ann"), make_user("Bea")]
	page = make_team_page(hosts)
	pooled = make_meeting_type(page, assignment="Round Robin")
	block(hosts[0], "2026-03-03 09:50", "2026-03-03 10:15")
	block(hosts[1], "2026-03-03 10:10", "2026-03-03 11:00")
	assert conflicts_told(page, pooled, at("2026-03-03 10:00")) == [("2026-03-03 10:00", "2026-03-03 10:30")]


def test_what_stands_beside_the_slot_and_only_wants_its_buffer_is_not_told(page):
	buffered = make_meeting_type(page, uses_host_defaults=0, minimum_notice=0, buffer_before_minutes=15)
	door.book(payload(page, buffered, NINE), NOW)
	assert conflicts_told(page, buffered, NINE + 1800) == []


def test_an_overlap_in_another_meeting_type_of_the_host_is_refused(page, intro):
	workshop = make_meeting_type(page, duration_minutes=120, slot_interval=30)
	door.book(payload(page, workshop, NINE), NOW)
	with pytest.raises(SlotTaken):
		door.book(payload(page, intro, NINE + 3600), NOW)


def test_an_overlap_on_another_page_of_the_host_is_refused(page, intro):
	other_page = make_page(page.user)
	other_type = make_meeting_type(other_page)
	door.book(payload(page, intro, NINE), NOW)
	with pytest.raises(SlotTaken):
		door.book(payload(other_page, other_type, NINE), NOW)


def test_a_meeting_that_only_touches_another_is_booked(page, intro):
	door.book(payload(page, intro, NINE), NOW)
	assert door.book(payload(page, intro, NINE + 1800), NOW).status == "Scheduled"


@pytest.mark.parametrize(
	"start",
	[NINE + 60, NINE - 1800, at("2026-03-07 09:00"), NOW - 86400 * 7],
	ids=["off the grid", "before hours", "Saturday", "in the past"],
)
def test_a_start_that_is_not_offered_is_taken(page, intro, start):
	with pytest.raises(SlotTaken):
		door.book(payload(page, intro, start), NOW)


def test_a_repeated_idempotency_key_answers_with_the_first_booking(page, intro):
	request = payload(page, intro, NINE, idempotency_key="once-and-only-once")
	first = door.book(request, NOW)
	assert door.book(request, NOW) == first
	assert frappe.db.count("Booking", {"meeting_type": intro.name}) == 1


def test_a_repeated_key_of_a_cancelled_booking_does_not_answer_with_it(page, intro):
	request = payload(page, intro, NINE, idempotency_key="once-and-only-once")
	first = door.book(request, NOW)
	bookings.cancel_by_token(token_of(first), "", NOW)
	with pytest.raises(AlreadyCancelled) as refused:
		door.book(request, NOW)
	assert "new request" in refused.value.message
	assert door.book({**request, "idempotency_key": "another-long-key"}, NOW).id != first.id


def test_an_idempotency_key_of_another_attendee_is_another_key(page, intro):
	door.book(payload(page, intro, NINE, idempotency_key="the-same-long-key", attendee_email="ada@one.example"), NOW)
	with pytest.raises(SlotTaken):
		door.book(
			payload(page, intro, NINE, idempotency_key="the-same-long-key", attendee_email="eve@two.example"), NOW
		)


def test_unknown_addresses_are_not_found(page, intro):
	with pytest.raises(PageNotFound):
		door.book({**payload(page, intro, NINE), "slug": "no-such-page"}, NOW)
	with pytest.raises(MeetingTypeNotFound):
		door.book({**payload(page, intro, NINE), "meeting_type": "no-such-type"}, NOW)


def test_a_page_that_is_switched_off_is_not_found(page, intro):
	page.is_active = 0
	page.save()
	with pytest.raises(PageNotFound):
		door.book(payload(page, intro, NINE), NOW)


def test_a_type_that_needs_confirmation_is_pending_and_holds_the_time(page):
	on_request = make_meeting_type(page, requires_confirmation=1)
	assert door.book(payload(page, on_request, NINE), NOW).status == "Pending"
	with pytest.raises(SlotTaken):
		door.book(payload(page, on_request, NINE), NOW)


def test_the_buffer_of_an_earlier_booking_is_kept(page):
	buffered = make_meeting_type(page, uses_host_defaults=0, buffer_after_minutes=15, minimum_notice=0)
	plain = make_meeting_type(page, slot_interval=15)
	door.book(payload(page, buffered, NINE), NOW)
	with pytest.raises(SlotTaken):
		door.book(payload(page, plain, NINE + 1800), NOW)
	assert door.book(payload(page, plain, NINE + 2700), NOW).status == "Scheduled"


def test_a_daily_limit_closes_the_day(page):
	limited = make_meeting_type(page, daily_limit=2)
	for start in (NINE, NINE + 1800):
		door.book(payload(page, limited, start), NOW)
	with pytest.raises(SlotTaken):
		door.book(payload(page, limited, NINE + 7200), NOW)


def test_a_chosen_duration_lengthens_the_meeting(page):
	flexible = make_meeting_type(page, duration_options="30, 60")
	answer = door.book(payload(page, flexible, NINE, duration=60), NOW)
	assert answer.duration_minutes == 60
	with pytest.raises(InvalidRequest) as refused:
		door.book(payload(page, flexible, NINE + 7200, duration=45), NOW)
	assert "duration" in refused.value.details


def test_round_robin_gives_two_bookings_to_two_hosts_and_refuses_the_third():
	team = make_team_page([make_user("Ann"), make_user("Ben")])
	pool = make_meeting_type(team, assignment="Round Robin")
	hosts = {frappe.db.get_value("Booking", door.book(payload(team, pool, NINE), NOW).id, "host") for _each in range(2)}
	assert hosts == {row.user for row in team.hosts}
	with pytest.raises(SlotTaken):
		door.book(payload(team, pool, NINE), NOW)


def test_a_collective_meeting_holds_every_required_host():
	ann, ben = make_user("Ann"), make_user("Ben")
	team = make_team_page([ann, ben])
	panel = make_meeting_type(team, assignment="Collective")
	bens_page = make_page(ben)
	alone = make_meeting_type(bens_page)
	door.book(payload(team, panel, NINE), NOW)
	with pytest.raises(SlotTaken):
		door.book(payload(bens_page, alone, NINE), NOW)


def test_a_host_who_left_is_booked_no_more(page, intro):
	frappe.db.set_value("User", page.user, "enabled", 0)
	with pytest.raises(PageNotFound):
		door.book(payload(page, intro, NINE), NOW)


def test_a_team_types_single_host_who_left_is_followed_by_the_next():
	ann, ben, cem = make_user("Ann"), make_user("Ben"), make_user("Cem")
	team = make_team_page([ann, ben, cem])
	call, with_cem = make_meeting_type(team), make_meeting_type(team, consultant=cem)
	frappe.db.set_value("User", ann, "enabled", 0)
	assert [host.name for host in door.book(payload(team, call, NINE), NOW).hosts] == ["Ben"]
	assert [host.name for host in door.book(payload(team, with_cem, NINE), NOW).hosts] == ["Cem"]
	frappe.db.set_value("User", {"name": ["in", [ben, cem]]}, "enabled", 0)
	with pytest.raises(PageNotFound):
		door.book(payload(team, call, NINE + 1800), NOW)


def test_all_that_is_wrong_is_named_at_once(page, intro):
	with pytest.raises(InvalidRequest) as refused:
		door.book(payload(page, intro, "soon", attendee_name=" ", attendee_email="ada", timezone="Mars/Base"), NOW)
	assert set(refused.value.details) == {"start", "attendee_name", "attendee_email", "timezone"}
	assert frappe.db.count("Booking", {"meeting_type": intro.name}) == 0


def test_a_name_as_long_as_a_contact_of_that_name_allows_is_booked_twice(page, intro):
	for start in (NINE, NINE + 1800):
		assert door.book(payload(page, intro, start, attendee_name="A" * 120), NOW).status == "Scheduled"
	with pytest.raises(InvalidRequest):
		door.book(payload(page, intro, NINE + 3600, attendee_name="A" * 121), NOW)


def test_a_telephone_number_with_an_extension_is_kept(page, intro):
	booking = door.book(payload(page, intro, NINE, attendee_phone="+1 (555) 123-4567 x123"), NOW)
	assert booking.attendee.phone == "+1 (555) 123-4567 x123"


def test_a_renamed_host_is_still_booked_and_never_twice(page, intro):
	door.book(payload(page, intro, NINE), NOW)
	renamed = f"new-{page.user}"
	frappe.rename_doc("User", page.user, renamed, force=True)
	frappe.clear_document_cache("Scheduling Page", page.name)
	with pytest.raises(SlotTaken):
		door.book(payload(page, intro, NINE), NOW)
	booking = door.book(payload(page, intro, NINE + 1800), NOW)
	assert frappe.db.get_value("Booking", booking.id, "host") == renamed


def test_a_collective_meeting_does_not_go_ahead_without_a_required_host():
	ann, ben = make_user("Ann"), make_user("Ben")
	team = make_team_page([ann, ben])
	panel = make_meeting_type(team, assignment="Collective")
	frappe.db.set_value("User", ben, "enabled", 0)
	with pytest.raises(SlotTaken):
		door.book(payload(team, panel, NINE), NOW)


def test_a_short_idempotency_key_is_refused(page, intro):
	with pytest.raises(InvalidRequest) as refused:
		door.book(payload(page, intro, NINE, idempotency_key="1"), NOW)
	assert "idempotency_key" in refused.value.details


@pytest.mark.parametrize("start", ["2026-W10-1T10:00:00Z", "20260302T090000Z", "2026-03-02"])
def test_other_ways_to_write_a_time_are_refused(page, intro, start):
	with pytest.raises(InvalidRequest):
		door.book(payload(page, intro, start), NOW)
