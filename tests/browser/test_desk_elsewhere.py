"""The desk of people in another time zone, date format and language than the site's."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import frappe
import pytest
from babel.dates import get_day_names, get_month_names

from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.platform.clock import now, site_zone
from tests.browser.desk import Desk
from tests.browser.screens import Screen
from tests.browser.test_desk import moved_there, stored
from tests.pages.offer import TeamOffer
from tests.support.factories import make_assessment, make_consultant, make_external_type
from tests.support.outbox import actions, tasks

# Neither the site's zone nor the browser's, which is Berlin.
ZONE = "Asia/Tokyo"
DATE_FORMAT = "dd-mm-yyyy"
# Frappe 15 shows few columns on a narrow screen.
WIDE = Screen("wide", 1920, 1000)


@pytest.fixture
def open_abroad(desk) -> Iterator[Callable[[str], Desk]]:
	"""Give a user a zone, a language and a format of dates of their own, and open the desk for them."""
	users = []

	def open_desk(user: str) -> Desk:
		assert site_zone().key != ZONE
		users.append(user)
		frappe.db.set_value("User", user, {"time_zone": ZONE, "language": "de"})
		frappe.defaults.set_user_default("date_format", DATE_FORMAT, user)
		frappe.clear_cache(user=user)
		frappe.db.commit()
		return desk(user)

	yield open_desk
	frappe.db.rollback()
	frappe.db.delete("DefaultValue", {"parent": ["in", users]})
	frappe.db.commit()


@pytest.fixture
def abroad(open_abroad, team: TeamOffer) -> Desk:
	"""The desk of the team's colleague, who lives elsewhere."""
	return open_abroad(team.colleague)


def local(instant: int) -> datetime:
	return datetime.fromtimestamp(instant, ZoneInfo(ZONE))


def shown(instant: int) -> str:
	"""Return the time as the desk writes it for this user: the site's format of times is the default."""
	return f"{local(instant):%d-%m-%Y %H:%M}"


def label_of(window: Desk, fieldname: str) -> str:
	return window.page.locator(f".form-page [data-fieldname='{fieldname}'] .control-label:visible").first.inner_text()


def test_times_under_delivery_were_converted_twice(abroad, team):
	booking = team.book(10, team.colleague)
	abroad.open_form("Booking", booking)
	area = abroad.page.locator("[data-fieldname='delivery_tasks']")
	area.locator("button", has_text="senden").first.wait_for(state="attached")
	text = area.text_content()
	planned = [*tasks(booking), *actions(booking)]
	assert planned
	assert [task.name for task in planned if shown(task.done_at or task.due_at) not in text] == []


def test_the_time_to_which_an_event_was_moved_is_the_readers(abroad, team):
	booking = stored(team.book(10, team.colleague))
	moved_there(booking)
	abroad.open_form("Booking", booking.name)
	abroad.page.locator(".form-message", has_text=shown(booking.starts_at + 3600)).wait_for()


def test_the_dates_of_the_list_were_english_for_a_german(abroad, team):
	booking = stored(team.book(9, team.colleague))
	abroad.open_list("Booking")
	cell = abroad.page.locator(".list-row-container", has_text=booking.attendee_name).first
	cell.wait_for()
	moment = local(booking.starts_at)
	day, month = (
		get_day_names("abbreviated", locale="de")[moment.weekday()],
		get_month_names("abbreviated", locale="de")[moment.month],
	)
	assert re.search(rf"{day}[.]?,? {moment.day}[.] {month}[.]?,? {moment:%H:%M}", cell.inner_text())


def test_until_read_as_the_recipient_of_a_mail(abroad, team):
	abroad.open_form("Booking", team.book(10, team.colleague))
	# "From" is Frappe's own word, and not every Frappe comes with its German.
	assert (label_of(abroad, "starts_on"), label_of(abroad, "ends_on")) == (frappe._("From", "de"), "Bis")
	abroad.open_new("Blocked Time")
	assert label_of(abroad, "end_time") == "Bis"


def test_the_help_of_a_blocked_time_was_english(abroad):
	abroad.open_new("Blocked Time")
	help_text = abroad.page.locator("[data-fieldname='start_time'] .help-box").inner_text()
	assert "Beginn" in help_text
	assert ZONE in help_text


@pytest.fixture
def consultant(open_abroad) -> tuple[Desk, str]:
	user = make_consultant("Jane")
	return open_abroad(user), user


def test_the_phase_build_was_a_verb_in_forms_and_lists(consultant):
	window, user = consultant
	assessment = make_assessment(user, primary_phase="Build")
	frappe.db.commit()
	window.open_form("Client Assessment", assessment.name)
	chosen = window.page.locator("[data-fieldname='primary_phase'] select option:checked")
	assert chosen.inner_text() == "Aufbauen"
	window.open_list("Client Assessment")
	window.page.locator(".list-row", has_text="Aufbauen").wait_for()
	assert window.page.locator(".list-row", has_text="Erstellen").count() == 0


def test_engagement_was_shown_by_its_keys(consultant):
	window, user = consultant
	target = find_target(make_assessment(user, primary_phase="Build").name, make_external_type(user).name)
	record_click(target, "report", Visit("203.0.113.1"), now())
	frappe.db.commit()
	window.turn_into(WIDE)
	window.open_list("Scheduler Engagement")
	row = window.page.locator(".list-row", has_text="Link angeklickt")
	row.wait_for()
	assert "Aufbauen" in row.inner_text()
	assert "link_clicked" not in row.inner_text()
	name = frappe.db.get_value("Scheduler Engagement", {"consultant": user})
	window.open_form("Scheduler Engagement", name)
	form = window.page.locator(".form-page:visible")
	assert "Aufbauen" in form.locator("[data-fieldname='phase']").inner_text()
	assert window.page.locator(".page-head:visible .title-text").first.inner_text() == "Link angeklickt"


def test_outbox_tasks_were_shown_by_their_keys(abroad, team):
	booking = team.book(10, team.colleague)
	task = next(task for task in tasks(booking) if task.purpose == "attendee_confirmed")
	frappe.db.set_value("Outbox Task", task.name, {"status": "Skipped", "error": "Its moment has passed."})
	frappe.db.commit()
	abroad.turn_into(WIDE)
	abroad.open_list("Outbox Task")
	row = abroad.page.locator(".list-row", has_text="Bestätigung an den Gast").first
	row.wait_for()
	assert "attendee_confirmed" not in row.inner_text()
	abroad.open_form("Outbox Task", task.name)
	abroad.page.locator("[data-fieldname='purpose']", has_text="Bestätigung an den Gast").wait_for()
	abroad.page.locator("[data-fieldname='error']", has_text="Der Zeitpunkt ist vorbei.").wait_for()
	abroad.open_form("Booking", booking)
	abroad.page.locator("[data-fieldname='delivery_tasks']", has_text="Der Zeitpunkt ist vorbei.").wait_for(
		state="attached"
	)


def test_the_titles_of_automations_were_english_in_their_list(open_abroad, team):
	window = open_abroad(team.manager)
	window.open_list("Meeting Automation")
	window.page.locator(".list-row", has_text="Anfrage eingegangen, an den Gast").first.wait_for()
	team.book(10, team.colleague)
	window.open("/app/query-report/Automation Log")
	window.page.locator(".dt-row", has_text="Erinnerung an den Gast").first.wait_for()
