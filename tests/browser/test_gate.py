"""The booking form if the server asks for a proof of work, or for a code from the visitor's mailbox."""

import re

import pytest

from tests.browser.screens import DESK, EMAIL, PHONE
from tests.pages.offer import bookings_of, make_offer, path_of
from tests.support.smtp import sending_to_inbox

GATE = re.compile(r"scheduling_(gate|solver)|gate-kit")


@pytest.fixture
def inbox(site):
	with sending_to_inbox(site) as box:
		yield box


def loaded(window):
	"""Return a list of the scripts for proofs that the page loads from now on."""
	found = []
	window.page.on("request", lambda request: found.append(request.url) if GATE.search(request.url) else None)
	return found


def code_in(inbox, run_jobs):
	run_jobs()
	return inbox.take_code()


def test_a_page_that_asks_for_nothing_loads_nothing_for_it(browse):
	meeting_type = make_offer()
	window = browse(PHONE)
	requests = loaded(window)
	window.book(path_of(meeting_type))
	assert requests == []


def test_a_slow_telephone_proves_its_work_while_its_owner_types(browse, choose):
	choose(captcha_mode="Always")
	meeting_type = make_offer()
	window = browse(PHONE, keep=False)
	window.page.context.new_cdp_session(window.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
	asked = []
	window.page.on("response", lambda response: asked.append(response.status))
	window.book(path_of(meeting_type))
	assert 428 not in asked
	assert len(bookings_of(meeting_type)) == 1


def test_without_holds_the_proof_is_made_in_time_too(browse, choose):
	choose(captcha_mode="Always", hold_minutes=0)
	meeting_type = make_offer()
	browse(DESK).book(path_of(meeting_type))
	assert len(bookings_of(meeting_type)) == 1


def test_a_proof_that_is_asked_for_only_at_the_end_is_made_then(browse, choose):
	choose(captcha_mode="Adaptive")
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	choose(captcha_mode="Always")
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))


@pytest.mark.journey
def test_an_unknown_person_enters_the_code_on_the_page(browse, choose, inbox, run_jobs):
	choose(confirm_address="Unknown people")
	meeting_type = make_offer()
	window = browse(PHONE)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	page = window.page
	page.locator("#submit").click()
	field = page.locator("#code")
	field.wait_for()
	assert EMAIL in page.locator("#code-help").inner_text()
	assert window.ask("document.activeElement.id") == "code"
	assert window.violations() == []
	code = code_in(inbox, run_jobs)
	field.fill("000000" if code != "000000" else "111111")
	page.locator("#submit").click()
	page.locator("#code-error", has_text="right").wait_for()
	field.fill(code)
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	assert bookings_of(meeting_type)[0].address_status == "Confirmed"


def test_a_new_code_can_be_asked_for(browse, choose, inbox, run_jobs):
	choose(confirm_address="Unknown people")
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	page = window.page
	page.locator("#submit").click()
	page.locator("#code").wait_for()
	code_in(inbox, run_jobs)
	with page.expect_response("**/*public.book"):
		page.locator("button", has_text="Send a new code").click()
	page.locator("#code").fill(code_in(inbox, run_jobs))
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))


def test_without_a_script_the_code_is_a_step_of_the_form(browse, choose, inbox, run_jobs):
	choose(captcha_mode="Always")
	meeting_type = make_offer()
	window = browse(PHONE, keep=False, java_script_enabled=False)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	page = window.page
	page.locator("#submit").click()
	page.locator("#code").fill(code_in(inbox, run_jobs))
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	assert bookings_of(meeting_type)[0].address_status == "Confirmed"


def test_without_webcrypto_a_code_takes_the_place_of_the_proof(browse, choose, inbox, run_jobs):
	"""Pages without https have no `crypto.subtle`."""
	choose(captcha_mode="Always")
	meeting_type = make_offer()
	window = browse(DESK, keep=False)
	window.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	page = window.page
	with page.expect_response("**/*public.book"):
		page.locator("#submit").click()
	page.locator("#code").fill(code_in(inbox, run_jobs))
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))


def test_the_page_of_a_booking_whose_guests_wait_can_be_used_by_everybody(browse, commit_clean):
	window = browse(PHONE)
	window.reach_form(path_of(make_offer()))
	window.fill_in()
	page = window.page
	page.locator("summary", has_text="Add guests").click()
	page.get_by_label("Invite others").fill("bob@guests.example")
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	assert window.violations() == []
	window.follow(page.locator("button[value=send_code]"))
	page.locator("#code").fill("1")
	window.follow(page.locator("button[value=code]"))
	assert page.locator("#code-error").is_visible()
	assert window.violations() == []
