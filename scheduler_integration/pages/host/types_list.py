"""The page `/scheduling/types`: the meeting types of each page, in their order, and the kinds of meetings to add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from babel import Locale
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.type_templates import type_templates
from scheduler_integration.domains.links import page_url
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.type_form import PATH
from scheduler_integration.pages.kit.facts import length_text


def types_view(
	house: House, pages: Sequence[tuple[Document, Sequence[Document]]], problem: str | None
) -> dict[str, Any]:
	"""Return the view. `pages` are those that the user may change, with all their types."""
	return {
		**house.frame(_("Meeting types"), style="types"),
		"subtitle": _("What people can book with you. Each has a link of its own."),
		"path": PATH,
		"message": {"text": problem, "is_error": True} if problem else None,
		"pages": [_page(page, types, house.visitor.locale) for page, types in pages],
	}


def _page(page: Document, types: Sequence[Document], locale: Locale) -> dict[str, Any]:
	return {
		"name": page.name,
		"title": page.title,
		"url": page_url(page.slug),
		"is_active": bool(page.is_active),
		"types": [_row(page, meeting_type, locale) for meeting_type in types],
		"templates": [
			{"key": template.key, "title": template.title, "note": template.note}
			for template in type_templates()
			if page.page_type == "Team" or not template.needs_team
		],
	}


def _row(page: Document, doc: Document, locale: Locale) -> dict[str, Any]:
	facts = [
		length_text(durations_of(doc), doc.number_of_days, locale),
		_("By link only") if doc.is_unlisted else None,
		_("You confirm each request") if doc.requires_confirmation else None,
		_("{0} seats").format(doc.seats) if (doc.seats or 1) > 1 else None,
		_("Waitlist") if doc.has_waitlist else None,
		frappe._(doc.assignment) if doc.assignment != "Single Host" else None,
	]
	return {
		"name": doc.name,
		"title": doc.title,
		"color": doc.color,
		"edit_url": f"{PATH}/{doc.name}",
		"url": page_url(page.slug, doc.slug),
		"facts": " · ".join(filter(None, facts)),
		"lacks_place": not doc.location_type,
		"is_active": bool(doc.is_active),
	}
