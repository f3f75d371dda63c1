"""The visitors' methods over HTTP."""

import frappe
import pytest
from icalendar import Calendar

from tests.pages.offer import sign_in
from tests.support.factories import fresh, make_meeting_type, make_page, token_of

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"


@pytest.fixture
def page():
	page = make_page(title="Jane <b>Doe</b> & Co")
	frappe.db.commit()
	return page


@pytest.fixture
def intro(page):
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	return meeting_type


def first_slot(client, page, meeting_type, **more):
	today = frappe.utils.getdate()
	query = {"slug": page.slug, "meeting_type": meeting_type.slug, "timezone": "Asia/Kolkata"}
	query |= {"start_date": str(today), "end_date": str(frappe.utils.add_days(today, 10))}
	days = client.call(f"{PUBLIC}.get_slots", "GET", **query, **more).json()["data"]["days"]
	return next(iter(days.values()))[0]


def wish(client, page, meeting_type, **fields):
	return {
		"slug": page.slug,
		"meeting_type": meeting_type.slug,
		"start": first_slot(client, page, meeting_type)["start"],
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		"timezone": "Asia/Kolkata",
		**fields,
	}


def test_slots_without_ends_say_only_when_they_start(client, page, intro):
	assert set(first_slot(client, page, intro)) == {"start", "end"}
	assert set(first_slot(client, page, intro, ends="0")) == {"start"}


def test_a_guest_sees_the_page_books_and_cancels(client, page, intro):
	shown = client.call(f"{PUBLIC}.get_page", "GET", slug=page.slug).json()["data"]
	assert [each["slug"] for each in shown["meeting_types"]] == [intro.slug]

	answer = client.call(f"{PUBLIC}.book", **wish(client, page, intro))
	assert answer.status_code == 201
	booking = answer.json()["data"]
	assert booking["start"].endswith("+05:30")

	seen = client.call(f"{PUBLIC}.get_booking", "GET", token=token_of(booking)).json()["data"]
	assert seen == booking
	cancelled = client.call(f"{PUBLIC}.cancel", token=token_of(booking), reason="Flu")
	assert (cancelled.status_code, cancelled.json()["data"]["status"]) == (200, "Cancelled")
	again = client.call(f"{PUBLIC}.cancel", token=token_of(booking))
	assert (again.status_code, again.json()["code"]) == (409, "ALREADY_CANCELLED")


def test_a_taken_slot_is_409_with_suggestions(client, page, intro):
	request = wish(client, page, intro)
	assert client.call(f"{PUBLIC}.book", **request).status_code == 201
	answer = client.call(f"{PUBLIC}.book", **{**request, "attendee_email": "bob@guests.example"})
	assert answer.status_code == 409
	assert set(answer.json()) == {"success", "error", "code", "details", "conflicts", "suggestions"}
	assert [set(each) for each in answer.json()["conflicts"]] == [{"start", "end", "reason"}]


def test_the_invitation_is_a_download(client, page, intro):
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	answer = client.get(booking["calendar"]["ics"].split("://", 1)[1].partition("/")[2].join(["/", ""]))
	assert answer.status_code == 200
	assert answer.headers["Content-Type"].startswith("text/calendar")
	assert Calendar.from_ical(answer.content).walk("VEVENT")[0]["SUMMARY"] == booking["title"]


def test_a_get_never_books(client, page, intro):
	answer = client.call(f"{PUBLIC}.book", "GET", **wish(client, page, intro))
	assert answer.status_code == 403
	assert frappe.db.count("Booking", {"meeting_type": intro.name}) == 0


def test_forms_may_send_lists_and_objects_as_json(client, page):
	asking = make_meeting_type(page, questions=[{"label": "Why?", "question_type": "Text", "required": 1}])
	frappe.db.commit()
	form = wish(client, page, asking, guests='["bob@guests.example"]')
	form["answers"] = f'{{"{asking.questions[0].name}": "Because"}}'
	answer = client.post(f"/api/method/{PUBLIC}.book", data=form)
	assert (answer.status_code, answer.json()["data"]["guests"]) == (201, ["bob@guests.example"])


