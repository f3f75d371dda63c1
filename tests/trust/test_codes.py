"""Addresses that a code confirms."""

from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from scheduler_integration.trust import codes
from scheduler_integration.trust.codes import Occasion, checked_code, new_code
from tests.pages.offer import make_offer
from tests.support.api import call
from tests.support.factories import at, fresh, make_user, page_of, payload
from tests.support.smtp import sending_to_inbox
from tests.trust.conftest import MONDAY, NOW, QUARTER, somebody

PUBLIC = "scheduler_integration.api.public"
FORM = "a-key-of-this-one-form"
HERE = "203.0.113.1"


@pytest.fixture
def unknown(strangers, choose):
	choose(confirm_address="Unknown people")
	return strangers


def asked(door, address, **fields):
	status, answer = door.book(attendee_email=address, idempotency_key=FORM, **fields)
	return status, answer.get("code")


def test_an_unknown_person_enters_a_code_and_books(unknown):
	ada = somebody()
	assert asked(unknown, ada) == (428, "CODE_NEEDED")
	status, answer = unknown.book(attendee_email=ada, idempotency_key=FORM, code=unknown.code_for(ada))
	assert status == 201
	assert frappe.db.get_value("Booking", answer["data"]["id"], "address_status") == "Confirmed"


def test_a_code_may_be_typed_with_spaces(unknown):
	ada = somebody()
	asked(unknown, ada)
	code = unknown.code_for(ada)
	assert asked(unknown, ada, code=f" {code[:3]} {code[3:]} ")[0] == 201


def test_somebody_who_confirmed_once_confirms_the_next_booking_too(unknown):
	"""The page can't know that it is the same person."""
	ada = somebody()
	asked(unknown, ada)
	asked(unknown, ada, code=unknown.code_for(ada))
	assert unknown.book(attendee_email=ada)[1]["code"] == "CODE_NEEDED"


def test_everybody_means_people_who_are_signed_in_too(unknown):
	client, wish = make_user(roles=()), payload(unknown.page, unknown.meeting_type, MONDAY)
	assert call("public.book", client, **wish)[0] == 201
	frappe.db.commit()
	frappe.db.set_value("Meeting Type", unknown.meeting_type.name, "confirm_address", "Everybody")
	frappe.clear_document_cache("Meeting Type", unknown.meeting_type.name)
	frappe.db.commit()
	wish = payload(unknown.page, unknown.meeting_type, MONDAY + QUARTER)
	assert call("public.book", client, **wish)[1]["code"] == "CODE_NEEDED"


def test_a_code_counts_once(unknown):
	ada = somebody()
	asked(unknown, ada)
	code = unknown.code_for(ada)
	hold = {"attendee_email": ada, "hold": "a" * 32, "code": code}
	assert asked(unknown, ada, code=code)[0] == 201
	assert unknown.book(attendee_email=ada, idempotency_key=FORM, start=MONDAY + 9 * QUARTER, code=code)[0] == 201
	assert unknown.book(**hold)[1]["code"] == "WRONG_CODE"


@pytest.fixture
def occasion(strangers):
	return Occasion(somebody(), "type", "page", FORM)


def test_after_five_tries_the_right_code_is_wrong_too(occasion):
	code = new_code(occasion, HERE, NOW)
	assert not any(checked_code(occasion, f"{(int(code) + 1 + each) % 10**6:06}", NOW) for each in range(5))
	assert not checked_code(occasion, code, NOW)


def test_a_code_is_for_one_address_type_and_form(occasion):
	code = new_code(occasion, HERE, NOW)
	for other in (
		Occasion(somebody(), "type", "page", FORM),
		Occasion(occasion.address, "other", "page", FORM),
		Occasion(occasion.address, "type", "page", "another form"),
	):
		assert not checked_code(other, code, NOW)
	assert checked_code(occasion, code, NOW)


def test_a_code_is_valid_for_ten_minutes(occasion):
	code = new_code(occasion, HERE, NOW)
	assert checked_code(occasion, code, NOW + 599)
	assert not checked_code(occasion, code, NOW + 600)


def test_a_code_can_be_used_by_one_request(occasion):
	code = checked_code(occasion, new_code(occasion, HERE, NOW), NOW)
	assert code.use("mine")
	assert not code.use("another's")


def test_a_new_code_takes_the_place_of_the_old_one(occasion):
	old = new_code(occasion, HERE, NOW)
	new = new_code(occasion, HERE, NOW)
	assert checked_code(occasion, new, NOW)
	assert old == new or not checked_code(occasion, old, NOW)


def test_the_cache_never_has_the_code(occasion):
	code = new_code(occasion, HERE, NOW)
	stored = frappe.cache.get_value(codes._name(occasion), expires=True)
	assert code not in str(stored)
	assert occasion.address not in codes._name(occasion)


def test_two_hundred_requests_for_a_code_to_one_address_send_three(unknown):
	ada = somebody()
	answers = {asked(unknown, tagged) for tagged in [ada, ada.replace("@", "+x@"), ada.upper()] * 20}
	assert answers == {(428, "CODE_NEEDED")}
	assert len(unknown.codes) == 3


