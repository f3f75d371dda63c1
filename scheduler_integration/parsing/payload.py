"""Reads the fields that a client sends for a record, by a table of the fields' parsers, with the parsers that tables share.

`declared` makes such a table from a DocType: the type, length, choices and defaults of a field are declared there alone. Names
all wrong fields at once. Parsers raise Refused.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

import frappe
from frappe import _
from frappe.utils import cint

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_date, parse_flag, parse_json
from scheduler_integration.parsing.text import SHORT, Refused, label, prose, whole_number
from scheduler_integration.parsing.web_address import web_address
from scheduler_integration.times import is_zone

T = TypeVar("T")
Parser = Callable[[object], Any]
# The record's field and the parser of its value, by the name in the API.
Fields = Mapping[str, tuple[str, Parser]]
# More than any record has. Reading a hundred thousand takes half a minute.
MOST_ROWS = 500


def parse_payload(payload: Mapping[str, object], fields: Fields, ignored: Collection[str] = ()) -> dict[str, Any]:
	"""Return the record's fields that the payload sets. A field that isn't sent isn't in the result.

	`ignored` are further arguments of the request, and read-only fields of an answer that somebody sends back. Raises
	InvalidRequest that names every wrong field.
	"""
	parsed, wrong = read_payload(payload, fields, ignored)
	if wrong:
		raise InvalidRequest(details=wrong)
	return parsed


def read_payload(
	payload: Mapping[str, object], fields: Fields, ignored: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
	"""Return the same, and beside it a sentence for each wrong field instead of an error."""
	parsed: dict[str, Any] = {}
	wrong: dict[str, str] = {}
	for name, value in payload.items():
		if name in ignored:
			continue
		if name not in fields:
			wrong[name] = _("There is no such field.")
			continue
		fieldname, parser = fields[name]
		try:
			parsed[fieldname] = parser(value)
		except Refused as refused:
			wrong[name] = str(refused)
		except InvalidRequest as refused:
			wrong[name] = next(iter(refused.details.values()), refused.message)
	return parsed, wrong


def declared(doctype: str, names: str = "", **second: str) -> Fields:
	"""Return how fields of a DocType are read. `second` are fields whose name in the API is another: `help="help_text"`."""
	fields = {**{name: name for name in names.split()}, **second}
	return {name: (fieldname, _parser(doctype, fieldname)) for name, fieldname in fields.items()}


def _parser(doctype: str, fieldname: str) -> Parser:
	# Tables are made before there is a site, so the field is looked up for each value.
	def parse(value: object) -> Any:
		field = frappe.get_meta(doctype).get_field(fieldname)
		return BY_TYPE[field.fieldtype](doctype, field)(value)

	parse.declared_by = doctype  # type: ignore[attr-defined]  # For `field_schema`.
	return parse


def field_schema(fieldname: str, parser: Parser) -> dict[str, Any]:
	"""Return the JSON schema of a field of a table: what its DocType declares, {} if a parser of its own decides."""
	if hasattr(parser, "rows_of"):
		properties = {name: field_schema(*each) for name, each in parser.rows_of.items()}
		return {"type": "array", "items": {"type": "object", "properties": properties}, "maxItems": MOST_ROWS}
	if hasattr(parser, "object_of"):
		return {
			"type": "object",
			"properties": {name: field_schema(*each) for name, each in parser.object_of().items()},
		}
	if not hasattr(parser, "declared_by"):
		return {}
	field = frappe.get_meta(parser.declared_by).get_field(fieldname)
	schema = {"description": field.description or field.label, **_SCHEMAS.get(field.fieldtype, {"type": "string"})}
	if field.fieldtype == "Select":
		return {**schema, "enum": [*choices(parser.declared_by, fieldname), *([] if field.reqd else [""])]}
	most = {"maxLength": longest(parser.declared_by, fieldname)} if field.fieldtype == "Data" else {}
	return {**schema, **most}


def longest(doctype: str, fieldname: str) -> int:
	"""Return how many characters a field of type Data holds."""
	return cint(frappe.get_meta(doctype).get_field(fieldname).length) or SHORT


def choices(doctype: str, fieldname: str) -> dict[str, str]:
	"""Return the choices of a record's field by their names in the API, such as {"in_person": "In Person"}."""
	options = frappe.get_meta(doctype).get_field(fieldname).options or ""
	return {frappe.scrub(option): option for option in options.split("\n") if option}


def new_row(doctype: str, fields: Fields) -> dict[str, Any]:
	"""Return what a row has without being sent, by the names of the API: None for a field that is needed and has no default."""
	meta, values = frappe.get_meta(doctype), {}
	for name, (fieldname, _parser) in fields.items():
		field = meta.get_field(fieldname)
		if field and (field.reqd or field.default not in (None, "", "0")):
			values[name] = (
				frappe.scrub(field.default) if field.fieldtype == "Select" and field.default else field.default
			)
	return values


def nested(given: Mapping[str, object], fields: Fields, ignored: Collection[str] = ()) -> dict[str, Any]:
	"""Return the same of an object within a payload. The error is one text."""
	parsed, wrong = read_payload(given, fields, ignored)
	if wrong:
		raise Refused(" ".join(f"{name}: {sentence}" for name, sentence in wrong.items()))
	return parsed


