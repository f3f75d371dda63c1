"""Reads the settings that consultants send. The result has the names of the record's fields."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.parsing.embed_code import LONGEST as LONGEST_EMBED_CODE
from scheduler_integration.parsing.fields import parse_flag
from scheduler_integration.parsing.payload import Fields, Parser, parse_payload
from scheduler_integration.parsing.text import Refused, label, prose
from scheduler_integration.parsing.web_address import LONGEST as LONGEST_URL
from scheduler_integration.parsing.web_address import web_address

PROVIDERS = {
	"native": "Native",
	"calendly": "Calendly",
	"acuity": "Acuity",
	"scheduleonce": "ScheduleOnce",
	"custom": "Custom",
}
LONGEST_NAME = 200
# The other arguments of a request, and the fields of an answer that somebody sends back together with the rest.
_NOT_FIELDS = frozenset(
	{"cmd", "consultant", "meeting_type", "id", "consultant_id", "meeting_types", "created_at", "updated_at"}
)


def parse_settings(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of Consultant Scheduler Settings that the payload sets. Raises InvalidRequest."""
	return parse_payload(payload, _SETTINGS, _NOT_FIELDS)


def _provider(value: object) -> str:
	if not isinstance(value, str) or value not in PROVIDERS:
		raise Refused(_("Must be one of: {0}.").format(", ".join(PROVIDERS)))
	return PROVIDERS[value]


def _url(longest: int) -> Parser:
	def parse(value: object) -> str:
		url = web_address(value, longest)
		return url.text if url else ""

	return parse


def _embed_code(value: object) -> str:
	"""Return the code as it was sent. The record's controller reads it, with the allowed hosts of the settings."""
	if value is not None and not isinstance(value, str):
		raise Refused(_("This must be text."))
	if len(value or "") > LONGEST_EMBED_CODE:
		raise Refused(_("This is too long: at most {0} characters.").format(LONGEST_EMBED_CODE))
	return value or ""


def _name(value: object) -> str:
	text = label(value, LONGEST_NAME)
	if not text:
		raise Refused(_("Enter a name of 1 to {0} characters.").format(LONGEST_NAME))
	return text


def _flag(name: str) -> Parser:
	return lambda value: int(parse_flag(name, value))


_SETTINGS: Fields = {
	"scheduler_provider": ("scheduler_provider", _provider),
	"scheduler_url": ("scheduler_url", _url(LONGEST_URL)),
	"embed_code": ("embed_code", _embed_code),
	"display_name": ("display_name", lambda value: label(value, LONGEST_NAME)),
	"description": ("description", prose),
	"show_in_reports": ("show_in_reports", _flag("show_in_reports")),
	"embed_in_reports": ("embed_in_reports", _flag("embed_in_reports")),
}
