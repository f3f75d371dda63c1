"""The scripts that pages of hosts share: a form that saves itself, undoing, a list that is put in order.

They run on a page that is made here, against answers that are made here. Their contract is that of pages/kit/saving.py.
"""

import json
import time
from urllib.parse import parse_qs

import frappe
import pytest

from demo import parts
from scheduler_integration.pages.host.house import host_strings
from tests.browser.screens import DESK, PATIENCE, Screen
from tests.browser.test_looks import sign_in_as
from tests.pages.offer import host_of, make_offer

ADDRESS = "/scheduling/made-up"
PAGE = """<!doctype html><html lang="en"><head><title>Made up</title>
<script type="module" src="/assets/scheduler_integration/js/host.js"></script></head><body>
<form method="post" action="/scheduling/made-up" data-autosave>
	<input type="hidden" name="csrf_token" value="secret"><input type="hidden" name="modified" value="1">
	<label for="title">Title</label> <input id="title" name="title" value="Intro">
	<label>Length <input name="length" value="30"></label>
	<label>Listed <input type="checkbox" name="listed" value="1"></label>
	<ol data-sortable>{rows}</ol>
	<button type="submit">Save</button> <button name="action" value="impact">Look</button>
</form>
<div id="toast" role="status"></div><p id="announcer" role="status"></p>
<script type="application/json" id="data">{data}</script></body></html>"""
ROW = """<li data-title="{0}"><input type="hidden" name="order" value="{0}">{0}
<button name="move" value="up:{0}">Up</button><button name="move" value="down:{0}">Down</button></li>"""


class Server:
	"""Answers the page's requests, and keeps the forms that were sent."""

	def __init__(self, window):
		self.forms, self.answers, self.window = [], [], window
		rows = "".join(ROW.format(each) for each in "ABC")
		self.html = PAGE.format(rows=rows, data=json.dumps({"strings": host_strings()}))
		window.page.route(f"**{ADDRESS}", self._answer)
		window.open(ADDRESS)
		window.wait_until("document.documentElement.classList.contains('js')")
		window.page.wait_for_load_state("networkidle")

	def _answer(self, route):
		if route.request.method == "GET":
			return route.fulfill(body=self.html, content_type="text/html")
		assert route.request.headers["accept"] == "application/json"
		self.forms.append(parse_qs(route.request.post_data))
		status, body = self.answers.pop(0)
		return route.abort() if status == 0 else route.fulfill(status=status, json=body)

	def will(self, status=200, **body):
		self.answers.append((status, {"saved": status == 200, "message": "Saved", **body}))

	def wait_for(self, count):
		deadline = time.monotonic() + PATIENCE
		while len(self.forms) < count and time.monotonic() < deadline:
			self.window.page.wait_for_timeout(20)
		assert len(self.forms) == count


@pytest.fixture
def window(browse):
	return browse(DESK)


@pytest.fixture
def server_of(window):
	return Server(window)


def toast(window):
	return window.page.locator("#toast")


@pytest.mark.journey
def test_a_change_is_saved_once_and_not_with_each_key(browse):
	window = browse(DESK, keep=False)
	window.page.clock.install()
	server_of = Server(window)
	server_of.will(modified="2")
	window.page.locator("#title").press("End")
	window.page.locator("#title").press_sequentially(" call")
	window.page.clock.fast_forward(60_000)
	assert server_of.forms == []
	window.page.locator("#title").press("Tab")
	window.page.clock.fast_forward(1000)
	server_of.wait_for(1)
	assert server_of.forms[0]["title"] == ["Intro call"]
	assert server_of.forms[0]["modified"] == ["1"]
	toast(window).get_by_text("Saved").wait_for()
	assert window.page.locator("[name=modified]").input_value() == "2"


def test_what_was_saved_is_taken_back_and_the_page_is_loaded_again(window, server_of):
	server_of.will(undo="key", seconds=10)
	server_of.will(message="Undone")
	window.page.locator("#title").fill("Other")
	window.page.locator("#title").press("Tab")
	toast(window).get_by_role("button", name="Undo").click()
	toast(window).get_by_text("Undone").wait_for()
	assert server_of.forms[1] == {"undo": ["key"], "csrf_token": ["secret"]}
	assert window.page.locator("#title").input_value() == "Intro"


def test_undo_was_as_far_away_by_keyboard_as_the_page_is_long(window, server_of):
	server_of.will(undo="key", seconds=10)
	server_of.will(message="Undone")
	keys = window.page.keyboard
	window.page.locator("#title").fill("Other")
	keys.press("Tab")
	assert window.ask("document.activeElement.name") == "length"
	undo = toast(window).get_by_role("button", name="Undo")
	undo.wait_for()
	keys.press("Tab")
	assert window.ask("document.activeElement.textContent") == "Undo"
	keys.press("Shift+Tab")
	assert window.ask("document.activeElement.name") == "length"
	keys.press("Tab")
	assert window.ask("document.activeElement.name") == "listed"
	undo.focus()
	keys.press("Enter")
	toast(window).get_by_text("Undone").wait_for()


