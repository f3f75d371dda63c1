"""A meeting type offers several places, and the attendee chooses one."""

import frappe
import pytest

from scheduler_integration.api.shapes import as_json
from scheduler_integration.catalogue.public import find_listing
from scheduler_integration.exceptions import InvalidRequest
from tests.pages.offer import bookings_of, make_offer, path_of
from tests.pages.reading import read, typed_in
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, page_of, payload

NOW = at("2026-03-01 12:00")
PLACES = [
	{"place_type": "Phone"},
	{"place_type": "In Person", "label": "Office in Lyon", "details": "5 rue de la République, Lyon"},
	{"place_type": "In Person", "label": "Office in Paris", "details": "12 rue des Archives, Paris"},
]


@pytest.fixture
def meeting_type():
	return make_meeting_type(
		make_page(), location_type="Zoom", location_details="https://zoom.example/j/jane", places=PLACES
	)


@pytest.fixture
def book(meeting_type):
	page = page_of(meeting_type)

	def make(**fields):
		made = door.book(payload(page, meeting_type, "2026-03-02T09:00:00+00:00", **fields), NOW)
		return frappe.get_doc("Booking", made.id)

	return make


def shown_types(meeting_type):
	page = frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "slug")
	return as_json(find_listing(page))["meeting_types"]


def test_a_page_lists_the_places_without_their_addresses(meeting_type):
	[shown] = shown_types(meeting_type)
	assert [(each["type"], each["label"], each["needs_phone"]) for each in shown["locations"]] == [
		("zoom", "Zoom", False),
		("phone", "Phone call", True),
		("in_person", "Office in Lyon", False),
		("in_person", "Office in Paris", False),
	]
	assert "zoom.example" not in frappe.as_json(shown)
	assert "République" not in frappe.as_json(shown)


def test_a_type_with_one_place_goes_on_as_before():
	page = make_page()
	meeting_type = make_meeting_type(page, location_type="In Person", location_details="Hauptstr. 1, Köln")
	made = door.book(payload(page, meeting_type, "2026-03-02T09:00:00+00:00"), NOW)
	assert (made.location_type, made.location) == ("in_person", "Hauptstr. 1, Köln")


def test_without_a_choice_the_first_place_is_meant(book):
	booking = book()
	assert (booking.location_type, booking.location) == ("Zoom", "https://zoom.example/j/jane")


def test_the_booking_keeps_the_chosen_place(book, meeting_type):
	booking = book(location=meeting_type.places[1].name)
	assert (booking.location_type, booking.location) == ("In Person", "5 rue de la République, Lyon")


def test_a_place_can_be_named_by_its_type_if_only_one_has_it(book):
	booking = book(location="phone", attendee_phone="+49 221 1234567")
	assert (booking.location_type, booking.location) == ("Phone", "+49 221 1234567")
	with pytest.raises(InvalidRequest) as refused:
		book(location="in_person")
	assert refused.value.details == {"location": "Choose one of the places offered."}


def test_a_call_by_phone_needs_the_attendees_number(book):
	with pytest.raises(InvalidRequest) as refused:
		book(location="phone")
	assert list(refused.value.details) == ["attendee_phone"]


@pytest.mark.parametrize("choice", ["nowhere", "https://evil.example", 7, ["phone"], "x" * 500])
def test_a_place_that_is_not_offered_is_refused(book, choice):
	with pytest.raises(InvalidRequest) as refused:
		book(location=choice)
	assert list(refused.value.details) == ["location"]


def test_a_call_without_an_account_is_not_offered(meeting_type):
	"""The host left: the place stays in the form and isn't shown to visitors."""
	row = {"doctype": "Meeting Type Place", "parent": meeting_type.name, "parenttype": "Meeting Type"}
	frappe.get_doc({**row, "parentfield": "places", "place_type": "Teams", "idx": 9}).db_insert()
	frappe.clear_document_cache("Meeting Type", meeting_type.name)
	[shown] = shown_types(meeting_type)
	assert "teams" not in [each["type"] for each in shown["locations"]]


def test_the_form_names_the_hosts_who_have_no_account():
	with pytest.raises(InvalidRequest, match="“Microsoft Teams” can't be offered yet: Jane must connect an account"):
		make_meeting_type(make_page(), location_type="Teams")


def test_a_collective_meeting_needs_one_host_with_an_account():
	team = make_team_page([make_user("Ann"), make_user("Ben")])
	with pytest.raises(InvalidRequest, match="can't be offered yet"):
		make_meeting_type(team, assignment="Collective", location_type="Teams")
	values = {"provider": "Teams", "status": "Connected", "account_id": "ann"}
	frappe.get_doc({"doctype": "Video Connection", "user": team.user, **values}).insert()
	assert make_meeting_type(team, assignment="Collective", location_type="Teams").name


@pytest.mark.parametrize(
	("fields", "sentence"),
	[
		({"location_type": "", "places": PLACES}, "Choose the place that is offered first"),
		({"location_type": "Phone", "places": PLACES[:1]}, "Two places are called “Phone call”"),
		({"location_type": "Phone", "places": [{"place_type": "In Person"}]}, "needs its details"),
		({"location_type": "Phone", "places": [{"place_type": "Custom", "details": "x"}] * 11}, "At most 10"),
	],
)
def test_the_form_refuses_places_that_make_no_sense(fields, sentence):
	with pytest.raises(InvalidRequest, match=sentence):
		make_meeting_type(make_page(), **fields)


@pytest.mark.long
def test_a_visitor_without_scripts_chooses_the_place(client, commit_clean):
	offer = make_offer(location_type="Phone", location_details="+33 1 70 18 99 00", places=PLACES[1:])
	page = read(client.get(f"{path_of(offer)}?tz=UTC").text)
	form = read(client.get(page.all("a", class_="time")[0]["href"]).text).one("form", id="booking-form")
	radios = form.all("input", type="radio")
	assert [radio["value"] for radio in radios if "checked" in radio.attributes] == ["default"]
	chosen = {"location": offer.places[0].name, "attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	answer = client.post(form["action"], data=typed_in(form, **{**chosen, "attendee_email": "nobody"}))
	again = read(answer.text).one("form", id="booking-form")
	assert [radio["value"] for radio in again.all("input", type="radio") if "checked" in radio.attributes] == [
		offer.places[0].name
	]
	assert client.post(form["action"], data=typed_in(form, **chosen)).status_code == 303
	[booking] = bookings_of(offer)
	assert booking.location == "5 rue de la République, Lyon"
