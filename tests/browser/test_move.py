"""An attendee chooses another time with the script, and a host's pages are usable on a phone."""

import re
from datetime import datetime
from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration.platform.clock import now
from tests.browser.screens import DESK, PHONE
from tests.pages.offer import PASSWORD, bookings_of, host_of, in_three_days, make_offer, meeting_path
from tests.support import door
from tests.support.factories import payload

NOON = in_three_days(12)


def book(offer, start=NOON, **fields):
	page = frappe.get_doc("Scheduling Page", offer.scheduling_page)
	made = door.book(payload(page, offer, start, timezone="Europe/Berlin", **fields), now())
	frappe.db.commit()
	return made


def reach_move_form(window, booking, position=1):
	window.open(urlsplit(booking.manage_url).path)
	# Before the page's script runs, a time is a link that leads past "Confirm".
	window.follow(window.page.locator("a", has_text="Reschedule"))
	if window.on_phone:
		window.choose_day()
	time = window.page.locator(".time").nth(position)
	label = time.inner_text()
	time.click()
	if not window.on_phone:
		window.page.locator(".confirm").click()
	window.page.locator("#reason").wait_for()
	return label


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_an_attendee_moves_a_meeting_with_the_old_time_in_sight(browse, screen):
	offer = make_offer()
	booking = book(offer)
	window = browse(screen)
	label = reach_move_form(window, booking)
	assert window.page.locator(".old-time s").is_visible()
	window.page.locator("#held", has_text="Held for you until").wait_for()
	window.page.locator("#reason").fill("The train is late")
	# Scrolled down, the summary that sticks to the top covers a part of a link.
	window.ask("scrollTo(0, 0)")
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("move-form")
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("/schedule/manage/.*moved=1"))
	assert window.page.locator("h1").inner_text() == "Meeting moved"
	assert label in window.page.locator("time.when").inner_text()
	assert window.page.locator(".earlier s").is_visible()
	assert window.violations() == []
	window.screenshot("moved")
	assert [each.status for each in bookings_of(offer)] == ["Rescheduled", "Scheduled"]
	window.open(urlsplit(booking.manage_url).path)
	assert label in window.page.locator("time.when").inner_text()


def test_an_attendee_who_loses_the_new_time_keeps_the_reason_and_takes_the_nearest(browse):
	offer = make_offer(seats=1)
	booking = book(offer)
	window = browse(DESK)
	window.page.route("**/api/method/**public.hold_slot", lambda route: route.abort())
	reach_move_form(window, booking)
	window.page.locator("#reason").fill("The train is late")
	start = window.page.evaluate("document.getElementById('booking-form').elements.start.value")
	book(offer, int(datetime.fromisoformat(start.replace("Z", "+00:00")).timestamp()))
	window.page.locator("#submit").click()
	window.page.locator("#lost-race .alternatives button").first.click()
	assert window.page.locator("#reason").input_value() == "The train is late"
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("/schedule/manage/.*moved=1"))
	assert sorted(each.status for each in bookings_of(offer)) == ["Rescheduled", "Scheduled", "Scheduled"]


# The controls that are less than 40 pixels high. A box to tick is as high as its label.
TOO_SMALL = """[...document.querySelectorAll("main :is(a, button, input:not([type=hidden]), select, summary, textarea)")]
	.filter((each) => each.offsetParent && !each.closest(".visually-hidden"))
	.map((each) => (["checkbox", "radio"].includes(each.type) && each.closest("label")) || each)
	.filter((each) => each.getBoundingClientRect().height < 40)
	.map((each) => each.outerHTML.slice(0, 120))"""