def test_robots_that_fill_everything_in_are_refused(client, page, intro):
	answer = client.call(f"{PUBLIC}.book", **wish(client, page, intro, website="https://spam.example"))
	assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_too_many_bookings_by_one_address_are_429_with_retry_after(client, page, intro):
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 1)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	request = wish(client, page, intro)
	answers = [client.call(f"{PUBLIC}.book", **request, idempotency_key="the-same-long-key") for _each in range(3)]
	assert answers[-1].status_code == 429
	assert answers[-1].json()["code"] == "RATE_LIMITED"
	assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600


def test_a_host_lists_and_cancels_their_bookings(client, page, intro):
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	listed = "scheduler_integration.api.bookings.list"
	assert client.call(listed, "GET").status_code == 401

	sign_in(client, page.user)
	rows = client.call(listed, "GET").json()["data"]["bookings"]
	assert [row["id"] for row in rows] == [booking["id"]]
	assert "manage_url" not in rows[0]
	update = {"name": booking["id"], "action": "cancel", "reason": "Flu"}
	answer = client.call("scheduler_integration.api.bookings.update", **update)
	assert (answer.status_code, answer.json()["data"]["status"]) == (200, "Cancelled")


def test_an_attendee_sees_holds_and_takes_another_time(client, page, intro):
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	today = frappe.utils.getdate()
	query = {"rescheduling": token_of(booking), "timezone": "Asia/Kolkata"}
	span = {"start_date": str(today), "end_date": str(frappe.utils.add_days(today, 10))}
	days = client.call(f"{PUBLIC}.get_slots", "GET", **query, **span).json()["data"]["days"]
	starts = [slot["start"] for day in days.values() for slot in day]
	assert booking["start"] not in starts
	held = client.call(f"{PUBLIC}.hold_slot", rescheduling=token_of(booking), start=starts[0])
	assert held.status_code == 201
	request = {"token": token_of(booking), "start": starts[0], "hold": held.json()["data"]["hold"], "reason": "Flu"}
	answer = client.call(f"{PUBLIC}.reschedule", **request, idempotency_key="moved-only-once-please")
	assert answer.status_code == 201
	moved = answer.json()["data"]
	assert (moved["start"], moved["rescheduled_from"]) == (starts[0], booking["id"])
	assert moved["earlier"]["start"] == booking["start"]
	assert set(booking) == set(moved)
	again = client.call(f"{PUBLIC}.reschedule", **request, idempotency_key="moved-only-once-please")
	assert again.json()["data"]["id"] == moved["id"]
	assert client.call(f"{PUBLIC}.get_booking", "GET", token=token_of(booking)).json()["data"]["id"] == moved["id"]


def test_a_type_that_can_not_be_rescheduled_is_403(client, page, intro):
	intro.allow_reschedule = 0
	intro.save()
	frappe.db.commit()
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	assert booking["can_reschedule"] is False
	answer = client.call(f"{PUBLIC}.reschedule", token=token_of(booking), start=booking["start"])
	assert (answer.status_code, answer.json()["code"]) == (403, "RESCHEDULE_NOT_ALLOWED")
	for method in ("get_slots", "next_slots"):
		asked = {"rescheduling": token_of(booking), "date": str(frappe.utils.getdate())}
		assert client.call(f"{PUBLIC}.{method}", "GET", **asked).json()["code"] == "RESCHEDULE_NOT_ALLOWED"


def test_a_host_moves_a_booking_and_is_told_why_not(client, page, intro):
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	sign_in(client, page.user)
	update = "scheduler_integration.api.bookings.update"
	night = f"{frappe.utils.add_days(frappe.utils.getdate(), 3)}T03:05:00+00:00"
	refused = client.call(update, name=booking["id"], action="reschedule", start=night)
	assert (refused.status_code, refused.json()["code"], refused.json()["can_force"]) == (409, "SLOT_TAKEN", False)
	assert [each["code"] for each in refused.json()["reasons"]] == ["OUTSIDE_HOURS"]
	free = refused.json()["suggestions"][0]["start"]
	moved = client.call(update, name=booking["id"], action="reschedule", start=free).json()["data"]
	assert (moved["rescheduled_from"], moved["status"]) == (booking["id"], "Scheduled")
	early = client.call(update, name=moved["id"], action="complete")
	assert (early.status_code, early.json()["code"]) == (403, "MOVE_NOT_ALLOWED")


