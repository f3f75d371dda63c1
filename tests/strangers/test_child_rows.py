"""Rows of child tables, asked for by their own names: who may not see the parent doesn't see its rows."""

import frappe
import pytest

from scheduler_integration.platform.clock import now
from tests.pages.offer import DAYS, sign_in
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, make_schedule, make_team_page, make_user, payload

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def rows():
	"""One row of each child table, all of Jane's team page, by DocType."""
	jane, ben = make_user("Jane"), make_user("Ben")
	for user in (jane, ben):
		make_schedule(user, {day: ["09:00-17:00"] for day in DAYS})
	page = make_team_page([jane, ben])
	question = {"label": "Secret plans?", "question_type": "Text"}
	places = {"location_type": "Phone", "places": [{"place_type": "In Person", "details": "A secret office"}]}
	meeting_type = make_meeting_type(
		page, questions=[question], recommended_phases=[{"phase": "Grow"}], hosts=[{"user": jane}], **places
	)
	start = (now() // 86400 + 3) * 86400
	answers = {meeting_type.questions[0].name: "Rockets"}
	request = payload(
		page,
		meeting_type,
		start + 10 * 3600,
		guests=["bob@guests.example"],
		answers=answers,
		attendee_phone="+49 221 1",
	)
	booking = frappe.get_doc("Booking", door.book(request, now()).id)
	schedule = frappe.get_doc("Availability Schedule", {"user": booking.host})
	found = [booking.guests[0], booking.hosts[0], booking.answers[0], schedule.rules[0], page.hosts[0]]
	found += [
		meeting_type.questions[0],
		meeting_type.recommended_phases[0],
		meeting_type.places[0],
		meeting_type.hosts[0],
	]
	call = make_meeting_type(page, consultant=jane)
	absence = {"user": jane, "date": "2036-12-01", "is_away": 1, "whole_day": 1}
	covered = {**absence, "stand_ins": [{"meeting_type": call.name, "colleague": ben}]}
	found.append(frappe.get_doc({"doctype": "Availability Override", **covered}).insert().stand_ins[0])
	settings = frappe.get_doc("Scheduler Settings")
	found.append(settings.append("report_sources", {"report_doctype": "Contact", "consultant_field": "owner"}))
	settings.save()
	calendars = [{"calendar_id": "work", "calendar_name": "Work"}]
	connection = {"user": jane, "provider": "ICS", "address": "https://feed.example/x.ics", "calendars": calendars}
	connected = frappe.get_doc({"doctype": "Calendar Connection", **connection})
	# As the sync does, which knows what calendars an account has.
	connected.flags.from_provider = True
	found.append(connected.insert().calendars[0])
	payment = frappe.get_doc(
		{"doctype": "Booking Payment", "booking": booking.name, "currency": "EUR", "amount_minor": 5000}
	)
	payment.append("refunds", {"reason": "A secret reason", "number": 1, "amount_minor": 100})
	found.append(payment.insert(ignore_permissions=True).refunds[0])
	frappe.db.commit()
	return {row.doctype: row for row in found}


OF_HOSTS = [
	"Booking Guest",
	"Booking Host",
	"Booking Answer",
	"Availability Rule",
	"Stand In",
	"Scheduling Page Host",
	"Meeting Type Question",
	"Meeting Type Phase",
	"Meeting Type Place",
	"Meeting Type Host",
	"Booking Payment Refund",
]
CHILD_TABLES = [*OF_HOSTS, "Scheduler Report Source", "Connected Calendar"]


def test_every_child_table_of_the_app_is_tried():
	mine = frappe.get_all("DocType", {"module": "Scheduler Integration", "istable": 1}, pluck="name")
	assert sorted(mine) == sorted(CHILD_TABLES)


@pytest.mark.parametrize("doctype", CHILD_TABLES)
def test_a_stranger_has_no_right_to_a_row_by_its_name(rows, as_user, doctype):
	eve = make_user("Eve")
	with as_user(eve):
		row = frappe.get_doc(doctype, rows[doctype].name)
		for ptype in ("read", "write", "print", "email", "share", "export"):
			assert not row.has_permission(ptype), ptype
		with pytest.raises(frappe.PermissionError):
			row.check_permission()


@pytest.mark.parametrize("doctype", OF_HOSTS)
def test_who_may_see_the_parent_may_see_its_rows(rows, as_user, doctype):
	with as_user(rows["Booking Host"].user):
		assert frappe.get_doc(rows[doctype].parenttype, rows[doctype].parent).has_permission("read")
		assert frappe.get_doc(doctype, rows[doctype].name).has_permission("read")


@pytest.fixture
def eve(client):
	user = make_user("Eve")
	sign_in(client, user)
	client.take_csrf_token("/app")
	return client


@pytest.mark.parametrize("doctype", CHILD_TABLES)
def test_no_door_of_frappe_gives_a_strangers_row_away(rows, eve, doctype, site):
	row = rows[doctype]
	asked = [eve.get(f"/api/resource/{doctype}/{row.name}")]
	if site.is_real:
		desk = {"doctype": doctype, "name": row.name}
		asked += [
			eve.call("frappe.client.get", "GET", **desk, parent=row.parenttype),
			eve.call("frappe.desk.form.load.getdoc", "GET", **desk),
			eve.call("frappe.desk.form.load.get_docinfo", "GET", **desk),
			eve.call(
				"frappe.desk.form.utils.add_comment",
				reference_doctype=doctype,
				reference_name=row.name,
				content=fresh("comment"),
				comment_email="eve@example.com",
				comment_by="Eve",
			),
			eve.call("frappe.desk.form.assign_to.add", assign_to='["Administrator"]', **desk, description="mine"),
			eve.get(f"/printview?doctype={doctype}&name={row.name}"),
		]
	secret = str(row.get("email") or row.get("answer") or row.get("label") or row.get("user") or "no secret here")
	for answer in asked:
		assert answer.status_code in (403, 404, 417), (answer.url, answer.status_code, answer.text[:300])
		assert secret not in answer.text, answer.url
	if not site.is_real:
		return
	frappe.db.rollback()
	assert not frappe.db.exists("Comment", {"reference_doctype": doctype, "reference_name": row.name})
	assert not frappe.db.exists("ToDo", {"reference_type": doctype, "reference_name": row.name})
