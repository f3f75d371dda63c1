"""Absences on the page of working hours, what visitors see of them, and a day that a host clears in one pass."""

import frappe
import pytest

from tests.browser.screens import DESK, SMALL_PHONE
from tests.browser.test_looks import check, sign_in_as
from tests.pages.offer import book, day_in, host_of, in_three_days, make_colleague, make_offer, path_of
from tests.support.factories import make_user

DAY = str(day_in(3))


def make_jane_and_tom():
	"""Create and commit Jane with a meeting type, and a colleague who has it too. Returns the type and the colleague."""
	intro = make_offer(title="Intro")
	return intro, make_colleague(intro)


def test_an_absence_is_planned_and_visitors_read_it(browse):
	intro, tom = make_jane_and_tom()
	book(intro, in_three_days(15))
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(intro))
	window.open("/scheduling/time-off#away")
	page = window.page
	form = page.locator("#away form[data-impact]")
	form.get_by_label("First day").fill(DAY)
	form.get_by_label("What visitors read").fill("On the mountain, without a telephone.")
	form.get_by_label("Intro").select_option(tom)
	# The meeting of that day stays, and is named before anything is saved.
	form.locator(".impact summary", has_text="1 booking").click()
	form.locator(".impact").get_by_text("Ada").first.wait_for()
	check(window, "away-asking")
	form.get_by_role("button", name="Save", exact=True).last.click()
	page.locator("#toast").get_by_text("Saved").wait_for()
	assert "Intro: Tom" in page.locator("#dates .entry").inner_text()
	check(window, "away")
	window.open(path_of(intro))
	page.locator(".notice-away").get_by_text("Meanwhile you meet Tom.").wait_for()
	check(window, "away-visitor")
	window.open(path_of(intro).rpartition("/")[0])
	page.locator(".notice-away").get_by_text("On the mountain").wait_for()
	check(window, "away-listing")


@pytest.mark.journey
def test_a_day_is_cleared_and_undone_by_keyboard(browse):
	intro, _tom = make_jane_and_tom()
	for hour in (10, 15):
		book(intro, in_three_days(hour))
	window = browse(DESK)
	sign_in_as(window, host_of(intro))
	window.open(f"/scheduling/ill?day={DAY}")
	page = window.page
	check(window, "ill")
	page.get_by_label("Message to everybody").fill("I am ill, sorry.")
	page.get_by_role("button", name="Make these changes").focus()
	with page.expect_navigation():
		page.keyboard.press("Enter")
	page.get_by_text("handed over to Tom").wait_for()
	check(window, "ill-done")
	page.get_by_role("button", name="Undo").focus()
	with page.expect_navigation():
		page.keyboard.press("Enter")
	page.get_by_text("Undone. Nobody was told.").wait_for()
	assert page.locator("select[name^='do:']").count() == 2
	check(window, "ill-undone")


def test_a_day_without_meetings_on_a_small_phone(browse):
	intro, _tom = make_jane_and_tom()
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(intro))
	window.open(f"/scheduling/ill?day={DAY}")
	check(window, "ill-empty")


def test_a_manager_decides_about_the_meetings_of_somebody_who_left(browse):
	intro, _tom = make_jane_and_tom()
	book(intro, in_three_days(10))
	book(intro, in_three_days(15))
	jane, mary = host_of(intro), make_user("Mary", roles=("Scheduling Manager",))
	frappe.get_doc("User", jane).update({"enabled": 0}).save()
	frappe.db.commit()
	window = browse(SMALL_PHONE)
	sign_in_as(window, mary)
	window.open("/scheduling")
	window.follow(window.page.locator(".trouble").get_by_text("Decide"))
	check(window, "leaving")
	window.page.get_by_label("Message to everybody").fill("Jane left us.")
	window.follow(window.page.locator("#clear button[value=clear]"))
	assert "handed over to Tom" in window.page.locator("main").inner_text()
	check(window, "leaving-done")
	window.follow(window.page.get_by_role("button", name="Undo", exact=True))
	assert window.page.locator("#clear select").count() == 2
