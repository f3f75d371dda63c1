"""E-mails as mail programs show them: on a phone and on a desk, in light and in dark."""

from email import message_from_string, policy
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.meetings.tokens import answer_url
from scheduler_integration.notifications.email import queue_email
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.waitlist import commands
from scheduler_integration.waitlist.links import entry_token
from tests.browser.screens import DESK, PHONE, SCREENSHOTS, Browsing, Screen
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import deliver, waiting_messages
from tests.waitlist.world import join

NOW = at("2030-03-04 06:00")
NINE = at("2030-03-04 09:00")
SCREENS = (Screen("mail-phone", 360, 640), Screen("mail-desk", 700, 900))
LONG = "https://meet.example.org/" + "averylongnameofaroomwithoutanyhyphens" * 4
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2


@pytest.fixture
def mails(commit_clean, outgoing_mail):
	"""Return the HTML of each message of a booking's life, by name."""
	host = make_user("Jane", last_name="Moreau", time_zone="Europe/Paris")
	page = make_page(host, brand_color="#ffd43b", organization="Acme & Sons")
	question = {"label": WORD, "question_type": "Long Text"}
	call = make_meeting_type(page, location_type="Custom", location_details=LONG, questions=[question])
	asked = make_meeting_type(page, requires_confirmation=1)
	found = {}
	for language in ("en", "de"):
		request = payload(page, call, NINE, language=language, notes=LONG, attendee_company=WORD)
		request["answers"] = {call.questions[0].name: WORD}
		booking = door.book({**request, "guests": ["bob@guests.example"]}, NOW)
		found |= _html(f"booked-{language}", booking.id)
		moved = bookings.reschedule_by_token(token_of(booking), RescheduleRequest(at("2030-03-05 10:00"), 30), NOW)
		found |= _html(f"moved-{language}", moved.id)
		bookings.cancel_by_token(token_of(booking), LONG, NOW)
		found |= _html(f"cancelled-{language}", moved.id)
		requested = door.book(payload(page, asked, at("2030-03-06 09:00"), language=language), NOW)
		found |= _html(f"requested-{language}", requested.id)
		bookings.cancel_by_host(requested.id, "", NOW)
	listed = make_meeting_type(page, title=WORD, has_waitlist=1, price=80, currency="EUR", payment="")
	for language in ("en", "de", "fr", "es"):
		found |= _waiting(listed, language)
	return found


def _waiting(meeting_type, language):
	"""Return the messages of somebody who joins the waitlist, and is offered the first free time."""
	dates = {"first_date": "2030-03-04", "last_date": "2030-03-29", "weekdays": [1, 5], "from_time": "09:00"}
	entry = join(meeting_type, "Ann", NOW, language=language, timezone="Europe/Paris", **dates)
	# Its look at the list makes the offer.
	deliver(entry.name, NOW)
	rows = frappe.get_all("Email Queue", {"reference_name": entry.name}, ["message"], order_by="creation asc")
	commands.leave_waitlist(entry_token(entry.name), NOW)
	joined, offer = (message_from_string(row.message, policy=policy.default) for row in rows)
	return {
		f"waitlist-{name}-{language}": mail.get_body(("html",)).get_content()
		for name, mail in (("joined", joined), ("offer", offer))
	}


def _html(name, booking):
	rows = [(message.reader.role, queue_email(message).name) for message in waiting_messages(booking, NOW)]
	texts = {role: frappe.db.get_value("Email Queue", row, "message") for role, row in rows}
	return {
		f"{name}-{role}": message_from_string(text, policy=policy.default).get_body(("html",)).get_content()
		for role, text in texts.items()
	}


def test_nothing_is_wider_than_the_window_and_all_is_legible(browse, mails):
	"""A long question pushed the host's mail to 435 px on a phone, and a link of a call to 385 px. In the dark it was white."""
	assert len(mails) >= 20
	window = browse(SCREENS[0])
	# The window may still show a file, which has no document to write into.
	window.page.goto("about:blank")
	for screen in SCREENS:
		for scheme in ("light", "dark"):
			window.turn_into(screen, scheme)
			for name, html in mails.items():
				window.page.set_content(html)
				where = name, screen.name, scheme
				assert window.page.evaluate("document.documentElement.scrollWidth") <= screen.width, where
				card = window.page.locator(".sched-card")
				assert card.bounding_box()["width"] <= 600, where
				colour = card.evaluate("(card) => getComputedStyle(card).backgroundColor")
				assert colour == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(27, 29, 35)"), where
				if Browsing.keeps_screenshots:
					window.page.screenshot(path=SCREENSHOTS / f"{name}-{screen.name}-{scheme}.png", full_page=True)
			# The lines that other apps put below our mail aren't ours.
			window.ask("document.body.replaceChildren(document.querySelector('.sched-card'))")
			contrasts = [each for each in window.violations() if each.startswith("color-contrast")]
			assert contrasts == []


@pytest.mark.parametrize(("screen", "scheme"), [(PHONE, "light"), (DESK, "dark")])
@pytest.mark.parametrize(("answer", "button", "title"), [
	("confirm", "Yes, confirm", "This meeting is confirmed"),
	("decline", "Yes, decline", "This request was declined"),
])  # fmt: skip
def test_the_page_behind_the_links_of_a_request(browse, screen, scheme, answer, button, title):
	page = make_page(make_user("Jane", time_zone="Europe/Paris"))
	booking = door.book(payload(page, make_meeting_type(page, requires_confirmation=1), NINE, notes="See you"), NOW)
	frappe.db.commit()
	path = urlsplit(answer_url(frappe.get_doc("Booking", booking.id), page.user)).path
	window = browse(screen, color_scheme=scheme)
	for step in ("asks", "done"):
		if step == "asks":
			window.open(f"{path}?answer={answer}")
		else:
			window.follow(window.page.get_by_role("button", name=button))
		assert window.violations() == []
		assert window.page.evaluate("document.documentElement.scrollWidth") <= screen.width
		if Browsing.keeps_screenshots:
			window.page.screenshot(path=SCREENSHOTS / f"answer-{answer}-{step}-{screen.name}.png", full_page=True)
	assert window.page.locator("h1").inner_text() == title
