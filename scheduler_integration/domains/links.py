"""Addresses of pages under their own domains.

https://book.example.com                 the page at the domain's root
https://book.example.com/intro           one of its meeting types
https://book.example.com/sales/demo      a meeting type on another page of the same host
https://book.example.com/book/sales      a meeting type of the first page, whose slug is that of the other page
"""

from urllib.parse import quote, urlsplit

import frappe

from scheduler_integration.domains.table import Served, domain_of, has_domains
from scheduler_integration.platform.site_address import site_url

ROOT = "book"


def page_url(slug: str, type_slug: str | None = None) -> str:
	"""Return the absolute public address of a page, or of a meeting type on it."""
	served = domain_of(slug)
	return (
		f"{domain_url(served.domain)}{_path_on(served, slug, type_slug)}"
		if served
		else site_url(_site_path(slug, type_slug))
	)


def guest_url(page: str | None, path: str) -> str:
	"""Return the absolute address of another path, such as that of a manage link, for people who booked on the page.

	`page` is the name of a Scheduling Page.
	"""
	slug = frappe.get_cached_value("Scheduling Page", page, "slug") if page and has_domains() else None
	served = domain_of(slug) if slug else None
	return f"{domain_url(served.domain)}{path}" if served else site_url(path)


def local_path(slug: str, type_slug: str | None = None) -> str:
	"""Return the path of a page, or of a meeting type on it, on the host of this request."""
	served: Served | None = frappe.flags.scheduling_served
	if served and slug in served.slugs:
		return _path_on(served, slug, type_slug) or "/"
	return _site_path(slug, type_slug)


def domain_url(domain: str) -> str:
	"""Return the origin of a domain. It has the scheme and the port of the site, because the same server answers."""
	parts = urlsplit(site_url())
	return f"{parts.scheme}://{domain}{f':{parts.port}' if parts.port else ''}"


def _path_on(served: Served, slug: str, type_slug: str | None) -> str:
	if slug != served.home:
		return _joined(slug, type_slug)
	if type_slug and (type_slug == ROOT or type_slug in served.slugs):
		return _joined(ROOT, type_slug)
	return _joined(type_slug)


def _site_path(slug: str, type_slug: str | None) -> str:
	return _joined("schedule", slug, type_slug)


def _joined(*parts: str | None) -> str:
	return "".join(f"/{quote(part, safe='')}" for part in parts if part)
