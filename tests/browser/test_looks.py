"""Each state of the pages, narrow and wide, dark and light: axe-core finds nothing, and nothing scrolls sideways.

A state is reached once, on the narrowest screen that leads there, and looked at on each of the others. With
--screenshots, each state is saved as a picture, also in the other colours.
"""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.platform.clock import now, utc
from tests.browser.screens import DESK, PHONE, SMALL_PHONE
from tests.pages.offer import (
	DAYS,
	PASSWORD,
	QUESTIONS,
	TeamOffer,
	book,
	host_of,
	in_three_days,
	make_offer,
	meeting_path,
	path_of,
)
from tests.support import door
from tests.support.factories import (
	at,
	make_assessment,
	make_consultant,
	make_external_type,
	make_host,
	make_meeting_type,
	make_team_page,
	make_user,
	payload,
)

LIGHT, DARK = "light", "dark"


# A dark phone and a light desktop screen together show all layouts and all colours.
LOOKS = ((PHONE, DARK), (DESK, LIGHT))
OTHER_COLOURS = {DARK: LIGHT, LIGHT: DARK}
# On the booking page, phones and desks go different ways. A test goes each of them once: on phones on the narrowest.
each_way = pytest.mark.parametrize(
	("screen", "looks"),
	[pytest.param(SMALL_PHONE, LOOKS[:1], id="phones"), pytest.param(DESK, LOOKS[1:], id="desk")],
)


def sign_in_as(window, user):
	update_password(user, PASSWORD)
	frappe.db.commit()
	assert window.page.request.post("/api/method/login", form={"usr": user, "pwd": PASSWORD}).ok


def check(window, name, looks=LOOKS, then=None):
	"""Look at what the window shows: on its own screen, which may be too narrow for it, and as on each of the others.

	The page isn't loaded again. The window gets another size and other colours, and its own again afterwards. `then` is
	what the test clicks next on its own screen; on the others nothing may cover it.
	"""
	own = window.screen
	assert not window.scrolls_sideways()
	for screen, scheme in looks:
		window.turn_into(screen, scheme)
		assert not window.scrolls_sideways(), screen
		assert window.violations() == [], (screen, scheme)
		if then:
			then.click(trial=True)
		window.screenshot(f"{name}-{scheme}")
		if window.keeps_screenshots:
			window.turn_into(screen, OTHER_COLOURS[scheme])
			window.screenshot(f"{name}-{OTHER_COLOURS[scheme]}")
	window.turn_into(own)


@each_way
def test_the_way_to_a_booking(browse, screen, looks):
	meeting_type = make_offer(questions=QUESTIONS, duration_options="30, 60", price=40, requires_confirmation=1)
	window = browse(screen)
	path = path_of(meeting_type)
	window.open(path.rpartition("/")[0])
	check(window, "page", looks)
	window.open(path)
	check(window, "month", looks)
	window.page.locator("#zone-button").click()
	window.page.locator("#zone-list li").first.wait_for()
	check(window, "zones", looks)
	window.page.keyboard.press("Escape")
	if window.on_phone:
		window.choose_day()
	else:
		window.page.locator(".time").first.click()
	check(window, "times", looks)
	window.page.locator(".time" if window.on_phone else ".confirm").first.click()
	check(window, "form", looks)
	window.page.locator("#submit").click()
	check(window, "form-refused", looks)


def test_what_becomes_of_it(browse):
	meeting_type = make_offer(redirect_url="https://example.com/thanks")
	window = browse(SMALL_PHONE)
	window.book(path_of(meeting_type))
	cancel = window.page.locator("[data-panel=cancel]")
	check(window, "booked", then=cancel)
	cancel.click()
	confirm = window.page.locator("button", has_text="Yes, cancel it")
	check(window, "cancelling", then=confirm)
	confirm.click()
	window.page.locator("h1", has_text="cancelled").wait_for()
	check(window, "cancelled")


@each_way
def test_a_meeting_over_several_days(browse, screen, looks):
	meeting_type = make_offer(number_of_days=3, duration_minutes=360, seats=5)
	page = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)
	day = utc(now()).date() + timedelta(days=6)
	door.book(payload(page, make_meeting_type(page), at(f"{day} 12:00")), now())
	frappe.db.commit()
	window = browse(screen)
	window.open(path_of(meeting_type))
	check(window, "days-month", looks)
	window.page.locator(".day.is-partial").first.click()
	assert "of 3 days free" in window.page.locator(".time.is-partial").first.inner_text()
	check(window, "days-partial", looks)
	if window.on_phone:
		window.page.locator("#back-to-month").click()
	window.choose_day()
	window.choose_time()
	check(window, "days-form", looks)
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert window.page.locator("#days li").count() == 3
	check(window, "days-booked", looks)


