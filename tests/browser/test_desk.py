"""The scripts of the desk's forms, in a real desk: recurring blocked time, and the actions of a booking."""

import re
from typing import Any

import frappe
import pytest
from frappe.utils import add_days

from scheduler_integration import bookings
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.external.record import record_external
from scheduler_integration.platform.clock import now, to_site_time
from scheduler_integration.platform.optional_apps import optional_doctypes
from tests.client_reports.hostile import TEXTS
from tests.pages.offer import TeamOffer
from tests.support import door
from tests.support.factories import (
	make_assessment,
	make_consultant,
	make_external_type,
	make_meeting_type,
	make_page,
	make_user,
	payload,
)
from tests.support.outbox import tasks


def stored(name: str) -> Any:
	frappe.db.rollback()
	return frappe.get_doc("Booking", name)


def shared_session(team: TeamOffer) -> list[str]:
	"""Book a workshop in three days at nine for two attendees. Returns the bookings' names."""
	workshop = make_meeting_type(team.page, title="Workshop", assignment="Round Robin", seats=3)
	start = (now() // 86400 + 3) * 86400 + 9 * 3600
	names = [door.book(payload(team.page, workshop, start), now()).id for _each in range(2)]
	frappe.db.commit()
	return names


def with_one_cancelled(team: TeamOffer) -> str:
	"""Book two meetings for the colleague and cancel one. Returns the name of the other."""
	kept, cancelled = team.book(10, team.colleague), team.book(12, team.colleague)
	bookings.cancel_by_host(cancelled, "", now())
	frappe.db.commit()
	return kept


def test_a_block_is_made_to_repeat_without_knowing_the_rules_language(desk):
	window = desk(make_user())
	window.open_new(
		"Blocked Time", start_time="2031-03-03 09:00:00", end_time="2031-03-03 10:00:00", recurring=1, timezone="UTC"
	)
	window.choose("Repeat", "Weekly on")
	window.dialog.locator("[data-unit='TH'], input[data-unit='TH']").first.check()
	window.dialog.locator("[data-fieldname='count'] input").fill("4")
	window.answer()
	window.page.wait_for_function("cur_frm.doc.recurrence_rule")
	assert window.doc("recurrence_rule") == "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4"
	window.page.locator("[data-fieldname='recurrence_preview'] li").nth(3).wait_for()
	window.screenshot("form-block")
	window.press("Save")
	window.page.wait_for_function("!cur_frm.doc.__islocal")
	assert window.doc("recurrence_rule") == "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4"


def test_the_same_weekday_is_that_of_the_rules_zone_and_not_of_the_sites(desk):
	window = desk(make_user())
	late_on_monday = {"start_time": "2031-03-03 22:00:00", "end_time": "2031-03-03 23:00:00"}
	window.open_new("Blocked Time", **late_on_monday, recurring=1, timezone="Pacific/Kiritimati")
	window.choose("Repeat", "Monthly on the same weekday")
	window.answer()
	window.page.wait_for_function("cur_frm.doc.recurrence_rule")
	assert window.doc("recurrence_rule") == "FREQ=MONTHLY;BYDAY=1TU"


def test_a_rule_that_makes_no_sense_is_refused_with_its_reason(desk):
	window = desk(make_user())
	window.open_new(
		"Blocked Time", start_time="2031-03-03 09:00:00", end_time="2031-03-03 10:00:00", recurring=1, timezone="UTC"
	)
	window.page.evaluate("cur_frm.set_value('recurrence_rule', 'FREQ=SOMETIMES')")
	problem = window.page.locator("[data-fieldname='recurrence_preview'] .text-danger").inner_text()
	window.press("Save")
	window.message(problem)
	window.screenshot("form-bad-rule")
	assert window.page.evaluate("cur_frm.doc.__islocal") == 1


def test_a_time_zone_that_was_typed_stays_as_it_was_typed(desk):
	window = desk(make_user())
	window.open_new("Blocked Time", recurring=1)
	field = window.page.locator("[data-fieldname='timezone'] input:visible")
	window.page.wait_for_function("cur_frm.fields_dict.timezone._data?.length > 100")
	field.press_sequentially("UTC")
	field.press("Tab")
	window.page.wait_for_function("cur_frm.doc.timezone === 'UTC'")
	assert field.input_value() == "UTC"


def test_a_host_cancels_and_the_attendee_reads_why(desk, team):
	booking = team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	assert window.button("Reassign").count() == 0
	window.press("Cancel meeting")
	window.dialog.locator("textarea").fill("I am ill, sorry.")
	window.screenshot("form-cancel")
	window.answer()
	window.wait_for_status("Cancelled")
	window.screenshot("form-cancelled")
	assert window.button("Cancel meeting").count() == 0
	assert stored(booking).cancel_reason == "I am ill, sorry."


def test_notes_that_were_not_saved_yet_outlive_a_cancellation(desk, team):
	booking = team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.page.evaluate("cur_frm.set_value('host_notes', 'Asks for a discount.')")
	window.press("Cancel meeting")
	window.answer()
	window.wait_for_status("Cancelled")
	assert stored(booking).host_notes == "Asks for a discount."


def test_a_refusal_for_want_of_permission_says_the_reason_too(desk, team):
	booking = team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.button("Cancel meeting").wait_for()
	frappe.db.set_value("Booking", booking, "ends_at", now() - 60, update_modified=False)
	frappe.db.commit()
	window.press("Cancel meeting")
	window.answer()
	window.refusal("This meeting is over.")
	window.screenshot("form-over")
	assert window.page.get_by_text("enough permissions").count() == 0
	assert stored(booking).status == "Scheduled"


@pytest.mark.parametrize(("button", "status"), [("Confirm", "Scheduled"), ("Decline", "Declined")])
def test_a_host_answers_who_waits_for_it(desk, team, button, status):
	team.meeting_type.db_set("requires_confirmation", 1)
	frappe.clear_document_cache("Meeting Type", team.meeting_type.name)
	booking = team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	assert window.doc("status") == "Pending"
	window.screenshot("form-pending")
	window.press(button)
	if button == "Decline":
		window.answer()
	window.wait_for_status(status)
	assert window.button(button).count() == 0
	assert stored(booking).status == status


def test_a_manager_reassigns_a_meeting(desk, team):
	booking = team.book(10, team.manager)
	window = desk(team.manager)
	window.open_form("Booking", booking)
	window.press("Reassign")
	window.dialog.locator("[data-fieldname='host'] select").select_option(team.colleague)
	window.screenshot("form-reassign")
	window.answer()
	window.page.wait_for_function("(host) => cur_frm.doc.host === host", arg=team.colleague)
	assert stored(booking).host == team.colleague


def test_a_colleague_who_is_busy_is_refused_in_words(desk, team):
	booking = team.book(10, team.manager)
	team.book(10, team.colleague)
	window = desk(team.manager)
	window.open_form("Booking", booking)
	window.press("Reassign")
	window.dialog.locator("[data-fieldname='host'] select").select_option(team.colleague)
	window.answer()
	window.refusal("This host isn't free at that time.")
	window.refusal("Something else is in the calendar at that time.")
	window.screenshot("form-busy")
	assert window.dialog.locator("[data-fieldname='host'] select").input_value() == team.colleague
	assert stored(booking).host == team.manager


def test_a_session_is_reassigned_as_a_whole_and_the_dialog_says_so(desk, team):
	names = shared_session(team)
	new_host = {team.manager: team.colleague, team.colleague: team.manager}[stored(names[0]).host]
	window = desk(team.manager)
	window.open_form("Booking", names[0])
	window.press("Reassign")
	window.dialog.get_by_text("All attendees of this session move with it.").wait_for()
	window.dialog.locator("[data-fieldname='host'] select").select_option(new_host)
	window.screenshot("form-session-reassign")
	window.answer()
	window.page.wait_for_function("(host) => cur_frm.doc.host === host", arg=new_host)
	assert [stored(name).host for name in names] == [new_host, new_host]


@pytest.mark.parametrize("for_all", [True, False])
def test_a_session_is_cancelled_for_all_or_for_one(desk, team, for_all):
	names = shared_session(team)
	window = desk(team.manager)
	window.open_form("Booking", names[0])
	window.press("Cancel meeting")
	window.dialog.get_by_label("For all who come to this session").set_checked(for_all)
	window.screenshot("form-session-cancel")
	window.answer()
	window.wait_for_status("Cancelled")
	assert stored(names[1]).status == ("Cancelled" if for_all else "Scheduled")


def test_tabbing_past_an_empty_time_zone_chooses_none(desk):
	window = desk(make_user())
	window.open_new("Availability Schedule")
	window.page.wait_for_function("cur_frm.fields_dict.timezone._data?.length > 100")
	field = window.page.locator("[data-fieldname='timezone'] input:visible")
	field.click()
	window.page.locator("[data-fieldname='timezone'] .awesomplete li").first.wait_for()
	field.press("Tab")
	assert field.input_value() == ""
	assert not window.doc("timezone")
	assert window.doc("title") == "Working hours"


def test_a_manager_reassigns_a_meeting_outside_the_colleagues_hours(desk, team):
	booking = team.book(19, team.manager)
	window = desk(team.manager)
	window.open_form("Booking", booking)
	window.press("Reassign")
	window.dialog.locator("[data-fieldname='host'] select").select_option(team.colleague)
	window.answer()
	window.refusal("Outside the working hours of that day")
	window.dialog.get_by_label("Even outside their hours").check()
	window.answer()
	window.page.wait_for_function("(host) => cur_frm.doc.host === host", arg=team.colleague)
	assert stored(booking).host == team.colleague


def test_a_host_moves_a_meeting_and_goes_on_with_the_new_booking(desk, team):
	booking = team.book(10, team.colleague)
	start = stored(booking).starts_at
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.press("Reschedule")
	window.page.wait_for_function("window.cur_dialog?.fields_dict.start")
	window.page.evaluate("(start) => cur_dialog.set_value('start', start)", str(to_site_time(start + 7 * 3600 // 2)))
	window.screenshot("form-reschedule")
	window.answer()
	window.page.wait_for_function("(name) => cur_frm.doc.name !== name", arg=booking)
	moved = stored(window.doc("name"))
	assert (moved.rescheduled_from, moved.starts_at) == (booking, start + 7 * 3600 // 2)
	assert stored(booking).status == "Rescheduled"


def test_several_bookings_are_cancelled_at_once_with_one_reason(desk, team):
	names = [team.book(hour, team.colleague) for hour in (10, 12)]
	window = desk(team.colleague)
	window.open("/app/booking/view/list")
	boxes = window.page.locator(".list-row .list-row-checkbox")
	boxes.first.wait_for()
	for position in range(2):
		boxes.nth(position).check()
	window.page.locator(".actions-btn-group:visible button").first.click()
	window.page.locator(".dropdown-item:visible", has_text="Cancel meeting").click()
	window.dialog.locator("textarea").fill("The office is closed.")
	window.screenshot("list-cancel")
	window.answer()
	window.page.locator(".desk-alert", has_text="2 bookings changed").wait_for()
	assert [(stored(name).status, stored(name).cancel_reason) for name in names] == [
		("Cancelled", "The office is closed.")
	] * 2


def test_list_and_calendar_start_with_what_is_to_come(desk, team):
	with_one_cancelled(team)
	window = desk(team.colleague)
	window.open("/app/booking/view/list")
	subjects = window.page.locator(".list-row .list-subject")
	subjects.first.wait_for()
	assert subjects.count() == 1
	window.screenshot("list-bookings")
	window.open("/app/booking/view/calendar/default")
	events = window.page.locator(".fc-event")
	events.first.wait_for()
	assert events.count() == 1
	window.screenshot("calendar-bookings")


def test_a_meeting_is_opened_in_the_calendar_and_not_dragged(desk, team):
	booking = with_one_cancelled(team)
	window = desk(team.colleague)
	window.open("/app/booking/view/calendar/default")
	event = window.page.locator(".fc-event")
	event.wait_for()
	place = event.bounding_box()
	window.page.mouse.move(place["x"] + 20, place["y"] + 5)
	window.page.mouse.down()
	window.page.mouse.move(place["x"] + 20, place["y"] - 150, steps=8)
	window.page.mouse.up()
	event.click()
	window.page.wait_for_url(f"**/booking/{booking}")
	assert not [url for url in window.requests if "update_event" in url]


def test_a_meeting_types_form_leads_to_its_page(desk, team):
	page, meeting_type = team.page, team.meeting_type
	window = desk(team.manager)
	window.open_form("Meeting Type", meeting_type.name)
	link = window.page.get_by_role("link", name="See the booking page")
	link.wait_for()
	assert link.get_attribute("href") == f"/schedule/{page.slug}/{meeting_type.slug}"
	window.press("Copy link")
	window.open_form("Scheduling Page", page.name)
	window.press("Meeting types")
	window.page.wait_for_url(f"**/meeting-type*scheduling_page={page.name}*")


def test_scheduler_settings_show_a_preview_and_create_the_starter_set(desk):
	consultant = make_consultant("Jane")
	name = frappe.db.get_value("Consultant Scheduler Settings", {"consultant": consultant})
	frappe.db.commit()
	window = desk(consultant)
	window.open_form("Consultant Scheduler Settings", name)
	frame = window.page.frame_locator('[data-fieldname="preview"] iframe')
	frame.get_by_text("Nothing to show").wait_for()
	window.press("Create starter meeting types")
	frame.get_by_role("heading", name="Quick check-in").wait_for()
	window.page.locator("[data-preview=phase]").select_option("Grow")
	window.page.locator("[data-preview=disc]").select_option("S")
	frame.get_by_role("heading", name="Let's Work Together on Your Next Steps").wait_for()
	frame.get_by_role("heading", name="Growth strategy session").wait_for()
	window.screenshot("scheduler-settings", full=True)
	frappe.db.rollback()
	assert frappe.db.count("Meeting Type", {"consultant": consultant}) == 5


def test_a_refused_embed_code_says_why(desk):
	consultant = make_consultant("Jane")
	name = frappe.db.get_value("Consultant Scheduler Settings", {"consultant": consultant})
	frappe.db.commit()
	window = desk(consultant)
	window.open_form("Consultant Scheduler Settings", name)
	window.page.evaluate("cur_frm.set_value('embed_code', '<iframe src=https://evil.example/></iframe>')")
	window.page.evaluate("cur_frm.save()")
	window.message("Widgets from evil.example aren't allowed here")


def test_a_manager_previews_an_automation_and_reads_what_it_did(desk, team):
	booking = team.book(9, team.colleague)
	reminder = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_reminder"})
	window = desk(team.manager)
	window.open_form("Meeting Automation", reminder)
	assert window.page.locator("[data-fieldname='variables_html'] code", has_text="contact_name").is_visible()
	window.press("Preview")
	window.dialog.locator("input[data-fieldname='booking']").wait_for()
	window.wait_until("Boolean(window.cur_dialog)")
	window.page.evaluate("(booking) => cur_dialog.set_value('booking', booking)", booking)
	# The list of suggestions may open now, and lies over the button.
	window.dialog.locator(".btn-modal-primary:visible").dispatch_event("click")
	text = window.page.frame_locator(".modal.show iframe")
	text.get_by_text("Intro call").first.wait_for()
	window.screenshot("automation-preview")
	window.page.keyboard.press("Escape")
	window.press("What it did")
	window.page.wait_for_url(re.compile(r"query-report/Automation(%20| )Log"))
	row = window.page.locator(".dt-row", has_text="Reminder to the attendee").first
	row.wait_for()
	assert "Pending" in row.inner_text()
	window.screenshot("automation-log", full=True)


def test_an_automation_offers_the_statuses_of_the_crm_if_the_site_has_one(desk):
	window = desk(make_user("Mia", roles=("Scheduling Manager", "Sales Manager")))
	window.open_new("Meeting Automation")
	# A site without a CRM has one option less than the field.
	window.wait_until("Array.isArray(cur_frm.fields_dict.channel.df.options)")
	offered = window.page.evaluate("cur_frm.fields_dict.channel.df.options")
	has_crm = bool(optional_doctypes() & {"CRM Lead", "Lead"})
	assert ("Set CRM Status" in offered, "Create Task" in offered) == (has_crm, True)
	if "CRM Lead" in optional_doctypes():
		window.page.evaluate("cur_frm.set_value({channel: 'Set CRM Status', record_doctype: 'CRM Lead'})")
		window.wait_until("cur_frm.fields_dict.record_value._data?.some(({ value }) => value === 'Contacted')")
		window.screenshot("automation-crm")


def test_nothing_that_strangers_wrote_runs_in_the_desks_lists(desk):
	"""The records hold what a program could write past the forms, and the list shows it as text."""
	consultant = make_consultant("Jane")
	fields = {
		"Client Assessment": "client_name",
		"Meeting Type": "title",
		"Scheduler Engagement": "referrer",
		"Outside Booking": "attendee_name",
	}
	made = {"Client Assessment": make_assessment(consultant).name, "Meeting Type": make_external_type(consultant).name}
	target = find_target(made["Client Assessment"], made["Meeting Type"])
	for number in range(len(TEXTS)):
		record_click(target, "report", Visit(f"203.0.113.{number}"), now() - number)
		change = {"provider": "Calendly", "external_id": str(number), "happened_at": now(), "status": "Scheduled"}
		record_external(consultant, ExternalChange(**change), now())
		make_assessment(consultant)
		make_external_type(consultant)
	for doctype, field in fields.items():
		for name, text in zip(frappe.get_all(doctype, {"consultant": consultant}, pluck="name"), TEXTS, strict=False):
			frappe.db.set_value(doctype, name, field, text)
	frappe.db.commit()
	window = desk(consultant)
	for doctype, field in fields.items():
		window.open(f"/app/{doctype.lower().replace(' ', '-')}/view/report")
		window.page.locator(".dt-row").nth(5).wait_for()
		window.open(f"/app/{doctype.lower().replace(' ', '-')}/view/list")
		window.page.locator(".list-row").nth(5).wait_for()
		assert window.page.evaluate("window.pwned") is None, (doctype, field)
		assert window.page.locator(".list-row [onerror], .list-row script").count() == 0
	window.open("/app/query-report/Engagement with Reports")
	window.page.locator(".report-summary").wait_for()
	assert window.page.evaluate("window.pwned") is None


def test_the_reports_begin_with_the_last_thirty_days(desk, team):
	window = desk(team.manager)
	for name, is_open in (("Automation Log", True), ("Engagement with Reports", False), ("Video Providers", False)):
		window.open(f"/app/query-report/{name}")
		window.wait_until(
			"(name) => frappe.query_report?.report_name === name && frappe.query_report.filters?.length", name
		)
		shown = window.page.evaluate("frappe.query_report.get_filter_values()")
		# The browser's day, which may not be the server's.
		today = window.page.evaluate("frappe.datetime.get_today()")
		assert shown["from_date"] == str(add_days(today, -29))
		assert shown.get("to_date") == (None if is_open else today)


def moved_there(booking: Any) -> None:
	"""Record that the host moved the booking's event by an hour, in an account that is called own@mail.example."""
	connection = frappe.get_doc(
		{
			"doctype": "Calendar Connection",
			"user": booking.host,
			"provider": "Google",
			"account_name": "own@mail.example",
		}
	)
	connection.flags.from_provider = True
	connection.insert()
	times = {"starts_at": booking.starts_at, "ends_at": booking.ends_at}
	there = {f"there_{field}": instant + 3600 for field, instant in times.items()}
	values = {"booking": booking.name, "user": booking.host, "connection": connection.name, "key": booking.name}
	frappe.get_doc({"doctype": "Mirrored Event", **values, **times, **there, "state": "Moved there"}).insert()
	frappe.db.commit()


def test_a_booking_says_what_its_host_did_to_the_event(desk, team):
	booking = team.book(10, team.colleague)
	moved_there(stored(booking))
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.page.locator(".form-message", has_text="The event was moved in the calendar own@mail.example").wait_for()
	window.screenshot("form-moved-outside")
	window = desk(team.manager)
	window.open_form("Booking", booking)
	window.page.locator(".form-message", has_text=frappe.utils.get_fullname(team.colleague)).wait_for()


def test_a_host_stops_a_message_and_sends_it_after_all(desk, team):
	booking = team.book(10, team.colleague)
	task = tasks(booking)[0]
	frappe.db.set_value("Outbox Task", task.name, {"status": "Failed", "error": "No such mailbox", "attempts": 11})
	frappe.db.commit()
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.page.locator(".form-message", has_text="was not delivered").wait_for()
	line = window.page.locator("[data-fieldname='delivery_tasks'] > div", has_text="Confirmation to the attendee")
	assert "No such mailbox" in line.inner_text()
	line.get_by_role("button", name="Don't send").click()
	line.locator(".indicator-pill", has_text="Skipped").wait_for()
	assert line.get_by_role("button", name="Don't send").count() == 0
	line.get_by_role("button", name="Try again").click()
	line.locator(".indicator-pill", has_text=re.compile("Pending|Sending|Sent")).wait_for()
	frappe.db.rollback()
	assert frappe.db.get_value("Outbox Task", task.name, "is_stopped") == 0


def test_the_next_meeting_was_the_last_of_the_list(desk, team):
	names = [team.book(hour, team.colleague) for hour in (14, 10, 12)]
	window = desk(team.colleague)
	window.open_list("Booking")
	rows = window.page.locator(".list-row .list-subject a[data-name]")
	rows.nth(2).wait_for()
	shown = [rows.nth(position).get_attribute("data-name") for position in range(3)]
	assert shown == [names[1], names[2], names[0]]


def test_a_host_chooses_one_of_the_free_times_to_move_a_meeting(desk, team):
	booking = team.book(10, team.colleague)
	start = stored(booking).starts_at
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.press("Reschedule")
	times = window.dialog.locator("[data-fieldname='times'] button")
	times.first.wait_for()
	window.screenshot("form-free-times")
	# Its own time is free, but isn't another time.
	chosen = window.dialog.locator("[data-fieldname='times'] button", has_text="11:00").first
	chosen.click()
	window.answer()
	window.page.wait_for_function("(name) => cur_frm.doc.name !== name", arg=booking)
	assert stored(window.doc("name")).starts_at == start + 3600


def test_after_a_refusal_the_nearest_times_were_a_text_over_the_dialog(desk, team):
	booking = team.book(10, team.colleague)
	team.book(12, team.colleague)
	start = stored(booking).starts_at
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.press("Reschedule")
	window.page.wait_for_function("window.cur_dialog?.fields_dict.start")
	window.page.evaluate("(start) => cur_dialog.set_value('start', start)", str(to_site_time(start + 2 * 3600)))
	window.answer()
	window.refusal("Something else is in the calendar at that time.")
	window.screenshot("form-nearest-times")
	assert window.page.locator(".msgprint-dialog:visible").count() == 0
	window.dialog.locator("[data-fieldname='refusal'] button").first.click()
	window.answer()
	window.page.wait_for_function("(name) => cur_frm.doc.name !== name", arg=booking)
	assert stored(window.doc("name")).starts_at not in (start, start + 2 * 3600)


def test_asking_for_another_time_changed_nothing_on_the_form(desk, team):
	booking = team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	window.press("Ask for another time")
	window.dialog.locator("textarea").fill("I am travelling.")
	window.answer()
	asked = window.page.locator(".form-message", has_text="The attendee was asked for another time on")
	asked.wait_for()
	window.screenshot("form-asked")
	assert "“I am travelling.”" in asked.inner_text()
	assert "The meeting keeps its time until the attendee chooses another one." in asked.inner_text()


def test_the_field_of_a_wrong_guest_was_not_marked(desk, team):
	window = desk(team.colleague)
	window.open_form("Booking", team.book(10, team.colleague))
	window.press("Guests")
	field = window.dialog.locator("[data-fieldname='guests']")
	field.locator("textarea").fill("nobody")
	window.answer()
	field.locator(".field-refusal").wait_for()
	window.screenshot("form-wrong-guest")
	assert field.locator("textarea").get_attribute("aria-invalid") == "true"
	field.locator("textarea").fill("bob@guests.example")
	window.answer()
	window.page.wait_for_function("cur_frm.doc.guests.length === 1")


def test_a_message_that_was_never_tried_could_only_be_tried_again(desk, team):
	booking = team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open_form("Booking", booking)
	line = window.page.locator("[data-fieldname='delivery_tasks'] > div", has_text="Reminder to the attendee").first
	line.wait_for(state="attached")
	assert line.locator("button").all_inner_texts() == ["Send now", "Don't send"]


def test_a_contact_that_the_host_may_not_open_was_a_link_that_is_refused(desk, team):
	booking = stored(team.book(10, team.colleague))
	window = desk(team.colleague)
	window.open_form("Booking", booking.name)
	field = window.page.locator("[data-fieldname='contact'] .control-value")
	field.wait_for(state="attached")
	assert field.text_content().strip() == booking.contact
	assert field.locator("a").count() == 0


@pytest.mark.parametrize(
	("doctype", "button", "page"),
	[
		("Calendar Connection", "Connect a calendar", "/scheduling/calendars"),
		("Video Connection", "Connect an account", "/scheduling/video"),
	],
)
def test_connecting_an_account_was_a_dead_end(desk, doctype, button, page):
	window = desk(make_user())
	window.open_list(doctype)
	window.page.locator(".page-head button:visible, .page-head a:visible", has_text=button).first.click()
	window.page.wait_for_url(f"**{page}")


def test_the_form_of_a_calendar_leads_to_the_page_that_asks_for_consent(desk):
	window = desk(make_user())
	window.open_new("Calendar Connection")
	window.press("Connect a calendar")
	window.page.wait_for_url("**/scheduling/calendars")


def test_a_new_meeting_type_did_not_know_the_only_page(desk):
	host = make_user()
	page = make_page(host)
	frappe.db.commit()
	window = desk(host)
	window.open_new("Meeting Type")
	window.page.wait_for_function("(page) => cur_frm.doc.scheduling_page === page", arg=page.name)


def test_a_meeting_type_asks_about_leads_only_with_a_crm(desk):
	meeting_type = make_meeting_type(make_page())
	frappe.db.commit()
	window = desk("Administrator")
	window.open_form("Meeting Type", meeting_type.name)
	hidden = "(name) => Boolean(cur_frm.fields_dict[name].df.hidden || cur_frm.fields_dict.crm_section.df.hidden)"
	window.page.wait_for_function("() => cur_frm.doc.__onload && cur_frm.fields_dict.crm_record")
	has_crm = bool({"CRM Lead", "Lead"} & optional_doctypes())
	assert window.page.evaluate(hidden, "crm_record") == (not has_crm)
	column = "(name) => cur_frm.fields_dict.questions.grid.docfields.find((each) => each.fieldname === name).hidden"
	assert bool(window.page.evaluate(column, "crm_field")) == (not has_crm)
	window.screenshot("meeting-type-crm")


def test_an_assessment_leads_to_its_report(desk):
	consultant = make_consultant("Jane")
	assessment = make_assessment(consultant)
	frappe.db.commit()
	window = desk(consultant)
	window.open_form("Client Assessment", assessment.name)
	link = window.page.get_by_role("link", name="See the report")
	link.wait_for()
	assert link.get_attribute("href") == f"/client-report/{assessment.name}"


def test_the_lists_named_hosts_by_their_addresses_and_records_by_random_ids(desk, team):
	booking = team.book(10, team.colleague)
	window = desk(team.manager)
	window.open_list("Booking")
	# The address contains the name too, and is there until Frappe has fetched the names.
	name = frappe.utils.get_fullname(team.colleague)
	row = window.page.locator(".list-row", has_text=name, has_not_text=team.colleague)
	row.wait_for()
	assert booking not in row.inner_text()
	window.screenshot("list-names")


def test_the_month_was_all_of_one_colour(desk, team):
	team.meeting_type.db_set("requires_confirmation", 1)
	frappe.clear_document_cache("Meeting Type", team.meeting_type.name)
	team.book(10, team.colleague)
	team.meeting_type.db_set("requires_confirmation", 0)
	frappe.clear_document_cache("Meeting Type", team.meeting_type.name)
	team.book(12, team.colleague)
	window = desk(team.colleague)
	window.open("/app/booking/view/calendar/default")
	events = window.page.locator(".fc-event")
	events.nth(1).wait_for()
	window.screenshot("calendar-colours")
	colours = events.evaluate_all("(all) => all.map((one) => getComputedStyle(one).backgroundColor)")
	assert len(set(colours)) == 2


def test_the_month_did_not_say_when_meetings_are(desk, team):
	team.book(10, team.colleague)
	window = desk(team.colleague)
	window.open("/app/booking/view/calendar/default")
	event = window.page.locator(".fc-event").first
	event.wait_for()
	window.screenshot("calendar-times")
	assert re.search(r"\d\d:\d\d", event.inner_text())
	assert event.evaluate("(one) => one.scrollWidth <= one.clientWidth"), "the text ran over the next day"


def test_the_card_of_failed_deliveries_leads_to_them(desk, team):
	booking = team.book(10, team.colleague)
	task = tasks(booking)[0]
	frappe.db.set_value("Outbox Task", task.name, "status", "Failed")
	frappe.db.commit()
	window = desk(team.colleague)
	window.open("/app/scheduling")
	card = window.page.locator(".number-widget-box", has_text="Failed deliveries")
	card.locator(".number", has_text=re.compile(r"^\s*1\s*$")).wait_for()
	window.screenshot("workspace", full=True)
	card.click()
	window.page.locator(".list-row").first.wait_for()
	assert window.page.locator(".list-row").count() == 1


def test_the_settings_name_the_whole_addresses_that_vendors_ask_for(desk):
	window = desk(make_user(roles=("System Manager", "Scheduling Manager")))
	window.open("/app/scheduler-settings")
	window.page.wait_for_function("window.cur_frm?.doctype === 'Scheduler Settings'")
	address = f"{window.server.url}/api/method/scheduler_integration.api.calendars.callback"
	area = window.page.locator("[data-fieldname='google_addresses'] code", has_text=address)
	window.page.locator(".form-tabs .nav-link", has_text="Accounts").click()
	area.wait_for()
	window.screenshot("settings", full=True)


def test_the_dialog_that_asks_for_a_booking_was_called_enter_value(desk, team):
	reminder = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_reminder"})
	window = desk(team.manager)
	window.open_form("Meeting Automation", reminder)
	window.press("Preview")
	window.dialog.locator("input[data-fieldname='booking']").wait_for()
	assert window.dialog.locator(".modal-title").inner_text().strip() == "Preview"
