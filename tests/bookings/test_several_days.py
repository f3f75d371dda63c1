"""Multi-day meetings. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.api.shapes import as_json
from scheduler_integration.exceptions import InvalidRequest, SlotTaken
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import (
	at,
	fresh,
	make_host,
	make_meeting_type,
	make_page,
	make_team_page,
	page_of,
	payload,
	token_of,
)

NOW = at("2026-03-01 06:00")
MONDAY = date(2026, 3, 2)
WEEK = {key: ["09:00-12:00"] for key in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")}


@pytest.fixture
def page():
	return make_page(hours=WEEK)


@pytest.fixture
def retreat(page):
	return make_meeting_type(page, number_of_days=3, duration_minutes=180)


def answer(page, meeting_type, last=date(2026, 3, 15)):
	"""Return the API's JSON, because the tests send parts of it back."""
	return as_json(slots_between(page.slug, meeting_type.slug, MONDAY, last, "UTC", None, NOW))


def book(page, meeting_type, when, **fields):
	return as_json(door.book(payload(page, meeting_type, at(when), timezone="UTC", **fields), NOW))


def test_a_start_is_offered_where_each_day_is_free(page, retreat):
	offered = answer(page, retreat)["days"]
	assert list(offered) == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-09", "2026-03-10", "2026-03-11"]
	parts = offered["2026-03-02"][0]["parts"]
	assert [part["start"][:16] for part in parts] == ["2026-03-02T09:00", "2026-03-03T09:00", "2026-03-04T09:00"]


def test_days_off_are_skipped_where_the_type_says_so(page):
	skipping = make_meeting_type(page, number_of_days=3, duration_minutes=180, skips_days_off=1)
	offered = answer(page, skipping)["days"]
	assert [part["start"][:10] for part in offered["2026-03-05"][0]["parts"]] == [
		"2026-03-05",
		"2026-03-06",
		"2026-03-09",
	]


class TestTheDaysThatWereShown:
	"""Ann works on Mondays and Wednesdays, Ben on Mondays and Tuesdays."""

	@pytest.fixture
	def pool(self):
		ann = make_host("Ann", {"Monday": ["09:00-10:00"], "Wednesday": ["09:00-10:00"]})
		ben = make_host("Ben", {"Monday": ["09:00-10:00"], "Tuesday": ["09:00-10:00"]})
		page = make_team_page([ann, ben])
		return page, make_meeting_type(page, assignment="Round Robin", number_of_days=2, skips_days_off=1)

	def shown(self, pool):
		return answer(*pool)["days"]["2026-03-02"][0]["parts"]

	def days(self, parts):
		return [part["start"][:10] for part in parts]

	def test_are_those_of_the_meeting_or_the_slot_is_taken(self, pool):
		shown = self.shown(pool)
		assert self.days(shown) == ["2026-03-02", "2026-03-04"]
		assert self.days(book(*pool, "2026-03-02 09:00", parts=shown)["parts"]) == self.days(shown)
		with pytest.raises(SlotTaken) as taken:
			book(*pool, "2026-03-02 09:00", parts=shown)
		assert taken.value.suggestions
		assert self.days(self.shown(pool)) == ["2026-03-02", "2026-03-03"]
		assert book(*pool, "2026-03-02 09:00", parts=self.shown(pool))

	def test_choose_among_the_hosts(self, pool):
		ben_only = [f"2026-03-0{day}T09:00:00+00:00" for day in (2, 3)]
		assert self.days(book(*pool, "2026-03-02 09:00", parts=ben_only)["parts"]) == ["2026-03-02", "2026-03-03"]

	def test_of_an_existing_session_on_other_days_are_not_booked(self, page):
		course = make_meeting_type(page, number_of_days=2, skips_days_off=1, seats=3)
		book(page, course, "2026-03-02 09:00", parts=self.shown((page, course)))
		frappe.get_doc({"doctype": "Availability Override", "user": page.user, "date": "2026-03-03"}).insert()
		for day in (3, 4):
			with pytest.raises(SlotTaken):
				book(page, course, "2026-03-02 09:00", parts=[f"2026-03-0{each}T09:00:00+00:00" for each in (2, day)])
		assert frappe.db.count("Booking", {"meeting_type": course.name}) == 1

	def test_may_be_left_out(self, pool):
		assert book(*pool, "2026-03-02 09:00")

	def test_of_a_day_off_since_then_are_not_booked(self, page):
		skipping = make_meeting_type(page, number_of_days=2, skips_days_off=1)
		shown = self.shown((page, skipping))
		frappe.get_doc({"doctype": "Availability Override", "user": page.user, "date": "2026-03-03"}).insert()
		with pytest.raises(SlotTaken):
			book(page, skipping, "2026-03-02 09:00", parts=shown)

	def hold(self, page, meeting_type):
		nine = "2026-03-02T09:00:00+00:00"
		return door.hold_slot(page.slug, meeting_type.slug, nine, None, None, fresh("address"), NOW).key

	def test_are_those_that_were_held_where_anothers_hold_lapsed_meanwhile(self, pool):
		other, mine = self.hold(*pool), self.hold(*pool)
		bookings.release_slot(other)
		booked = book(*pool, "2026-03-02 09:00", hold=mine)
		assert self.days(booked["parts"]) == ["2026-03-02", "2026-03-03"]

	def test_were_held_and_are_not_booked_where_one_is_a_day_off_since(self, page):
		skipping = make_meeting_type(page, number_of_days=2, skips_days_off=1)
		key = self.hold(page, skipping)
		frappe.get_doc({"doctype": "Availability Override", "user": page.user, "date": "2026-03-03"}).insert()
		with pytest.raises(SlotTaken):
			book(page, skipping, "2026-03-02 09:00", hold=key)

	def test_are_answered_alike_when_sent_twice(self, pool):
		request = {"parts": self.shown(pool), "idempotency_key": "k" * 20, "attendee_email": "ada@guests.example"}
		first = book(*pool, "2026-03-02 09:00", **request)
		assert book(*pool, "2026-03-02 09:00", **request)["id"] == first["id"]

	@pytest.mark.parametrize("nonsense", ["tomorrow", ["x"], [{}], {"a": 1}, ["2026-03-02T09:00:00+00:00"] * 40, 7])
	def test_that_are_none_are_refused_in_words(self, pool, nonsense):
		with pytest.raises(InvalidRequest) as refused:
			book(*pool, "2026-03-02 09:00", parts=nonsense)
		assert refused.value.details["parts"]


