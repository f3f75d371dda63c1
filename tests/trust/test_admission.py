"""Checks of strangers at the door, over the methods of the API, in this process."""

import frappe
import pytest

from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.entry.admission import challenge_for
from scheduler_integration.platform import clock
from scheduler_integration.trust import proofs
from scheduler_integration.trust.pressure import raised
from tests.trust.conftest import MONDAY, QUARTER, solved, somebody


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
	monkeypatch.setattr(proofs, "ROUNDS", 2)


def test_a_page_within_its_share_asks_for_nothing(strangers, choose):
	choose(captcha_mode="Adaptive")
	assert strangers.challenge() is None
	assert [strangers.book()[0] for _each in range(3)] == [201] * 3


@pytest.mark.long
def test_robots_from_many_addresses_get_nothing_and_a_person_beside_them_books(strangers, choose):
	"""4,000 from 400 addresses: benchmarks/robots.py."""
	choose(captcha_mode="Adaptive", bookings_per_hour=0, site_bookings_per_hour=0)
	for each in range(200):
		strangers.comes_from(f"198.51.{each % 20}.7")
		strangers.book()
	assert strangers.booked == 10
	strangers.comes_from("203.0.113.99")
	assert strangers.book(proof=solved(strangers.challenge()))[0] == 201
	(row,) = [row for row in raised(clock.now()) if row["page"] == strangers.page.name]
	assert (row["level"], row["reasons"]) == (2, ["page"])


@pytest.mark.long
def test_robots_that_pay_are_stopped_by_the_code(strangers, choose):
	choose(captcha_mode="Adaptive", bookings_per_hour=0, site_bookings_per_hour=0)
	for each in range(60):
		strangers.comes_from(f"198.51.{each}.7")
		challenge = strangers.challenge()
		strangers.book(**({"proof": solved(challenge)} if challenge else {}))
	# Three shares, and the one that shows that it was three.
	assert strangers.booked == 31
	assert strangers.book(proof=solved(strangers.challenge()))[1]["code"] == "CODE_NEEDED"


def test_a_proof_is_asked_for_and_counts_once(strangers, choose):
	choose(captcha_mode="Always")
	status, refused = strangers.book()
	assert (status, refused["code"]) == (428, "PROOF_NEEDED")
	proof = solved(refused["challenge"])
	assert strangers.book(proof=proof)[0] == 201
	assert strangers.book(proof=proof)[1]["code"] == "PROOF_NEEDED"


def test_a_request_that_is_sent_again_needs_no_other_proof(strangers, choose):
	choose(captcha_mode="Always")
	same = {"start": MONDAY, "attendee_email": somebody(), "idempotency_key": "a-key-of-this-one-form"}
	same["proof"] = solved(strangers.challenge())
	first, second = strangers.book(**same), strangers.book(**same)
	assert first[0] == second[0] == 201
	assert first[1]["data"]["id"] == second[1]["data"]["id"]


def test_a_proof_is_kept_for_the_next_time_if_the_first_was_taken(strangers, choose):
	strangers.book(start=MONDAY)
	choose(captcha_mode="Always")
	proof = solved(strangers.challenge())
	assert strangers.book(start=MONDAY, proof=proof)[1]["code"] == "SLOT_TAKEN"
	assert strangers.book(start=MONDAY + QUARTER, proof=proof)[0] == 201


def test_fields_are_checked_before_a_proof_is_used(strangers, choose):
	choose(captcha_mode="Always")
	proof = solved(strangers.challenge())
	assert strangers.book(attendee_email="nobody", proof=proof)[1]["code"] == "VALIDATION_ERROR"
	assert strangers.book(proof=proof)[0] == 201


def test_somebody_without_a_script_enters_a_code_instead(strangers, choose):
	choose(captcha_mode="Always")
	mine = {"attendee_email": somebody(), "idempotency_key": "a-key-of-this-one-form"}
	status, refused = strangers.book(**mine, proof="none")
	assert (status, refused["code"]) == (428, "CODE_NEEDED")
	assert strangers.book(**mine, code=strangers.code_for(mine["attendee_email"]))[0] == 201


def test_hosts_who_are_signed_in_are_not_asked(strangers, choose, as_user):
	choose(captcha_mode="Always")
	with as_user(strangers.page.user):
		assert challenge_for(find_bookable(strangers.page.slug, strangers.meeting_type.slug), clock.now()) is None


@pytest.mark.long
def test_holds_beyond_the_share_need_a_proof(strangers, choose):
	choose(captcha_mode="Adaptive")
	for each in range(31):
		strangers.comes_from(f"198.51.{each}.7")
		status, answer = strangers.hold(MONDAY + each * QUARTER)
	assert (status, answer["code"]) == (428, "PROOF_NEEDED")
	status, answer = strangers.hold(MONDAY + each * QUARTER, proof=solved(answer["challenge"]))
	assert status != 428


@pytest.mark.long
@pytest.mark.parametrize("mode", ["Off", "Honeypot"])
def test_other_modes_ask_for_nothing_and_count_nothing(strangers, choose, mode):
	choose(captcha_mode=mode)
	assert all(strangers.book()[0] == 201 for _each in range(15))
	assert strangers.challenge() is None
	assert not frappe.cache.hgetall("rl:scheduling:raised")
