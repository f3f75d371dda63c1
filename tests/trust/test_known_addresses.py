"""A stranger types the address of somebody who has booked here before. Knowing an address proves nothing."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.notifications import email as channel
from scheduler_integration.outbox.outcomes import Done
from scheduler_integration.trust import caps
from tests.support.api import call
from tests.support.factories import make_user, payload, token_of
from tests.support.outbox import mails, waiting_messages
from tests.trust.conftest import MONDAY, NOW, QUARTER, somebody

FORM = "a-key-of-this-one-form"


@pytest.fixture
def customer(strangers, choose):
	"""The address of somebody who confirmed it with a code and met a host, which the host has said."""
	choose(confirm_address="Everybody", bookings_per_hour=0)
	ada = somebody()
	strangers.book(attendee_email=ada, idempotency_key=FORM)
	status, answer = strangers.book(attendee_email=ada, idempotency_key=FORM, code=strangers.code_for(ada))
	assert status == 201
	bookings.complete(answer["data"]["id"], MONDAY + 60)
	choose(confirm_address="Off")
	return ada


def recipients(booking):
	return {mail.reader.email for mail in mails(booking["id"], NOW)}


@pytest.mark.long
def test_a_customers_address_wrote_to_hundreds_of_third_persons(strangers, customer):
	others = [somebody() for _each in range(10)]
	for each in range(5):
		start = MONDAY + (5 + each) * QUARTER
		status, answer = strangers.book(attendee_email=customer, guests=others, start=start)
		assert (status, answer["data"]["guests_wait"]) == (201, True)
		assert recipients(answer["data"]) == {customer, strangers.page.user}


def test_an_answer_told_strangers_whose_customer_somebody_is(strangers, customer):
	def answer(address, number):
		fields = {"attendee_email": address, "attendee_name": "Ada", "guests": ["ben@guests.example"]}
		status, body = strangers.book(start=MONDAY + number * QUARTER, **fields)
		return status, _shape(body)

	assert answer(customer, 9) == answer(somebody(), 10)


def _shape(value):
	"""Return an answer with the lengths of its texts and numbers instead of them: one that differs in bytes differs here."""
	if isinstance(value, dict):
		return {key: _shape(each) for key, each in value.items()}
	if isinstance(value, list):
		return [_shape(each) for each in value]
	return value if isinstance(value, bool) else (type(value), len(str(value)))


@pytest.mark.parametrize("whose", ["Unknown people", "Everybody"])
def test_the_work_before_the_code_told_strangers_whose_customer_somebody_is(
	strangers, choose, customer, queries, whose
):
	choose(confirm_address=whose)

	def statements(address):
		queries.clear()
		assert strangers.book(attendee_email=address)[1]["code"] == "CODE_NEEDED"
		return list(queries)

	statements(somebody())
	assert statements(customer) == statements(somebody())


def test_a_request_that_carries_its_code_invites_the_guests(strangers, choose):
	choose(confirm_address="Everybody")
	ada, guest = somebody(), somebody()
	wish = {"attendee_email": ada, "guests": [guest], "idempotency_key": FORM}
	assert strangers.book(**wish)[1]["code"] == "CODE_NEEDED"
	_status, answer = strangers.book(**wish, code=strangers.code_for(ada))
	assert not answer["data"]["guests_wait"]
	assert guest in recipients(answer["data"])


def test_guests_of_somebody_who_is_signed_in_are_invited_at_once(strangers):
	guest, client = somebody(), make_user(roles=())
	wish = payload(strangers.page, strangers.meeting_type, MONDAY, guests=[guest])
	status, answer = call("public.book", client, **wish)
	assert (status, answer["data"]["guests_wait"]) == (201, False)
	assert guest in recipients(answer["data"])
	frappe.db.commit()


@pytest.mark.long
def test_a_code_for_each_booking_filled_the_mailbox_of_a_guest(strangers, monkeypatch):
	"""A code proves that the robot has a mailbox, and nothing about those of its guests."""
	monkeypatch.setattr(channel, "_sent", lambda message: Done(message.reader.email))
	guest, outcomes = somebody(), []
	for _each in range(caps.MESSAGES_A_DAY + 2):
		ada = somebody()
		booking = strangers.book(attendee_email=ada, guests=[guest])[1]["data"]
		call("public.confirm_address", "Guest", token=token_of(booking))
		call("public.confirm_address", "Guest", token=token_of(booking), code=strangers.code_for(ada))
		frappe.db.commit()
		(invitation,) = [each for each in waiting_messages(booking["id"], NOW) if each.reader.email == guest]
		outcomes.append(channel.send_message(invitation, NOW))
	assert sum(isinstance(each, Done) for each in outcomes) == caps.MESSAGES_A_DAY
