"""`analytics.dashboard`, `staff_performance` and `export`, as docs/reference/api.md describes them."""

import csv
import io

import frappe
import openpyxl
import pytest

from scheduler_integration import bookings
from scheduler_integration.insights.export import TABLES
from scheduler_integration.insights.sheets import FORMATS
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, make_host, make_meeting_type, make_page, make_user, payload

DASHBOARD, STAFF, EXPORT = (f"analytics.{name}" for name in ("dashboard", "staff_performance", "export"))
NOW = "2026-11-26T12:00:00Z"
DATES = {"start_date": "2026-11-23", "end_date": "2026-11-29"}


@pytest.fixture
def jane(frozen, commit_clean):
	clock = frozen("2026-11-20T08:00:00Z")
	page = make_page(make_host("Jane"))
	page.intro = make_meeting_type(page, title="Intro call", price=50, currency="EUR")
	names = [book(page, f"2026-11-{day} 09:00") for day in (23, 24, 25, 27)]
	clock.move_to(NOW)
	now = at("2026-11-26 12:00")
	bookings.complete(names[0], now)
	bookings.mark_no_show(names[1], "", now)
	frappe.db.commit()
	return page


def book(page, start):
	wanted = payload(page, page.intro, at(start), utm_source="Newsletter")
	return door.book(wanted, at("2026-11-20 08:00")).id


def data(method, user, /, **arguments):
	_status, body = call(method, user, **arguments)
	assert body["success"], body
	return body["data"]


def test_a_host_sees_the_own_figures(jane):
	found = data(DASHBOARD, jane.user, **DATES)
	summary = found["summary"]
	assert (found["start_date"], found["end_date"], found["timezone"]) == ("2026-11-23", "2026-11-29", "UTC")
	numbers = ("total_bookings", "scheduled", "completed", "no_shows", "cancelled")
	assert [summary[name] for name in numbers] == [4, 2, 1, 1, 0]
	assert (summary["completion_rate"], summary["no_show_rate"], summary["cancellation_rate"]) == (50.0, 50.0, 0.0)
	assert found["revenue"] == [{"currency": "EUR", "revenue": 50.0, "open": 100.0}]
	assert found["by_day"][0] == {"date": "2026-11-23", "bookings": 1, "completed": 1, "cancelled": 0, "no_shows": 0}
	assert len(found["by_day"]) == 7
	assert found["top_meeting_types"][0]["name"] == "Intro call"
	assert found["peaks"][0] == {"day_of_week": 1, "hour": 9, "bookings": 1}
	assert found["by_source"][0]["utm_source"] == "newsletter"
	made = data(DASHBOARD, jane.user, start_date="2026-11-20", end_date="2026-11-20")
	assert made["by_month"] == [{"month": "2026-11", "booked": 4}]
	# Booked on the 20th at 8:00, for 9:00 on the 23rd, 24th, 25th and 27th.
	assert made["summary"]["median_lead_time_hours"] == 109.0


def test_without_a_booking_rates_are_null():
	summary = data(DASHBOARD, make_host("Tom"))["summary"]
	rates = ("completion_rate", "no_show_rate", "cancellation_rate", "average_lead_time_hours")
	assert [summary[name] for name in rates] == [None] * 4


def test_a_first_day_to_come_had_a_range_that_ended_before_it(jane):
	found = data(DASHBOARD, jane.user, start_date="2099-05-01")
	assert (found["start_date"], found["end_date"]) == ("2099-05-01", "2099-05-30")
	_status, body = call(DASHBOARD, jane.user, start_date="2026-02-01", end_date="2026-01-01")
	assert "The last day is before the first." in str(body)
	assert "not a date" not in str(body)


def test_staff(jane):
	(row,) = data(STAFF, jane.user, **DATES)["staff"]
	assert (row["user"], row["appointments"], row["completed"], row["no_shows"]) == (jane.user, 4, 1, 1)
	assert (row["hours"], row["revenue"]) == (0.5, [{"currency": "EUR", "revenue": 50.0}])


def test_too_little_history_says_why_there_is_no_forecast(jane):
	found = data("analytics.forecast", jane.user)
	assert (found["meetings"]["hidden_because"], found["meetings"]["weeks"]) == ("short", [])
	assert data("analytics.advice", jane.user, **DATES)["advice"] == []


def test_round_robins_are_shown_to_managers(jane):
	maya = make_user("Maya", roles=("Scheduling Manager",))
	frappe.db.commit()
	assert data(STAFF, jane.user, **DATES)["round_robins"] == []
	assert data(STAFF, maya, **DATES)["round_robins"] == []


@pytest.mark.parametrize("company", ["＝1+1", "\u200b=1+1", "\ufeff+A1", '"=1+1', " @SUM (A1)", "－1", "\t=1"])
def test_a_stored_formula_that_hides_its_beginning_was_exported_as_one(jane, company):
	frappe.db.set_value("Booking", {"host": jane.user}, "attendee_company", company)
	frappe.db.commit()
	content = call(EXPORT, jane.user, what="bookings", **DATES)[1]["filecontent"].decode("utf-8-sig")
	assert {row["attendee_company"][0] for row in csv.DictReader(io.StringIO(content, newline=""))} == {"'"}


