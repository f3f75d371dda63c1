"""Reads the fields that a client sends for a record, by a table of the fields' parsers. Names all wrong fields at once."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.text import Refused

Parser = Callable[[object], Any]
# The record's field and the parser of its value, by the name in the API.
Fields = Mapping[str, tuple[str, Parser]]


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
			wrong[name] = refused.details.get(name, refused.message)
	return parsed, wrong
