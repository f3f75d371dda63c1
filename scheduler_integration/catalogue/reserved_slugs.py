"""A patch: pages whose slug the scheduler itself uses since then get another one.

Links to their meeting types lead there (`pages/kit/respond.py`), and so do those to the pages, unless the scheduler itself has a
page at the address.
"""

import frappe

from scheduler_integration.catalogue.slugs import RESERVED, first_free


def execute() -> None:
	"""Give these pages another slug. Frappe runs it once, in a migration, and commits."""
	for name in frappe.get_all("Scheduling Page", {"slug": ["in", sorted(RESERVED)]}, pluck="name"):
		page = frappe.get_doc("Scheduling Page", name)
		page.slug = first_free(f"{page.slug}-page", frappe.get_all("Scheduling Page", pluck="slug"))
		# A migration acts for the site.
		page.save(ignore_permissions=True)
