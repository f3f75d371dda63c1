"""The owner of a person's CRM record gets the meeting: in Frappe CRM, and in ERPNext or look-alikes of its records."""

import frappe
import pytest

from scheduler_integration.crm.records import find_records, owner_among
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_team_page, make_user, payload
from tests.support.stand_ins import ERPNEXT, first_company, insert, is_real, standing_in

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
OLD, NEW = "2020-01-01 00:00:00", "2020-01-02 00:00:00"


class FrappeCRM:
	"""Creates Frappe CRM's own records, with its own controllers."""

	def lead(self, email, owner=None):
		values = {"first_name": "Ada", "email": email, "lead_owner": owner}
		return frappe.get_doc({"doctype": "CRM Lead", **values}).insert()

	def deal(self, email, owner=None):
		"""Create a deal. Its e-mail address is the one of its primary contact."""
		contact = {"doctype": "Contact", "first_name": "Ada", "email_ids": [{"email_id": email, "is_primary": 1}]}
		contacts = [{"contact": frappe.get_doc(contact).insert().name, "is_primary": 1}]
		return frappe.get_doc({"doctype": "CRM Deal", "contacts": contacts, "deal_owner": owner}).insert()

	def convert(self, lead):
		return frappe.get_doc("CRM Deal", lead.convert_to_deal())


class ERPNext:
	"""Creates ERPNext's records, or look-alikes. The owner "" means nobody; ERPNext replaces None with the current user."""

	def lead(self, email, owner=None):
		return insert("Lead", lead_name="Ada", email_id=email, lead_owner=owner or "")

	def deal(self, email, owner=None):
		return insert("Opportunity", contact_email=email, opportunity_owner=owner)

	def convert(self, lead):
		if is_real("Lead"):
			made = frappe.get_attr("erpnext.crm.doctype.lead.lead.make_opportunity")(lead.name)
			# A site has no default company if ERPNext's setup wizard was never run.
			return made.update({"company": first_company()}).insert()
		party = {"opportunity_from": "Lead", "party_name": lead.name}
		return insert("Opportunity", **party, contact_email=lead.email_id, opportunity_owner=lead.lead_owner)


@pytest.fixture(scope="module", params=[FrappeCRM, ERPNext], ids=["frappe-crm", "erpnext"])
def crm(request, site):
	if request.param is ERPNext:
		with standing_in(ERPNEXT):
			yield ERPNext()
		return
	if not frappe.db.exists("DocType", "CRM Deal"):
		pytest.skip("this site has no Frappe CRM")
	yield FrappeCRM()


@pytest.fixture
def email():
	return f"{fresh('ada')}@guests.example"


@pytest.fixture
def team():
	"""Create a round robin of three. Without an owner, it is Ann's turn."""
	users = [make_user(name) for name in ("Ann", "Ben", "Cem")]
	page = make_team_page(users)
	return page, make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted", route_to_owner=1), users


def host_of(team, email, start=NINE):
	page, meeting_type, _users = team
	booking = door.book(payload(page, meeting_type, start, attendee_email=email), NOW)
	return frappe.db.get_value("Booking", booking.id, "host")


def touched(record, when):
	record.db_set("modified", when, update_modified=False)
	return record


def test_a_lead_goes_to_its_owner(crm, team, email):
	_page, _type, (_ann, ben, _cem) = team
	crm.lead(email, ben)
	assert host_of(team, email) == ben


def test_a_deal_goes_to_its_owner(crm, team, email):
	_page, _type, (_ann, ben, _cem) = team
	crm.deal(email, ben)
	assert host_of(team, email) == ben


def test_a_lead_of_nobodys_goes_by_turn(crm, team, email):
	_page, _type, (ann, _ben, _cem) = team
	crm.lead(email)
	assert host_of(team, email) == ann


def test_without_the_option_the_owner_does_not_count(crm, team, email):
	page, _type, (ann, ben, _cem) = team
	plain = make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted")
	crm.lead(email, ben)
	assert host_of((page, plain, None), email) == ann


def test_the_owner_of_a_lead_gets_the_meetings_of_its_deal(crm, team, email):
	_page, _type, (_ann, ben, _cem) = team
	deal = crm.convert(crm.lead(email, ben))
	assert find_records(email)[0] == (deal.doctype, deal.name)
	assert host_of(team, email) == ben


