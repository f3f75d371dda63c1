"""A visitor books, looks at the confirmation, and cancels, with the mouse and with the keyboard."""

import re

import frappe
import pytest

from tests.browser.screens import DESK, EMAIL, NAME, PHONE, SMALL_PHONE
from tests.pages.offer import QUESTIONS, bookings_of, make_offer, path_of


def mail_to(address):
	"""Return the messages to the address that are queued."""
	frappe.db.rollback()
	names = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent")
	return [frappe.db.get_value("Email Queue", name, "message") for name in names]


def can_send_mail(site):
	"""Return whether the site sends mail. The embedded site needs a mail server, or its outbox, a real one an account."""
	if not site.is_real:
		return bool(frappe.conf.mail_server or frappe.conf.mute_emails)
	return bool(frappe.conf.mail_server or frappe.db.exists("Email Account", {"default_outgoing": 1}))


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_guest_books_and_cancels(browse, screen, site, run_jobs):
	meeting_type = make_offer()
	window = browse(screen)
	chosen = window.book(path_of(meeting_type))
	page = window.page
	assert page.locator("h1").inner_text() == "You're booked"
	assert chosen in page.locator("time").inner_text()
	assert page.locator("text=Please bring your latest roadmap.").is_visible()
	assert page.locator("text=Berlin, Central European").is_visible()
	[booking] = bookings_of(meeting_type)
	assert (booking.status, booking.attendee_name, booking.timezone) == ("Scheduled", NAME, "Europe/Berlin")
	if can_send_mail(site):
		run_jobs()
		assert any("text/calendar" in message for message in mail_to(EMAIL))
	calendar = page.request.get(page.locator("a", has_text=".ics").get_attribute("href"))
	assert calendar.headers["content-type"].startswith("text/calendar")
	assert "BEGIN:VEVENT" in calendar.text()

	page.locator("[data-panel=cancel]").click()
	page.locator("#reason").fill("Something came up")
	page.locator("button", has_text="Yes, cancel it").click()
	page.locator("h1", has_text="This meeting is cancelled").wait_for()
	assert page.locator("text=Something came up").is_visible()
	assert bookings_of(meeting_type)[0].status == "Cancelled"
	page.locator("a", has_text="Book another time").click()
	page.wait_for_url(re.compile(re.escape(path_of(meeting_type))))


def test_the_questions_are_asked_and_their_answers_kept(browse):
	meeting_type = make_offer(questions=QUESTIONS)
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	page = window.page
	page.get_by_label("What would you like to discuss?").fill("Two things\nand a third")
	page.get_by_label("How big is your team?").select_option("11–50")
	page.get_by_label("Pricing").check()
	page.get_by_label("Security").check()
	page.get_by_label("Budget in thousands").fill("7,5")
	page.locator("summary", has_text="Add guests").click()
	page.get_by_label("Invite others").fill("bob@guests.example, eve@guests.example")
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	[booking] = bookings_of(meeting_type)
	assert [row.answer for row in booking.answers] == ["Two things\nand a third", "11–50", "Pricing\nSecurity", "7.5"]
	assert [row.email for row in booking.guests] == ["bob@guests.example", "eve@guests.example"]


def test_mistakes_are_named_beside_their_fields_and_the_first_gets_the_focus(browse):
	meeting_type = make_offer(questions=QUESTIONS)
	window = browse(PHONE)
	window.reach_form(path_of(meeting_type))
	page = window.page
	page.locator("#attendee_email").fill("not an address")
	page.locator("#submit").click()
	assert window.focused() == "attendee_name"
	assert page.locator("#attendee_name-error").inner_text() == "Enter your name."
	assert "name@example.com" in page.locator("#attendee_email-error").inner_text()
	assert page.locator("fieldset .field-error:visible").inner_text() == "Choose one."
	assert page.locator("#attendee_email").get_attribute("aria-invalid") == "true"
	window.screenshot("errors", full=True)
	page.locator("#attendee_name").fill("Ada")
	assert not page.locator("#attendee_name-error").is_visible()
	assert bookings_of(meeting_type) == []