def test_a_meeting_that_cannot_be_reassigned(browse):
	team = TeamOffer()
	team.book(12, team.colleague)
	name = team.book(12, team.manager)
	window = browse(SMALL_PHONE)
	sign_in_as(window, team.manager)
	window.open(meeting_path(name, "reassign"))
	reassign = window.page.get_by_role("button", name="Reassign")
	check(window, "reassign", then=reassign)
	reassign.click()
	window.page.locator(".alert a").wait_for()
	check(window, "reassign-refused")


def test_a_session_of_several_on_a_managers_page(browse):
	team = TeamOffer()
	team.meeting_type.update({"seats": 3}).save()
	for _each in range(2):
		team.book(12, team.colleague)
	window = browse(SMALL_PHONE)
	sign_in_as(window, team.manager)
	window.open("/scheduling")
	window.follow(window.page.get_by_role("link", name="Everybody's"))
	row = window.page.locator(".meeting").filter(has_text="Seats taken: 2")
	check(window, "everybody", LOOKS[1:], then=row.locator("a"))
	row.locator("a").focus()
	with window.page.expect_navigation():
		window.page.keyboard.press("Enter")
	window.page.locator(".panels .menu summary").click()
	danger = window.page.get_by_role("link", name="Cancel for Ada")
	check(window, "session", LOOKS, then=danger)
	window.follow(danger)
	cancel = window.page.get_by_role("button", name="Yes, cancel it")
	check(window, "session-cancelling", LOOKS, then=cancel)
	window.follow(cancel)
	window.page.locator("#toast", has_text="Cancelled.").wait_for()
	check(window, "session-cancelled", LOOKS)
	assert window.page.locator(".attendees li").count() == 2


def test_why_a_time_is_not_offered(browse):
	meeting_type = make_offer(duration_options="30, 60")
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(meeting_type))
	window.open("/scheduling")
	window.follow(window.page.locator("a[href='/scheduling/why']"))
	ask = window.page.locator("main button[type=submit]")
	check(window, "why", then=ask)
	window.follow(ask)
	window.page.locator("#answer-heading").wait_for()
	check(window, "why-answer")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_list_that_a_manager_looks_at_was_out_of_view_on_a_phone(browse, team, language):
	team.book(12, team.colleague)
	window = browse(SMALL_PHONE)
	sign_in_as(window, team.manager)
	window.open(f"/scheduling?whose=all&_lang={language}")
	for screen in (SMALL_PHONE, PHONE):
		window.turn_into(screen, LIGHT)
		for current in window.page.locator(".lists [aria-current]").all():
			box = current.bounding_box()
			assert box["x"] >= 0
			assert box["x"] + box["width"] <= screen.width
	window.page.locator(".filter-menu summary").click()
	check(window, f"everybodys-meetings-{language}", then=window.page.locator(".filter-menu button"))


def test_a_hosts_figures(browse):
	"""Ten weeks of meetings, so that there is a forecast with its band."""
	window = browse(SMALL_PHONE)
	meeting_type = make_offer(price=40, currency="EUR")
	for week in range(10):
		for meeting in range(3 + week % 3 * (week % 2)):
			past_meeting(meeting_type, 7 * week + meeting + 1)
	sign_in_as(window, host_of(meeting_type))
	window.open("/scheduling/insights")
	for table in window.page.get_by_text("As a table").all():
		table.click()
	check(window, "insights")


def test_the_clicks_on_a_consultants_reports(browse):
	window = browse(SMALL_PHONE)
	consultant = make_consultant()
	kind = make_external_type(consultant, title="Deep dive")
	record_click(find_target(make_assessment(consultant).name, kind.name), "report", Visit("203.0.113.9"), now())
	sign_in_as(window, consultant)
	window.open("/scheduling/insights/reports")
	check(window, "report-insights")


def test_the_editor_of_meeting_types(browse):
	window = browse(SMALL_PHONE)
	meeting_type = make_offer()
	sign_in_as(window, host_of(meeting_type))
	window.open("/scheduling/types")
	check(window, "types")
	window.open(f"/scheduling/types/{meeting_type.name}")
	for group in ("Notice, buffers", "Questions to attendees"):
		window.page.locator("summary", has_text=group).click()
	check(window, "type-editor")
	window.open("/scheduling/page")
	window.page.locator(".links-list .menu > summary").last.click()
	check(window, "share-links")
	window.follow(window.page.get_by_role("link", name="QR code and signature").last)
	check(window, "share-codes")
	window.open("/scheduling/page?view=look")
	window.page.locator("#domains > summary").click()
	check(window, "share-look")


