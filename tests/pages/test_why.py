"""`/scheduling/why`: what is asked, and the explanation in sentences."""

from datetime import date

import pytest
from babel import Locale

from scheduler_integration.pages.guest import Guest
from scheduler_integration.pages.why import Question, why_view
from tests.support.factories import at

READER = Guest(Locale.parse("en_GB"), "Europe/Berlin", True, False)
NOW = at("2026-11-20 12:00")
TYPES = [
	{"name": "A", "title": "Intro call", "page": "Jane Doe", "url": "https://site.example/schedule/jane/intro", "durations": [30, 60]},
	{"name": "B", "title": "Review", "page": "The team", "url": "https://site.example/schedule/team/review", "durations": [30]},
]  # fmt: skip
ASKED = Question("A", "2026-11-23", "10:00", "60")
CONFLICT = {
	"start": "2026-11-23T08:30:00+00:00",
	"end": "2026-11-23T09:30:00+00:00",
	"label": "Intro call with Ada",
	"doctype": "Booking",
	"name": "x",
	"url": "/app/booking/x",
}


def explanation(**fields):
	given = {"bookable": False, "start": "2026-11-23T09:00:00+00:00", "reasons": [], "hosts": [], "suggestions": []}
	return {**given, **fields}


def view(question=ASKED, **given):
	return why_view(TYPES, question, "Europe/Berlin", READER, NOW, **given)


class TestQuestion:
	def test_a_wall_time_is_read_in_the_hosts_zone(self):
		assert Question("A", "2026-11-23", "10:00").instant("Europe/Berlin") == at("2026-11-23 09:00")

	@pytest.mark.parametrize(
		("day", "time"),
		[("soon", "10:00"), ("2026-02-30", "10:00"), ("0001-01-01", "10:00"), ("9999-12-31", "23:59"),
			("2026-11-23", "25:00"), ("2026-11-23", "10:00+01:00"), ("2026-11-23", "x" * 5000)],
	)  # fmt: skip
	def test_what_is_no_time_is_none(self, day, time):
		assert Question("A", day, time).instant("Europe/Berlin") is None

	@pytest.mark.parametrize(("typed", "minutes"), [("60", 60), ("", None), ("x", None), ("٣٠", None), ("-5", None)])
	def test_a_duration_is_a_count_of_minutes(self, typed, minutes):
		assert Question("A", "2026-11-23", "10:00", typed).minutes == minutes


class TestForm:
	def test_it_starts_with_today_and_lists_the_types_by_page(self):
		form = view(Question())["form"]
		assert form["day"] == date(2026, 11, 20).isoformat()
		assert [(page["title"], [each["name"] for each in page["types"]]) for page in form["pages"]] == [
			("Jane Doe", ["A"]),
			("The team", ["B"]),
		]

	def test_durations_are_to_choose_from_where_the_type_has_several(self):
		assert [(each["minutes"], each["is_chosen"]) for each in view()["form"]["durations"]] == [
			(30, False),
			(60, True),
		]
		assert view(Question("B", "2026-11-23", "10:00"))["form"]["durations"] == []


class TestAnswer:
	def test_a_conflict_is_named_with_its_time_and_its_record(self):
		reason = {"code": "BUSY", "message": "Jane has a meeting then.", "conflicts": [CONFLICT]}
		hosts = [{"name": "Jane", "user": None, "bookable": False, "reasons": [reason]}]
		[host] = view(explanation=explanation(hosts=hosts))["answer"]["hosts"]
		[shown] = host["reasons"]
		assert (host["is_free"], shown["text"]) == (False, "Jane has a meeting then.")
		assert shown["conflicts"] == [
			{"label": "Intro call with Ada", "when": "Mon 23 Nov, 09:30–10:30", "url": "/app/booking/x"}
		]

	def test_a_conflict_over_several_days_says_both_ends(self):
		reason = {"code": "BLOCKED", "message": "Off.", "conflicts": [{**CONFLICT, "end": "2026-11-25T11:00:00+00:00"}]}
		shown = view(explanation=explanation(reasons=[reason]))["answer"]["reasons"][0]["conflicts"][0]
		assert shown["when"] == "Mon 23 Nov, 09:30 – Wed 25 Nov, 12:00"

	@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example/x", "", None])
	def test_an_address_that_leads_elsewhere_is_no_link(self, url):
		reason = {"code": "BUSY", "message": "x", "conflicts": [{**CONFLICT, "url": url}]}
		assert view(explanation=explanation(reasons=[reason]))["answer"]["reasons"][0]["conflicts"][0]["url"] is None

	def test_the_nearest_times_lead_to_the_booking_page(self):
		slot = {"start": "2026-11-23T10:00:00+00:00", "end": "2026-11-23T11:00:00+00:00"}
		[shown] = view(explanation=explanation(suggestions=[slot]))["answer"]["suggestions"]
		assert shown["label"] == "Mon 23 Nov, 11:00"
		assert shown["url"] == (
			"https://site.example/schedule/jane/intro?start=2026-11-23T11%3A00%3A00%2B01%3A00&duration=60"
		)

	def test_a_time_that_can_be_booked_says_so(self):
		assert view(explanation=explanation(bookable=True))["answer"]["title"] == "This time can be booked"