def test_an_error_from_the_server_is_shown_beside_the_field_too(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in(name="Ada <b>Lovelace</b>")
	window.page.locator("#submit").click()
	error = window.page.locator("#attendee_name-error")
	error.wait_for()
	assert error.inner_text() == "Please leave out HTML."
	assert window.focused() == "attendee_name"
	assert window.page.locator("#attendee_email").input_value() == EMAIL


def test_what_was_typed_survives_a_reload_and_the_way_back(browse):
	meeting_type = make_offer(questions=QUESTIONS)
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	page = window.page
	page.get_by_label("Integration").check()
	page.reload()
	assert page.locator("#attendee_name").input_value() == NAME
	assert page.get_by_label("Integration").is_checked()
	page.go_back()
	page.locator(".time").first.wait_for()
	window.choose_time(1)
	assert page.locator("#attendee_email").input_value() == EMAIL


def test_a_meeting_is_booked_by_keyboard_alone(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.open(path_of(meeting_type))
	page, keys = window.page, window.page.keyboard
	page.locator("#next-month").focus()
	keys.press("Tab")
	before = page.evaluate("document.activeElement.dataset.date")
	keys.press("PageDown")
	window.wait_until("date => document.activeElement.dataset.date?.slice(0, 7) > date.slice(0, 7)", before)
	keys.press("PageUp")
	window.wait_until("date => document.activeElement.dataset.date === date", before)
	keys.press("Enter")
	window.wait_until("document.activeElement.closest('[aria-selected=true]')")
	page.locator(".time").first.focus()
	keys.press("Enter")
	assert page.evaluate("document.activeElement.classList.contains('confirm')")
	keys.press("Enter")
	window.wait_until("document.activeElement.id === 'details-heading'")
	keys.press("Tab")
	keys.type(NAME)
	keys.press("Tab")
	keys.type(EMAIL)
	keys.press("Enter")
	page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_a_double_click_books_once(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	window.page.locator("#submit").dblclick()
	window.page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_the_visitor_chooses_a_place_and_a_reload_keeps_it(browse):
	places = [
		{"place_type": "Phone"},
		{"place_type": "In Person", "label": "Office in Lyon", "details": "Place Bellecour"},
	]
	meeting_type = make_offer(places=places)
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	page = window.page
	page.get_by_label("Phone call").check()
	assert window.violations() == []
	page.reload()
	assert page.get_by_label("Phone call").is_checked()
	# The host calls there, so the number is asked for. It isn't in the office.
	page.get_by_label("Office in Lyon").check()
	page.locator("#attendee_phone").wait_for(state="hidden")
	page.get_by_label("Phone call").check()
	page.locator("#attendee_phone").wait_for()
	window.fill_in()
	page.locator("#submit").click()
	page.locator("#attendee_phone-error", has_text="Enter your phone number.").wait_for()
	page.get_by_label("Office in Lyon").check()
	page.locator("#submit").click()
	page.wait_for_url(re.compile("/schedule/manage/"))
	[booking] = bookings_of(meeting_type)
	assert booking.location == "Place Bellecour"


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_going_back_after_booking_invited_to_book_again(browse, screen):
	window = browse(screen)
	path = path_of(make_offer())
	window.book(path)
	page, confirmation = window.page, window.page.url.partition("?")[0]
	page.go_back()
	notice = page.locator("#booked")
	notice.wait_for()
	assert notice.locator("h1").inner_text() == "You're booked"
	assert not page.locator("#booking").is_visible()
	assert page.locator(".alert:visible").count() == 0
	assert window.focused() == "You're booked"
	assert window.violations() == []
	window.screenshot("booked-back")
	page.reload()
	window.follow(notice.locator("a"))
	assert page.url.partition("?")[0] == confirmation
	page.go_back()
	window.follow(notice.get_by_role("button", name="Book another time"))
	assert page.locator("#booking").is_visible()
	assert page.locator("#attendee_email").input_value() == EMAIL
	# A visitor who comes by a link, and not with the Back button, wants to book.
	window.open(path)
	page.wait_for_load_state("networkidle")
	assert page.locator("#booking").is_visible()


def test_going_back_after_a_cancellation_shows_the_times(browse):
	window = browse(DESK)
	path = path_of(make_offer())
	window.book(path)
	page = window.page
	page.locator("[data-panel=cancel]").click()
	window.follow(page.locator("button", has_text="Yes, cancel it"))
	assert page.locator("h1").inner_text() == "This meeting is cancelled"
	while path not in page.url:
		page.go_back()
	page.wait_for_load_state("networkidle")
	assert page.locator("#booking").is_visible()
	assert not page.locator("#booked").is_visible()


def test_a_question_appears_after_the_answer_it_depends_on_and_is_announced(browse):
	asked = [
		{"label": "Team size?", "question_type": "Select", "options": "1–10\n51+"},
		{
			"label": "Why so many?",
			"question_type": "Text",
			"required": 1,
			"show_if": "Team size?",
			"show_if_answers": "51+",
		},
		{"label": "Campaign", "question_type": "Text", "prefill_key": "campaign", "is_hidden": 1},
	]
	meeting_type = make_offer(questions=asked)
	window = browse(SMALL_PHONE)
	window.reach_form(f"{path_of(meeting_type)}?campaign=spring")
	window.fill_in()
	page = window.page
	why = page.get_by_label("Why so many?")
	assert not why.is_visible()
	page.get_by_label("Team size?").select_option("51+")
	why.wait_for()
	window.wait_until(
		"document.getElementById('announcer').textContent.includes('Please answer this too: Why so many?')"
	)
	assert window.violations() == []
	assert not window.scrolls_sideways()
	page.locator("#submit").click()
	assert page.locator(".field.is-wrong .field-error").all_inner_texts() == ["Please answer this question."]
	why.fill("We grow")
	page.get_by_label("Team size?").select_option("1–10")
	assert not why.is_visible()
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	[booking] = bookings_of(meeting_type)
	assert [(row.question, row.answer) for row in booking.answers] == [("Team size?", "1–10"), ("Campaign", "spring")]