@pytest.mark.parametrize(
	"company", ['=HYPERLINK("http://evil.example")', "\x01=1+1", "<b>=1+1</b>", "=<b>1</b>", "+1", "＝1+1"]
)
def test_an_excel_file_calculates_nothing(jane, company):
	frappe.db.set_value("Booking", {"host": jane.user}, "attendee_company", company)
	frappe.db.commit()
	_status, answer = call(EXPORT, jane.user, what="bookings", format="xlsx", **DATES)
	assert answer["filename"] == "scheduling-bookings-2026-11-23-2026-11-29.xlsx"
	assert answer["content_type"] == FORMATS["xlsx"]
	header, *rows = openpyxl.load_workbook(io.BytesIO(answer["filecontent"])).active.iter_rows()
	assert len(rows) == 4
	assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "inlineStr"}
	column = [cell.value for cell in header].index("attendee_company")
	assert {row[column].value[0] for row in rows} <= {"'", "<"}


@pytest.mark.long
def test_both_formats_have_the_same_rows(jane):
	for what in TABLES:
		text = call(EXPORT, jane.user, what=what, **DATES)[1]["filecontent"].decode("utf-8-sig")
		book = call(EXPORT, jane.user, what=what, format="xlsx", **DATES)[1]["filecontent"]
		sheet = openpyxl.load_workbook(io.BytesIO(book)).active
		first, *rows = csv.reader(io.StringIO(text, newline=""))
		assert [cell.value for cell in next(sheet.iter_rows())] == first
		assert sheet.max_row == len(rows) + 1 >= (1 if what == "video_providers" else 2)
	assert call(EXPORT, jane.user, what="daily", format="pdf", **DATES)[0] == 400


def test_export_is_a_table_for_spreadsheets(jane):
	frappe.db.set_value("Booking", {"host": jane.user}, "attendee_company", '=HYPERLINK("http://evil.example")')
	frappe.db.commit()
	_status, answer = call(EXPORT, jane.user, what="bookings", **DATES)
	assert answer["filename"] == "scheduling-bookings-2026-11-23-2026-11-29.csv"
	content = answer["filecontent"]
	assert content.startswith(b"\xef\xbb\xbf")
	rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
	assert rows[0]["start"] == "2026-11-23T09:00:00+00:00"
	assert len(rows) == 4
	assert {row["attendee_company"][0] for row in rows} == {"'"}
	for what in ("daily", "meeting_types", "staff", "sources", "funnel"):
		assert call(EXPORT, jane.user, what=what, **DATES)[1]["filecontent"].count(b"\n") >= 2
	assert call(EXPORT, jane.user, what="passwords", **DATES)[0] == 400


class TestPermissions:
	def test_hosts_see_nobody_elses(self, jane):
		tom = make_host("Tom")
		frappe.db.commit()
		for method in (DASHBOARD, STAFF, EXPORT, "analytics.forecast", "analytics.advice"):
			arguments = {"what": "bookings"} if method == EXPORT else {}
			assert call(method, tom, host=jane.user, **arguments)[0] == 403
			assert call(method, "Guest", **arguments)[0] == 401
			assert call(method, make_user("Nobody", roles=()), **arguments)[0] == 403
		assert data(DASHBOARD, tom, **DATES)["summary"]["total_bookings"] == 0
		# Another host's page or type shows the own bookings of it only.
		assert data(DASHBOARD, tom, page=jane.name, **DATES)["summary"]["total_bookings"] == 0
		content = call(EXPORT, tom, what="bookings", **DATES)[1]["filecontent"]
		assert list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")))) == []

	def test_managers_see_all_or_one(self, jane):
		maya = make_user("Maya", roles=("Scheduling Manager",))
		frappe.db.commit()
		assert data(DASHBOARD, maya, host=jane.user, **DATES)["summary"]["total_bookings"] == 4
		assert data(DASHBOARD, maya, page=jane.name, **DATES)["summary"]["total_bookings"] == 4
		assert (
			data(DASHBOARD, maya, meeting_type=jane.intro.name, source="nowhere", **DATES)["summary"]["total_bookings"]
			== 0
		)
		assert call(DASHBOARD, maya, host="nobody@example.com")[0] == 404


@pytest.mark.parametrize(
	("dates", "wrong"),
	[
		({"start_date": "2026-13-01"}, "start_date"),
		({"start_date": "2026-02-01", "end_date": "2026-01-01"}, "end_date"),
	],
)
def test_wrong_dates_are_named(jane, dates, wrong):
	status, body = call(DASHBOARD, jane.user, **dates)
	assert (status, list(body["details"])) == (400, [wrong])


def test_more_than_a_year_is_refused(jane):
	status, body = call(DASHBOARD, jane.user, start_date="2024-01-01", end_date="2026-01-01")
	assert (status, body["code"]) == (400, "RANGE_TOO_LONG")


@pytest.mark.long
def test_more_bookings_and_hosts_take_no_more_statements(jane, queries):
	maya = make_user("Maya", roles=("Scheduling Manager",))
	counts = []
	for _round in range(2):
		data(DASHBOARD, maya, **DATES)
		queries.clear()
		data(DASHBOARD, maya, **DATES)
		counts.append(len(queries))
		other = make_page(make_host("Tom"))
		other.intro = make_meeting_type(other)
		for day in (23, 24, 25):
			book(other, f"2026-11-{day} 10:00")
	assert counts[0] == counts[1] <= 20
