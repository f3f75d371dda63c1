"""The JSON of docs/reference/api.md, made from the objects that the rooms return."""

from datetime import date

import scheduler_integration.api.bookings  # noqa: F401
from scheduler_integration.api.availability import as_json
from scheduler_integration.availability.calendar_entries import CalendarCheck
from scheduler_integration.availability.explain import Explanation, HostExplanation
from scheduler_integration.availability.slots import FirstMonth, OfferedSlots
from scheduler_integration.engine import PartlyFree
from scheduler_integration.exceptions import HostNotFree, RateLimited, SlotTaken
from scheduler_integration.times import CalendarEntry, Objection, Slot
from tests.support.factories import at

BERLIN, HOUR, DAY = "Europe/Berlin", 3600, 86400
NINE = at("2026-11-23 09:00")
URL = "https://site.example/app/booking/9c479dda54"
ENTRY = CalendarEntry("Booking", "9c479dda54", "Intro call: Ada and Jane", URL, NINE, NINE + HOUR)
SENTENCE = "Something else is in the calendar at that time."
BUSY = Objection("BUSY", SENTENCE, (ENTRY,))


def entry_in(offset, start, end):
	day = "2026-11-23T"
	return {
		"doctype": "Booking",
		"name": "9c479dda54",
		"label": "Intro call: Ada and Jane",
		"url": URL,
		"start": f"{day}{start}:00{offset}",
		"end": f"{day}{end}:00{offset}",
	}


def test_a_slot_says_its_seats_and_days_only_if_it_has_some():
	span = {"start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T11:00:00+01:00"}
	assert as_json(Slot(NINE, NINE + HOUR), BERLIN) == span
	assert as_json(Slot(NINE, NINE + HOUR, 0), BERLIN) == {**span, "seats_left": 0}
	days = ((NINE, NINE + HOUR), (NINE + DAY, NINE + DAY + HOUR))
	later = {"start": "2026-11-24T10:00:00+01:00", "end": "2026-11-24T11:00:00+01:00"}
	assert as_json(Slot(NINE, NINE + HOUR, None, days), BERLIN) == {**span, "parts": [span, later]}


def test_only_a_multi_day_meeting_has_partly_free_starts():
	monday = date(2026, 11, 23)
	one = OfferedSlots("UTC", 60, {monday: [Slot(NINE, NINE + HOUR)]})
	assert as_json(one) == {
		"timezone": "UTC",
		"duration_minutes": 60,
		"days": {"2026-11-23": [{"start": "2026-11-23T09:00:00+00:00", "end": "2026-11-23T10:00:00+00:00"}]},
	}
	parts = ((NINE, NINE + HOUR), (NINE + DAY, NINE + DAY + HOUR))
	some = OfferedSlots("UTC", 60, {}, {monday: [PartlyFree(NINE, parts, parts[1:])]})
	missing = {"start": "2026-11-24T09:00:00+00:00", "end": "2026-11-24T10:00:00+00:00"}
	assert as_json(some)["partial"] == {
		"2026-11-23": [
			{
				"start": "2026-11-23T09:00:00+00:00",
				"end": "2026-11-23T10:00:00+00:00",
				"number_of_days": 2,
				"days_free": 1,
				"missing": ["2026-11-24"],
				"missing_parts": [missing],
			}
		]
	}
	assert as_json(OfferedSlots("UTC", 60, {}, {}))["partial"] == {}


def test_the_first_month_is_named():
	offered = OfferedSlots("UTC", 60, {})
	found = as_json(FirstMonth(date(2026, 11, 1), date(2026, 11, 23), offered))
	assert (found["month"], found["earliest"], found["days"]) == ("2026-11", "2026-11-23", {})
	assert as_json(FirstMonth(date(2026, 11, 1), None, offered))["earliest"] is None


def test_an_explanation_shows_each_hosts_conflicts_in_the_hosts_zone():
	host = HostExplanation("Jane", "jane@example.com", "Asia/Kolkata", (BUSY,))
	objection = Objection("TYPE_OFF", "The meeting type is switched off.")
	explained = Explanation(
		"0bc6",
		"Intro call",
		"intro",
		NINE,
		BERLIN,
		False,
		(objection,),
		(host,),
		(Slot(NINE + DAY, NINE + DAY + HOUR),),
	)
	assert as_json(explained) == {
		"bookable": False,
		"start": "2026-11-23T10:00:00+01:00",
		"timezone": BERLIN,
		"meeting_type": {"name": "0bc6", "title": "Intro call", "slug": "intro"},
		"reasons": [{"code": "TYPE_OFF", "message": "The meeting type is switched off.", "conflicts": []}],
		"hosts": [
			{
				"name": "Jane",
				"user": "jane@example.com",
				"bookable": False,
				"reasons": [{"code": "BUSY", "message": SENTENCE, "conflicts": [entry_in("+05:30", "14:30", "15:30")]}],
			}
		],
		"suggestions": [{"start": "2026-11-24T10:00:00+01:00", "end": "2026-11-24T11:00:00+01:00"}],
	}


def test_a_checked_calendar_tells_its_conflicts():
	check = CalendarCheck("jane@example.com", NINE, NINE + HOUR, BERLIN, (ENTRY,), ())
	assert as_json(check) == {
		"has_conflict": True,
		"host": "jane@example.com",
		"start": "2026-11-23T10:00:00+01:00",
		"end": "2026-11-23T11:00:00+01:00",
		"conflicts": [entry_in("+01:00", "10:00", "11:00")],
		"suggestions": [],
	}


def test_errors_say_what_their_code_promises():
	taken = as_json(SlotTaken([(NINE, NINE + HOUR)], [Slot(NINE + DAY, NINE + DAY + HOUR)], BERLIN))
	assert (taken["success"], taken["code"], taken["details"]) == (False, "SLOT_TAKEN", {})
	assert taken["conflicts"] == [
		{"start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T11:00:00+01:00", "reason": "BUSY"}
	]
	assert taken["suggestions"] == [{"start": "2026-11-24T10:00:00+01:00", "end": "2026-11-24T11:00:00+01:00"}]
	not_free = as_json(HostNotFree([ENTRY], [BUSY], BERLIN, can_force=False))
	assert not_free["conflicts"] == [entry_in("+01:00", "10:00", "11:00")]
	assert not_free["reasons"] == [{"code": "BUSY", "message": SENTENCE}]
	assert not_free["can_force"] is False
	assert as_json(RateLimited(40))["retry_after"] == 40
