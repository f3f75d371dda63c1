"""Holidays and leave from ERPNext and HRMS close the slots of their dates.

A site with those apps uses their DocTypes. Other sites get look-alikes with the fields that the app reads.
"""

from datetime import date

import frappe
import pytest

from scheduler_integration.api import public
from scheduler_integration.availability import hours
from scheduler_integration.availability.days_off import load_days_off
from scheduler_integration.availability.impact import impact_of_hours
from scheduler_integration.availability.schedules import HostSchedule
from scheduler_integration.crm.records import KINDS
from scheduler_integration.platform.optional_apps import OPTIONAL_DOCTYPES, remove_custom_fields, sync_custom_fields
from tests.support.door import slots_between
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_schedule, make_team_page, make_user
from tests.support.stand_ins import HOLIDAYS, drop, field, holidays, insert, is_real, make, standing_in, submit

NOW = at("2026-03-01 06:00")
MONDAY, TUESDAY, WEDNESDAY = "2026-03-02", "2026-03-03", "2026-03-04"


STAND_INS = {
	**HOLIDAYS,
	"Company": {
		"autoname": "field:company_name",
		"fields": [
			field("company_name", "Data", reqd=1, unique=1),
			field("default_holiday_list", "Link", "Holiday List"),
		],
	},
	"Employee": {
		"autoname": "hash",
		"fields": [
			field("user_id", "Link", "User"),
			field("status", "Select", "Active\nInactive\nSuspended\nLeft", default="Active"),
			field("company", "Link", "Company"),
			field("holiday_list", "Link", "Holiday List"),
		],
	},
	"Leave Application": {
		"autoname": "hash",
		"fields": [
			field("employee", "Link", "Employee"),
			field("from_date", "Date"),
			field("to_date", "Date"),
			field("half_day", "Check"),
			field("half_day_date", "Date"),
			field("status", "Select", "Open\nApproved\nRejected\nCancelled", default="Open"),
		],
	},
	# HRMS has this DocType since version 16.
	"Holiday List Assignment": {
		"autoname": "hash",
		"fields": [
			field("applicable_for", "Select", "Employee\nCompany", reqd=1),
			field("assigned_to", "Dynamic Link", "applicable_for", reqd=1),
			field("holiday_list", "Link", "Holiday List", reqd=1),
			field("from_date", "Date", reqd=1),
		],
	},
}
SUBMITTED, CANCELLED = 1, 2


@pytest.fixture(scope="module", autouse=True)
def _stand_ins(site):
	with standing_in(STAND_INS):
		yield


@pytest.fixture(autouse=True)
def _today(frozen):
	frozen("2026-03-01T06:00:00.123456+00:00")


@pytest.fixture
def host():
	return make_user()


@pytest.fixture
def page(host):
	make_schedule(host)
	return make_page(host)


@pytest.fixture
def meeting_type(page):
	return make_meeting_type(page, duration_minutes=60)


def company(default_holiday_list=None):
	return insert("Company", company_name=fresh("company"), default_holiday_list=default_holiday_list).name


def employ(user, **fields):
	return insert("Employee", user_id=user, **fields).name


def leave(employee, first, last=None, status="Approved", docstatus=SUBMITTED, **fields):
	values = {"employee": employee, "from_date": first, "to_date": last or first, "status": status, **fields}
	submit(insert("Leave Application", **values), docstatus)


def assign(kind, name, holiday_list, first="2026-01-01", docstatus=SUBMITTED):
	values = {"applicable_for": kind, "assigned_to": name, "holiday_list": holiday_list, "from_date": first}
	submit(insert("Holiday List Assignment", **values), docstatus)


def schedules(users):
	"""Create the schedules, without their own holiday lists."""
	plain = HostSchedule(zone="UTC", weekly=(), buffer_minutes=0, minimum_notice_hours=0, max_days_in_advance=0)
	return dict.fromkeys(users, plain)


def open_days(page, meeting_type):
	"""Return the dates of the week that have slots."""
	found = public.get_slots(
		slug=page.slug, meeting_type=meeting_type.slug, start_date=MONDAY, end_date="2026-03-06", timezone="UTC"
	)
	return sorted(found["days"])


ALL_WEEK = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]


def without(*days):
	return [day for day in ALL_WEEK if day not in days]


def test_the_employees_holidays_close(host, page, meeting_type):
	employ(host, holiday_list=holidays(TUESDAY), company=company(holidays(WEDNESDAY)))
	assert open_days(page, meeting_type) == without(TUESDAY)


