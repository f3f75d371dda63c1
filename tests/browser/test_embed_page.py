"""`/scheduling/embed` in a browser: what is chosen shows at once, in the preview and in the code."""

import frappe
import pytest
from frappe.utils.password import update_password

from tests.browser.screens import DESK, PHONE
from tests.pages.offer import PASSWORD, host_of, path_of


def open_as_host(window, offer):
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	window.context.request.post("/api/method/login", form={"usr": host_of(offer), "pwd": PASSWORD})
	window.open("/scheduling/embed")


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_choices_show_at_once_in_the_preview_and_in_the_code(browse, offer, screen):
	window = browse(screen)
	open_as_host(window, offer)
	page = window.page
	preview = page.frame_locator(".embed-preview iframe")
	preview.locator("a.meeting").wait_for()
	page.locator("#meeting").select_option(path_of(offer).removeprefix("/schedule/"))
	preview.locator(".day.is-free").first.wait_for()
	page.locator("#color").fill("#a21caf")
	page.locator("#code-html", has_text="#a21caf").wait_for()
	assert page.evaluate("document.activeElement.id") == "color"
	preview.locator(".day.is-free").first.wait_for()
	assert not window.scrolls_sideways()
	assert window.violations() == []
	window.screenshot("embed")
	page.locator("input[value=button]").check()
	page.locator(".embed-preview scheduler-booking[mode=button] a").click()
	page.frame_locator("dialog iframe").locator(".day.is-free").first.wait_for()
	window.screenshot("embed-button")
	page.keyboard.press("Escape")
	page.locator("dialog[open]").wait_for(state="detached")
	assert "color=%23a21caf" in page.url