def test_a_deal_that_was_handed_on_comes_before_its_lead(crm, team, email):
	_page, _type, (_ann, ben, cem) = team
	lead = crm.lead(email, ben)
	deal = crm.convert(lead)
	owner_field = "deal_owner" if deal.doctype == "CRM Deal" else "opportunity_owner"
	deal.update({owner_field: cem}).save()
	touched(deal, OLD)
	touched(lead, NEW)
	assert host_of(team, email) == cem


def test_of_two_leads_the_one_touched_last(crm, team, email):
	_page, _type, (_ann, ben, cem) = team
	touched(crm.lead(email, cem), OLD)
	touched(crm.lead(email, ben), NEW)
	assert host_of(team, email) == ben


def test_a_newer_lead_of_nobodys_does_not_hide_the_owner_of_the_older(crm, team, email):
	_page, _type, (_ann, ben, _cem) = team
	touched(crm.lead(email, ben), OLD)
	touched(crm.lead(email), NEW)
	assert host_of(team, email) == ben


def test_a_newer_lead_of_somebody_who_is_no_host_does_not_hide_the_owner_of_the_older(crm, team, email):
	_page, _type, (_ann, ben, _cem) = team
	touched(crm.lead(email, ben), OLD)
	touched(crm.lead(email, make_user("Else")), NEW)
	assert host_of(team, email) == ben


def test_an_owner_who_was_disabled_is_passed_over(crm, team, email):
	_page, _type, (ann, ben, _cem) = team
	crm.lead(email, ben)
	frappe.db.set_value("User", ben, "enabled", 0)
	frappe.clear_document_cache("User", ben)
	assert host_of(team, email) == ann


def test_a_disabled_owners_lead_goes_to_the_owner_before(crm, team, email):
	_page, _type, (_ann, ben, cem) = team
	touched(crm.lead(email, cem), OLD)
	touched(crm.lead(email, ben), NEW)
	frappe.db.set_value("User", ben, "enabled", 0)
	frappe.clear_document_cache("User", ben)
	assert host_of(team, email) == cem


def test_an_owner_who_left_the_team_is_passed_over(crm, team, email):
	page, _type, (ann, ben, _cem) = team
	crm.lead(email, ben)
	page.reload()
	page.hosts[1].is_active = 0
	page.save()
	assert host_of(team, email) == ann


def test_an_owner_who_is_busy_is_passed_over(crm, team, email):
	_page, _type, (ann, ben, _cem) = team
	crm.lead(email, ben)
	own_page = make_page(ben)
	door.book(payload(own_page, make_meeting_type(own_page), NINE), NOW)
	assert host_of(team, email) == ann


def test_whoever_met_them_last_comes_before_the_owner(crm, team, email):
	_page, _type, (ann, ben, _cem) = team
	assert host_of(team, email) == ann
	crm.lead(email, ben)
	assert host_of(team, email, NINE + 1800) == ann


def test_an_address_in_other_case_is_the_same_person(crm, team, email):
	_page, _type, (_ann, ben, _cem) = team
	record = crm.lead(email.replace("ada", "ADA").replace("guests", "Guests"), ben)
	assert find_records(email)[0] == (record.doctype, record.name)
	assert host_of(team, email.upper()) == ben


def test_another_persons_lead_says_nothing(crm, team, email):
	_page, _type, (ann, ben, _cem) = team
	crm.lead(f"x{email}", ben)
	assert host_of(team, email) == ann


def test_the_owner_is_one_of_those_who_are_asked_for(crm, email):
	ben = make_user("Ben")
	crm.lead(email, ben)
	assert owner_among(email, [ben]) == ben
	assert owner_among(email, [make_user("Ann")]) is None
	assert owner_among(email, []) is None


def test_the_meeting_is_shown_on_the_deal_rather_than_on_its_lead(crm, team, email):
	deal = crm.convert(crm.lead(email, make_user("Else")))
	host_of(team, email)
	booking = frappe.get_last_doc("Booking", {"attendee_email": email})
	assert (booking.reference_doctype, booking.reference_name) == (deal.doctype, deal.name)
	people = frappe.get_doc("Event", booking.event).event_participants
	assert (deal.doctype, deal.name) in {(row.reference_doctype, row.reference_docname) for row in people}