def test_holidays_and_leave_are_listed_for_the_host(host, page):
	leave(employ(host, holiday_list=holidays(TUESDAY, WEDNESDAY), company=company()), WEDNESDAY)
	found = hours.days_off_between(host, date(2026, 3, 3), date(2026, 12, 31))
	assert sorted((str(each.first), each.label) for each in found) == [
		(TUESDAY, "Founders' Day"),
		(WEDNESDAY, "Founders' Day"),
		(WEDNESDAY, "Leave"),
	]


def test_the_impact_of_hours_counts_without_days_off_whatever_the_number_of_types(host, page, queries):
	employ(host, holiday_list=holidays(MONDAY), company=company())
	rules = [{"day_of_week": "Monday", "start_time": "09:00:00", "end_time": "10:00:00", "is_available": 1}]

	def asked():
		change = hours.change_hours(host, None, {"rules": rules}, NOW)
		impact_of_hours(change, "UTC", NOW)
		queries.clear()
		return impact_of_hours(change, "UTC", NOW), len(queries)

	make_meeting_type(page, duration_minutes=60)
	counted, few = asked()
	# Seven of eight hours on Monday to Friday for four weeks, and one more each Monday but the holiday.
	assert (len(counted.gained), len(counted.lost)) == (0, 4 * 5 * 8 - 8 - 3)
	for _number in range(3):
		make_meeting_type(page, duration_minutes=60)
	assert asked()[1] == few


def test_the_companys_holidays_close_where_the_employee_has_no_list(host, page, meeting_type):
	employ(host, company=company(holidays(WEDNESDAY)))
	assert open_days(page, meeting_type) == without(WEDNESDAY)


def test_another_companys_holidays_do_not(host, page, meeting_type):
	company(holidays(MONDAY))
	employ(make_user(), company=company(holidays(TUESDAY)))
	employ(host, company=company())
	assert open_days(page, meeting_type) == ALL_WEEK


def test_a_schedules_own_list_replaces_the_employees(host, meeting_type, page):
	employ(host, holiday_list=holidays(TUESDAY), company=company(holidays(WEDNESDAY)))
	schedule = frappe.get_doc("Availability Schedule", {"user": host})
	schedule.update({"holiday_list": holidays(MONDAY)}).save()
	assert open_days(page, meeting_type) == without(MONDAY)


def test_a_schedules_list_needs_no_employee(host, meeting_type, page):
	schedule = frappe.get_doc("Availability Schedule", {"user": host})
	schedule.update({"holiday_list": holidays(MONDAY)}).save()
	assert open_days(page, meeting_type) == without(MONDAY)


def test_weekly_days_off_close(host, page, meeting_type):
	employ(host, holiday_list=holidays(MONDAY, weekly_off=1, description="Monday"))
	assert open_days(page, meeting_type) == without(MONDAY)


def test_what_is_assigned_to_the_employee_holds_and_nothing_else(host, page, meeting_type):
	firm = company(holidays("2026-03-05"))
	employee = employ(host, company=firm, holiday_list=holidays("2026-03-06"))
	assign("Employee", employee, holidays(MONDAY))
	assign("Company", firm, holidays(TUESDAY))
	assert open_days(page, meeting_type) == without(MONDAY)


def test_what_is_assigned_to_the_company_holds_in_place_of_the_fields(host, page, meeting_type):
	firm = company(holidays("2026-03-05"))
	employ(host, company=firm, holiday_list=holidays("2026-03-06"))
	assign("Company", firm, holidays(TUESDAY))
	assert open_days(page, meeting_type) == without(TUESDAY)


def test_an_assignment_holds_from_its_date_until_the_next(host, page, meeting_type):
	employee = employ(host, company=company(holidays(MONDAY, TUESDAY)))
	assign("Employee", employee, holidays(MONDAY, "2026-03-06"), first=TUESDAY)
	assign("Employee", employee, holidays(WEDNESDAY), first=WEDNESDAY)
	assign("Employee", employee, holidays(*ALL_WEEK), first="2026-03-07")
	# On Monday the company's list still applies. On Tuesday another list does, which has no holiday then.
	assert open_days(page, meeting_type) == without(MONDAY, WEDNESDAY)


def test_an_assignment_ends_with_its_list(host, page, meeting_type):
	firm = company()
	employee = employ(host, company=firm)
	assign("Employee", employee, holidays(MONDAY, until=TUESDAY))
	assign("Company", firm, holidays(TUESDAY, WEDNESDAY))
	assert open_days(page, meeting_type) == without(MONDAY, WEDNESDAY)


