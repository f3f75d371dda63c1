"""Automations that set a status in the CRM or make a task there: on the site's own leads and deals, or on look-alikes."""

import frappe
import pytest
from frappe.model.base_document import get_controller

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.automations.plan import fire
from scheduler_integration.platform.clock import now, to_site_time
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, payload
from tests.support.outbox import actions, deliver
from tests.support.stand_ins import ERPNEXT, field, insert, is_real, standing_in

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
DAY = 86400

KINDS = field("type", "Select", "Open\nOngoing\nWon\nLost")
FRAPPE_CRM = {
	"CRM Lead Status": {"autoname": "prompt", "fields": [KINDS, field("position", "Int")]},
	"CRM Lead": {
		"autoname": "hash",
		"fields": [
			*(field(name, "Data") for name in ("first_name", "last_name", "lead_name", "organization", "mobile_no")),
			field("email", "Data", "Email"),
			field("lead_owner", "Link", "User"),
			field("status", "Link", "CRM Lead Status"),
			field("lost_reason", "Data"),
		],
	},
	"CRM Task": {
		"autoname": "hash",
		"fields": [
			field("title", "Data", reqd=1),
			field("description", "Text Editor"),
			field("assigned_to", "Link", "User"),
			field("due_date", "Datetime"),
			field("status", "Data"),
			field("reference_doctype", "Data"),
			field("reference_docname", "Data"),
		],
	},
}
STAGES = {
	"Sales Stage": {"autoname": "prompt", "fields": [field("stage_name", "Data")]},
	**ERPNEXT,
	"Opportunity": {
		**ERPNEXT["Opportunity"],
		"fields": [
			*ERPNEXT["Opportunity"]["fields"],
			field("status", "Select", "Open\nReplied\nClosed"),
			field("sales_stage", "Link", "Sales Stage"),
		],
	},
}


@pytest.fixture(scope="module")
def _crm(site):
	with standing_in(FRAPPE_CRM):
		if not is_real("CRM Lead"):
			for name, kind in (("New", "Open"), ("Contacted", "Ongoing"), ("Junk", "Lost")):
				frappe.get_doc({"doctype": "CRM Lead Status", "name": name, "type": kind}).insert()
		frappe.db.commit()
		yield


@pytest.fixture(scope="module")
def _erpnext(site):
	with standing_in(STAGES):
		yield


def automate(**fields):
	return frappe.get_doc({"doctype": "Meeting Automation", "title": "Test", "trigger": "Booked", **fields}).insert()


def to_status(value="Contacted", record="CRM Lead", **fields):
	return automate(channel="Set CRM Status", record_doctype=record, record_value=value, **fields)


def to_task(**fields):
	text = "Prepare for {{ contact_name }}\nRead 5 < 6"
	return automate(channel="Create Task", text=text, due_in_days=2, **fields)


def make_lead(**fields):
	values = {"first_name": "Ada", "email": f"{fresh('lead')}@guests.example", "status": "New", **fields}
	return frappe.get_doc({"doctype": "CRM Lead", **values}).insert()


def book(page, email, start=NINE):
	booking = door.book(payload(page, make_meeting_type(page), start, attendee_email=email), NOW)
	frappe.db.commit()
	return booking


def outcome(booking, automation):
	(task,) = actions(booking.id, automation=automation.name)
	return task.status, task.error