def test_each_days_part_is_held(page, retreat, call):
	booking = book(page, retreat, "2026-03-02 09:00")
	assert [part["start"][:10] for part in booking["parts"]] == ["2026-03-02", "2026-03-03", "2026-03-04"]
	assert booking["duration_minutes"] == 180
	assert "2026-03-02" not in answer(page, call)["days"]
	assert "2026-03-04" not in answer(page, call)["days"]
	assert "2026-03-05" in answer(page, call)["days"]
	with pytest.raises(SlotTaken):
		book(page, call, "2026-03-03 10:00")
	assert frappe.db.count("Booking Slot", {"booking": booking["id"]}) == 3 * 36


def test_the_nights_between_stay_free(retreat):
	"""The meeting takes only its parts, not the time between them."""
	page = page_of(retreat)
	book(page, retreat, "2026-03-02 09:00")
	schedule = frappe.get_doc("Availability Schedule", {"user": page.user})
	schedule.append("rules", {"day_of_week": "Monday", "start_time": "18:00:00", "end_time": "19:00:00"})
	schedule.save()
	assert [slot["start"][11:16] for slot in answer(page, make_meeting_type(page))["days"]["2026-03-02"]] == [
		"18:00",
		"18:30",
	]


def test_partly_free_starts_are_shown_with_the_missing_days(page, retreat, call):
	book(page, call, "2026-03-03 10:00")
	found = answer(page, retreat)
	assert "2026-03-02" not in found["days"]
	(monday,) = found["partial"]["2026-03-02"]
	assert (monday["days_free"], monday["number_of_days"], monday["missing"]) == (2, 3, ["2026-03-03"])


def test_a_cancelled_retreat_gives_every_day_back(page, retreat, call):
	booking = book(page, retreat, "2026-03-02 09:00")
	bookings.cancel_by_token(token_of(booking), "", NOW)
	assert frappe.db.count("Booking Slot", {"booking": booking["id"]}) == 0
	assert {"2026-03-02", "2026-03-03", "2026-03-04"} <= set(answer(page, call)["days"])


def test_the_last_day_of_a_retreat_counts_in_its_own_daily_limit(page, retreat):
	limited = make_meeting_type(page, daily_limit=1)
	frappe.db.set_value("Meeting Type", retreat.name, "daily_limit", 1)
	frappe.clear_document_cache("Meeting Type", retreat.name)
	book(page, retreat, "2026-03-03 09:00")
	assert "2026-03-02" in answer(page, limited)["days"]
	assert next(iter(answer(page, retreat)["days"])) == "2026-03-09"


def test_the_invitation_holds_every_day(page):
	from scheduler_integration.notifications.invitation import invitation_for
	from scheduler_integration.notifications.readers import attendee_of

	skipping = make_meeting_type(page, number_of_days=3, duration_minutes=180, skips_days_off=1)
	booking = frappe.get_doc("Booking", book(page, skipping, "2026-03-05 09:00")["id"])
	(event,) = Calendar.from_ical(invitation_for(booking, NOW, attendee_of(booking)).calendar).walk("VEVENT")
	assert occurrences(event) == ["2026-03-05 09:00", "2026-03-06 09:00", "2026-03-09 09:00"]


def occurrences(event):
	import recurring_ical_events

	calendar = Calendar()
	calendar.add_component(event)
	found = recurring_ical_events.of(calendar).between((2026, 3, 1), (2026, 4, 1))
	return sorted(f"{each['DTSTART'].dt:%Y-%m-%d %H:%M}" for each in found)


def test_over_a_clock_change_the_wall_time_stays():
	from scheduler_integration.notifications.invitation import invitation_for
	from scheduler_integration.notifications.readers import attendee_of

	always = {key: ["09:00-12:00"] for key in ("Saturday", "Sunday", "Monday")}
	page = make_page(hours=always, timezone="Europe/Berlin", schedule={"timezone": "Europe/Berlin"})
	course = make_meeting_type(page, number_of_days=3, duration_minutes=180)
	booking = frappe.get_doc("Booking", book(page, course, "2026-03-28 08:00")["id"])
	(event,) = Calendar.from_ical(invitation_for(booking, NOW, attendee_of(booking)).calendar).walk("VEVENT")
	assert occurrences(event) == ["2026-03-28 08:00", "2026-03-29 07:00", "2026-03-30 07:00"]
