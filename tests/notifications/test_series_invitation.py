"""The invitation to a series: one UID, a weekly rule, and what differs from it, read by libraries of others."""

import json
from dataclasses import fields as dataclass_fields
from dataclasses import replace

import frappe
import pytest
import recurring_ical_events
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.engine import series_starts
from scheduler_integration.notifications.deliver import deliver_email
from scheduler_integration.notifications.invitation import calendar_file
from scheduler_integration.notifications.readers import attendee_of
from scheduler_integration.outbox.outcomes import Again
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import iso
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload
from tests.support.factories import wall as wall_of
from tests.support.node_readers import read_with_node
from tests.support.outbox import mails

PARIS = "Europe/Paris"
NOW = at("2026-10-01 06:00")
# A Tuesday. The clocks of Paris change on 25 October, those of New York on 1 November.
FIRST = at("2026-10-13 09:00", PARIS)


def make_series(times=4, dates=None, **fields):
	host = make_user("Jane", time_zone=PARIS)
	page = make_page(host, timezone=PARIS, schedule={"timezone": PARIS})
	advisory = make_meeting_type(page, repeats="Attendee Chooses", repeat_count=8, **fields)
	times = None if dates else times
	wanted = payload(page, advisory, FIRST, times=times, dates=dates, timezone="America/New_York")
	return page, door.book(wanted, NOW)


def texts_of(name):
	return [mail.invitation.calendar for mail in mails(name, NOW) if mail.invitation]


def starts_in(text):
	found = recurring_ical_events.of(Calendar.from_ical(text)).between((2026, 9, 1), (2027, 6, 1))
	return sorted(int(each["DTSTART"].dt.timestamp()) for each in found)


def live_starts(answer):
	filters = {"series": answer.series.id, "status": "Scheduled"}
	return sorted(frappe.get_all("Booking", filters, pluck="starts_at"))


def parts_of(text):
	rule, *others = sorted(Calendar.from_ical(text).walk("VEVENT"), key=lambda each: "RECURRENCE-ID" in each)
	return rule, others


def wall(instant):
	return wall_of(instant, PARIS)[5:]


def test_a_series_is_one_weekly_rule_in_the_hosts_zone():
	_page, answer = make_series()
	to_attendee, to_host = texts_of(answer.id)
	for text in (to_attendee, to_host):
		rule, others = parts_of(text)
		assert others == []
		assert rule["RRULE"].to_ical().decode() == "FREQ=WEEKLY;COUNT=4;INTERVAL=1"
		assert rule["DTSTART"].params["TZID"] == PARIS
		assert rule["UID"] == frappe.db.get_value("Booking Series", answer.series.id, "ical_uid")
		assert [wall(start) for start in starts_in(text)] == [
			"10-13 09:00",
			"10-20 09:00",
			"10-27 09:00",
			"11-03 09:00",
		]


def test_dates_that_were_left_out_or_replaced_are_exceptions():
	by_rule = series_starts(FIRST, 1, 5, PARIS)
	agreed = [by_rule[0], by_rule[1] + 3600, None, by_rule[3], by_rule[4]]
	_page, answer = make_series(dates=[start and iso(start, "UTC") for start in agreed])
	text = texts_of(answer.id)[0]
	rule, others = parts_of(text)
	assert rule["EXDATE"].to_ical().decode() == "20261027T090000"
	assert [each["RECURRENCE-ID"].to_ical().decode() for each in others] == ["20261020T090000"]
	assert starts_in(text) == [start for start in agreed if start]


def changes(answer):
	"""Return the calendars of a series that was changed in many ways, each with the starts that it must have."""
	found = [(text, live_starts(answer)) for text in texts_of(answer.id)]
	first, second, third, fourth = answer.series.dates
	bookings.cancel_by_host(third.id, "", NOW)
	found += [(text, live_starts(answer)) for text in texts_of(third.id)]
	moved = bookings.reschedule_by_host(second.id, RescheduleRequest(second.start + 2 * 3600), NOW)
	found += [(text, live_starts(answer)) for text in texts_of(moved.id)]
	moved = bookings.reschedule_by_host(first.id, RescheduleRequest(first.start + 86400), NOW)
	found += [(text, live_starts(answer)) for text in texts_of(moved.id)]
	bookings.cancel_by_host(fourth.id, "", NOW)
	found += [(text, live_starts(answer)) for text in texts_of(fourth.id)]
	bookings.cancel_by_host(moved.id, "", NOW)
	found += [(text, live_starts(answer)) for text in texts_of(moved.id)]
	return found


@pytest.mark.long
def test_each_message_has_the_whole_series_with_a_higher_sequence():
	_page, answer = make_series()
	found = changes(answer)
	assert len(found) >= 6
	for text, starts in found:
		assert starts_in(text) == starts
		calendar = Calendar.from_ical(text)
		assert calendar["METHOD"] in ("REQUEST", "PUBLISH")
		described = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
		assert described == set(calendar.get_used_tzids()) - {"UTC"}
		assert len({(str(event["UID"]), event["SEQUENCE"]) for event in calendar.walk("VEVENT")}) == 1
	to_attendee = [Calendar.from_ical(text).walk("VEVENT")[0]["SEQUENCE"] for text, _starts in found]
	assert to_attendee == sorted(to_attendee)
	assert to_attendee[-1] > to_attendee[0]