def test_a_hosts_pages_are_accessible_on_a_phone(browse):
	offer = make_offer()
	name = book(offer, guests=["ben@guests.example"]).id
	# The next meeting has a card of its own.
	begins = now() + 1800
	soon = book(offer, NOON + 3600).id
	frappe.db.set_value("Booking", soon, {"starts_at": begins, "ends_at": begins + 1800})
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	window = browse(PHONE)
	window.context.request.post("/api/method/login", form={"usr": host_of(offer), "pwd": PASSWORD})
	panels = [meeting_path(name, panel) for panel in ("", "move", "ask", "guests", "cancel")]
	others = ("types", "page", "embed", "insights", "why", "ill", "calendars")
	plain = ("/scheduling", "/scheduling?q=ada", "/scheduling/book", "/scheduling/video")
	for address in (*plain, *(f"/scheduling/{each}" for each in others), *panels):
		window.open(address)
		# An open menu lies over what is below it, so only the first one is opened.
		window.ask("[...document.querySelectorAll('main details:not(.menu)')].forEach((each) => { each.open = true; })")
		for summary in window.page.locator("main .menu > summary:visible").all()[:1]:
			summary.click()
		for scheme in ("light", "dark"):
			window.turn_into(PHONE, scheme)
			assert window.violations() == [], scheme
			assert not window.scrolls_sideways()
			assert window.ask(TOO_SMALL) == []
			window.screenshot(f"host{re.sub('[^a-z]+', '-', address)}-{scheme}", full=True)
		# A style sheet of another page once made this field as small as a box to tick.
		times = window.page.locator("input[type=time]:visible")
		assert all(field.bounding_box()["width"] > 100 for field in times.all())


def test_a_message_that_was_typed_before_another_day_was_chosen_is_kept(browse):
	offer = make_offer()
	name = book(offer).id
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	window = browse(PHONE)
	window.context.request.post("/api/method/login", form={"usr": host_of(offer), "pwd": PASSWORD})
	window.open(meeting_path(name, "move"))
	window.page.locator("#reason").fill("The room is taken")
	window.follow(window.page.locator(".day-strip li a").nth(2))
	window.page.wait_for_function("document.getElementById('reason').value === 'The room is taken'")
	# The page of another visit doesn't know it any more.
	window.open(meeting_path(name, "cancel"))
	window.open(meeting_path(name, "move"))
	assert window.page.locator("#reason").input_value() == ""


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_host_selects_meetings_and_changes_them_at_once(browse, screen):
	offer = make_offer(requires_confirmation=1)
	for index in range(3):
		book(offer, NOON + index * 3600)
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	window = browse(screen)
	window.context.request.post("/api/method/login", form={"usr": host_of(offer), "pwd": PASSWORD})
	window.open("/scheduling")
	boxes = window.page.locator(".pick input")
	assert not boxes.first.is_visible()
	window.page.locator(".bulk > summary").click()
	window.page.locator("#select-all").click()
	boxes.last.uncheck()
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("several", full=True)
	window.page.locator("#bulk button[value=confirm]").click()
	toast = window.page.locator("#toast")
	toast.get_by_text("The meetings are changed.").wait_for()
	assert sorted(each.status for each in bookings_of(offer)) == ["Pending", "Scheduled", "Scheduled"]
	assert window.violations() == []
	window.screenshot("several-changed")
	window.follow(toast.get_by_role("button", name="Undo"))
	toast.get_by_text("Nobody was told").wait_for()
	assert sorted(each.status for each in bookings_of(offer)) == ["Pending", "Pending", "Pending"]


def test_the_way_to_undo_goes_when_it_is_too_late(browse):
	offer = make_offer()
	name = book(offer).id
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	window = browse(PHONE, keep=False)
	window.context.request.post("/api/method/login", form={"usr": host_of(offer), "pwd": PASSWORD})
	window.page.clock.install()
	window.open(meeting_path(name, "cancel"))
	window.follow(window.page.get_by_role("button", name="Yes, cancel it"))
	undo = window.page.locator("#toast").get_by_role("button", name="Undo")
	undo.wait_for()
	assert "done=" not in window.page.url
	window.page.clock.fast_forward(11_000)
	undo.wait_for(state="detached")
	assert window.page.locator("#toast").get_by_text("Cancelled.").is_visible()