@pytest.mark.usefixtures("_crm")
class TestStatus:
	def test_of_the_lead_that_booked_is_set(self, page):
		automation, lead, other = to_status(), make_lead(), make_lead()
		deliver(book(page, lead.email).id, NOW)
		assert [frappe.db.get_value("CRM Lead", each.name, "status") for each in (lead, other)] == ["Contacted", "New"]
		assert frappe.db.get_value("Meeting Automation", automation.name, "record_field") == "status"

	def test_is_saved_with_the_rules_of_the_crm(self, page, monkeypatch):
		"""They aren't passed over, and the outbox tries again: perhaps somebody fills in what is missing."""
		automation, lead = to_status(), make_lead()
		booking = book(page, lead.email)

		def refuse(document):
			if document.doctype == "CRM Lead":
				frappe.throw("No owner")

		with monkeypatch.context() as patched:
			patched.setattr(get_controller("CRM Lead"), "before_save", refuse, raising=False)
			deliver(booking.id, NOW)
		assert outcome(booking, automation)[0] == "Pending"
		assert frappe.db.get_value("CRM Lead", lead.name, "status") == "New"
		deliver(booking.id, NOW + 120)
		assert frappe.db.get_value("CRM Lead", lead.name, "status") == "Contacted"

	def test_of_a_deleted_lead_and_of_nobodys_is_not_needed(self, page):
		automation, lead = to_status(), make_lead()
		booking, strangers = book(page, lead.email), book(page, f"{fresh('eve')}@guests.example", NINE + DAY)
		frappe.db.delete("CRM Lead", {"name": lead.name})
		frappe.db.commit()
		for each in (booking, strangers):
			deliver(each.id, NOW)
		assert outcome(booking, automation) == ("Skipped", "The lead or deal was deleted.")
		assert outcome(strangers, automation) == ("Skipped", "The booking belongs to no CRM Lead.")

	def test_waits_for_the_lead_that_is_still_to_be_made(self, page):
		automation = to_status()
		meeting_type = make_meeting_type(page, crm_record="Lead", crm_at_once=1)
		booking = door.book(payload(page, meeting_type, NINE, attendee_email=f"{fresh('eve')}@guests.example"), NOW)
		frappe.db.set_value("Outbox Task", {"booking": booking.id, "kind": "crm_record"}, "due_at", NOW + 60)
		deliver(booking.id, NOW)
		assert outcome(booking, automation) == ("Pending", "The lead or deal is being made.")
		deliver(booking.id, NOW + 60)
		deliver(booking.id, NOW + 120)
		lead = frappe.db.get_value("Booking", booking.id, "reference_name")
		assert frappe.db.get_value("CRM Lead", lead, "status") == "Contacted"

	def test_that_the_crm_has_not_is_refused(self):
		with pytest.raises(InvalidRequest, match=r"Choose one of these values: .*Contacted"):
			to_status("Contactd")
		with pytest.raises(InvalidRequest, match=r"Choose whose status is set: .*CRM Lead"):
			to_status(record="Customer")

	def test_lost_is_refused_if_it_needs_a_reason(self):
		if not frappe.get_meta("CRM Lead Status").has_field("type"):
			pytest.skip("an older Frappe CRM has no reasons")
		with pytest.raises(InvalidRequest, match="“Junk” needs a reason"):
			to_status("Junk")


@pytest.mark.usefixtures("_erpnext")
class TestErpnext:
	def test_the_sales_stage_of_an_opportunity_is_set(self, page):
		stage = fresh("Demo")
		frappe.get_doc({"doctype": "Sales Stage", "name": stage, "stage_name": stage}).insert()
		to_status(stage, "Opportunity", record_field="sales_stage")
		opportunity = insert("Opportunity", contact_email=f"{fresh('ada')}@guests.example")
		deliver(book(page, opportunity.contact_email).id, NOW)
		assert frappe.db.get_value("Opportunity", opportunity.name, "sales_stage") == stage

	def test_the_task_is_a_to_do_about_the_opportunity(self, page):
		to_task()
		opportunity = insert("Opportunity", contact_email=f"{fresh('ada')}@guests.example")
		booking = book(page, opportunity.contact_email)
		deliver(booking.id, NOW)
		about = {"reference_type": "Opportunity", "reference_name": opportunity.name}
		(todo,) = frappe.get_all("ToDo", about, ["allocated_to", "date", "description"])
		assert todo.allocated_to == frappe.db.get_value("Booking", booking.id, "host")
		assert str(todo.date) == "2026-03-04"
		assert todo.description == "Prepare for Ada Lovelace<br>Read 5 &lt; 6"


@pytest.mark.usefixtures("_crm")
class TestTask:
	def tasks(self, lead):
		fields = ["name", "title", "assigned_to", "due_date", "description"]
		return frappe.get_all("CRM Task", {"reference_docname": lead.name}, fields)

	def test_is_made_for_the_host_about_the_lead(self, page):
		to_task()
		lead = make_lead()
		booking = book(page, lead.email)
		deliver(booking.id, NOW)
		(task,) = self.tasks(lead)
		assert task.assigned_to == frappe.db.get_value("Booking", booking.id, "host")
		assert (task.title, task.due_date) == ("Prepare for Ada Lovelace", to_site_time(NOW + 2 * DAY))
		assert "Read 5 &lt; 6" in task.description

	def test_is_made_once_for_each_booking(self, page):
		automation, lead = to_task(), make_lead()
		booking = book(page, lead.email)
		deliver(booking.id, NOW)
		fire(automation.name, booking.id, now())
		deliver(booking.id, now())
		assert len(self.tasks(lead)) == 1
		reasons = {each.error for each in actions(booking.id, automation=automation.name, status="Skipped")}
		assert reasons == {"The task was made before."}

	def test_is_deleted_if_the_attendee_is_erased(self, page):
		to_task()
		lead = make_lead()
		booking = book(page, lead.email)
		deliver(booking.id, NOW)
		bookings.cancel_by_host(booking.id, "", NOW)
		bookings.forget_bookings([booking.id], activities=True)
		assert self.tasks(lead) == []

	def test_without_a_lead_is_a_to_do_about_the_booking(self, page):
		to_task()
		booking = book(page, f"{fresh('eve')}@guests.example")
		deliver(booking.id, NOW)
		assert frappe.db.count("ToDo", {"reference_type": "Booking", "reference_name": booking.id}) == 1