def test_guests_are_changed_by_the_link_and_by_the_host(client, page, intro):
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	bob, eve = (f"{fresh(name)}@guests.example" for name in ("bob", "eve"))
	answer = client.call(f"{PUBLIC}.update_guests", token=token_of(booking), guests=[bob])
	assert (answer.status_code, answer.json()["data"]["guests"]) == (200, [bob])
	missing = client.call(f"{PUBLIC}.update_guests", token=token_of(booking))
	assert (missing.status_code, set(missing.json()["details"])) == (400, {"guests"})
	sign_in(client, page.user)
	update = "scheduler_integration.api.bookings.update"
	changed = client.call(update, name=booking["id"], action="guests", guests=[bob, eve])
	assert changed.json()["data"]["guests"] == [bob, eve]
	wrong = client.call(update, name=booking["id"], action="guests", guests=["nobody"])
	assert (wrong.status_code, set(wrong.json()["details"])) == (400, {"guests"})


def test_a_host_asks_for_another_time_and_gives_this_one_back(client, page, intro):
	booking = client.call(f"{PUBLIC}.book", **wish(client, page, intro)).json()["data"]
	sign_in(client, page.user)
	asked = {"name": booking["id"], "action": "ask_to_reschedule", "gives_back": 1, "reason": "Flu"}
	answer = client.call("scheduler_integration.api.bookings.update", **asked)
	assert (answer.status_code, answer.json()["data"]["status"]) == (200, "Rescheduled")
	shown = client.call(f"{PUBLIC}.get_booking", "GET", token=token_of(booking)).json()["data"]
	assert (shown["can_reschedule"], shown["reschedule_message"]) == (True, "Flu")


@pytest.mark.long
def test_the_cities_and_words_of_time_zones_are_those_of_a_language(client):
	def asked(**query):
		return client.call(f"{PUBLIC}.time_zones", "GET", language="de", **query).json()["data"]

	german = asked()
	assert german["cities"]["Europe/Rome"] == "Rom"
	assert "Europe/Berlin" not in german["cities"]
	assert "Deutschland" in german["words"]["Europe/Berlin"]
	assert "Germany" in german["words"]["Europe/Berlin"]
	rome = asked(zone="Europe/Rome")
	assert rome == {kind: {"Europe/Rome": words["Europe/Rome"]} for kind, words in german.items()}
	assert asked(zone="Nowhere/At_All") == {"cities": {}, "words": {}}


@pytest.fixture
def advisory(page):
	meeting_type = make_meeting_type(page, repeats="Attendee Chooses", repeat_weeks=1, repeat_count=4)
	frappe.db.commit()
	return meeting_type


def test_a_series_is_looked_at_and_booked_with_what_was_agreed(client, page, advisory):
	asked = {"slug": page.slug, "meeting_type": advisory.slug, "times": "3"}
	start = first_slot(client, page, advisory)["start"]
	shown = client.call(f"{PUBLIC}.get_series", "GET", **asked, start=start, timezone="Asia/Kolkata").json()["data"]
	assert [each["is_free"] for each in shown["dates"]] == [True, True, True]
	second = shown["dates"][1]["start"]
	client.call(f"{PUBLIC}.book", **wish(client, page, advisory, start=second))
	refused = client.call(f"{PUBLIC}.book", **wish(client, page, advisory, start=start, times="3"))
	assert (refused.status_code, refused.json()["code"]) == (409, "DATES_TAKEN")
	nearest = refused.json()["dates"][1]["nearest"][0]
	booked = client.call(f"{PUBLIC}.book", **wish(client, page, advisory, start=start, dates=[start, nearest, None]))
	dates = booked.json()["data"]["series"]["dates"]
	assert [each["start"] for each in dates] == [start, nearest]
	assert client.call(f"{PUBLIC}.get_booking", "GET", token=token_of(dates[1])).json()["data"]["start"] == nearest


def test_a_page_says_which_of_its_types_repeat(client, page, intro, advisory):
	shown = client.call(f"{PUBLIC}.get_page", "GET", slug=page.slug).json()["data"]["meeting_types"]
	assert {each["slug"]: each.get("repeat") for each in shown} == {
		intro.slug: None,
		advisory.slug: {"every_weeks": 1, "at_least": 1, "at_most": 4},
	}
