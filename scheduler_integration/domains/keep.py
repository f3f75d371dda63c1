"""Checks the claims of domains, and notes what was found. Only this module writes the status of a Scheduling Domain."""

from dataclasses import dataclass

import frappe
from dns.resolver import Resolver
from frappe.model.document import Document

from scheduler_integration.domains.records import Trouble, troubles_of
from scheduler_integration.domains.table import BROKEN, PENDING, VERIFIED, forget_table
from scheduler_integration.platform.clock import to_site_time

DOCTYPE = "Scheduling Domain"
# A name server may be down for a while, or moved. After this time the domain may belong to somebody else.
PATIENCE = 7 * 86400


@dataclass(frozen=True, slots=True)
class Checked:
	"""A claim after its check. `is_lost` if the domain was verified until now."""

	name: str
	domain: str
	user: str
	status: str
	troubles: tuple[Trouble, ...]
	is_lost: bool = False


def check(claim: Document, now: int, resolver: Resolver | None = None) -> Checked:
	"""Ask the DNS about a claim, store what it says, and return it.

	A verified domain stays verified until its records have been wrong for PATIENCE seconds.
	"""
	troubles = tuple(troubles_of(claim.domain, claim.name, resolver))
	failing_since = (claim.failing_since or now) if troubles else None
	if failing_since is None:
		status = VERIFIED
	elif claim.status == VERIFIED:
		status = VERIFIED if now - failing_since < PATIENCE else BROKEN
	else:
		status = claim.status or PENDING
	values = {
		"status": status,
		"checked_at": to_site_time(now),
		"failing_since": failing_since,
		"found": "\n".join(f"{each.code} {each.seen}".strip() for each in troubles),
	}
	is_lost = status == BROKEN != claim.status
	frappe.db.set_value(DOCTYPE, claim.name, values, update_modified=False)
	claim.update(values)
	forget_table()
	return Checked(claim.name, claim.domain, claim.user, status, troubles, is_lost)


def all_claims() -> list[Document]:
	"""Return every claim, those first that were never checked or not for the longest time."""
	names = frappe.get_all(DOCTYPE, pluck="name", order_by="checked_at asc, creation asc")
	return [frappe.get_doc(DOCTYPE, name) for name in names]


def troubles_in(found: str | None) -> list[Trouble]:
	"""Return the troubles that the last check has stored."""
	parts = (line.partition(" ") for line in (found or "").splitlines())
	return [Trouble(code, seen) for code, _space, seen in parts]


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User: delete the domains that they claimed."""
	_forget({"user": user.name})


def delete_claims_of(page: Document) -> None:
	"""Delete the domains that were claimed for a deleted page."""
	_forget({"scheduling_page": page.name})


def _forget(filters: dict[str, str]) -> None:
	for name in frappe.get_all(DOCTYPE, filters, pluck="name"):
		# A person who may delete the user or the page may also delete its domains.
		frappe.delete_doc(DOCTYPE, name, ignore_permissions=True)
