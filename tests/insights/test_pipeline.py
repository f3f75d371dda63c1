"""Leads' ways to the meeting and the customers among them equal a recount: plain Python, person by person, over all rows."""

import random
from datetime import date
from statistics import median
from unittest.mock import patch

import frappe
import pytest

from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.insights.pipeline import pipeline
from scheduler_integration.insights.scope import Scope
from scheduler_integration.platform import optional_apps
from scheduler_integration.platform.clock import from_site_time, to_site_time
from scheduler_integration.scheduler_integration.report.booking_pipeline import booking_pipeline
from tests.support.api import call
from tests.support.factories import at, fresh, make_host, make_meeting_type, make_page, make_user
from tests.support.site import on_real_site
from tests.support.stand_ins import ERPNEXT, field, standing_in
from tests.support.statements import recorded

FIRST, LAST = date(2026, 3, 20), date(2026, 4, 10)
BEGIN = at("2026-03-10 00:00")
LOOK_ALIKES = {
	"CRM Lead": {"autoname": "hash", "fields": [field("email", "Data"), field("source", "Data")]},
	"CRM Deal Status": {"autoname": "hash", "fields": [field("type", "Data")]},
	"CRM Contacts": {"istable": 1, "fields": [field("contact", "Data")]},
	"CRM Deal": {
		"autoname": "hash",
		"fields": [*(field(name, "Data") for name in ("email", "lead", "status", "source"))],
	},
	"Lead": {
		"autoname": "hash",
		"fields": [*ERPNEXT["Lead"]["fields"], field("status", "Data"), field("source", "Data")],
	},
	"Opportunity": {
		"autoname": "hash",
		"fields": [*ERPNEXT["Opportunity"]["fields"], field("status", "Data"), field("source", "Data")],
	},
	"Customer": {
		"autoname": "hash",
		"fields": [*ERPNEXT["Customer"]["fields"], field("lead_name", "Data"), field("opportunity_name", "Data")],
	},
}


@pytest.fixture(scope="module")
def crm(site):
	with standing_in(LOOK_ALIKES):
		yield


def store(doctype, begins=None, **values):
	"""Store a row as it is: apps have rules of their own about leads, and ask other systems."""
	fields = {
		name: value for name, value in values.items() if frappe.get_meta(doctype).has_field(name) or "parent" in name
	}
	record = frappe.get_doc({"doctype": doctype, "name": fresh("row"), **fields})
	record.creation = to_site_time(BEGIN if begins is None else begins)
	record.db_insert()
	return record.name


class History:
	"""Leads and deals of both CRMs with bookings, offers and customers at random."""

	def __init__(self, dice, people=120):
		self.dice = dice
		self.hosts = [make_host(f"Host{number}") for number in range(3)]
		self.types = [make_meeting_type(make_page(user)) for user in self.hosts]
		self.leads = []
		self.won = [self.status("Won"), self.status("Open")]
		for number in range(people):
			self.add(*[("CRM Lead", "CRM Deal"), ("Lead", "Opportunity")][number % 2])

	def status(self, kind):
		if not frappe.get_meta("CRM Deal Status").has_field("type"):
			return kind  # Statuses of 2024 have no type.
		return store("CRM Deal Status", type=kind, deal_status=fresh("status"))

	def moment(self, after=BEGIN):
		return after + self.dice.randrange(0, 30 * 86400)

	def add(self, lead_kind, deal_kind):
		dice, email = self.dice, f"{fresh('ada')}@guests.example"
		addresses = {"email": email, "email_id": email, "contact_email": email}
		begins, records, contact = BEGIN + dice.randrange(12 * 86400), [], fresh("contact")
		if dice.random() < 0.8:
			status = dice.choice(("Open", "Converted"))
			source = dice.choice(("", "Fair"))
			records.append((lead_kind, store(lead_kind, begins, **addresses, status=status, source=source)))
			self.leads.append(records[0][1])
		for _number in range(dice.choice((0, 1, 2)) if records else 1):
			# A customer may have the name of a lead.
			links = {"opportunity_from": "Customer", "party_name": self.leads[-1] if self.leads else ""}
			if records:
				links = {"lead": records[0][1], "opportunity_from": "Lead", "party_name": records[0][1]}
			status = dice.choice(self.won if deal_kind == "CRM Deal" else ["Converted", "Open"])
			own = dict.fromkeys(addresses, dice.choice((email, f"{fresh('ada')}@guests.example")))
			store("Booking Link", self.moment(), attendee_email=own["email"])
			deal = store(deal_kind, self.moment(begins), **own, **links, status=status)
			records.append((deal_kind, deal))
		if dice.random() < 0.1:
			deal = store("CRM Deal", status=dice.choice(self.won))
			store("CRM Contacts", parent=deal, parenttype="CRM Deal", parentfield="contacts", contact=contact)
		if dice.random() < 0.1:
			field_of = {"Lead": "lead_name", "Opportunity": "opportunity_name"}
			kind, name = dice.choice(records)
			store("Customer", **{field_of.get(kind, "customer_name"): name})
		for _number in range(dice.choice((0, 0, 1))):
			store("Booking Link", self.moment(), attendee_email=email.upper() if dice.random() < 0.5 else email)
			entry = store("Waitlist Entry", attendee_email=email)
			store("Waitlist Offer", entry=entry, offered_at=self.moment())
		made = self.moment()
		for _number in range(dice.choice((0, 1, 1, 3))):
			# The dates of a series are booked at one moment.
			made, host = dice.choice((made, self.moment())), dice.randrange(3)
			reference = dice.choice(records)
			booking = store(
				"Booking",
				status=dice.choice(
					("Scheduled", "Completed", "Completed", "Cancelled", "Rescheduled", "Expired", "No Show")
				),
				payment_status=dice.choice((None, None, None, "Awaiting")),
				meeting_type=dice.choice(self.types).name,
				host=self.hosts[host],
				attendee_email=email,
				contact=contact,
				booked_at=made,
				starts_at=self.moment(made),
				source=dice.choice((None, "page")),
				utm_source=dice.choice((None, "Newsletter")),
				booking_link=store("Booking Link", self.moment(), single_use=dice.randrange(2)),
				reference_doctype=reference[0],
				reference_name=reference[1],
			)
			rows = {"parenttype": "Booking", "parentfield": "hosts", "is_first_day": 1}
			store("Booking Host", parent=booking, user=self.hosts[host], **rows)


