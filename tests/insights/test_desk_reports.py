"""The desk's reports and cards have the figures of the API, for those who may see them."""

import frappe
import pytest

from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.scope import Scope
from scheduler_integration.scheduler_integration.report.scheduling_bookings import scheduling_bookings
from scheduler_integration.scheduler_integration.report.scheduling_funnel import scheduling_funnel
from scheduler_integration.scheduler_integration.report.scheduling_sources import scheduling_sources
from scheduler_integration.scheduler_integration.report.scheduling_staff import scheduling_staff
from tests.insights.test_figures import FIRST, LAST, NOW, History
from tests.support.factories import make_user
from tests.support.site import on_real_site

DATES = {"from_date": str(FIRST), "to_date": str(LAST)}
REPORTS = (scheduling_bookings, scheduling_staff, scheduling_sources, scheduling_funnel)


@pytest.fixture
def history(frozen):
	import random

	frozen(NOW)
	return History(random.Random(7))


def run(report, user, as_user, **filters):
	with as_user(user):
		shown, rows, _message, chart, summary = report.execute(frappe._dict(DATES | filters))
	assert all(set(row) <= {column["fieldname"] for column in shown} for row in rows)
	assert len({len(each["values"]) for each in chart["data"]["datasets"]} | {len(chart["data"]["labels"])}) == 1
	return rows, summary


@pytest.mark.long
def test_hosts_see_their_own_and_managers_all(history, as_user):
	host, manager = history.hosts[0], make_user("Maya", roles=("Scheduling Manager",))
	own = dashboard(Scope(FIRST, LAST, history.zones[host], host), NOW)
	rows, summary = run(scheduling_bookings, host, as_user)
	assert sum(row["meetings"] for row in rows) == own.tally.total == summary[0]["value"]
	everybody, _summary = run(scheduling_bookings, manager, as_user)
	assert sum(row["meetings"] for row in everybody) > own.tally.total
	one, _summary = run(scheduling_bookings, manager, as_user, host=host)
	assert sum(row["meetings"] for row in one) == own.tally.total
	assert {row["name"] for row in run(scheduling_staff, host, as_user)[0]} == {
		frappe.db.get_value("User", host, "full_name")
	}


@pytest.mark.long
@pytest.mark.parametrize("report", REPORTS)
def test_nobody_sees_another_hosts_figures(history, as_user, report):
	for user in (history.hosts[0], make_user("Nobody", roles=())):
		with as_user(user), pytest.raises(NotPermitted):
			report.execute(frappe._dict(DATES | {"host": history.hosts[1]}))


@pytest.mark.long
def test_sums_of_a_spreadsheet_are_right_with_two_currencies(history, as_user):
	"""A source with two currencies has two rows. Its bookings stand in the first one only."""
	manager = make_user("Maya", roles=("Scheduling Manager",))
	rows, summary = run(scheduling_sources, manager, as_user)
	assert sum(row.get("bookings", 0) for row in rows) == summary[0]["value"]
	assert {row["currency"] for row in rows} >= {"EUR", "USD"}


@pytest.mark.long
def test_a_source_that_is_a_formula_was_exported_as_one(history, as_user):
	frappe.db.set_value("Booking", {"host": history.hosts[0]}, "utm_source", "=HYPERLINK(1)")
	rows, _summary = run(scheduling_sources, history.hosts[0], as_user)
	assert {row["utm_source"][:1] for row in rows if "hyperlink" in row["utm_source"]} == {"'"}


@pytest.mark.long
def test_the_cards_have_the_figures_of_the_last_month(history, as_user):
	host = history.hosts[0]
	with as_user(host):
		found = dashboard(Scope(FIRST.replace(month=3, day=4), NOW_DAY, history.zones[host], host), NOW)
		assert scheduling_bookings.completion()["value"] == found.tally.completion_rate
		assert scheduling_bookings.no_shows()["value"] == found.tally.no_show_rate
		assert scheduling_bookings.lead_time()["value"] == found.leads.median
		week = scheduling_bookings.this_week()
		assert week["value"] == found.this_week.value
		listed = frappe.get_list("Booking", {**week["route_options"], "host": host}, ["booked_at"], limit_page_length=0)
		assert len([row for row in listed if row.booked_at < NOW]) == week["value"]
	with as_user(make_user("Nobody", roles=())), pytest.raises(frappe.PermissionError):
		scheduling_bookings.completion()


NOW_DAY = FIRST.replace(month=4, day=2)


@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no desk")
@pytest.mark.parametrize("name", ["Bookings", "Staff", "Sources", "Funnel"])
def test_the_desk_runs_the_reports(history, as_user, name):
	from frappe.desk.query_report import run as run_report

	for user in (history.hosts[0], make_user("Maya", roles=("Scheduling Manager",))):
		with as_user(user):
			answer = run_report(f"Scheduling {name}", DATES)
			assert answer["columns"]
			assert answer["chart"]["type"] == "bar"


@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no desk")
def test_ordinary_users_see_cards_and_charts(as_user):
	"""Frappe lists custom charts for System Managers only, so these are charts of reports."""
	host = make_user("Jane", roles=("Scheduling User",))
	with as_user(host):
		charts = frappe.get_list("Dashboard Chart", pluck="name")
		assert {"Meetings by day", "Bookings by source", "Meetings by host"} <= set(charts)
		cards = frappe.get_list("Number Card", pluck="name")
		assert {"Bookings this week", "No-show rate of 30 days"} <= set(cards)


@pytest.mark.long
def test_rates_have_one_decimal(history, as_user):
	"""The desk showed 73.500 %, and 0.000 hours."""
	_rows, summary = run(scheduling_bookings, history.hosts[0], as_user)
	rates = [card["value"] for card in summary if str(card["value"]).endswith("%")]
	assert rates
	assert all(len(rate.rstrip("%").partition(".")[2]) <= 1 for rate in rates)
	with as_user(history.hosts[0]):
		shown, *_others = scheduling_staff.execute(frappe._dict(DATES))
		assert scheduling_bookings.completion()["precision"] == 1
	assert {column["precision"] for column in shown if column["fieldtype"] == "Percent"} == {1}


@pytest.mark.long
def test_sources_are_named_in_words(history, as_user):
	"""The desk showed "page", and both showed "host"."""
	frappe.db.set_value("Booking", {"host": history.hosts[0]}, {"source": "host", "utm_source": ""})
	rows, _summary = run(scheduling_sources, history.hosts[0], as_user)
	shown = {row["source"] for row in rows}
	assert "Booked by a host" in shown
	assert not shown & {"host", "page", ""}


@pytest.mark.parametrize("report", REPORTS)
def test_the_names_of_the_staff_charts_colours_ran_into_each_other(history, as_user, report):
	with as_user(history.hosts[0]):
		datasets = report.execute(frappe._dict(DATES))[3]["data"]["datasets"]
	# The legend gives each but the last name 150 pixels, in bold.
	assert all(len(each["name"]) <= 15 for each in datasets[:-1])
