"""The controls of forms about a record. The DocType has a field's label, help, kind, choices and bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint
from markupsafe import Markup

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.parsing.payload import longest

# The controls of the DocType's types of fields. All others are a line of text.
_KINDS = {
	"Int": "number",
	"Check": "flag",
	"Select": "select",
	"Date": "date",
	"Small Text": "long_text",
	"Text": "long_text",
	"Color": "color",
}


class Field(NamedTuple):
	"""A field of a form: `name` as in the API, `kind` of its control, `choices` as (value, label) or as HTML, `longest` in characters.

	`needs` is the DocType's `depends_on`: the page shows the field if it is true. `hint` stands in the empty control.
	"""

	name: str
	label: str
	kind: str = "number"
	help: str = ""
	choices: Sequence[tuple[str, str]] | Markup = ()
	needs: str = ""
	longest: int = 0
	value: str = ""
	error: str = ""
	hint: str = ""


def field_of(doctype: str, fieldname: str, name: str = "") -> Field:
	"""Return the control of a field as the DocType declares it. `name` is that of the control, if it isn't the field's."""
	field = frappe.get_meta(doctype).get_field(fieldname)
	options = field.options.split("\n") if field.fieldtype == "Select" else []
	words = location_label if fieldname in ("location_type", "place_type") else _
	return Field(
		name or fieldname,
		_(field.label),
		_KINDS.get(field.fieldtype, "text"),
		_(field.description) if field.description else "",
		[(frappe.scrub(each), (words(each) if each else "") or "–") for each in options],
		field.depends_on or "",
		longest(doctype, fieldname) if field.fieldtype == "Data" else 0,
	)


def row_of(doctype: str, names: Mapping[str, str], number: int) -> dict[str, Field]:
	"""Return the controls of the row `number` of a table, by the names of the API; their own end in it: `label-0`.

	`names` has the record's fields by these names.
	"""
	in_form = {fieldname: f"{name}-{number}" for name, fieldname in names.items()}
	fields = {name: field_of(doctype, fieldname, in_form[fieldname]) for name, fieldname in names.items()}
	rename = re.compile(rf"\b(?:{'|'.join(in_form)})\b")
	return {
		name: field._replace(needs=rename.sub(lambda found: in_form[found[0]], field.needs))
		for name, field in fields.items()
	}


def stored(doc: Document, fieldname: str) -> str:
	"""Return the value of a record's field as its control shows it."""
	value, kind = doc.get(fieldname), doc.meta.get_field(fieldname).fieldtype
	if kind == "Check":
		return "1" if value else ""
	if kind == "Select":
		return frappe.scrub(value) if value else ""
	if kind == "Int":
		return str(cint(value))
	return "" if value in (None, 0.0) else f"{value:g}" if isinstance(value, float) else str(value)


def values_sent(fields: Sequence[Field], form: Mapping[str, Any]) -> dict[str, str]:
	"""Return the fields of a sent form. A browser sends nothing for boxes that aren't ticked: they are 0."""
	sent = {field.name: form[field.name] for field in fields if isinstance(form.get(field.name), str)}
	return sent | {field.name: "1" if field.name in form else "0" for field in fields if field.kind == "flag"}
