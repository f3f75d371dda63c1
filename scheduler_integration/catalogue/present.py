"""Pages and meeting types as guests may see them; the shapes are those of docs/api.md."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, flt, get_url

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.hosts import People, TypeHost, enabled_people, hosts_of, hosts_of_page, page_users
from scheduler_integration.catalogue.lookup import find_meeting_type, find_page, meeting_types_of


def public_page(slug: object) -> dict[str, Any]:
	"""The page with its meeting types. Raises PageNotFound."""
	page = find_page(slug)
	people = enabled_people(page_users(page))
	return {
		**_page_view(page, people),
		"meeting_types": [_meeting_type_view(doc, page, people) for doc in meeting_types_of(page)],
	}


def public_meeting_type(slug: object, type_slug: object) -> dict[str, Any]:
	"""The meeting type with its page under `page`. Raises PageNotFound or MeetingTypeNotFound."""
	page = find_page(slug)
	people = enabled_people(page_users(page))
	meeting_type = find_meeting_type(page, type_slug)
	return {**_meeting_type_view(meeting_type, page, people), "page": _page_view(page, people)}


def pages_of(user: str) -> list[dict[str, Any]]:
	"""The active pages that the user owns or is a host of, each with the `url` to send to people."""
	return [{**public_page(slug), "url": page_url(slug)} for slug in _slugs_of(user)]


def page_url(slug: str, type_slug: str | None = None) -> str:
	"""The absolute public address of a page, or of a meeting type on it."""
	return get_url("/".join(["", "schedule", slug, *([type_slug] if type_slug else [])]))


def host_view(host: TypeHost) -> dict[str, Any]:
	"""What a guest may know of a host: never the address they sign in with."""
	return {"name": host.name, "image": host.image}


def location_label(location_type: str | None) -> str | None:
	"""What guests read for a meeting type's `location_type`."""
	labels = {
		"Zoom": _("Zoom"),
		"Google Meet": _("Google Meet"),
		"Teams": _("Microsoft Teams"),
		"Jitsi": _("Jitsi Meet"),
		"Phone": _("Phone call"),
		"In Person": _("In person"),
		"Custom": _("As described"),
	}
	return labels.get(cstr(location_type))


def _slugs_of(user: str) -> list[str]:
	page, host = frappe.qb.DocType("Scheduling Page"), frappe.qb.DocType("Scheduling Page Host")
	hosted = frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.is_active == 1))
	return (
		frappe.qb.from_(page)
		.select(page.slug)
		.where((page.is_active == 1) & ((page.user == user) | page.name.isin(hosted)))
		.orderby(page.creation)
		.run(pluck=True)
	)


def _page_view(page: Document, people: People) -> dict[str, Any]:
	return {
		"slug": page.slug,
		"title": page.title,
		"page_type": page.page_type,
		"description": page.description or None,
		"welcome_message": page.welcome_message or None,
		"brand_color": page.brand_color or None,
		"logo": page.logo or None,
		"timezone": page.timezone,
		"hosts": [host_view(host) for host in hosts_of_page(page, people)],
	}


def _meeting_type_view(doc: Document, page: Document, people: People) -> dict[str, Any]:
	return {
		"slug": doc.slug,
		"title": doc.title,
		"description": doc.description or None,
		"color": doc.color or None,
		"duration_minutes": doc.duration_minutes,
		"duration_options": durations_of(doc),
		"location_type": frappe.scrub(doc.location_type) if doc.location_type else None,
		"location_label": location_label(doc.location_type),
		"price": flt(doc.price),
		"currency": doc.currency or None,
		"requires_confirmation": bool(doc.requires_confirmation),
		"assignment": doc.assignment,
		"seats": doc.seats or 1,
		"number_of_days": doc.number_of_days or 1,
		"hold_minutes": frappe.get_cached_doc("Scheduler Settings").hold_minutes or 0,
		"hosts": [host_view(host) for host in hosts_of(doc, page, people)],
		"questions": [_question_view(row) for row in doc.questions],
	}


def _question_view(row: Document) -> dict[str, Any]:
	return {
		"id": row.name,
		"label": row.label,
		"type": frappe.scrub(row.question_type),
		"required": bool(row.required),
		"options": choices_of(row),
		"help": row.help_text or None,
		"placeholder": row.placeholder or None,
	}


def choices_of(question: Document) -> list[str]:
	"""The choices of a Select or Multi Select question, one a line in the record."""
	return [line.strip() for line in cstr(question.options).splitlines() if line.strip()]