def test_drafts_cancelled_assignments_and_those_of_others_do_not_hold(host, page, meeting_type):
	firm = company()
	employee = employ(host, company=firm, holiday_list=holidays(WEDNESDAY))
	assign("Employee", employee, holidays(MONDAY), docstatus=0)
	assign("Employee", employee, holidays(MONDAY), docstatus=CANCELLED)
	assign("Employee", employ(make_user(), company=firm), holidays(TUESDAY))
	assign("Company", company(), holidays(TUESDAY))
	assert open_days(page, meeting_type) == without(WEDNESDAY)


def test_a_schedules_own_list_replaces_what_is_assigned(host, page, meeting_type):
	assign("Employee", employ(host), holidays(TUESDAY))
	schedule = frappe.get_doc("Availability Schedule", {"user": host})
	schedule.update({"holiday_list": holidays(MONDAY)}).save()
	assert open_days(page, meeting_type) == without(MONDAY)


def test_without_assignments_the_fields_hold(monkeypatch, host, page, meeting_type):
	"""HRMS 15 and ERPNext without HRMS have no assignments."""
	rest = frozenset(OPTIONAL_DOCTYPES) - {"Holiday List Assignment"}
	monkeypatch.setattr("scheduler_integration.availability.days_off.optional_doctypes", lambda: rest)
	employee = employ(host, holiday_list=holidays(MONDAY))
	assign("Employee", employee, holidays(TUESDAY))
	assert open_days(page, meeting_type) == without(MONDAY)


def test_approved_leave_closes_its_dates(host, page, meeting_type):
	leave(employ(host), TUESDAY, WEDNESDAY)
	assert open_days(page, meeting_type) == without(TUESDAY, WEDNESDAY)


def test_half_a_day_of_leave_closes_the_whole_date(host, page, meeting_type):
	leave(employ(host), TUESDAY, half_day=1, half_day_date=TUESDAY)
	assert open_days(page, meeting_type) == without(TUESDAY)


def test_leave_that_is_cancelled_rejected_or_not_submitted_does_not_close(host, page, meeting_type):
	employee = employ(host)
	leave(employee, MONDAY, docstatus=0)
	leave(employee, TUESDAY, status="Rejected")
	leave(employee, WEDNESDAY, docstatus=CANCELLED)
	leave(employee, "2026-03-05", status="Open", docstatus=0)
	assert open_days(page, meeting_type) == ALL_WEEK


def test_who_left_has_neither_holidays_nor_leave(host, page, meeting_type):
	employee = employ(host, holiday_list=holidays(MONDAY))
	leave(employee, TUESDAY)
	frappe.get_doc("Employee", employee).update({"status": "Left"}).save()
	assert open_days(page, meeting_type) == ALL_WEEK


@pytest.mark.parametrize("status", ["Inactive", "Suspended"])
def test_who_is_away_for_a_time_keeps_holidays_and_leave(host, page, meeting_type, status):
	employee = employ(host, holiday_list=holidays(MONDAY))
	leave(employee, TUESDAY)
	frappe.get_doc("Employee", employee).update({"status": status}).save()
	assert open_days(page, meeting_type) == without(MONDAY, TUESDAY)


def test_who_came_back_has_the_holidays_of_the_new_employment(host, page, meeting_type):
	employ(host, holiday_list=holidays(MONDAY), status="Left")
	employ(host, holiday_list=holidays(TUESDAY))
	assert open_days(page, meeting_type) == without(TUESDAY)


def test_hours_of_its_own_keep_a_holiday_open_but_not_leave(host, page, meeting_type):
	employee = employ(host, holiday_list=holidays(MONDAY, TUESDAY, WEDNESDAY))
	leave(employee, TUESDAY)
	times = {"whole_day": 0, "start_time": "10:00:00", "end_time": "12:00:00"}
	override(host, MONDAY, TUESDAY, is_available=1, **times)
	assert open_days(page, meeting_type) == without(TUESDAY, WEDNESDAY)


def test_an_hour_cut_from_a_holiday_does_not_open_it(host, page, meeting_type):
	employ(host, holiday_list=holidays(MONDAY))
	override(host, MONDAY, whole_day=0, start_time="10:00:00", end_time="12:00:00")
	assert open_days(page, meeting_type) == without(MONDAY)


def test_out_of_office_closes_a_run_of_dates(host, page, meeting_type):
	override(host, TUESDAY, "2026-03-05", reason="Conference")
	assert open_days(page, meeting_type) == without(TUESDAY, WEDNESDAY, "2026-03-05")


def test_one_hosts_leave_leaves_the_others_of_a_team(host):
	other = make_user("Ben")
	page = make_team_page([host, other])
	anyone, everyone = (make_meeting_type(page, assignment=each) for each in ("Round Robin", "Collective"))
	leave(employ(host), TUESDAY)
	assert open_days(page, anyone) == ALL_WEEK
	assert open_days(page, everyone) == without(TUESDAY)


