"""The editor of a meeting type in a browser: the preview follows what is typed, and a test booking is shown."""

import re

import pytest

from tests.browser.screens import DESK, SMALL_PHONE
from tests.browser.test_looks import sign_in_as
from tests.pages.offer import QUESTIONS, host_of, make_offer
from tests.pages.test_pictures import picture

PATH = "/scheduling/types"


@pytest.fixture
def intro():
	return make_offer(questions=QUESTIONS)


def open_editor(browse, screen, doc):
	window = browse(screen)
	sign_in_as(window, host_of(doc))
	window.open(f"{PATH}/{doc.name}")
	return window


def heading(window):
	return window.page.frame_locator("#preview").locator("h1")


def open_all(window):
	window.ask("document.querySelectorAll('details.group, details.question').forEach((one) => { one.open = true; })")


def test_the_preview_follows_what_is_typed_before_it_is_saved(browse, intro):
	window = open_editor(browse, DESK, intro)
	page = window.page
	heading(window).get_by_text("Intro call").wait_for()
	before = window.ask("history.length")
	page.locator("#basics-name").fill("Intro call!")
	heading(window).get_by_text("Intro call!").wait_for()
	page.locator("#questions > summary").click()
	window.ask("document.querySelector('.question').open = true")
	page.locator("#questions-label-0").fill("What else?")
	page.frame_locator("#preview").get_by_label("What else?").wait_for()
	page.locator("#questions-label-0").fill("And then?")
	page.frame_locator("#preview").get_by_label("And then?").wait_for()
	assert window.ask("history.length") == before
	assert page.locator("iframe").count() == 1
	page.locator("#preview-desktop").check(force=True)
	assert (
		page.frame_locator("#preview").locator("html").evaluate("(one) => one.ownerDocument.defaultView.innerWidth")
		> 900
	)


@pytest.mark.parametrize("screen", [SMALL_PHONE, DESK], ids=lambda screen: screen.name)
def test_the_editor_and_the_test_are_accessible_and_fit(browse, intro, screen):
	window = open_editor(browse, screen, intro)
	open_all(window)
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("type-editor")
	window.page.locator("#link .menu > summary").click()
	window.page.locator("button", has_text="Book yourself as a test").click()
	window.page.locator("h1", has_text="This was a test").wait_for()
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("type-test")
	window.page.locator("a", has_text="Back to the meeting type").click()
	window.page.wait_for_url(re.compile(f"{PATH}/{intro.name}"))
	window.open(f"{PATH}/{intro.name}/preview?step=form")
	assert window.violations() == []
	assert not window.scrolls_sideways()


@pytest.mark.journey
def test_two_groups_are_saved_one_after_the_other(browse, intro):
	"""The second group had the version from before the first was saved, and was refused as a conflict."""
	window = open_editor(browse, DESK, intro)
	open_all(window)
	page = window.page
	for field, text in (("#basics-name", "First"), ("#words-description", "Second")):
		page.locator(field).fill(text)
		page.locator(".is-changed").get_by_role("button", name="Save").click()
		page.locator(".is-changed").wait_for(state="detached")
	assert page.locator(".conflict").count() == 0
	window.open(f"{PATH}/{intro.name}")
	assert page.locator("#words-description").input_value() == "Second"
	assert page.locator("#basics-name").input_value() == "First"


def test_length_went_live_before_anybody_had_read_what_it_takes(browse, intro):
	"""It was saved on leaving the field. Asking what it changes saved it too, and the next edit was refused as a conflict."""
	window = open_editor(browse, DESK, intro)
	page = window.page
	posted = []
	page.on("request", lambda one: one.method == "POST" and posted.append(one.post_data or ""))
	assert page.locator("#basics .save-bar").is_hidden()
	page.locator("#basics-duration_minutes").fill("120")
	page.locator("#basics-name").focus()
	page.locator("#basics .impact", has_text="fewer times").wait_for()
	assert window.scrolls_sideways() is False
	window.screenshot("type-unsaved")
	assert all("action=impact" in body for body in posted if "step=" not in body)
	page.get_by_role("button", name="Discard my changes").and_(page.locator(":visible")).click()
	page.locator("#basics .save-bar").wait_for(state="hidden")
	assert page.locator("#basics-duration_minutes").input_value() == str(intro.duration_minutes)
	page.locator("#basics-duration_minutes").fill("60")
	page.locator("#basics-is_unlisted").check()
	page.locator("#basics .save-bar").get_by_role("button", name="Save").click()
	page.locator("#toast", has_text="Saved").wait_for()
	assert page.locator(".conflict").count() == 0
	page.locator("#basics-duration_minutes").fill("90")
	page.locator("#basics .save-bar").get_by_role("button", name="Discard my changes").click()
	assert page.locator("#basics-duration_minutes").input_value() == "60"
	window.open(f"{PATH}/{intro.name}")
	assert page.locator("#basics-duration_minutes").input_value() == "60"
	assert page.locator("#basics-is_unlisted").is_checked()


def test_a_field_is_shown_while_it_matters(browse, intro):
	window = open_editor(browse, DESK, intro)
	open_all(window)
	page = window.page

	def shown():
		names = ("buffer_before_minutes", "max_days_in_advance", "window_from", "skips_days_off", "waitlist_minutes")
		return [name for name in names if page.locator(f".group [name={name}]").is_visible()]

	assert shown() == []
	page.get_by_label("Use buffer, notice and window of the host's schedule").uncheck()
	assert shown() == ["buffer_before_minutes", "max_days_in_advance"]
	page.locator("#when-window_type").select_option("fixed_range")
	assert shown() == ["buffer_before_minutes", "window_from"]
	page.get_by_label("Number of days").fill("2")
	page.get_by_label("People can wait for a time").check()
	assert shown() == ["buffer_before_minutes", "window_from", "skips_days_off", "waitlist_minutes"]
	window.screenshot("type-fields", full=True)


@pytest.mark.parametrize("screen", [SMALL_PHONE, DESK], ids=lambda screen: screen.name)
def test_the_look_of_a_page_is_accessible_and_fits(browse, intro, screen):
	window = browse(screen)
	sign_in_as(window, host_of(intro))
	window.open("/scheduling/page?view=look")
	logo = {"name": "logo.png", "mimeType": "image/png", "buffer": picture()}
	window.page.get_by_label("Logo", exact=True).set_input_files(logo)
	window.page.locator("button[value=logo]").click()
	window.page.locator("#toast", has_text="Visitors see the logo now.").wait_for()
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("page-look")


def test_the_preview_of_the_page_follows_what_is_typed(browse, intro):
	window = browse(DESK)
	sign_in_as(window, host_of(intro))
	window.open("/scheduling/page?view=look")
	page = window.page
	page.locator(".preview").scroll_into_view_if_needed()
	heading(window).get_by_text("Jane Doe").wait_for()
	page.get_by_label("Name of the page").fill("Jane, unsaved")
	heading(window).get_by_text("Jane, unsaved").wait_for()
	window.screenshot("page-preview")