def test_a_team_of_a_page(browse):
	"""More hosts than a phone is wide: the table scrolls in itself."""
	window = browse(SMALL_PHONE)
	always = {day: ["09:00-17:00"] for day in DAYS}
	page = make_team_page([make_host(name, always) for name in ("Annabel", "Ben", "Cem", "Dee", "Eli", "Fay", "Gus")])
	users = [row.user for row in page.hosts]
	tour = make_meeting_type(
		page, title="Tour of the house", assignment="Round Robin", round_robin_mode="Weighted", weekly_limit=1
	)
	hosts = [{"user": user, "is_required": user == users[0]} for user in users[:4]]
	make_meeting_type(page, title="Panel", assignment="Collective", hosts=hosts, required_count=2)
	door.book(payload(page, tour, now() // 86400 * 86400 + 7 * 86400 + 10 * 3600), now())
	maya = make_user("Maya", roles=("Scheduling User", "Scheduling Manager"))
	sign_in_as(window, maya)
	window.open(f"/scheduling/page?team={page.name}")
	window.page.locator("summary", has_text="Add hosts").click()
	check(window, "team")
	window.open(f"/scheduling/types/{tour.name}")
	window.page.locator("summary", has_text="Hosts").click()
	check(window, "type-hosts")
	tour.attendee_chooses_host = 1
	tour.save()
	frappe.db.commit()
	window.open(f"/schedule/{page.slug}/{tour.slug}?with=ben")
	check(window, "chosen-host", LOOKS[:1])


def past_meeting(meeting_type, days):
	"""Store a meeting of some days ago, as bookings are stored that were made and held since."""
	start = now() // 3600 * 3600 - days * 86400
	fields = {
		"doctype": "Booking", "name": frappe.generate_hash(length=10), "status": "Completed", "host": host_of(meeting_type),
		"meeting_type": meeting_type.name, "scheduling_page": meeting_type.scheduling_page, "starts_at": start,
		"ends_at": start + 1800, "booked_at": start - 86400, "price": 50, "currency": "EUR", "utm_source": "newsletter",
	}  # fmt: skip
	booking = frappe.get_doc(fields)
	booking.db_insert()
	row = {"parent": booking.name, "parenttype": "Booking", "parentfield": "hosts", "user": booking.host, "idx": 1}
	times = {"starts_at": start, "ends_at": start + 1800, "is_first_day": 1}
	frappe.get_doc({"doctype": "Booking Host", "name": frappe.generate_hash(length=10), **row, **times}).db_insert()
	frappe.db.commit()


def connect_account(host, account, status="Connected", **fields):
	"""Connect an account at Google, as after its consent, that nobody reads while the test runs."""
	calendars = [
		{
			"calendar_name": name,
			"calendar_id": name,
			"check_conflicts": number < 2,
			"can_write": 1,
			"synced_at": now() - 90,
		}
		for number, name in enumerate(("Work", "Family", "Birthdays"))
	]
	calendars[0]["write_bookings"] = 1
	values = {"user": host, "provider": "Google", "account_name": account, "next_sync_at": 4_000_000_000}
	connection = frappe.get_doc(
		{"doctype": "Calendar Connection", **values, "status": status, "calendars": calendars, **fields}
	)
	connection.flags.from_provider = True
	connection.insert()
	frappe.db.commit()


def test_a_hosts_calendars(browse):
	"""Nothing connected; then an account that works, and one that has to be connected again, with the button for it."""
	host = host_of(make_offer())
	window = browse(SMALL_PHONE)
	sign_in_as(window, host)
	window.open("/scheduling/calendars")
	assert window.page.get_by_text("No calendar is connected yet.").is_visible()
	window.page.locator("summary", has_text="iCloud").click()
	check(window, "calendars-none")
	connect_account(host, "jane.with.a.long.name.indeed@mail.example")
	connect_account(host, "old@mail.example", "Reconnect needed", sync_error_count=3, last_error="Access was revoked.")
	window.open("/scheduling/calendars")
	works, fails = window.page.locator(".connection").all()
	assert works.get_by_role("button").or_(works.locator("a.button")).filter(visible=True).count() == 0
	assert fails.get_by_role("button").or_(fails.locator("a.button")).filter(visible=True).all_inner_texts() == [
		"Connect again"
	]
	check(window, "calendars")
	works.locator("summary", has_text="Calendars and rules").click()
	works.get_by_label("Birthdays").first.check()
	save = works.get_by_role("button", name="Save")
	check(window, "calendars-choosing", then=save)
	save.click()
	window.page.locator(".done", has_text="saved").wait_for()
	check(window, "calendars-chosen")


@pytest.mark.parametrize(
	("name", "path"),
	[("no-page", "/schedule/nobody-at-all"), ("no-booking", "/schedule/manage/nothing.here")],
	ids=lambda value: value if "/" not in value else "",
)
def test_pages_that_are_not_there(browse, name, path):
	window = browse(SMALL_PHONE)
	window.open(path)
	check(window, name)


def test_a_hosts_own_page(browse):
	meeting_type = make_offer(questions=QUESTIONS[1:2])
	answers = {meeting_type.questions[0].name: "11–50"}
	for hour in (12, 14):
		book(meeting_type, in_three_days(hour), answers=answers)
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(meeting_type))
	window.open("/scheduling")
	page = window.page
	first = page.locator(".meeting-link").first
	check(window, "host", then=first)
	page.locator(".filter-menu > summary").click()
	check(window, "host-filter", then=page.get_by_role("button", name="Apply"))
	page.keyboard.press("Escape")
	window.follow(first)
	assert page.locator("dd", has_text="11–50").is_visible()
	move = page.get_by_role("link", name="Move", exact=True)
	check(window, "host-meeting", then=move)
	window.follow(move)
	page.locator(".slot").nth(1).click()
	check(window, "host-moving", then=page.get_by_role("button", name="Move the meeting"))
	window.follow(page.get_by_role("button", name="Move the meeting"))
	page.locator("#toast", has_text="Moved.").wait_for()
	check(window, "host-moved", then=page.locator("#toast").get_by_role("button", name="Undo"))
	window.follow(page.locator("#toast").get_by_role("button", name="Undo"))
	page.locator("#toast", has_text="Nobody was told").wait_for()


def test_requests_and_troubles_of_a_host(browse):
	meeting_type = make_offer(requires_confirmation=1)
	for hour in (12, 14):
		book(meeting_type, in_three_days(hour))
	connect_account(host_of(meeting_type), "jane@mail.example", "Reconnect needed", sync_error_count=3)
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(meeting_type))
	window.open("/scheduling")
	confirm = window.page.get_by_role("button", name="Confirm").first
	check(window, "requests", then=confirm)
	window.page.locator(".house-user > summary").click()
	check(window, "menu", then=window.page.get_by_role("button", name="Sign out"))
	window.page.keyboard.press("Escape")
	assert window.focused().startswith("J")
	window.follow(confirm)
	window.page.locator("#toast", has_text="Confirmed.").wait_for()
	assert window.page.locator(".requests .meeting").count() == 1


