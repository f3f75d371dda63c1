"""A guest's wish to book, taken apart and checked before anything is looked up for it or stored."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.bookings.answers import parse_answers
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused, email, line, paragraph, person_name, phone, whole_number

MAX_GUESTS = 10
# As many days as a meeting type may have.
MAX_PARTS = 31
# Whoever has the key of a booking is answered with its manage link.
MIN_KEY = 16
UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@dataclass(frozen=True, slots=True)
class BookingRequest:
	"""`start` in epoch seconds, `duration` in minutes, `timezone` and `language` the attendee's; `party` is the seats asked
	for, `hold` the key of the attendee's own hold, `parts` the starts of the dates on which the meeting was offered.
	"""

	start: int
	duration: int
	attendee_name: str
	attendee_email: str
	attendee_phone: str
	attendee_company: str
	notes: str
	timezone: str
	language: str
	guests: tuple[str, ...]
	answers: tuple[dict[str, str], ...]
	idempotency_key: str | None
	hold: str | None
	party: int
	parts: tuple[int, ...]
	source: str
	utm: dict[str, str]


def parse_request(payload: dict[str, Any], page: Document, meeting_type: Document) -> BookingRequest:
	"""Raises InvalidRequest that names everything that is wrong, each under its field."""
	reader = _Reader(payload)
	address = reader.required("attendee_email", email)
	guests = reader.value("guests", lambda value: _guests(value, address), default=())
	request = BookingRequest(
		start=reader.required("start", parse_instant, default=0),
		duration=reader.value("duration", lambda value: _duration(value, meeting_type)),
		attendee_name=reader.required("attendee_name", person_name),
		attendee_email=address,
		attendee_phone=(reader.required if needs_phone(meeting_type) else reader.value)("attendee_phone", phone),
		attendee_company=reader.value("attendee_company", line),
		notes=reader.value("notes", paragraph),
		timezone=reader.value("timezone", lambda value: _zone(value or page.timezone)),
		language=reader.value("language", _language),
		guests=guests,
		party=reader.value("guests", lambda value: _party(guests, meeting_type), default=1),
		parts=reader.value("parts", _parts, default=()),
		hold=reader.value("hold", lambda value: line(value, 64) or None, default=None),
		answers=tuple(parse_answers(meeting_type.questions, payload.get("answers"), reader.details)),
		idempotency_key=reader.value("idempotency_key", lambda value: _key(value, meeting_type, address)),
		source=reader.value("source", line),
		utm={field: reader.value(field, line) for field in UTM_FIELDS},
	)
	if reader.details:
		raise InvalidRequest(details=reader.details)
	return request


class _Reader:
	"""Reads fields of the payload and collects what is wrong with them."""

	def __init__(self, payload: dict[str, Any]):
		self.payload = payload
		self.details: dict[str, str] = {}

	def value(self, field: str, parse: Callable[[Any], Any], default: Any = "") -> Any:
		try:
			return parse(self.payload.get(field))
		except Refused as refused:
			self.details[field] = str(refused)
			return default

	def required(self, field: str, parse: Callable[[Any], Any], default: Any = "") -> Any:
		if self.payload.get(field) in (None, ""):
			self.details[field] = _("This is needed.")
			return default
		value = self.value(field, parse, default)
		if value == "" and field not in self.details:
			self.details[field] = _("This is needed.")
		return value


def _duration(value: object, meeting_type: Document) -> int:
	if value in (None, ""):
		return meeting_type.duration_minutes
	minutes = whole_number(value)
	if minutes not in durations_of(meeting_type):
		raise Refused(_("Choose one of the durations offered."))
	return minutes


def _zone(value: object) -> str:
	try:
		return engine.zone(value).key
	except engine.UnknownTimeZone:
		raise Refused(_("This time zone is not known. Use a name such as Europe/Berlin.")) from None


def _language(value: object) -> str:
	"""A language of this site: the messages to the attendee are written in it."""
	code = line(value, 10)
	return code if code and frappe.db.exists("Language", code) else frappe.local.lang


def _guests(value: object, attendee_email: str) -> tuple[str, ...]:
	"""Extra participants, each once, without the attendee."""
	if isinstance(value, str):
		value = value.replace(",", " ").replace(";", " ").split()
	if not isinstance(value or [], list) or len(value or []) > MAX_GUESTS:
		raise Refused(_("Give at most {0} e-mail addresses.").format(MAX_GUESTS))
	addresses = {address.lower(): address for address in map(email, value or []) if address}
	addresses.pop(attendee_email.lower(), None)
	return tuple(addresses.values())


def _party(guests: tuple[str, ...], meeting_type: Document) -> int:
	"""The seats that the attendee and the guests take, where seats count."""
	party, seats = 1 + len(guests), meeting_type.seats or 1
	if seats > 1 and party > seats:
		raise Refused(_("This meeting has {0} seats in all.").format(seats))
	return party if seats > 1 else 1


def _parts(value: object) -> tuple[int, ...]:
	"""The starts of the days that were shown, whether as `get_slots` answers the days or by themselves."""
	if isinstance(value, str):
		value = value.replace(",", " ").split()
	if not isinstance(value or [], list) or len(value or []) > MAX_PARTS:
		raise Refused(_("Give the starts of the meeting's days as they were offered."))
	return tuple(parse_instant(each.get("start") if isinstance(each, dict) else each) for each in value or [])


def needs_phone(meeting_type: Document) -> bool:
	"""Whether the host calls the attendee, for want of a number of the host's own."""
	return meeting_type.location_type == "Phone" and not meeting_type.location_details


def _key(value: object, meeting_type: Document, attendee_email: str) -> str | None:
	"""The caller's key, bound to what it was given for: nobody reads another's booking by guessing a key."""
	key = line(value)
	if not key:
		return None
	if len(key) < MIN_KEY:
		raise Refused(_("This is too short: at least {0} characters.").format(MIN_KEY))
	bound = "\n".join((meeting_type.name, attendee_email.lower(), key))
	return hashlib.sha256(bound.encode()).hexdigest()
