"""A patch: the domains that were typed into Scheduling Pages, where they had no effect, become records of their own."""

import frappe
from frappe.query_builder.functions import Coalesce

from scheduler_integration.exceptions import SchedulingError


def execute() -> None:
	"""Claim the domains, as if the owners of the pages had done it. Frappe runs it once, in a migration, and commits."""
	for row in _typed_domains():
		claim = {"scheduling_page": row.name, "user": row.user or "Administrator", "domain": row.custom_domain}
		try:
			# A migration acts for the site.
			frappe.get_doc({"doctype": "Scheduling Domain", **claim}).insert(ignore_permissions=True)
		except SchedulingError as error:
			frappe.log_error(f"The domain {row.custom_domain} of a Scheduling Page is left out", error.message)


def _typed_domains() -> list[frappe._dict]:
	if not frappe.db.has_column("Scheduling Page", "custom_domain"):
		return []
	page = frappe.qb.DocType("Scheduling Page")
	query = frappe.qb.from_(page).select(page.name, page.user, page.custom_domain).orderby(page.creation)
	rows: list[frappe._dict] = query.where(Coalesce(page.custom_domain, "") != "").run(as_dict=True)
	return rows