def test_long_notes_squeezed_the_meeting_into_one_letter_a_line(browse):
	meeting_type = make_offer()
	name = book(meeting_type, in_three_days(12), notes="We would like to talk about prices. " * 20).id
	window = browse(DESK)
	sign_in_as(window, host_of(meeting_type))
	window.open(meeting_path(name))
	meeting, attendee = (
		window.page.locator(f".one-meeting > {each}").bounding_box() for each in (":first-child", ".about-attendee")
	)
	assert meeting["width"] > attendee["width"] > 300
	assert meeting["x"] + meeting["width"] < attendee["x"]


def test_a_hosts_pages_right_to_left_and_in_large_text(browse):
	meeting_type = make_offer()
	name = book(meeting_type, in_three_days(12)).id
	window = browse(PHONE, locale="ar-EG")
	sign_in_as(window, host_of(meeting_type))
	for address in ("/scheduling?", f"{meeting_path(name, 'move')}&", "/scheduling/calendars?", "/scheduling/video?"):
		window.open(f"{address}_lang=ar")
		turn_to_the_left(window)
		check(window, f"rtl-host-{address.count('/')}{len(address)}")
		window.page.evaluate("document.documentElement.style.fontSize = '200%'")
		assert not window.scrolls_sideways(), address
		window.screenshot(f"large-host-{len(address)}", full=True)


