"""Booking links and times for an e-mail in a browser: their looks, what scripts do with them, and what is copied."""

import frappe
import pytest
from playwright.sync_api import expect

from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.catalogue.edit_links import create_link
from scheduler_integration.platform.clock import iso
from tests.browser.screens import DESK, PHONE, SMALL_PHONE
from tests.browser.test_looks import check, sign_in_as, turn_to_the_left
from tests.pages.offer import book, bookings_of, host_of, in_three_days, make_offer

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def offer():
	return make_offer()


def make_link(offer, **fields):
	link = create_link({"meeting_type": offer.name, "user": host_of(offer), **fields})
	frappe.db.commit()
	return f"/schedule/l/{link_token(link.name)}"


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_visitor_books_by_a_link_and_finds_it_used(browse, offer, screen):
	window = browse(screen)
	path = make_link(offer)
	window.book(path)
	assert len(bookings_of(offer)) == 1
	window.page.goto(path)
	assert window.page.locator("h1").inner_text() == "This link has been used"
	check(window, f"link-used-{screen.name}", ((screen, "light"),))


def test_the_looks_of_a_link(browse, offer):
	noon, evening = in_three_days(12), in_three_days(19)
	path = make_link(offer, own_times=f"{iso(noon, 'UTC')}\n{iso(evening, 'UTC')}", title="A chat about the offer")
	window = browse(SMALL_PHONE)
	window.open(path)
	check(window, "link-own-times")
	book(offer, noon)
	window.open(f"{path}?start={iso(noon, 'UTC').replace('+', '%2B')}")
	nearest = window.page.locator("#nearest a")
	check(window, "link-time-taken", then=nearest.first)
	assert nearest.count() == 1
	window.follow(nearest.first)
	expect(window.page.locator("#attendee_name")).to_be_visible()
	window.open(path)
	turn_to_the_left(window)
	check(window, "link-rtl")


def test_who_had_the_form_open_when_the_link_was_used_reads_why(browse, offer):
	path = make_link(offer)
	window = browse(DESK)
	window.reach_form(path)
	window.fill_in()
	start = in_three_days(17)
	slug, offer.slug = offer.slug, path.rpartition("/")[2]
	book(offer, start, slug="l")
	offer.slug = slug
	window.page.locator("#submit").click()
	expect(window.page.locator("#form-problem")).to_contain_text("for one meeting, which is booked already")


def test_the_pages_of_a_host(browse, offer):
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(offer))
	window.open("/scheduling/links")
	check(window, "links-none")
	window.page.locator("summary", has_text="Own times").click()
	check(window, "links-form")
	window.follow(window.page.locator("button", has_text="Create the link"))
	check(window, "links-list")
	window.open("/scheduling/times?count=5&tz=Asia/Tokyo")
	check(window, "times-choice")
	window.follow(window.page.locator("button", has_text="Create the text"))
	window.page.locator("summary", has_text="Text and HTML").click()
	check(window, "times-made")
	turn_to_the_left(window)
	check(window, "times-rtl")


def test_an_e_mail_gets_html_and_a_chat_gets_text(browse, offer):
	window = browse(DESK)
	sign_in_as(window, host_of(offer))
	window.open("/scheduling/times?tz=Europe/Berlin")
	window.follow(window.page.locator("button", has_text="Create the text"))
	window.page.locator("button", has_text="Copy for an e-mail").click()
	expect(window.page.locator("button", has_text="Copied")).to_be_visible()
	window.page.evaluate(
		"document.body.insertAdjacentHTML('beforeend', '<div id=here contenteditable></div><textarea id=there></textarea>')"
	)
	pasted = """() => new Promise((resolve) => document.addEventListener("paste", (event) => {
		const data = event.clipboardData;
		resolve([data.getData("text/html"), data.getData("text/plain")]);
		event.preventDefault();
	}, { once: true }))"""
	window.page.locator("#there").focus()
	window.page.evaluate(f"void (window.pasted = ({pasted})())")
	window.page.keyboard.press("Control+V")
	html, text = window.page.evaluate("window.pasted")
	assert "border:1px solid" in html
	assert "<table" in html
	assert text.splitlines()[0] == "Intro call, 30 mins"
	assert "Berlin, Central European Standard Time" in text