def test_the_last_cancelled_date_takes_the_series_out_of_the_calendar():
	_page, answer = make_series(times=2)
	for each in answer.series.dates:
		bookings.cancel_by_host(each.id, "", NOW)
	mail = mails(answer.series.dates[1].id, NOW)[0]
	assert mail.invitation.method == "CANCEL"
	assert mail.event["UID"] == frappe.db.get_value("Booking Series", answer.series.id, "ical_uid")
	assert "RECURRENCE-ID" not in mail.event


@pytest.mark.long
def test_ical_js_and_node_ical_find_each_occurrence():
	by_rule = series_starts(FIRST, 1, 6, PARIS)
	agreed = [by_rule[0], by_rule[1] + 3600, None, by_rule[3], by_rule[4], by_rule[5] - 86400]
	_page, replaced = make_series(dates=[start and iso(start, "UTC") for start in agreed])
	found = [(text, live_starts(replaced)) for text in texts_of(replaced.id)] + changes(make_series()[1])
	read = read_with_node([text for text, _starts in found])
	for (_text, starts), by_library in zip(found, read, strict=True):
		assert by_library["ical.js"]["starts"] == starts
		assert by_library["node-ical"]["starts"] == starts


def test_a_time_that_the_clock_change_skips_is_listed_and_not_in_a_rule():
	host = make_user("Jane", time_zone=PARIS)
	page = make_page(host, {"Sunday": ["00:00-06:00"]}, timezone=PARIS, schedule={"timezone": PARIS})
	night = make_meeting_type(page, repeats="Attendee Chooses", repeat_count=8)
	start = at("2026-10-11 02:30", PARIS)
	answer = door.book(payload(page, night, start, times=3), NOW)
	assert starts_in(texts_of(answer.id)[0]) == live_starts(answer)
	spring = at("2027-03-21 02:30", PARIS)
	answer = door.book(payload(page, night, spring, times=3), NOW)
	assert [wall(each) for each in live_starts(answer)] == ["03-21 02:30", "03-28 03:30", "04-04 02:30"]
	text = texts_of(answer.id)[0]
	assert "RRULE" not in parts_of(text)[0]
	assert starts_in(text) == live_starts(answer)


def test_the_download_has_all_dates():
	_page, answer = make_series()
	booking = frappe.get_doc("Booking", answer.series.dates[2].id)
	assert starts_in(calendar_file(booking, NOW, attendee_of(booking)).decode()) == live_starts(answer)


def test_guests_who_come_to_one_date_are_invited_to_that_one_only():
	_page, answer = make_series()
	second = answer.series.dates[1]
	frappe.db.set_value("Booking", second.id, "address_status", "Known")
	bookings.update_guests_by_host(second.id, ("eve@guests.example",), NOW)
	to_guest = next(mail for mail in mails(second.id, NOW) if mail.reader.email == "eve@guests.example")
	assert starts_in(to_guest.invitation.calendar) == [second.start]


def test_the_words_name_all_dates_and_those_that_are_left():
	_page, answer = make_series()
	to_attendee, to_host = mails(answer.id, NOW)
	assert "Your 4 meetings with Jane are confirmed." in to_attendee.text
	assert "Ada Lovelace booked 4 meetings with you." in to_host.text
	assert [line[:3] for line in to_attendee.text.splitlines() if " – " in line] == ["Tue"] * 4
	assert "and 3 more" in to_attendee.subject
	bookings.cancel_by_host(answer.series.dates[0].id, "", NOW)
	cancelled = mails(answer.id, NOW)[0]
	assert "Your other dates:" in cancelled.text
	assert cancelled.text.count("Oct") >= 3


@pytest.mark.long
def test_the_message_waits_for_the_links_of_all_dates(commit_clean):
	_page, answer = make_series()
	third = answer.series.dates[2].id
	frappe.db.set_value("Booking", third, "video_status", "Waiting")
	task = _task_of(answer.id)
	booked = deliver_email(task, NOW)
	assert isinstance(booked, Again)
	assert booked.at == NOW + 5
	# It doesn't wait for a call that can't be made.
	assert not isinstance(deliver_email(replace(task, attempts=7), NOW), Again)
	link = {"video_status": "Ready", "meeting_link": "https://meet.example/third"}
	frappe.db.set_value("Booking", third, link)
	assert not isinstance(deliver_email(replace(task, key="another", attempts=2), NOW), Again)
	rule, others = parts_of(texts_of(answer.id)[0])
	assert [each["LOCATION"] for each in others] == ["https://meet.example/third"]
	assert "LOCATION" not in rule


def _task_of(name):
	row = frappe.get_all("Outbox Task", {"booking": name, "purpose": "attendee_confirmed"}, ["*"])[0]
	fields = {field.name: row.get(field.name) for field in dataclass_fields(Task)}
	return Task(**{**fields, "payload": json.loads(row.payload), "attempts": 1, "lease": ""})


def test_a_host_of_shared_dates_gets_an_entry_for_each():
	_page, answer = make_series(seats=3)
	to_host = next(mail for mail in mails(answer.id, NOW) if mail.reader.is_hosting)
	calendar = Calendar.from_ical(to_host.invitation.calendar)
	assert calendar["METHOD"] == "PUBLISH"
	assert len({str(event["UID"]) for event in calendar.walk("VEVENT")}) == 4
	assert starts_in(to_host.invitation.calendar) == live_starts(answer)
