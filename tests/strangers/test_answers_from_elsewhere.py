"""Answers that strangers send in place of others: codes, forged mails, old text messages, and other people's addresses."""

import frappe
import pytest

from scheduler_integration import jobs
from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.platform.clock import iso_z
from tests.pages.offer import book, in_three_days, make_offer, path_of
from tests.pages.reading import read, typed_in
from tests.pages.test_booking_links import make_link
from tests.payments.conftest import _stripe_server, stripe, stripe_for_all  # noqa: F401  # Fixtures.
from tests.payments.test_pages import booked_by_form, make_paid_offer
from tests.replies.conftest import say, texts  # noqa: F401  # Fixtures.
from tests.replies.sending import PATH as TEXTS
from tests.replies.sending import send_twilio, signed_by_twilio, twilio_form
from tests.replies.test_mails import booking, effects, mail, receive  # noqa: F401  # `booking` is a fixture.
from tests.support.factories import fresh

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

YOUR_DATA = "/schedule/your-data"


@pytest.mark.long
def test_a_stranger_used_up_the_tries_of_somebodys_code(client, monkeypatch):
	address = f"{fresh('nemo')}@guests.example"
	book(make_offer(), attendee_email=address, notes="my secret")
	sent = []
	monkeypatch.setattr(jobs, "mail_data_code", lambda _address, code, _language: sent.append(code))

	def asks(network):
		page = read(client.post(YOUR_DATA, data={"action": "code", "address": address}).text)
		form = dict(typed_in(page.one("main").one("form")))
		jobs.send_data_code(address, network, "en", form["form"])
		return form

	def opens(form, code):
		return client.post(YOUR_DATA, data={**form, "action": "open", "code": code})

	own = asks("203.0.113.1")
	others = asks("198.51.100.1")
	for form in (others, {"address": address}, {"address": address, "form": ""}):
		for _try in range(6):
			assert opens(form, "000000" if sent[1] != "000000" else "111111").status_code == 400
	assert opens(others, sent[0]).status_code == 400, "a code is right in its own form only"
	opened = opens(own, sent[0])
	assert opened.status_code == 200
	assert "my secret" in opened.text


@pytest.mark.long
def test_who_typed_another_address_got_the_link_to_that_persons_payment(client, stripe_for_all):  # noqa: F811
	offer = make_paid_offer()
	booked_by_form(client, offer)

	def come_back(name):
		values = {"start": iso_z(in_three_days(12)), "tz": "UTC", "attendee_name": name}
		return client.post(path_of(offer), data={**values, "attendee_email": "ada@guests.example"})

	for name in ("Eve", " ADA "):
		stranger = come_back(name)
		assert "/schedule/pay/" not in f"{stranger.headers} {stranger.text}"


@pytest.mark.long
def test_the_title_of_a_booking_link_was_shown_to_who_typed_the_persons_address(client, stripe_for_all):  # noqa: F811
	offer = make_paid_offer()
	link = make_link(offer, title="Merger with Acme")
	start = {"start": iso_z(in_three_days(12)), "tz": "UTC"}
	page = read(client.get(f"/schedule/l/{link_token(link.name)}", params=start).text)
	form = page.one("form", id="booking-form")
	typed = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	booked = client.post(form["action"], data=typed_in(form, **typed))
	assert booked.status_code == 303
	again = client.post(path_of(offer), data={**start, **typed})
	assert "/schedule/pay/" not in f"{again.headers} {again.text}"


@pytest.mark.long
def test_a_recorded_text_message_counted_again_with_another_id(client, texts):  # noqa: F811
	"""Twilio signs names and values without marks between them, so a field can be moved into the value before it."""
	texts.about()
	form = twilio_form("1")
	assert send_twilio(client, form).status_code == 200
	again = {**form, "MessageSid": f"{form['MessageSid']}NumMedia{form['NumMedia']}"}
	del again["NumMedia"]
	assert signed_by_twilio(again) == signed_by_twilio(form)
	assert send_twilio(client, again).status_code == 401
	assert client.post(TEXTS, data=form, headers={"X-Twilio-Signature": signed_by_twilio(form)}).status_code == 200
	frappe.db.rollback()
	assert frappe.db.count("Attendee Reply") == 1


def test_forged_proposals_filled_a_hosts_mailbox(booking):  # noqa: F811
	outcomes = []
	for number in range(7):
		start, end = f"T{12 + number // 2}{'03'[number % 2]}000Z", f"T{12 + (number + 1) // 2}{'30'[number % 2]}000Z"
		raw = mail("google-proposes").replace(
			b"T130000Z\r\nDTEND:20260306T133000Z", f"{start}\r\nDTEND:20260306{end}".encode()
		)
		outcomes.append(receive(raw.replace(b"Message-ID: <", f"Message-ID: <{number}".encode())))
	assert outcomes == ["proposed"] * 5 + ["told"] * 2
	assert effects(booking)[3] == 2


@pytest.mark.long
@pytest.mark.parametrize("word", ["1", "hello"])
def test_somebody_who_sent_a_thousand_texts_got_a_thousand_paid_answers(texts, say, word):  # noqa: F811
	booked = texts.about()
	answers = [say(word) for _each in range(23)]
	assert answers[20:] == ["", "", ""]
	assert frappe.db.count("Notification Log", {"document_name": booked.name}) == (20 if word == "hello" else 0)
	assert all(answers[:20]) == (word == "1")
	say("9")
	assert frappe.db.get_value("Booking", booked.name, "status") == "Cancelled"