@pytest.fixture(params=range(3))
def history(request, crm):
	return History(random.Random(request.param))


def rows_of(doctype):
	return frappe.get_all(doctype, fields=["*"])


def persons_of(tables):
	"""Return a person's lead or lone deal with its kind, the kind of deals, and the deals."""
	persons = []
	for lead_kind, deal_kind in (("CRM Lead", "CRM Deal"), ("Lead", "Opportunity")):
		own = {lead.name: (lead, lead_kind, deal_kind, []) for lead in tables[lead_kind]}
		persons += own.values()
		for deal in tables[deal_kind]:
			named = deal.get("lead") or (deal.get("party_name") if deal.get("opportunity_from") == "Lead" else None)
			if named in own:
				own[named][3].append(deal)
			else:
				persons.append((deal, deal_kind, deal_kind, [deal]))
	return persons


def recount(scope):
	"""Return for each person: source, type, host, the three times, and whether they became a customer."""
	tables = {each: rows_of(each) for each in ("CRM Lead", "CRM Deal", "Lead", "Opportunity")}
	bookings = [
		row
		for row in rows_of("Booking")
		if row.status not in ("Rescheduled", "Expired") and row.payment_status != "Awaiting"
	]
	statuses = {row.name: row.get("type", row.name) for row in rows_of("CRM Deal Status")}
	links, entries, offers = rows_of("Booking Link"), rows_of("Waitlist Entry"), rows_of("Waitlist Offer")
	customers, contacts = rows_of("Customer"), rows_of("CRM Contacts")

	def is_won(deal):
		return deal.status == "Converted" if "party_name" in deal else statuses.get(deal.status, deal.status) == "Won"

	people = []
	for main, kind, deal_kind, deals in persons_of(tables):
		names = {(kind, main.name), *((deal_kind, deal.name) for deal in deals)}
		own = [row for row in bookings if (row.reference_doctype, row.reference_name) in names]
		if not own:
			continue
		first = sorted(own, key=lambda row: (row.booked_at, row.starts_at, row.name))[0]
		start, end = scope.span
		if not start <= first.booked_at < end or (scope.host and first.host != scope.host):
			continue
		if scope.meeting_type and first.meeting_type != scope.meeting_type:
			continue
		mails = {row.attendee_email for row in own} | {
			row.get("email") or row.get("email_id") or row.get("contact_email") for row in [main, *deals]
		}
		used = {row.booking_link for row in own}
		moments = [first.booked_at]
		for link in links:
			if (link.attendee_email or "-").lower() in mails or (link.single_use and link.name in used):
				moments.append(from_site_time(link.creation))
		theirs = {entry.name for entry in entries if entry.attendee_email in mails}
		moments += [offer.offered_at for offer in offers if offer.entry in theirs]
		met = [row.starts_at for row in own if row.status == "Completed"]
		known = {row.contact for row in own}
		became = (
			any(map(is_won, deals))
			or (kind == "Lead" and main.status == "Converted")
			or any(("Lead", row.get("lead_name")) in names for row in customers)
			or any(("Opportunity", row.get("opportunity_name")) in names for row in customers)
			or any(
				row.contact in known and any(deal.name == row.parent and is_won(deal) for deal in tables["CRM Deal"])
				for row in contacts
			)
		)
		began = from_site_time(main.creation)
		origin = (first.utm_source or "").lower() or ("Booking page" if first.source else "Unknown")
		source = main.get("source") or main.get("utm_source") or origin
		times = [
			max(0, min(moments) - began),
			max(0, first.booked_at - began),
			max(0, min(met) - began) if met else None,
		]
		people.append((source, first.meeting_type, first.host, *times, bool(became)))
	return people


