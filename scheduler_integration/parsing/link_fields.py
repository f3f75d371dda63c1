"""Reads the fields of a booking link that the API and the page send. The result has the names of the record's fields."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.parsing.fields import parse_json
from scheduler_integration.parsing.payload import Fields, declared, parse_payload
from scheduler_integration.parsing.text import Refused, line, whole_number


def parse_new_link(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a new Booking Link. Raises InvalidRequest that names every wrong field."""
	return parse_payload({"meeting_type": None, "single_use": True, **payload}, LINK, frozenset({"cmd"}))


def _named(value: object) -> str:
	text = line(value)
	if not text:
		raise Refused(_("This is needed."))
	return text


def _times(value: object) -> str:
	"""Return the starts, one a line. The record checks each of them."""
	given = parse_json("times", value, list) or []
	if not all(isinstance(each, str) and "\n" not in each for each in given):
		raise Refused(_("This must be text."))
	return "\n".join(each.strip() for each in given)


LINK: Fields = {
	**declared("Booking Link", "single_use expires_on title"),
	"meeting_type": ("meeting_type", _named),
	"user": ("user", _named),
	"host": ("host", line),
	"duration": ("duration_minutes", lambda value: None if value in (None, "") else whole_number(value)),
	"times": ("own_times", _times),
	"attendee_name": ("attendee_name", line),
	"attendee_email": ("attendee_email", line),
}
