"""What the editor of a meeting type sends: the fields of one of its groups, by the names of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from frappe.model.document import Document

from scheduler_integration.catalogue.hosts import parts_of_hosts, rows_of_parts
from scheduler_integration.catalogue.lookup import page_of
from scheduler_integration.pages.host.questions import as_sent, typed_rows
from scheduler_integration.pages.host.type_form import PLACE, Group, groups_of, host_field
from scheduler_integration.pages.kit.controls import values_sent


def group_of(doc: Document, key: str, locale: Locale) -> Group | None:
	"""Return the group of fields with this key, or None."""
	groups = groups_of(doc, page_of(doc), locale)
	return next((group for group in groups if group.key == key), None)


def sent_fields(doc: Document, form: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
	"""Return the fields of the form. Boxes that aren't ticked count as 0. Raises InvalidRequest."""
	if form.get("group") == "questions":
		return {"questions": as_sent(typed_rows(form))}
	group = group_of(doc, str(form.get("group") or ""), locale)
	if not group:
		return {}
	sent = values_sent(group.fields, form)
	if group.key == "places":
		return {"locations": _places(sent)}
	return _with_hosts(sent, doc) if group.key == "team" else sent


def _places(sent: Mapping[str, str]) -> list[dict[str, str]]:
	"""Return the rows of other places by the names of the API. A row without a type is removed."""
	numbers = sorted(int(name.partition("-")[2]) for name in sent if name.startswith("place_type-"))
	rows = [{name: sent.get(f"{name}-{number}", "") for name in PLACE} for number in numbers]
	return [
		{"type": row["place_type"], "label": row["label"], "details": row["details"]}
		for row in rows
		if row["place_type"]
	]


def _with_hosts(sent: dict[str, Any], doc: Document) -> dict[str, Any]:
	"""Return the fields with the rows of hosts. A choice that is the page's own needs no rows, and follows the page."""
	page = page_of(doc)
	stored = parts_of_hosts(doc, page)
	parts = {row.user: sent.pop(host_field(row), stored[row.user]) for row in page.hosts if row.is_active}
	return {**sent, "hosts": rows_of_parts(parts, page)}
