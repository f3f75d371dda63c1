"""Clicks, outside bookings and figures of one consultant stay hidden from all others, through every door."""

import json

import frappe
import pytest

from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.external.record import record_external
from scheduler_integration.scheduler_integration.report.engagement_with_reports import engagement_with_reports as report
from tests.support.consultants import make_assessment, make_scheduler, make_type
from tests.support.factories import at, fresh, make_user

DOCTYPES = ("Scheduler Engagement", "Outside Booking", "Client Assessment", "Consultant Scheduler Settings")
NOW = at("2026-03-01 12:00")


def make_engaged(**fields):
	"""Create a consultant with a click and an outside booking, and return the User's name."""
	consultant = make_user(**fields)
	make_scheduler(consultant=consultant)
	assessment = make_assessment(consultant)
	target = find_target(assessment.name, make_type(consultant).name)
	record_click(target, "report", Visit("203.0.113.9"), NOW)
	booking = ExternalChange(
		provider="Calendly",
		external_id="A",
		happened_at=NOW,
		status="Scheduled",
		start=NOW + 86400,
		end=NOW + 90000,
		attendee_name="Casey Client",
		attendee_email=assessment.client_email,
	)
	record_external(consultant, booking, NOW)
	return consultant


def names(doctype, consultant):
	return frappe.get_all(doctype, {"consultant": consultant}, pluck="name")


@pytest.fixture
def jane():
	return make_engaged()


@pytest.fixture
def sam():
	return make_engaged(first_name="Sam")


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_lists_hold_ones_own_rows_only(jane, sam, as_user, doctype):
	with as_user(sam):
		assert {row.consultant for row in frappe.get_list(doctype, fields=["consultant"])} == {sam}
		assert frappe.get_list(doctype, filters={"consultant": jane}) == []
	with as_user(make_user("Max", roles=("Scheduling Manager",))):
		assert {row.consultant for row in frappe.get_list(doctype, fields=["consultant"])} >= {jane, sam}
	with as_user(make_user("Rolf", roles=())), pytest.raises(frappe.PermissionError):
		frappe.get_list(doctype)


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_record_of_somebody_else_cannot_be_read(jane, sam, as_user, doctype):
	with as_user(sam):
		for name in names(doctype, jane):
			assert not frappe.has_permission(doctype, "read", name)
			with pytest.raises(frappe.PermissionError):
				frappe.get_doc(doctype, name).check_permission("read")
		for name in names(doctype, sam):
			assert frappe.has_permission(doctype, "read", name)


@pytest.mark.parametrize("doctype", DOCTYPES[:2])
@pytest.mark.parametrize("role", ["Scheduling User", "Scheduling Manager"])
def test_nobody_writes_engagement_by_hand(jane, as_user, doctype, role):
	(name, *_others) = names(doctype, jane)
	with as_user(jane if role == "Scheduling User" else make_user("Max", roles=(role,))):
		doc = frappe.get_doc(doctype, name)
		fresh_one = frappe.get_doc({"doctype": doctype, "consultant": jane, "event_type": "link_clicked"})
		for act in (doc.save, doc.delete, fresh_one.insert):
			with pytest.raises(frappe.PermissionError):
				act()


def test_the_hash_of_the_address_is_for_system_managers(jane, as_user):
	(name,) = frappe.get_all("Scheduler Engagement", {"consultant": jane, "event_type": "link_clicked"}, pluck="name")
	with as_user(jane):
		doc = frappe.get_doc("Scheduler Engagement", name)
		doc.apply_fieldlevel_read_permissions()
		assert doc.get("ip_hash") is None
		assert [row.get("ip_hash") for row in frappe.get_list("Scheduler Engagement", fields=["name", "ip_hash"])] in (
			[None, None],
			[None],
		)


def test_the_report_shows_ones_own_figures(jane, sam, as_user):
	def clicks(**filters):
		filters |= {"from_date": "2026-03-01", "to_date": "2026-03-01"}
		columns, rows, _message, chart, summary = report.execute(frappe._dict(filters))
		assert [column["fieldname"] for column in columns][:2] == ["name", "clicks"]
		assert sum(row["clicks"] for row in rows) == summary[0]["value"] == sum(chart["data"]["datasets"][0]["values"])
		return summary[0]["value"]

	with as_user(jane):
		assert clicks() == clicks(consultant=jane) == clicks(group_by="Phase") == 1
		with pytest.raises(frappe.PermissionError):
			clicks(consultant=sam)
	with as_user(make_user("Max", roles=("Scheduling Manager",))):
		assert clicks() >= 2
		assert clicks(consultant=sam) == 1


def test_the_cards_show_the_figures_of_the_report(jane, as_user, frozen):
	frozen("2026-03-10T12:00:00+00:00")
	with as_user(jane):
		summary = report.execute({})[4]
		assert summary[0]["value"] == 1
		cards = [card()["value"] for card in (report.clicks, report.bookings, report.conversion, report.completed)]
		assert cards == [1, 1, 100.0, 0]
		assert [each["value"] for each in summary] == [1, 1, "100%", 0]
	with as_user(make_user("Rolf", roles=())), pytest.raises(frappe.PermissionError):
		report.clicks()


def test_no_figure_is_beyond_the_dates(jane, as_user):
	with as_user(jane):
		assert report.execute({"from_date": "2026-02-01", "to_date": "2026-02-28"})[4][0]["value"] == 0


@pytest.mark.long
@pytest.mark.usefixtures("commit_clean")
def test_the_resource_api_tells_nothing_of_others(client):
	password = fresh("Secret")
	sam, jane = make_engaged(first_name="Sam", new_password=password), make_engaged()
	theirs = {doctype: names(doctype, jane) for doctype in DOCTYPES}
	frappe.db.commit()
	client.login(sam, password)
	for doctype, hidden in theirs.items():
		listed = client.get(f"/api/resource/{doctype}", params={"fields": json.dumps(["*"]), "limit_page_length": 0})
		assert listed.status_code == 200
		assert jane not in listed.text
		for name in hidden:
			answer = client.get(f"/api/resource/{doctype}/{name}")
			assert answer.status_code == 403
			assert jane not in answer.text
		filtered = client.get(f"/api/resource/{doctype}", params={"filters": json.dumps([["consultant", "=", jane]])})
		assert filtered.json()["data"] == []
	assert client.get("/api/resource/Scheduler Engagement/missing").status_code in (403, 404)
