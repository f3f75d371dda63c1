"""`/scheduling/why`: the form, and the explanation in sentences."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from babel import Locale

from scheduler_integration.availability.explain import Explanation, HostExplanation
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.pages.host.why import Question, answer_view, form_view
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.clock import now, utc
from scheduler_integration.times import CalendarEntry, Objection, Slot
from tests.pages.offer import book, host_of, make_offer, meeting_path, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import at, make_user

VISITOR = Visitor(Locale.parse("en_GB"), "Europe/Berlin", True, False)
STYLE = VISITOR.style("Europe/Berlin")
TODAY = date(2026, 11, 20)
TYPES = [
	ReadableType("A", "Intro call", "Jane Doe", "https://site.example/schedule/jane/intro", (30, 60)),
	ReadableType("B", "Review", "The team", "https://site.example/schedule/team/review", (30,)),
]
ASKED = Question("A", "2026-11-23", "10:00", "60")
ADDRESS = "https://site.example/app/blocked-time/x"
CONFLICT = CalendarEntry(
	"Blocked Time", "x", "Intro call with Ada", ADDRESS, at("2026-11-23 08:30"), at("2026-11-23 09:30")
)


def explanation(**fields):
	given = {
		"meeting_type": "A",
		"title": "Intro call",
		"slug": "intro",
		"start": at("2026-11-23 09:00"),
		"zone": "UTC",
		"is_bookable": False,
		"objections": (),
		"hosts": (),
		"suggestions": (),
	}
	return Explanation(**{**given, **fields})


def form_of(question):
	return form_view(TYPES, question, TODAY, STYLE)


def answer(**given):
	return answer_view(explanation(**given), TYPES, ASKED, STYLE)


class TestQuestion:
	def test_a_wall_time_is_read_in_the_hosts_zone(self):
		assert Question("A", "2026-11-23", "10:00").instant("Europe/Berlin") == at("2026-11-23 09:00")

	@pytest.mark.parametrize(
		("day", "time"),
		[("soon", "10:00"), ("2026-02-30", "10:00"), ("0001-01-01", "10:00"), ("9999-12-31", "23:59"),
			("2026-11-23", "25:00"), ("2026-11-23", "10:00+01:00"), ("2026-11-23", "x" * 5000)],
	)  # fmt: skip
	def test_an_invalid_time_is_read_as_none(self, day, time):
		assert Question("A", day, time).instant("Europe/Berlin") is None

	@pytest.mark.parametrize(
		("typed", "minutes"), [("60", 60), ("", None), ("x", None), ("٣٠", None), ("-5", None), ("1" * 5000, None)]
	)
	def test_a_duration_is_a_count_of_minutes(self, typed, minutes):
		assert Question("A", "2026-11-23", "10:00", typed).minutes == minutes


class TestForm:
	def test_it_starts_with_today_and_lists_the_types_by_page(self):
		form = form_of(Question())
		assert form["day"] == "2026-11-20"
		assert [(page["title"], [each.name for each in page["types"]]) for page in form["pages"]] == [
			("Jane Doe", ["A"]),
			("The team", ["B"]),
		]

	def test_durations_are_to_choose_from_where_the_type_has_several(self):
		assert [(each["minutes"], each["is_chosen"]) for each in form_of(ASKED)["durations"]] == [
			(30, False),
			(60, True),
		]
		assert form_of(Question("B", "2026-11-23", "10:00"))["durations"] == []


class TestAnswer:
	def test_a_conflict_is_named_with_its_time_and_its_record(self):
		objection = Objection("BUSY", "Jane has a meeting then.", (CONFLICT,))
		[host] = answer(hosts=(HostExplanation("Jane", None, "UTC", (objection,)),))["hosts"]
		[shown] = host["reasons"]
		assert (host["is_free"], shown["text"]) == (False, "Jane has a meeting then.")
		[conflict] = shown["conflicts"]
		assert (conflict["label"], conflict["url"]) == ("Intro call with Ada", ADDRESS)
		# Older versions of Babel have a CLDR with a comma after the day of the week.
		assert re.fullmatch("Mon,? 23 Nov, 09:30–10:30", conflict["when"])

	def test_a_meeting_in_the_way_led_to_the_desk(self):
		meeting = replace(CONFLICT, doctype="Booking", url="https://site.example/app/booking/x")
		shown = answer(objections=(Objection("BUSY", "Busy.", (meeting,)),))["reasons"][0]["conflicts"][0]
		assert shown["url"] == "/scheduling/meeting/x"

	def test_a_conflict_over_several_days_says_both_ends(self):
		objection = Objection("BLOCKED", "Off.", (replace(CONFLICT, end=at("2026-11-25 11:00")),))
		shown = answer(objections=(objection,))["reasons"][0]["conflicts"][0]
		assert re.fullmatch("Mon,? 23 Nov, 09:30 – Wed,? 25 Nov, 12:00", shown["when"])

	@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example/x", "", None])
	def test_an_address_that_leads_elsewhere_is_no_link(self, url):
		objection = Objection("BUSY", "x", (replace(CONFLICT, url=url),))
		assert answer(objections=(objection,))["reasons"][0]["conflicts"][0]["url"] is None

	def test_the_nearest_times_lead_to_the_booking_page(self):
		slot = Slot(at("2026-11-23 10:00"), at("2026-11-23 11:00"))
		[shown] = answer(suggestions=(slot,))["suggestions"]
		assert re.fullmatch("Mon,? 23 Nov, 11:00", shown["label"])
		assert shown["url"] == (
			"https://site.example/schedule/jane/intro?start=2026-11-23T11%3A00%3A00%2B01%3A00&duration=60"
		)

	def test_a_time_that_can_be_booked_says_so(self):
		assert answer(is_bookable=True)["title"] == "This time can be booked"


class TestPage:
	"""The page over HTTP, as a host sees it."""

	@pytest.fixture
	def offer(self, commit_clean):
		return make_offer(duration_options="30, 60")

	def ask(self, client, **values):
		return client.get("/scheduling/why", params=values)

	def test_guests_are_asked_to_sign_in(self, client, commit_clean):
		answer = client.get("/scheduling/why", allow_redirects=False)
		assert (answer.status_code, answer.headers["Location"]) == (302, "/login?redirect-to=/scheduling/why")

	def test_a_host_comes_from_their_page_and_chooses(self, client, offer):
		sign_in(client, host_of(offer))
		assert read(client.get("/scheduling").text).all("a", href="/scheduling/why")
		form = read(client.get("/scheduling/why").text).one("main").one("form")
		assert [option["value"] for option in form.one("select", name="type").all("option")] == [offer.name]
		answer = self.ask(client, **dict(form_values(form)))
		assert answer.status_code == 200
		assert "can't be booked" in read(answer.text).one("h2").text

	def test_a_booking_in_the_way_is_named_with_its_record_and_others_are_offered(self, client, offer):
		day = utc(now()).date() + timedelta(days=3)
		booking = book(offer, at(f"{day} 12:00"))
		sign_in(client, host_of(offer))
		answer = read(self.ask(client, type=offer.name, date=day, time="12:00", duration="60").text)
		links = [link["href"] for link in answer.one("section").all("a")]
		assert [link for link in links if link.startswith("/scheduling/meeting/")] == [meeting_path(booking.id)]
		offered = [link for link in links if "?start=" in link]
		assert offered
		assert client.get(offered[0][offered[0].index("/schedule/") :]).status_code == 200

	@pytest.mark.parametrize(("date", "time"), [("soon", "12:00"), ("2026-11-23", "noon"), ("9999-12-31", "23:59")])
	def test_an_invalid_time_is_refused_beside_the_form(self, client, offer, date, time):
		sign_in(client, host_of(offer))
		answer = self.ask(client, type=offer.name, date=date, time=time)
		assert answer.status_code == 400
		assert (
			read(answer.text).one("main").one("form").one("p", role="alert").text == "Please choose a day and a time."
		)

	@pytest.mark.parametrize("duration", ["7", "x", "99999999999999999999"])
	def test_a_duration_that_the_type_is_not_offered_in_is_its_own(self, client, offer, duration):
		sign_in(client, host_of(offer))
		answer = self.ask(client, type=offer.name, date="2026-11-23", time="12:00", duration=duration)
		assert answer.status_code == 200

	def test_another_hosts_type_is_not_explained(self, client, offer):
		sign_in(client, make_user("Omar"))
		asked = {"date": "2026-11-23", "time": "12:00"}
		assert self.ask(client, type=offer.name, **asked).status_code == 403
		assert self.ask(client, type="nothing", **asked).status_code == 404
