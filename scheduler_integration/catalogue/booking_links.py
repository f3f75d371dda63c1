"""Booking links: for one booking, until a date, or for times that a host has chosen. A record is a Booking Link.

The address is `/schedule/l/<token>`, and the API takes `l` and the token as page and meeting type. No slug has a dot, as every
token has, so a page with the slug `l` stays what it is. The token is the record's name, signed with the site's key, and
isn't stored: who can read the database can't book with its links.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.domains.links import guest_url
from scheduler_integration.domains.table import has_domains
from scheduler_integration.exceptions import BookingLinkNotFound
from scheduler_integration.platform.records import record
from scheduler_integration.platform.signing import payload_of, signed

DOCTYPE = "Booking Link"
# The address of a booking link has this instead of a page's slug.
PAGE = "l"
_PURPOSE = "booking link"
DAY = 86400
# A link without a last day of its own can't be used any more after so many days.
DEFAULT_DAYS = 90
# How long a link that can't be used any more is kept, so that its host sees who used it.
_KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class LinkTerms:
	"""The terms of a booking link. `expires_at` is in epoch seconds.

	`starts` are the instants that the host has chosen; None offers those of the meeting type. `prefilled` are values of the
	form, by the names of its fields.
	"""

	name: str
	is_single_use: bool
	is_revoked: bool
	expires_at: int
	starts: frozenset[int] | None
	title: str
	prefilled: Mapping[str, str]


def is_token(text: str) -> bool:
	"""Whether the text looks like a token of a booking link, and not like a slug."""
	return "." in text


def link_token(name: str) -> str:
	"""Return the token of the link with this record's name."""
	return signed(name, _PURPOSE)


def link_url(name: str, meeting_type: str) -> str:
	"""Return the absolute address of the link with this record's name, for the Meeting Type with that name."""
	page = frappe.get_cached_value("Meeting Type", meeting_type, "scheduling_page") if has_domains() else None
	return guest_url(page, f"/schedule/{PAGE}/{link_token(name)}")


def find_link(token: str) -> Document:
	"""Return the Booking Link of a token. Raises BookingLinkNotFound if the token isn't genuine."""
	name = payload_of(token, _PURPOSE)
	if not name or name == DOCTYPE or not frappe.db.exists(DOCTYPE, name):
		raise BookingLinkNotFound
	return frappe.get_doc(DOCTYPE, name)


def terms_of(link: Document) -> LinkTerms:
	"""Return what a Booking Link allows."""
	prefilled = {field: link.get(field) for field in ("attendee_name", "attendee_email") if link.get(field)}
	return record(
		LinkTerms,
		link,
		is_single_use=bool(link.single_use),
		is_revoked=bool(link.revoked),
		starts=frozenset(starts_of(link.own_times)) if link.own_times else None,
		prefilled=prefilled,
	)


def starts_of(own_times: str | None) -> list[int]:
	"""Return the instants of a record's `own_times`, which are checked already, ascending."""
	return sorted(int(datetime.fromisoformat(each).timestamp()) for each in (own_times or "").split())


def with_own_words(meeting_type: Document, link: Document) -> Document:
	"""Return the meeting type's record with the link's title and length. Nobody must save it."""
	own: dict[str, Any] = {}
	if link.title:
		own["title"] = link.title
	if link.duration_minutes:
		own |= {"duration_minutes": link.duration_minutes, "duration_options": None}
	if link.host:
		own["attendee_chooses_host"] = 0
	if not own:
		return meeting_type
	# Shallow: the rows of the child tables belong to the stored record, and nobody changes them.
	changed = copy.copy(meeting_type)
	for field, value in own.items():
		setattr(changed, field, value)
	return changed


def forget_links_of(doc: Document) -> None:
	"""Delete the links of a deleted meeting type or user."""
	field = "user" if doc.doctype == "User" else "meeting_type"
	frappe.db.delete(DOCTYPE, {field: doc.name})


def forget_old_links(now: int) -> None:
	"""Delete links that expired a month ago. `now` is in epoch seconds."""
	frappe.db.delete(DOCTYPE, {"expires_at": ["<", now - _KEPT_DAYS * DAY]})


def forget_person(address: str) -> int:
	"""Take a person out of the links, and return how many were made for them.

	A title that has their address or name, such as "Lunch with Ada", goes too: attendees see the title of the meeting type then.
	"""
	link = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(link).select(link.name, link.title, link.attendee_name, link.attendee_email)
	rows = query.where((link.attendee_email == address) | link.title.like(f"%{address}%")).run(as_dict=True)
	theirs = [row for row in rows if row.attendee_email == address]
	words = {address.lower(), *(row.attendee_name.lower() for row in theirs if row.attendee_name)}
	titled = [row for row in rows if any(word in (row.title or "").lower() for word in words)]
	for found, nothing in ((theirs, {"attendee_name": None, "attendee_email": None}), (titled, {"title": None})):
		names = [row.name for row in found]
		if names:
			frappe.db.set_value(DOCTYPE, {"name": ["in", names]}, nothing, update_modified=False)
	return len(theirs)


def links_for(address: str) -> list[frappe._dict]:
	"""Return name, address and last day of the links that were made for a person."""
	fields = ["attendee_name", "attendee_email", "expires_on"]
	return frappe.get_all(DOCTYPE, {"attendee_email": address}, fields, order_by="creation desc")
