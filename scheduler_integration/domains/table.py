"""Which host names show which pages: the verified domains, and those under the site's base domain.

The table is cached, so that a request on a site without domains asks the database nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce

from scheduler_integration.domains.names import LONGEST_LABEL, configured_hosts, host_of, own_hosts

CACHE = "scheduling_domains"
PENDING, VERIFIED, BROKEN = "Pending", "Verified", "Broken"


@dataclass(frozen=True, slots=True)
class Served:
	"""A host name that shows pages. `home` is the slug of the page at its root, `slugs` are those of all its pages."""

	domain: str
	home: str
	slugs: tuple[str, ...]


class _Stored(TypedDict):
	base: str
	rows: list[tuple[str, str, bool]]


class _Row(NamedTuple):
	domain: str
	slug: str
	is_own: bool


def served_at(header: str) -> Served | None:
	"""Return what the host of a Host header shows, or None for the site itself and for unknown hosts."""
	if not has_domains():
		return None
	base, rows = _table()
	host = host_of(header)
	if host in own_hosts():
		return None
	slugs = tuple(row.slug for row in rows if row.domain == host)
	if slugs:
		return Served(host, slugs[0], slugs)
	label, _dot, rest = host.partition(".")
	if (
		not base
		or rest != base
		or (
			host in configured_hosts()
			and not bool(frappe.db.exists("Scheduling Page", {"slug": label, "is_active": 1}))
		)
	):
		return None
	return Served(host, label, (label,))


def has_domains() -> bool:
	"""Whether any page of this site has an address of its own."""
	base, rows = _table()
	return bool(base or rows)


def domain_of(slug: str) -> Served | None:
	"""Return the host name under which the page with this slug is known, or None: then it is the site's own.

	A domain of that page comes before one of all pages of its host, and the oldest before later ones.
	"""
	base, rows = _table()
	claimed = sorted((row for row in rows if row.slug == slug), key=lambda row: not row.is_own)
	if claimed:
		return served_at(claimed[0].domain)
	name = f"{slug}.{base}"
	if not base or len(slug) > LONGEST_LABEL or name in own_hosts():
		return None
	return Served(name, slug, (slug,))


def forget_table() -> None:
	"""Empty the cache when this transaction ends. Until then this transaction reads the database, once after each change."""
	frappe.flags.domains_changed, frappe.flags.domains_of_transaction = True, None
	frappe.db.after_commit.add(_forget)
	frappe.db.after_rollback.add(_forget)


def forget_pages() -> None:
	"""Do the same after a page was changed, if there are domains that may show it."""
	if frappe.db.exists("Scheduling Domain", {"status": VERIFIED}):
		forget_table()


def _forget() -> None:
	frappe.flags.domains_changed, frappe.flags.domains_of_transaction = False, None
	frappe.cache.delete_value(CACHE)


def _table() -> tuple[str, list[_Row]]:
	"""Return the base domain, and the rows, oldest domains first, and of each the page at its root first."""
	if frappe.flags.domains_changed:
		# This transaction's own changes may be rolled back, so they are kept out of the cache.
		if not frappe.flags.domains_of_transaction:
			frappe.flags.domains_of_transaction = _load()
		stored: _Stored = frappe.flags.domains_of_transaction
	else:
		stored = frappe.cache.get_value(CACHE, _load)
	return stored["base"], [_Row(*row) for row in stored["rows"]]


def _load() -> _Stored:
	if not frappe.db.table_exists("Scheduling Domain"):
		# The app was updated, and the site is still to be migrated. Its other pages go on meanwhile.
		return {"base": "", "rows": []}
	claim, page = DocType("Scheduling Domain"), DocType("Scheduling Page")
	# A team's page may have no owner. The domain of somebody who gave the page away no longer shows it.
	is_own = (claim.scheduling_page == page.name) & (Coalesce(page.user, claim.user) == claim.user)
	is_of_all = (Coalesce(claim.scheduling_page, "") == "") & (claim.user == page.user)
	rows = (
		frappe.qb.from_(claim)
		.join(page)
		.on(is_own | is_of_all)
		.select(claim.domain, page.slug, claim.scheduling_page, page.page_type)
		.where((claim.status == VERIFIED) & (page.is_active == 1))
		.orderby(claim.creation, claim.name, page.creation, page.name)
		.run()
	)
	# A host's own page is at the root. `sorted` keeps the order otherwise.
	ordered = sorted(rows, key=lambda row: row[3] != "Personal")
	base = frappe.get_cached_doc("Scheduler Settings").get("base_domain") or ""
	return {"base": base, "rows": [(domain, slug, bool(own)) for domain, slug, own, _type in ordered]}
