"""Claims of domains as forms and pages show them."""

import frappe
from frappe.model.document import Document

from scheduler_integration.domains.keep import DOCTYPE, troubles_in
from scheduler_integration.domains.links import domain_url
from scheduler_integration.domains.names import readable
from scheduler_integration.domains.records import wanted_records
from scheduler_integration.domains.table import VERIFIED
from scheduler_integration.domains.words import sentences
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.platform.records import picked


def claim_view(claim: Document) -> dict[str, object]:
	"""Return the claim's domain, status, the records to set, what the last check found, and the address if it works."""
	records = wanted_records(claim.domain, claim.name) if claim.domain and not claim.is_new() else ()
	found = sentences(claim.status, troubles_in(claim.found), was_checked=bool(claim.checked_at))
	return {
		"name": claim.name,
		"domain": readable(claim.domain or ""),
		"status": claim.status,
		"records": [picked(each, "kind", "name", "value") for each in records],
		"sentences": found,
		"url": domain_url(claim.domain) if claim.status == VERIFIED else None,
	}


def claims_of(user: str) -> list[Document]:
	"""Return the claims of a user, oldest first."""
	names = frappe.get_all(DOCTYPE, {"user": user}, pluck="name", order_by="creation asc, name asc")
	return [frappe.get_doc(DOCTYPE, name) for name in names]


def claim_domain(domain: str) -> Document:
	"""Claim a domain for all pages of the signed-in user. Raises InvalidRequest or NotPermitted."""
	return frappe.get_doc({"doctype": DOCTYPE, "domain": domain, "user": frappe.session.user}).insert()


def find_claim(name: str) -> Document:
	"""Return the claim with this name, if the signed-in user may change it. Raises NotPermitted otherwise."""
	claim = frappe.get_doc(DOCTYPE, name) if frappe.db.exists(DOCTYPE, {"name": name}) else None
	if not claim or not claim.has_permission("write"):
		raise NotPermitted
	return claim
