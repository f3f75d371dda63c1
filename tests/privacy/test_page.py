"""`/schedule/your-data`, as a person uses it."""

import json
import re
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration import jobs
from scheduler_integration.privacy.requests import new_ticket
from tests.pages.offer import book, make_offer
from tests.pages.reading import read, typed_in
from tests.support.factories import at, fresh

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

PATH = "/schedule/your-data"


@pytest.fixture
def address():
	return f"{fresh('nemo')}@guests.example"


@pytest.fixture
def sent_code(monkeypatch):
	"""Run the job that the form queues, and return the code that it sends, None if it sends none."""

	def run(address, form=""):
		sent = []
		monkeypatch.setattr(jobs, "mail_data_code", lambda _address, code, _language: sent.append(code))
		jobs.send_data_code(address, "203.0.113.1", "en", form)
		return sent[0] if sent else None

	return run


@pytest.mark.long
def test_a_person_reads_corrects_downloads_and_erases_their_data(client, address, sent_code):
	offer = make_offer()
	booking = book(offer, attendee_email=address, attendee_name="Nemo", notes="my secret")
	assert read(client.get(PATH).text).one("h1").text == "Your data"
	asked = client.post(PATH, data={"action": "code", "address": address.upper()})
	page = read(asked.text)
	assert page.one("h1").text == "Check your mail"
	form = typed_in(page.one("main").one("form"))
	code = sent_code(address, dict(form)["form"])
	opened = client.post(PATH, data={**dict(form), "action": "open", "code": code})
	assert "my secret" in opened.text
	ticket = re.search(r'name="ticket" value="([^"]+)"', opened.text)[1]
	held = client.post("/api/method/scheduler_integration.api.public.download_your_data", data={"ticket": ticket})
	assert held.headers["Content-Disposition"].startswith("attachment")
	assert json.loads(held.text)["bookings"][0]["notes"] == "my secret"
	corrected = client.post(
		PATH, data={"action": "correct", "ticket": ticket, "name": "Captain", "phone": "", "company": ""}
	)
	assert "Corrected." in corrected.text
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", booking.id, "attendee_name") == "Captain"
	refused = client.post(PATH, data={"action": "correct", "ticket": ticket, "name": "", "phone": "", "company": ""})
	assert refused.status_code == 400
	assert read(refused.text).one(id="name-error").text == "Enter your name."
	erased = client.post(PATH, data={"action": "erase", "ticket": ticket})
	assert read(erased.text).one("h1").text == "Your data is erased"
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", booking.id, "status") == "Cancelled"


def test_the_page_says_the_same_whether_anything_is_held_or_not(client, address, sent_code):
	stranger = f"{fresh('eve')}@guests.example"
	book(make_offer(), attendee_email=address)
	known = client.post(PATH, data={"action": "code", "address": address})
	unknown = client.post(PATH, data={"action": "code", "address": stranger})
	assert _without_key(known.text).replace(address, "") == _without_key(unknown.text).replace(stranger, "")
	assert sent_code(stranger) is None


def _without_key(text):
	return re.sub('name="form" value="[^"]+"', "", text)


def test_a_code_opens_its_own_address_once(client, address, sent_code):
	mine = f"{fresh('eve')}@guests.example"
	offer = make_offer()
	book(offer, attendee_email=address, notes="my secret")
	book(make_offer(), attendee_email=mine)
	code = sent_code(mine)
	assert "my secret" not in client.post(PATH, data={"action": "open", "address": address, "code": code}).text
	assert client.post(PATH, data={"action": "open", "address": mine, "code": code}).status_code == 200
	again = client.post(PATH, data={"action": "open", "address": mine, "code": code})
	assert again.status_code == 400
	assert read(again.text).one("h1").text == "Check your mail"


@pytest.mark.parametrize("action", ["correct", "erase"])
def test_a_forged_or_old_ticket_does_nothing(client, address, action):
	booking = book(make_offer(), attendee_email=address, attendee_name="Nemo")
	ticket = new_ticket(address, at("2026-03-02 06:00"))
	other = new_ticket("eve@guests.example", 2**40)
	end, _address, signed = other.split(".")
	forged = ".".join((end, ticket.split(".")[1], signed))
	for wrong in ("", "x", "1.2.3", "é.é.é", "..", ticket, forged, f"{ticket}x"):
		answer = client.post(PATH, data={"action": action, "ticket": wrong, "name": "Eve"})
		assert answer.status_code == 410, wrong
		assert read(answer.text).one("h1").text == "Your data"
	refused = client.post("/api/method/scheduler_integration.api.public.download_your_data", data={"ticket": forged})
	assert refused.json()["code"] == "LINK_EXPIRED"
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", booking.id, ["attendee_name", "status"]) == ("Nemo", "Scheduled")


def test_a_get_changes_nothing_whatever_its_arguments(client, address):
	booking = book(make_offer(), attendee_email=address)
	ticket = new_ticket(address, 2**40)
	assert client.get(PATH, params={"action": "erase", "ticket": ticket}).status_code == 200
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", booking.id, "status") == "Scheduled"


@pytest.mark.long
def test_the_page_of_a_booking_leads_here(client):
	booking = book(make_offer())
	assert read(client.get(urlsplit(booking.manage_url).path).text).one("a", href=PATH).text == "Your data"
