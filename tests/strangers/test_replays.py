"""A proof or code that a stranger showed at the door counts once, whatever becomes of the booking."""

import pytest

from scheduler_integration.trust import proofs
from tests.support.api import call
from tests.trust.conftest import MONDAY, QUARTER, solved, somebody, strangers

__all__ = ["strangers"]
FORM = {"hold": "h" * 32, "idempotency_key": "a-key-of-this-one-form"}
OTHER_FORM = FORM | {"idempotency_key": "another-key-of-the-form"}


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
	monkeypatch.setattr(proofs, "ROUNDS", 2)


def test_a_cancelled_booking_gave_its_proof_back(strangers, choose):
	"""One proof paid for as many bookings as somebody cancelled, and each of them sends mails."""
	choose(captcha_mode="Always")
	form = {"attendee_email": somebody(), "start": MONDAY, "proof": solved(strangers.challenge())}
	cancel(strangers.book(**form, **FORM))
	assert strangers.book(**form, **FORM)[1]["code"] == "ALREADY_CANCELLED"
	status, again = strangers.book(**form | {"start": MONDAY + QUARTER}, **OTHER_FORM)
	assert (status, again.get("code")) == (428, "PROOF_NEEDED")


def test_a_cancelled_booking_gave_its_code_back(strangers, choose):
	choose(confirm_address="Everybody")
	form = {"attendee_email": somebody(), "start": MONDAY}
	strangers.book(**form, **FORM)
	form["code"] = strangers.code_for(form["attendee_email"])
	cancel(strangers.book(**form, **FORM))
	assert strangers.book(**form, **FORM)[1]["code"] == "ALREADY_CANCELLED"
	status, again = strangers.book(**form | {"start": MONDAY + QUARTER}, **OTHER_FORM)
	assert (status, again.get("code")) == (400, "WRONG_CODE")


def cancel(booked):
	status, body = booked
	assert status == 201, body
	assert call("public.cancel", "Guest", token=body["data"]["manage_url"].rpartition("/")[2])[0] == 200