def test_a_button_with_a_name_saved_what_it_was_asked_only_to_look_at(window, server_of):
	server_of.will()
	window.ask(
		"""(() => {
			const [form, field] = [document.querySelector("form"), document.querySelector("#title")];
			form.addEventListener("submit", (event) => event.preventDefault(), { once: true });
			field.value = "Looked at";
			field.dispatchEvent(new Event("change", { bubbles: true }));
			form.requestSubmit(document.querySelector("button[name=action]"));
			dispatchEvent(new PageTransitionEvent("pagehide"));
			field.value = "Saved";
			form.requestSubmit();
		})()"""
	)
	server_of.wait_for(1)
	assert server_of.forms[0]["title"] == ["Saved"]


def test_an_error_is_beside_its_field_until_it_is_right(window, server_of):
	server_of.will(400, message="Please check the marked fields.", errors={"length": "Choose 5 to 720 minutes."})
	server_of.will()
	length = window.page.locator("[name=length]")
	length.fill("1")
	length.press("Enter")
	line = window.page.locator("#length-error")
	line.get_by_text("Choose 5 to 720 minutes.").wait_for()
	assert length.get_attribute("aria-invalid") == "true"
	assert length.get_attribute("aria-describedby") == "length-error"
	length.fill("30")
	length.press("Enter")
	line.wait_for(state="hidden")
	assert length.get_attribute("aria-invalid") is None


@pytest.mark.parametrize("keeps", [True, False])
def test_a_conflict_shows_both_versions_and_asks(window, server_of, keeps):
	# A box that isn't ticked has a value too, which isn't what it says.
	conflict = {"modified": "7", "theirs": {"title": "Theirs", "length": "30", "listed": ""}}
	server_of.will(409, message="This was changed meanwhile.", conflict=conflict)
	server_of.will(modified="8")
	window.page.locator("#title").fill("Mine")
	window.page.locator("#title").press("Tab")
	box = window.page.locator(".conflict")
	box.wait_for()
	assert box.locator("dd").all_inner_texts() == ["Yours: Mine", "Stored now: Theirs"]
	if not keeps:
		box.get_by_role("button", name="Use what is stored").click()
		window.wait_until("document.querySelector('#title')?.value === 'Intro'")
		assert len(server_of.forms) == 1
		return
	box.get_by_role("button", name="Keep mine").click()
	server_of.wait_for(2)
	assert (server_of.forms[1]["title"], server_of.forms[1]["modified"]) == (["Mine"], ["7"])
	box.wait_for(state="detached")


def test_without_a_connection_nothing_is_lost_and_one_button_tries_again(window, server_of):
	server_of.will(0)
	server_of.will()
	window.page.locator("#title").fill("Mine")
	window.page.locator("#title").press("Tab")
	toast(window).get_by_role("button", name="Try again").click()
	server_of.wait_for(2)
	assert server_of.forms[1]["title"] == ["Mine"]


def test_a_list_is_put_in_order_by_keyboard_and_saved(window, server_of):
	server_of.will()
	up = window.page.get_by_role("button", name="Up").nth(2)
	up.focus()
	up.press("Enter")
	server_of.wait_for(1)
	assert server_of.forms[0]["order"] == ["A", "C", "B"]
	assert window.ask("document.activeElement.value") == "up:C"
	window.page.locator("#announcer").get_by_text("C, position 2 of 3").wait_for()


def test_a_host_scrolled_through_four_hundred_time_zones(browse):
	window = browse(DESK)
	sign_in_as(window, host_of(make_offer()))
	window.open("/scheduling/times")
	search, zones = window.page.locator(".zone-search"), window.page.locator("#tz")
	for typed, zone in (
		("munich", "Europe/Berlin"),
		("new zealand", "Pacific/Auckland"),
		("Honolulu", "Pacific/Honolulu"),
	):
		search.fill(typed)
		window.wait_until("(zone) => document.querySelector('#tz').value === zone", zone)
	assert zones.locator("option:not([hidden])").count() == 1
	search.press("Enter")
	assert window.focused() == "tz"


def test_enlarged_to_200_percent_the_last_pages_of_a_host_were_out_of_sight(browse):
	window = browse(Screen("enlarged", 640, 400))
	sign_in_as(window, host_of(make_offer()))
	window.open("/scheduling")
	ends = window.ask(
		"[...document.querySelectorAll('.house-nav a')].map((each) => each.getBoundingClientRect().right)"
	)
	assert len(ends) == 5
	assert max(ends) <= 640


def test_enlarged_to_200_percent_on_a_phone_the_names_of_days_broke(browse):
	window = browse(Screen("enlarged-phone", 190, 400))
	sign_in_as(window, host_of(make_offer()))
	window.open("/scheduling/hours")
	names = "[...document.querySelectorAll('.day-name span')]"
	assert len(set(window.ask(f"{names}.map((each) => each.offsetHeight)"))) == 1


def test_the_page_of_all_parts_broke_for_want_of_its_message(window, monkeypatch):
	monkeypatch.setattr(frappe.local, "request", None, raising=False)
	frappe.utils.set_request(method="GET", path=parts.PATH)
	html = parts.page(frappe.request).get_data(as_text=True)
	window.page.route(f"**{parts.PATH}", lambda route: route.fulfill(body=html, content_type="text/html"))
	window.open(parts.PATH)
	window.wait_until("document.documentElement.classList.contains('js')")
	assert toast(window).get_by_role("button", name="Undo").is_visible()
