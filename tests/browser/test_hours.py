"""The page of working hours with its script: it saves itself, says before what would change, and takes it back."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest

from scheduler_integration.platform.clock import now, utc
from tests.browser.screens import DESK, PHONE, SMALL_PHONE
from tests.browser.test_looks import check, sign_in_as
from tests.pages.hours_page import PATH, TIME_OFF, make_jane, stored, week
from tests.pages.offer import book, host_of, in_three_days

NINE_TO_SIX = [(540, 1080)]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def in_days(count):
	return utc(now()) + timedelta(days=count)


class Hours:
	"""The page in a window, as its host sees it."""

	def __init__(self, window, query=""):
		self.intro = make_jane()
		self.user = host_of(self.intro)
		self.window, self.page = window, window.page
		sign_in_as(window, self.user)
		self.open(query)

	def open(self, query="", path=PATH):
		self.window.open(f"{path}{query}")
		self.window.wait_until("document.documentElement.classList.contains('js')")
		self.page.wait_for_load_state("networkidle")

	def row(self, day):
		return self.page.locator(f"[data-day={day}]")

	def times(self, day):
		return [each.input_value() for each in self.row(day).locator(".span input").all()]

	def set(self, day, position, time):
		field = self.row(day).locator(".span input").nth(position)
		field.fill(time)
		field.dispatch_event("change")

	@property
	def bar(self):
		return self.page.locator("form.is-changed .save-bar")

	def impact(self, form="[data-week]"):
		return self.page.locator(f"form{form} .impact")

	@contextmanager
	def saving(self):
		"""Press Save below what is changed within, and wait until it is saved. The message alone may be that of an earlier change."""
		version = "document.querySelector('[data-week] [name=modified]').value"
		before = self.window.ask(version)
		yield
		self.bar.get_by_role("button", name="Save").click()
		self.window.wait_until(f"{version} !== '{before}'")
		self.wait_for_toast("Saved")

	def wait_for_toast(self, text):
		self.page.locator("#toast").get_by_text(text, exact=True).wait_for()

	def undo(self):
		with self.page.expect_navigation():
			self.page.locator("#toast").get_by_role("button", name="Undo").click()


@pytest.fixture
def hours(browse):
	return Hours(browse(DESK))


@pytest.mark.journey
def test_a_change_says_what_it_does_is_saved_and_taken_back(hours):
	# A working day that isn't today or tomorrow: the hours of today are partly over.
	number, name = next((day.weekday(), f"{day:%A}") for day in map(in_days, (2, 3, 4)) if day.weekday() in range(5))
	with hours.saving():
		hours.set(DAYS[number], 1, "20:00")
		hours.impact().get_by_text("In the next four weeks: 8 more times.").wait_for()
		assert week(hours.user)[number] == NINE_TO_SIX
	assert not hours.bar.count()
	assert week(hours.user)[number] == [(540, 1200)]
	assert f"{name} 9:00–20:00" in hours.page.locator("#sentence").inner_text()
	assert hours.page.locator("#hours").input_value() == hours.page.locator("#sentence").inner_text()
	# All forms are about one record, so the next one isn't taken for another window's.
	with hours.saving():
		hours.page.get_by_label("30 minutes").check()
		hours.impact("[action$='#rules']").get_by_text("four weeks").wait_for()
	hours.undo()
	hours.wait_for_toast("Undone")
	assert (stored(hours.user).buffer_minutes, week(hours.user)[number]) == (0, [(540, 1200)])


def test_hours_are_added_removed_and_switched_off_by_keyboard(hours):
	add = hours.row("tue").get_by_role("button", name="Add hours: Tuesday")
	add.focus()
	with hours.saving():
		add.press("Enter")
		assert hours.times("tue") == ["09:00", "18:00", "19:00", "20:00"]
		assert hours.window.ask("document.activeElement.name") == "tue_from"
	assert week(hours.user)[1] == [(540, 1080), (1140, 1200)]
	remove = hours.row("tue").get_by_role("button", name="Remove").first
	remove.focus()
	remove.press("Enter")
	hours.window.wait_until("document.querySelector('#sentence').textContent.includes('Tuesday 19:00')")
	box = hours.row("wed").get_by_role("checkbox", name="Wednesday")
	box.focus()
	box.press("Space")
	assert hours.row("wed").get_by_text("Not available").is_visible()
	assert not hours.row("wed").locator(".span").is_visible()
	hours.window.wait_until("!document.querySelector('#sentence').textContent.includes('Wednesday')")


def test_hours_over_midnight_are_named(hours):
	hours.set("fri", 0, "22:00")
	hours.set("fri", 1, "02:00")
	assert hours.row("fri").locator(".span-note").inner_text() == "until 02:00 next day"
	hours.set("fri", 1, "00:00")
	assert hours.row("fri").locator(".span-note").inner_text() == "until midnight"


@pytest.mark.parametrize(
	("button", "ticked", "changed"),
	[("Copy to all days", [], 7), ("Copy to all weekdays", [], 5), ("Apply", ["Sunday"], 2)],
)
def test_hours_are_copied_and_that_is_undone(hours, button, ticked, changed):
	with hours.saving():
		hours.set("mon", 0, "10:00")
	menu = hours.row("mon").locator(".copy-to")
	menu.locator("summary").click()
	for name in ticked:
		menu.get_by_label(name).check()
	with hours.saving():
		menu.get_by_role("button", name=button, exact=True).click()
		assert not menu.get_by_role("button", name="Apply").is_visible()
	assert list(week(hours.user).values()).count([(600, 1080)]) == changed
	hours.undo()
	hours.wait_for_toast("Undone")
	assert list(week(hours.user).values()).count([(600, 1080)]) == 1


def test_bookings_that_would_lie_outside_are_asked_about(hours):
	booking = book(hours.intro, in_three_days(9))
	day = DAYS[utc(in_three_days(9)).weekday()]
	hours.set(day, 0, "12:00")
	hours.impact().get_by_text("1 booking now lies outside your hours").wait_for()
	hours.impact().locator("summary", has_text="1 booking").click()
	[link] = hours.impact().get_by_role("link").all()
	assert re.fullmatch(r"/scheduling(/meeting/.*|\?.*)", link.get_attribute("href"))
	assert hours.bar.get_by_text("Not saved yet").is_visible()
	assert week(hours.user)[utc(in_three_days(9)).weekday()] == NINE_TO_SIX
	# It is asked again about what is typed meanwhile.
	with hours.saving(), hours.page.expect_response(lambda answer: "impact" in (answer.request.post_data or "")):
		hours.set(day, 0, "11:00")
	assert week(hours.user)[utc(in_three_days(9)).weekday()] == [(660, 1080)]
	assert booking.id


def test_the_bar_covered_what_had_the_focus_and_saving_lost_it(hours):
	hours.set("mon", 0, "10:00")
	hours.impact().get_by_text("four weeks").wait_for()
	covered = """((focused, bar) => !bar.contains(focused)
		&& focused.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1)
		(document.activeElement, document.querySelector("form.is-changed .save-bar"))"""
	save = hours.bar.get_by_role("button", name="Save")
	hours.row("mon").locator(".span input").first.focus()
	while not save.evaluate("(button) => button.matches(':focus')"):
		hours.page.keyboard.press("Tab")
		assert not hours.window.ask(covered), hours.window.focused()
	hours.page.keyboard.press("Enter")
	hours.wait_for_toast("Saved")
	assert hours.window.ask("document.activeElement.name") == "mon_from"


def test_changes_that_are_discarded_are_not_saved(hours):
	book(hours.intro, in_three_days(9))
	hours.row(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[utc(in_three_days(9)).weekday()]).locator(
		".day-name input"
	).uncheck()
	with hours.page.expect_navigation():
		hours.bar.get_by_role("button", name="Discard my changes").click()
	assert len(week(hours.user)) == 7


def test_a_mistake_is_beside_its_day_and_goes_with_it(hours):
	hours.set("mon", 1, "")
	hours.bar.get_by_role("button", name="Save").click()
	error = hours.page.locator("#mon-error")
	error.get_by_text("Enter both times.").wait_for()
	assert hours.row("mon").locator("[name=mon]").get_attribute("aria-invalid") == "true"
	with hours.saving():
		hours.set("mon", 1, "12:00")
	assert not error.is_visible()
	assert week(hours.user)[0] == [(540, 720)]


def test_two_windows_show_both_versions(hours, browse):
	other = browse(DESK)
	sign_in_as(other, hours.user)
	other.open(PATH)
	other.page.wait_for_load_state("networkidle")
	with hours.saving():
		hours.set("mon", 1, "12:00")
	field = other.page.locator("[data-day=mon] .span input").nth(1)
	field.fill("20:00")
	field.dispatch_event("change")
	other.page.locator("form.is-changed .save-bar").get_by_role("button", name="Save").click()
	box = other.page.locator(".conflict")
	box.wait_for()
	assert box.locator("dt").all_inner_texts() == ["Monday"]
	assert box.locator("dd").all_inner_texts() == ["Yours: 09:00 – 20:00", "Stored now: 09:00 – 12:00"]
	assert week(hours.user)[0] == [(540, 720)]
	box.get_by_role("button", name="Keep mine").click()
	other.page.locator("#toast").get_by_text("Saved", exact=True).wait_for()
	assert week(hours.user)[0] == [(540, 1200)]


class TestTheMonth:
	@pytest.fixture
	def hours(self, hours):
		hours.open(path=TIME_OFF)
		hours.page.locator("#away .fold > summary").click()
		return hours

	def day(self, step):
		return (utc(now()).date() + timedelta(days=step)).isoformat()

	def box(self, hours, day):
		return hours.page.locator(f"[name=day][value='{day}']:not([type=hidden])")

	def open_next(self, hours):
		"""Show the next month, whose days are all still to come, and return its first Monday to Sunday."""
		hours.page.get_by_role("link", name="Next month").click()
		first = (utc(now()).date().replace(day=1) + timedelta(days=31)).replace(day=1)
		monday = first + timedelta(days=(-first.weekday()) % 7)
		hours.window.wait_until(
			"(month) => document.querySelector('[data-dates] [name=month]').value === month", f"{first:%Y-%m}"
		)
		return [(monday + timedelta(days=step)).isoformat() for step in range(14)]

	def chosen(self, hours):
		return sorted(hours.window.ask("[...new FormData(document.querySelector('form[data-dates]')).getAll('day')]"))

	def test_a_range_is_chosen_with_shift_and_saved(self, hours):
		days = self.open_next(hours)
		hours.page.locator("label.day", has=self.box(hours, days[0])).click()
		hours.page.locator("label.day", has=self.box(hours, days[4])).click(modifiers=["Shift"])
		assert self.chosen(hours) == days[:5]
		assert hours.page.locator("#days-chosen").inner_text() == "Days chosen: 5"
		hours.impact("[data-dates]").get_by_text("In the next four weeks").wait_for()
		hours.page.get_by_label("Reason").first.fill("Skiing")
		with hours.page.expect_navigation():
			hours.page.get_by_role("button", name="Save", exact=True).last.click()
		assert "Skiing" in hours.page.locator("#dates .entry").inner_text()
		hours.page.locator("#toast").get_by_text("Saved").wait_for()

	def test_the_keyboard_alone_is_enough(self, hours):
		days = self.open_next(hours)
		self.box(hours, days[1]).focus()
		press = hours.page.keyboard.press
		press("Space")
		press("ArrowRight")
		press("Shift+ArrowRight")
		press("Shift+ArrowDown")
		assert hours.window.ask("document.activeElement.value") == days[10]
		assert self.chosen(hours) == days[1:11]
		press("Home")
		assert hours.window.ask("document.activeElement.value") == days[7]
		press("Space")
		assert self.chosen(hours) == [*days[1:7], *days[8:11]]
		press("PageDown")
		hours.window.wait_until(f"!document.activeElement.value.startsWith('{days[0][:7]}')")
		press("Space")
		assert len(self.chosen(hours)) == 10
		press("PageUp")
		hours.window.wait_until(f"document.activeElement.value.startsWith('{days[0][:7]}')")
		assert len(self.chosen(hours)) == 10

	def test_the_tab_key_reaches_one_day(self, hours):
		tabbable = "[...document.querySelectorAll('#month td input')].filter((box) => box.tabIndex === 0).length"
		assert hours.window.ask(tabbable) == 1


def test_the_zone_says_what_it_changes_before_it_is_saved(hours):
	hours.page.locator(".zone-fold summary").click()
	hours.page.get_by_label("Time zone of these hours").select_option("Asia/Tokyo")
	hours.impact("[action$='#week']").filter(has_text="four weeks").first.wait_for()
	assert stored(hours.user).timezone == "UTC"
	hours.page.get_by_label("Move the times").check()
	hours.impact("[action$='#week']").filter(has_text="No time changes").first.wait_for()
	with hours.page.expect_navigation():
		hours.page.get_by_role("button", name="Change the time zone").click()
	assert (stored(hours.user).timezone, week(hours.user)[0]) == ("Asia/Tokyo", [(1080, 1620)])


def test_the_strip_leads_to_why_at_the_time_that_was_clicked(hours):
	strip = hours.page.locator("#forecast")
	assert strip.get_by_role("link").count() == 14
	tomorrow = strip.get_by_role("link").nth(1)
	assert "offered 09:00 – 18:00" in tomorrow.inner_text() or "offered" in tomorrow.text_content()
	box = tomorrow.locator(".bars").bounding_box()
	with hours.page.expect_navigation():
		hours.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
	assert "time=13%3A00" in hours.page.url


def test_each_state_looks_right(browse):
	hours = Hours(browse(SMALL_PHONE))
	book(hours.intro, in_three_days(9))
	day = DAYS[utc(in_three_days(9)).weekday()]
	check(hours.window, "hours")
	with hours.saving():
		hours.row("mon").locator("[data-add]").click()
	menu = hours.row("mon").locator(".copy-to")
	menu.locator("summary").click()
	check(hours.window, "hours-copying", then=menu.get_by_role("button", name="Apply"))
	hours.page.keyboard.press("Escape")
	hours.row(day).locator(".day-name input").uncheck()
	hours.impact().get_by_text("lies outside").wait_for()
	check(hours.window, "hours-asking")
	hours.page.once("dialog", lambda dialog: dialog.accept())
	hours.open()
	for fold in hours.page.locator(".fold > summary").all():
		fold.click()
	hours.page.get_by_label("Other", exact=True).check()
	check(hours.window, "hours-open")
	hours.page.once("dialog", lambda dialog: dialog.accept())
	hours.open(path=TIME_OFF)
	for fold in hours.page.locator(".fold > summary").all():
		fold.click()
	for what in ("On a trip", "Not available", "Other hours"):
		hours.page.get_by_role("radio", name=what).check()
		check(hours.window, f"time-off-{what}")
	hours.page.locator("label.day:not(.is-past)").last.click()
	with hours.page.expect_navigation():
		hours.page.get_by_role("button", name="Save", exact=True).last.click()
	check(hours.window, "hours-dates")


@pytest.mark.parametrize("path", [PATH, TIME_OFF])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_text_at_twice_its_size(browse, screen, path):
	hours = Hours(browse(screen))
	hours.open(path=path)
	for fold in hours.page.locator(".fold > summary").all():
		fold.click()
	hours.page.evaluate("document.documentElement.style.fontSize = '200%'")
	assert not hours.window.scrolls_sideways()
	hours.window.screenshot(f"{path[12:]}-large-text", full=True)


def test_the_end_of_a_twelve_hour_time_was_cut_off(browse):
	hours = Hours(browse(DESK, locale="en-US"))
	shown, whole = hours.window.ask(
		"""[...document.querySelectorAll("[data-day=mon] .span input")].slice(0, 1).flatMap((field) => {
			const shown = field.offsetWidth;
			field.style.flex = "none";
			return [shown, field.offsetWidth];
		})"""
	)
	assert shown >= whole


def test_only_the_fields_of_what_is_chosen_are_shown(hours):
	hours.open(path=TIME_OFF)
	form = hours.page.locator("#away form[data-impact]")
	shown = {
		"Not available": ["Starts at", "How often", "What visitors read", "Reason"],
		"Other hours": ["These days, from", "Reason"],
		"On a trip": ["Where", "Reason"],
		"The usual hours again": [],
	}
	labels = sorted({label for each in shown.values() for label in each} | {"Repeats until"})
	for what, expected in shown.items():
		form.get_by_role("radio", name=what).check()
		visible = [label for label in labels if form.get_by_label(label).first.is_visible()]
		assert visible == sorted(expected)
	form.get_by_role("radio", name="Not available").check()
	form.get_by_label("How often").select_option("weekly")
	assert form.get_by_label("Repeats until").is_visible()


def test_right_to_left(browse):
	hours = Hours(browse(DESK, locale="ar-EG"), "?_lang=ar")
	# As it would be with a catalogue for such a language.
	hours.window.ask("document.documentElement.dir = 'rtl'")
	week_box, strip = (hours.page.locator(one).bounding_box() for one in ("#week", "#preview"))
	assert week_box["x"] > strip["x"]
	hours.open("?_lang=ar", TIME_OFF)
	hours.window.ask("document.documentElement.dir = 'rtl'")
	hours.page.locator("#away .fold > summary").click()
	# Arrows point the other way: the day on the left is the next one.
	days = hours.page.locator("#month td input:not([disabled])")
	days.first.focus()
	hours.page.keyboard.press("ArrowLeft")
	assert hours.window.ask("document.activeElement.value") == days.nth(1).input_value()
	check(hours.window, "hours-rtl")