def minutes(seconds):
	return int(median(seconds) / 60 + 0.5) if seconds else None


def test_without_a_crm_nothing_of_it_is_seen(site, as_user):
	if pipeline(Scope(FIRST, LAST, "UTC")) is not None:
		pytest.skip("this site has a CRM")
	user = make_user("Jane")
	with as_user(user):
		assert booking_pipeline.execute({})[:2] == ([], [])
	with as_user(make_user("Nobody", roles=())), pytest.raises(NotPermitted):
		booking_pipeline.execute({})
	# A refused request is rolled back.
	status, body = call("analytics.pipeline", user)
	assert (status, body["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("which", ["all", "host", "meeting_type"])
def test_the_pipeline_equals_a_recount(history, which):
	asked = {"host": history.hosts[1], "meeting_type": history.types[2].name}
	scope = Scope(FIRST, LAST, "America/New_York", **{which: asked[which]} if which in asked else {})
	found, people = pipeline(scope), recount(scope)
	assert len(people) > 5
	assert {person[6] for person in people} == {True, False}
	for groups, place in ((found.by_source, 0), (found.by_meeting_type, 1), (found.by_host, 2)):
		assert {each.key for each in groups} == {person[place] for person in people}
		for group in [*groups, found.total]:
			own = [person for person in people if group is found.total or person[place] == group.key]
			assert (group.people, group.customers) == (len(own), sum(person[6] for person in own))
			assert group.customer_rate == int(group.customers * 1000 / len(own) + 0.5) / 10
			assert group.minutes_to_offer == minutes([person[3] for person in own])
			assert group.minutes_to_booking == minutes([person[4] for person in own])
			met = [person[5] for person in own if person[5] is not None]
			assert (group.met, group.minutes_to_meeting) == (len(met), minutes(met))


@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no desk")
def test_the_desk_lists_the_report_only_with_a_crm(crm):
	from frappe.desk.query_report import run as run_report

	assert not frappe.db.get_value("Report", "Booking Pipeline", "disabled")
	assert run_report("Booking Pipeline", {"from_date": str(FIRST), "to_date": str(LAST)})["columns"]
	others = optional_apps.optional_doctypes() - {"CRM Lead", "CRM Deal", "Lead", "Opportunity"}
	with patch.object(optional_apps, "optional_doctypes", lambda: others):
		optional_apps.follow_other_apps()
	assert frappe.db.get_value("Report", "Booking Pipeline", "disabled")
	optional_apps.follow_other_apps()


def test_its_statements_dont_grow_with_the_people(crm):
	scope = Scope(FIRST, LAST, "UTC")
	numbers = []
	for people in (60, 120):
		History(random.Random(people), people)
		pipeline(scope)
		with recorded() as statements:
			pipeline(scope)
		numbers.append(len(statements))
	assert numbers[0] == numbers[1] <= 16


def test_the_report_and_the_method_show_a_host_the_own_figures(history, as_user):
	dates = {"from_date": str(FIRST), "to_date": str(LAST)}
	host = history.hosts[0]
	with as_user(host):
		_status, body = call("analytics.pipeline", host, start_date=str(FIRST), end_date=str(LAST))
		found = body["data"]
		_shown, rows, _message, chart, _cards = booking_pipeline.execute({**dates, "group_by": "Host"})
		assert [row["name"] for row in rows] == [each["name"] for each in found["by_host"]]
		assert [each["id"] for each in found["by_host"]] == [host]
		assert sum(row["people"] for row in rows) == found["people"] == sum(chart["data"]["datasets"][0]["values"])
		with pytest.raises(NotPermitted):
			booking_pipeline.execute({**dates, "host": history.hosts[1]})
