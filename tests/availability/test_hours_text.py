"""Hours as people type them."""

import frappe
import pytest

from scheduler_integration.parsing.hours_text import parse_week
from scheduler_integration.parsing.text import Refused


def week(text):
	short = {"Monday": "Mo", "Tuesday": "Tu", "Wednesday": "We", "Thursday": "Th", "Friday": "Fr", "Saturday": "Sa"}
	return [
		f"{short.get(row['day_of_week'], 'Su')} {row['start_time'][:5]}-{row['end_time'][:5]}"
		for row in parse_week(text)
	]


@pytest.mark.parametrize(
	("text", "wanted"),
	[
		("Mon 9-17", ["Mo 09:00-17:00"]),
		(
			"Mon-Wed 9-12, 13-17:30",
			[f"{day} {span}" for day in ("Mo", "Tu", "We") for span in ("09:00-12:00", "13:00-17:30")],
		),
		("Mon, Wed: 9:00 - 12:00; Sat 10-14", ["Mo 09:00-12:00", "We 09:00-12:00", "Sa 10:00-14:00"]),
		("monday and tuesday 9am-5pm", ["Mo 09:00-17:00", "Tu 09:00-17:00"]),
		("Tue 9-5pm", ["Tu 09:00-17:00"]),
		("Tue 1-5pm", ["Tu 13:00-17:00"]),
		("Tue 12-1pm", ["Tu 12:00-13:00"]),
		("Fri-Mon 10-11", ["Mo 10:00-11:00", "Fr 10:00-11:00", "Sa 10:00-11:00", "Su 10:00-11:00"]),
		("Fri 22-2", ["Fr 22:00-02:00"]),
		("Fri 9-24", ["Fr 09:00-00:00"]),
		("weekend 9.30–11h30", ["Sa 09:30-11:30", "Su 09:30-11:30"]),
		("Mon 9-12\nTue 9-10\n", ["Mo 09:00-12:00", "Tu 09:00-10:00"]),
		("Mon 9-12; Mon 13-15; Mon 9-12", ["Mo 09:00-12:00", "Mo 13:00-15:00"]),
		("", []),
	],
)
def test_is_read(text, wanted):
	assert week(text) == wanted


def test_days_of_the_readers_language(monkeypatch):
	monkeypatch.setattr(frappe.local, "lang", "de")
	assert week("Mo-Mi 9-12 Uhr; So 10 bis 11") == [
		*(f"{day} 09:00-12:00" for day in ("Mo", "Tu", "We")),
		"Su 10:00-11:00",
	]
	monkeypatch.setattr(frappe.local, "lang", "fr")
	assert week("lun-mar 9h30-12h") == ["Mo 09:30-12:00", "Tu 09:30-12:00"]
	monkeypatch.setattr(frappe.local, "lang", "es")
	assert week("lunes a viernes 9-12")[0] == "Mo 09:00-12:00"


@pytest.mark.parametrize(
	("text", "said"),
	[
		("Mon-Fri", "has no hours"),
		("9-17", "Name the days"),
		("Someday 9-17", "“Someday” is not a day"),
		("Mon 9-17 except lunch", "except lunch"),
		("Mon 9-26", "time that doesn't exist"),
		("Mon 9:75-10", "time that doesn't exist"),
		("Mon 13pm-14pm", "time that doesn't exist"),
		("x" * 2000, "too long"),
		(5, "must be text"),
	],
)
def test_is_refused_with_the_part_that_cannot_be_read(text, said):
	with pytest.raises(Refused, match=said):
		parse_week(text)