def rows(name: str, doctype: str, fields: Fields, ignored: Collection[str] = ()) -> Parser:
	"""Return the parser of the child table `name`, of at most MOST_ROWS rows. The error names the first wrong row."""

	def parse(value: object) -> list[dict[str, Any]]:
		given, new = parse_json(name, value, list) or [], new_row(doctype, fields)
		if len(given) > MOST_ROWS:
			raise Refused(_("Send at most {0} rows.").format(MOST_ROWS))
		return each_row(given, lambda row: nested({**new, **row}, fields, ignored))

	parse.rows_of = fields  # type: ignore[attr-defined]  # For `field_schema`.
	return parse


def each_row(given: Iterable[object], parse: Callable[[Mapping[str, object]], T]) -> list[T]:
	"""Return the rows as `parse` reads them. The error names the first wrong row."""
	parsed = []
	for number, row in enumerate(given, 1):
		try:
			if not isinstance(row, Mapping):
				raise Refused(_("This value has the wrong type."))
			parsed.append(parse(row))
		except (Refused, InvalidRequest) as refused:
			reason = next(iter(refused.details.values())) if isinstance(refused, InvalidRequest) else str(refused)
			raise Refused(_("Row {0}: {1}").format(number, reason)) from None
	return parsed


def text_or_none(value: object) -> str | None:
	"""Return text as it is, or None if it is empty."""
	if value is not None and not isinstance(value, str):
		raise Refused(_("This must be text."))
	return value or None


def text(value: object) -> str:
	"""Return text, trimmed; empty if it is missing."""
	return (text_or_none(value) or "").strip()


def needed(value: object) -> str:
	"""Return text that can't be empty, such as the name of a record."""
	found = text(value)
	if not found:
		raise Refused(_("This is needed."))
	return found


def title(longest: int) -> Parser:
	"""Return the parser of a name that a host gives to something."""

	def parse(value: object) -> str:
		found = label(value, longest)
		if not found:
			raise Refused(_("Enter a name of 1 to {0} characters.").format(longest))
		return found

	return parse


def amount(value: object) -> float:
	"""Return an amount of money from 0 on, by default 0."""
	if isinstance(value, bool) or not isinstance(value, int | float | str):
		raise Refused(_("This is not an amount."))
	try:
		given = float(value or 0)
	except ValueError:
		raise Refused(_("This is not an amount.")) from None
	if not 0 <= given < 1e9:
		raise Refused(_("This is not an amount."))
	return given


def number(value: object) -> int:
	"""Return a whole number that can't be missing."""
	if value in (None, ""):
		raise Refused(_("This is not a whole number."))
	return whole_number(value)


def count(value: object) -> int:
	"""Return a whole number from 0 on, by default 0."""
	found = whole_number(value) if value not in (None, "") else 0
	if found < 0:
		raise Refused(_("This can't be negative."))
	return found


def one_of(choices: Mapping[str, str]) -> Parser:
	"""Return the parser of a choice by its name in the API. It returns the record's."""

	def parse(value: object) -> str:
		if not isinstance(value, str) or value not in choices:
			raise Refused(_("Must be one of: {0}.").format(", ".join(choices)))
		return choices[value]

	return parse


def address(longest: int) -> Parser:
	"""Return the parser of the address of a web page; empty if it is missing."""

	def parse(value: object) -> str:
		url = web_address(value, longest)
		return url.text if url else ""

	return parse


def time_zone(value: object) -> str:
	"""Return the name of an IANA zone."""
	if not is_zone(value):
		raise Refused(_("Choose a time zone from the list, such as Europe/Berlin."))
	return str(value)


def _data(doctype: str, field: Any) -> Parser:
	most = longest(doctype, field.fieldname)
	if field.options == "URL":
		return address(most)
	return title(most) if field.reqd else lambda value: label(value, most)


def _select(doctype: str, field: Any) -> Parser:
	chosen = one_of(choices(doctype, field.fieldname))
	return lambda value: chosen(value) if value or field.reqd or not field.options.startswith("\n") else ""


_SCHEMAS: dict[str, dict[str, Any]] = {
	"Check": {"type": "boolean"},
	"Currency": {"type": "number"},
	"Date": {"type": "string", "format": "date"},
	"Int": {"type": "integer"},
}
# How a field is read, by its type.
BY_TYPE: dict[str, Callable[[str, Any], Parser]] = {
	"Attach Image": lambda _doctype, _field: text,
	"Autocomplete": lambda _doctype, _field: time_zone,
	"Check": lambda _doctype, field: lambda value: int(parse_flag(field.fieldname, value)),
	"Color": lambda _doctype, _field: text,
	"Currency": lambda _doctype, _field: amount,
	"Data": _data,
	"Date": lambda _doctype, field: lambda value: parse_date(field.fieldname, value) if value else None,
	"Int": lambda _doctype, field: count if field.non_negative and not field.reqd else number,
	"Link": lambda _doctype, field: needed if field.reqd else text_or_none,
	"Select": _select,
	"Small Text": lambda _doctype, _field: prose,
	"Text": lambda _doctype, _field: prose,
}
