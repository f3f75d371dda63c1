"""The hosts' page of the waitlists in a browser: its looks, the order by a script, and everything without one."""

import frappe
import pytest
from playwright.sync_api import expect

from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist import records
from tests.browser.screens import DESK, PHONE, SMALL_PHONE
from tests.browser.test_looks import check, sign_in_as, turn_to_the_left
from tests.pages.offer import book, host_of, in_three_days
from tests.support.factories import fresh, make_meeting_type, page_of
from tests.waitlist.people import entries_of, make_waited, offered, waiting
from tests.waitlist.world import wait_for_earlier

PATH = "/scheduling/waitlist"

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def waited():
	"""A list of four: one has an offer, one wants to meet earlier, and two have wishes. And a list that is switched off."""
	meeting_type = make_waited()
	for hour in (12, 12.5):
		later = book(meeting_type, in_three_days(hour), attendee_email=f"{fresh('cleo')}@guests.example")
	offered(meeting_type, "Ann", last_date="")
	wait_for_earlier(frappe.get_doc("Booking", later.id), now())
	wishes = {"weekdays": "2,4", "from_time": "14:00", "last_date": "", "timezone": "Asia/Tokyo"}
	waiting(meeting_type, "Bartholomew Featherstonehaugh", attendee_email=f"{fresh('bart')}@guests.example", **wishes)
	entry = waiting(meeting_type, "Dora", last_date="")
	records.note_unanswered({entry.name: 2})
	other = make_meeting_type(page_of(meeting_type), title="Workshop", has_waitlist=1, waitlist_at_once=3)
	waiting(other, "Emil")
	other.has_waitlist = 0
	other.save()
	frappe.db.commit()
	return meeting_type


def open_page(browse, waited, *args, **options):
	window = browse(*args, **options)
	sign_in_as(window, host_of(waited))
	window.open(PATH)
	return window


def names(meeting_type):
	return [each.attendee_name.split()[0] for each in entries_of(meeting_type)]


def more(window, name):
	"""Open the menu of somebody on the list."""
	summary = window.page.locator("li.type-row", has_text=name).locator("summary")
	summary.click()
	return summary.locator("xpath=..")


def test_the_looks_of_the_list_and_of_an_offer_by_hand(browse, waited):
	window = open_page(browse, waited, SMALL_PHONE)
	check(window, "waitlists")
	menu = more(window, "Dora")
	check(window, "waitlist-menu", then=menu.get_by_text("Offer a time"))
	window.follow(menu.get_by_text("Offer a time"))
	check(window, "waitlist-offer")
	turn_to_the_left(window)
	check(window, "waitlist-offer-rtl")
	window.open(PATH)
	turn_to_the_left(window)
	check(window, "waitlists-rtl")


@pytest.mark.journey
def test_a_script_moves_somebody_says_where_and_saves_it(browse, waited):
	window = open_page(browse, waited, DESK)
	before = names(waited)
	with window.page.expect_response(lambda answer: answer.request.method == "POST"):
		window.page.get_by_role("button", name="Move Dora up").click()
	expect(window.page.get_by_role("button", name="Move Dora up")).to_be_focused()
	expect(window.page.locator("#announcer")).to_have_text("Dora, position 3 of 4")
	expect(window.page.locator("#toast")).to_contain_text("The order is saved.")
	assert names(waited) == [*before[:2], "Dora", before[2]]
	with window.page.expect_response(lambda answer: answer.request.method == "POST"):
		more(window, "Dora").get_by_text("To the top").click()
	expect(window.page.locator("#announcer")).to_have_text("Dora, position 1 of 4")
	assert names(waited)[0] == "Dora"
	assert window.page.locator("details.menu[open]").count() == 0


def test_up_at_the_first_and_down_at_the_last_did_nothing(browse, waited):
	window = open_page(browse, waited, DESK)

	def dead():
		buttons = window.page.locator(".waiting").first.locator(".row > [name=move]:disabled").all()
		return [each.inner_text().replace("\n", " ") for each in buttons]

	first, *_others, last = (each.attendee_name for each in entries_of(waited))
	assert dead() == [f"↑ Move {first} up", f"↓ Move {last} down"]
	up = window.page.get_by_role("button", name=f"Move {last} up")
	for _each in range(3):
		up.press("Enter")
	assert dead()[0] == f"↑ Move {last} up"
	expect(window.page.get_by_role("button", name=f"Move {last} down")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
def test_a_time_is_offered_taken_back_and_somebody_taken_off(browse, waited, scripts):
	options = {} if scripts else {"java_script_enabled": False}
	window = open_page(browse, waited, PHONE, **options)
	page = window.page
	more(window, "Dora").get_by_text("Offer a time").click()
	page.locator("input[name=start]").nth(1).check()
	page.get_by_role("button", name="Offer this time").click()
	expect(page.locator("#toast")).to_contain_text("The time is offered")
	expect(page.locator("li.type-row", has_text="Dora").locator(".tag")).to_contain_text("is offered until")
	more(window, "Dora").get_by_text("Take the offer back").click()
	expect(page.locator("#toast")).to_contain_text("taken back")
	more(window, "Dora").get_by_text("Take off the list").click()
	expect(page.locator("li.type-row", has_text="Dora")).to_have_count(0)
	page.get_by_role("button", name="Switch on Workshop").click()
	expect(page.locator("#toast")).to_contain_text("People can join")
	if not scripts:
		page.get_by_role("button", name="Move Bartholomew Featherstonehaugh up").click()
		expect(page.locator("#toast")).to_contain_text("The order is saved.")
	assert names(waited) == (["Ann", "Ada", "Bartholomew"] if scripts else ["Ann", "Bartholomew", "Ada"])


@pytest.mark.parametrize(("language", "scheme"), [("de", "dark"), ("fr", "light"), ("es", "dark")])
def test_the_page_fits_in_each_language(browse, waited, language, scheme):
	window = open_page(browse, waited, PHONE, color_scheme=scheme)
	dora = next(each for each in entries_of(waited) if each.attendee_name == "Dora")
	for name, address in (("waitlists", f"{PATH}?"), ("waitlist-offer", f"{PATH}?entry={dora.name}&")):
		window.open(f"{address}_lang={language}")
		assert window.page.locator("html").get_attribute("lang").startswith(language)
		assert window.violations() == []
		assert not window.scrolls_sideways()
		window.screenshot(f"{name}-{language}", full=True)


def test_the_desk_lists_entries_and_offers_to_read(desk, waited):
	window = desk(host_of(waited))
	for doctype, shown in (("Waitlist Entry", "Dora"), ("Waitlist Offer", "Open")):
		window.open_list(doctype)
		row = window.page.locator(".list-row", has_text=shown).first
		row.wait_for()
		assert window.page.locator(".page-head .primary-action:visible").count() == 0
		window.screenshot(f"desk-{frappe.scrub(doctype)}")
	entry = next(each for each in entries_of(waited) if each.attendee_name == "Dora")
	window.open_form("Waitlist Entry", entry.name)
	assert window.button("Save").count() == 0
	window.screenshot("desk-waitlist-form")