def test_a_day_off_is_named(host):
	employee = employ(host, holiday_list=holidays(MONDAY))
	leave(employee, TUESDAY)
	found = load_days_off(schedules([host]), date(2026, 3, 1), date(2026, 3, 8))
	assert [(day.first.isoformat(), day.label) for day in found[host]] == [
		(MONDAY, "Founders' Day"),
		(TUESDAY, "Leave"),
	]


@pytest.mark.long
@pytest.mark.parametrize(("missing", "queries"), [("Holiday List Assignment", 2), (None, 3)])
def test_hosts_and_days_off_take_two_queries_and_assignments_a_third(monkeypatch, host, missing, queries):
	existing = frozenset(OPTIONAL_DOCTYPES) - {missing}
	monkeypatch.setattr("scheduler_integration.availability.days_off.optional_doctypes", lambda: existing)
	hosts = [host, *(make_user("Ann") for _each in range(4))]
	for user in hosts:
		employee = employ(user, holiday_list=holidays(*ALL_WEEK))
		for day in ALL_WEEK:
			leave(employee, day)
			assign("Employee", employee, holidays(*ALL_WEEK), first=day)
	seen = []
	ask = frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *args, **kwargs: seen.append(query) or ask(query, *args, **kwargs)
	)
	for users in ([host], hosts):
		load_days_off(schedules(users), date(2026, 1, 1), date(2026, 1, 31))
		seen.clear()
		found = load_days_off(schedules(users), date(2026, 3, 1), date(2026, 4, 30))
		assert (len(seen), len(found)) == (queries, len(users))


def test_a_request_with_holidays_and_leave_takes_at_most_ten_queries(monkeypatch, host):
	hosts = [host, *(make_user("Ann") for _each in range(4))]
	page = make_team_page(hosts)
	meeting_type = make_meeting_type(page, assignment="Round Robin")
	for user in hosts:
		leave(employ(user, holiday_list=holidays(*ALL_WEEK)), MONDAY)
	assert open_days(page, meeting_type) == []
	seen = []
	ask = frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *args, **kwargs: seen.append(query) or ask(query, *args, **kwargs)
	)
	days = date(2026, 3, 2), date(2026, 3, 31)
	slots_between(page.slug, meeting_type.slug, *days, "UTC", None, at("2026-03-01 06:00"))
	assert len(seen) <= 10


def test_without_the_doctypes_nothing_is_asked(monkeypatch, host):
	monkeypatch.setattr("scheduler_integration.availability.days_off.optional_doctypes", frozenset)
	monkeypatch.setattr(frappe.db, "sql", lambda *_args, **_kwargs: pytest.fail("a query"))
	assert load_days_off(schedules([host]), date(2026, 3, 1), date(2026, 4, 30)) == {}


def test_leave_counts_on_a_site_without_holiday_lists(monkeypatch, host, page, meeting_type):
	monkeypatch.setattr(
		"scheduler_integration.availability.days_off.optional_doctypes",
		lambda: frozenset({"Employee", "Leave Application"}),
	)
	leave(employ(host, holiday_list=holidays(MONDAY)), TUESDAY)
	assert open_days(page, meeting_type) == without(TUESDAY)


@pytest.mark.usefixtures("commit_clean")
def test_the_field_comes_and_goes_with_the_doctype():
	if is_real("Holiday List"):
		pytest.skip("the real DocType stays")
	field = {"dt": "Availability Schedule", "fieldname": "holiday_list"}
	assert frappe.db.exists("Custom Field", field)
	of_crms = {*(kind.doctype for kind in KINDS), "CRM Contacts", "CRM Deal Status", "Customer"}
	assert set(OPTIONAL_DOCTYPES) - of_crms < set(STAND_INS)
	try:
		drop(STAND_INS)
		assert not frappe.db.exists("Custom Field", field)
		assert not frappe.get_meta("Availability Schedule").has_field("holiday_list")
	finally:
		make(STAND_INS)
	assert frappe.get_meta("Availability Schedule").has_field("holiday_list")


@pytest.mark.usefixtures("commit_clean")
def test_the_field_goes_with_the_app():
	remove_custom_fields()
	assert not frappe.db.exists("Custom Field", {"dt": "Availability Schedule", "fieldname": "holiday_list"})
	sync_custom_fields()


def override(user, day, end=None, **fields):
	values = {"user": user, "date": day, "end_date": end, **fields}
	return frappe.get_doc({"doctype": "Availability Override", **values}).insert()