def test_somebody_else_who_asks_for_codes_locks_nobody_out(unknown):
	ada = somebody()
	for _each in range(20):
		asked(unknown, ada)
	unknown.comes_from("198.51.100.7")
	mine = {"attendee_email": ada, "idempotency_key": "the-key-of-adas-own-form"}
	assert unknown.book(**mine)[1]["code"] == "CODE_NEEDED"
	assert len(unknown.codes) == 4
	assert unknown.book(**mine, code=unknown.code_for(ada))[0] == 201


def test_a_mailbox_gets_nine_codes_an_hour_however_many_networks_ask(unknown):
	ada = somebody()
	for each in range(30):
		unknown.comes_from(f"198.51.{each}.7")
		asked(unknown, ada)
	assert len(unknown.codes) == 9


def test_a_code_is_right_for_the_next_time_too_if_the_first_was_taken(unknown):
	ada = somebody()
	asked(unknown, ada, start=MONDAY)
	code = unknown.code_for(ada)
	other = somebody()
	asked(unknown, other, start=MONDAY)
	assert asked(unknown, other, start=MONDAY, code=unknown.code_for(other))[0] == 201
	assert asked(unknown, ada, start=MONDAY, code=code) == (409, "SLOT_TAKEN")
	assert asked(unknown, ada, start=MONDAY + QUARTER, code=code)[0] == 201


def test_nothing_of_a_booking_stays_until_the_code_is_entered(unknown):
	before = frappe.db.count("Booking")
	assert asked(unknown, somebody()) == (428, "CODE_NEEDED")
	assert frappe.db.count("Booking") == before


def test_a_page_sends_sixty_codes_an_hour_and_a_domain_gets_a_hundred(strangers):
	sent = [
		new_code(Occasion(f"{fresh('x')}@{fresh('d')}.example", "t", "a-page", ""), HERE, NOW) for _each in range(70)
	]
	assert sum(map(bool, sent)) == 60
	sent = [new_code(Occasion(f"{fresh('x')}@one.example", "t", fresh("p"), ""), HERE, NOW) for _each in range(120)]
	assert sum(map(bool, sent)) == 100
	assert new_code(Occasion(f"{fresh('x')}@one.example", "t", fresh("p"), ""), HERE, at("2026-03-01 07:00"))


@pytest.mark.long
def test_two_hundred_parallel_requests_from_many_networks_send_nine_mails(site, server, choose, run_jobs):
	choose(confirm_address="Everybody", bookings_per_hour=0)
	meeting_type = make_offer()
	where = {"slug": page_of(meeting_type).slug, "meeting_type": meeting_type.slug}
	month = server.client().call(f"{PUBLIC}.next_slots", "GET", **where).json()["data"]
	start = month["days"][month["earliest"]][0]["start"]
	wish = {**where, "start": start, "attendee_name": "Ada", "attendee_email": somebody()}
	with sending_to_inbox(site) as inbox:
		with ThreadPoolExecutor(16) as pool:
			answers = list(pool.map(lambda _each: server.client().call(f"{PUBLIC}.book", **wish), range(200)))
		assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(428, "CODE_NEEDED")}
		run_jobs()
		assert inbox.arrived.qsize() == 9


@pytest.mark.parametrize("typed", [None, "", "12345", "1234567", "abcdef", "١٢٣٤٥٦", ["1"], {"a": 1}, 0])
def test_what_is_no_code_is_wrong(occasion, typed):
	new_code(occasion, HERE, NOW)
	assert checked_code(occasion, typed, NOW) is None


class TestDomains:
	def book(self, door, address):
		status, answer = door.book(attendee_email=address)
		return status, answer.get("details", {}).get("attendee_email", "")

	def test_a_type_for_business_addresses_refuses_free_mail(self, strangers, choose):
		choose(business_addresses_only=1)
		assert "organisation" in self.book(strangers, "ada@gmail.com")[1]
		assert self.book(strangers, somebody())[0] == 201

	def test_only_allowed_domains_and_those_below_them_book(self, strangers, choose):
		choose(allowed_domains="firm.example\npartner.example")
		assert self.book(strangers, "ada@mail.firm.example")[0] == 201
		assert self.book(strangers, "ada@notfirm.example")[0] == 400

	def test_blocked_domains_do_not_book(self, strangers, choose):
		choose(blocked_domains="spam.example")
		assert self.book(strangers, "ada@SPAM.example")[0] == 400
		assert self.book(strangers, "ada@x.spam.example")[0] == 400
		assert self.book(strangers, somebody())[0] == 201


def test_the_number_of_tries_is_counted_for_all_workers(occasion):
	"""The count is Redis's own, so parallel guesses can't be more than five."""
	code = new_code(occasion, HERE, NOW)
	site = frappe.local.site, frappe.local.sites_path

	def guess(each: int) -> bool:
		frappe.init(site[0], sites_path=site[1], force=True)
		frappe.connect()
		try:
			return checked_code(occasion, f"{(int(code) + 1 + each) % 10**6:06}", NOW) is not None
		finally:
			frappe.destroy()

	with ThreadPoolExecutor(4) as pool:
		assert not any(pool.map(guess, range(20)))
	assert not checked_code(occasion, code, NOW)