def test_forced_colours_still_tell_the_present_page_and_the_chosen_time(browse):
	meeting_type = make_offer()
	name = book(meeting_type, in_three_days(12)).id
	window = browse(DESK, forced_colors="active")
	sign_in_as(window, host_of(meeting_type))
	window.open(meeting_path(name, "move"))
	window.page.locator(".slot").nth(1).click()
	border = "one => getComputedStyle(one).borderTopWidth"
	assert window.page.locator(".slot:has(:checked)").evaluate(border) == "3px"
	assert window.page.locator(".slot:not(:has(:checked))").first.evaluate(border) == "1px"
	colour = "one => getComputedStyle(one).borderBottomColor"
	here, other = (
		window.page.locator(f".house-nav a{each}").first for each in ("[aria-current]", ":not([aria-current])")
	)
	assert here.evaluate(colour) != other.evaluate(colour)
	window.screenshot("forced-host")


def turn_to_the_left(window):
	"""Lay out a host's page as it would be if hosts' pages were in a language that is written from right to left."""
	window.ask("document.documentElement.dir = 'rtl'")


def test_right_to_left(browse):
	meeting_type = make_offer(questions=QUESTIONS)
	window = browse(DESK, locale="ar-EG")
	window.open(f"{path_of(meeting_type)}?_lang=ar")
	assert window.page.locator("html").get_attribute("dir") == "rtl"
	month, times = (window.page.locator(one).bounding_box() for one in ("#month", "#times"))
	assert month["x"] > times["x"]
	check(window, "rtl", LOOKS[1:])
	window.choose_time(0)
	check(window, "rtl-form", LOOKS[1:])


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_long_description_does_not_push_the_days_off_the_screen(browse, screen):
	lines = "\n".join(f"{number}. A topic that takes a line of its own" for number in range(40))
	window = browse(screen)
	window.open(path_of(make_offer(description=lines)))
	page = window.page
	text, days = page.locator(".description"), page.locator("#month")
	whole, visible = "e => e.scrollHeight", "e => e.clientHeight"
	if not window.on_phone:
		assert text.evaluate(whole) == text.evaluate(visible)
		assert not page.get_by_text("Read more").is_visible()
		return
	assert days.bounding_box()["y"] < screen.height / 2
	check(window, "long-description", [(PHONE, LIGHT)])
	page.get_by_text("Read more").click()
	assert text.evaluate(whole) == text.evaluate(visible)
	assert days.bounding_box()["y"] > screen.height
	page.get_by_text("Show less").click()
	window.choose_day()
	assert not text.is_visible()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_text_at_twice_its_size(browse, screen):
	window = browse(screen)
	window.reach_form(path_of(make_offer(questions=QUESTIONS)))
	window.page.evaluate("document.documentElement.style.fontSize = '200%'")
	assert not window.scrolls_sideways()
	window.screenshot("large-text", full=True)
	held = "const [line] = document.querySelectorAll('#held'); const { lineHeight, fontSize } = getComputedStyle(line);"
	assert window.ask(f"(() => {{ {held} return parseFloat(lineHeight) >= 1.4 * parseFloat(fontSize) }})()")
	window.page.go_back()
	window.page.locator(".time").first.wait_for()
	assert not window.scrolls_sideways()
	window.screenshot("large-text-times")


def test_forced_colours_still_tell_free_days_and_the_chosen_one(browse):
	window = browse(DESK, forced_colors="active")
	window.open(path_of(make_offer()))
	border = "one => getComputedStyle(one).borderTopWidth"
	assert window.page.locator("[aria-selected='true'] > .day").evaluate(border) == "3px"
	assert window.page.locator("[aria-selected='false'] > .day.is-free").first.evaluate(border) == "1px"
	window.screenshot("forced-colours")


def test_the_confirmation_prints_without_its_buttons(browse):
	window = browse(DESK)
	window.open(f"{urlsplit(book(make_offer()).manage_url).path}?booked=1")
	window.page.emulate_media(media="print")
	assert window.page.locator("summary:visible").count() == 0
	assert window.page.locator("time").is_visible()
	window.screenshot("print")


def test_in_large_text_or_above_a_keyboard_no_header_stays_over_the_form(browse):
	window = browse(PHONE)
	window.reach_form(path_of(make_offer()))
	position = "getComputedStyle(document.getElementById('summary')).position"
	assert window.ask(position) == "sticky"
	window.page.set_viewport_size({"width": 390, "height": 420})
	assert window.ask(position) == "static"


def test_the_faces_of_a_team_fit_into_a_phone_in_large_text(browse, commit_clean):
	team = make_team_page([make_user(name) for name in ("Ann", "Ben", "Cleo")])
	make_meeting_type(team)
	frappe.db.commit()
	window = browse(PHONE)
	window.open(f"/schedule/{team.slug}")
	window.page.evaluate("document.documentElement.style.fontSize = '200%'")
	assert not window.scrolls_sideways()
