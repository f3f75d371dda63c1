"""Requests to book: reads the payload of a caller, and checks every field."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.hosts import enabled_hosts, host_choices, hosts_of
from scheduler_integration.catalogue.places import NOWHERE, Place, chosen_place, needs_accounts, offered_places
from scheduler_integration.catalogue.repeats import WantedSeries
from scheduler_integration.parsing.answers import Answer, parse_answers
from scheduler_integration.parsing.fields import Reader, parse_json
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.kinds import (
	Answers,
	Code,
	Dates,
	Email,
	Guests,
	Hold,
	HostKey,
	Instant,
	Key,
	Minutes,
	Parts,
	PersonName,
	Phone,
	Proof,
	Text,
	UtcOffset,
	Whole,
	Zone,
)
from scheduler_integration.parsing.references import parse_reference
from scheduler_integration.parsing.series import parse_series
from scheduler_integration.parsing.text import Refused, email, line, paragraph, person_name, phone, whole_number
from scheduler_integration.parsing.zones import check_clock, checked_zone
from scheduler_integration.platform.language import counted
from scheduler_integration.platform.records import record

MAX_GUESTS = 10
# A language tag with the clock, such as `en-GB-u-hc-h23` (RFC 6067).
_WRITING = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}-u-hc-h(?:12|23)")
_LONGEST_TAG = 40
# The most days of a multi-day meeting.
MAX_PARTS = 31
# A used key returns the manage link of its booking, so a key must be too long to guess.
MIN_KEY = 16
UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPayload:
	"""The unchecked values that say which slots of a meeting type are meant, besides its address. None: it wasn't sent."""

	duration: Minutes | None = None
	timezone: Zone | None = None
	hold: Hold | None = None
	host: HostKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPayload(SlotPayload):
	"""The unchecked values that a caller sends to book a meeting: the arguments of `public.book`, as in docs/reference/api.md.

	None means that the caller didn't send the field. People don't see the field `website`; bots fill it in. `proof` and `code`
	are what the caller shows to be admitted (`entry/admission.py`).
	"""

	start: Instant | None = None
	parts: Parts | None = None
	utc_offset: UtcOffset | None = None
	attendee_name: PersonName | None = None
	attendee_email: Email | None = None
	attendee_phone: Phone | None = None
	attendee_company: Text | None = None
	dates: Dates | None = None
	times: Whole | None = None
	location: Text | None = None
	notes: Text | None = None
	guests: Guests | None = None
	answers: Answers | None = None
	prefill: Answers | None = None
	language: Text | None = None
	idempotency_key: Key | None = None
	source: Text | None = None
	utm_source: Text | None = None
	utm_medium: Text | None = None
	utm_campaign: Text | None = None
	utm_term: Text | None = None
	utm_content: Text | None = None
	reference: Text | None = None
	website: Text | None = None
	proof: Proof | None = None
	code: Code | None = None

	@classmethod
	def of(cls, values: Mapping[str, object]) -> BookingPayload:
		"""Return the payload in `values`. Unknown names are ignored."""
		return record(cls, values)


def parse_collections(values: Mapping[str, object]) -> dict[str, object]:
	"""Return those arguments of `public.book` that are lists or objects. Forms send them as JSON text."""
	kinds = {"answers": dict, "guests": list, "parts": list, "dates": list, "prefill": dict}
	return {name: parse_json(name, values.get(name), kind) for name, kind in kinds.items()}


@dataclass(frozen=True, slots=True)
class OnBehalf:
	"""The choices of a host or manager who books for somebody.

	- `host` is the user who takes the meeting, None if the meeting type's rules choose.
	- `contact` is the name of the attendee's Contact.
	- `reference` is DocType and name of the lead or deal that the meeting is about.
	"""

	host: str | None = None
	contact: str | None = None
	reference: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BookingRequest:
	"""A request whose fields are all valid.

	- `start` is in epoch seconds, `duration` in minutes.
	- `timezone` and `language` are the attendee's. `writing` is a language tag with the clock of the page, such as
	`en-US-u-hc-h12`, or empty.
	- `guests` are the e-mail addresses of the additional guests.
	- `idempotency_key` is a hash of the caller's key, the attendee and the meeting type.
	- `place` is where the attendee chose to meet.
	- `hold` is the key of the attendee's own hold.
	- `party` is the number of seats.
	- `parts` are the starts of the parts of a multi-day meeting, in epoch seconds, as the attendee was shown them.
	- `utm` maps each of UTM_FIELDS to its value.
	- `chosen_host` is the user whom the attendee chose, None for anyone.
	- `on_behalf` is set if a host or manager books for the attendee.
	- `series` is set if several dates are booked at once; `start` is the first one then.
	- `reference` is the signed reference of the report's link that led here, or empty. Its signature isn't checked yet.
	- `address_status` is the Booking's field: whether the sender has proved to own the address. Empty if nobody checked it.
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
	writing: str
	guests: tuple[str, ...]
	answers: tuple[Answer, ...]
	idempotency_key: str | None
	place: Place
	hold: str | None
	party: int
	parts: tuple[int, ...]
	source: str
	utm: dict[str, str]
	reference: str
	on_behalf: OnBehalf | None = None
	chosen_host: str | None = None
	address_status: str = ""
	series: WantedSeries | None = None

	@property
	def host(self) -> str | None:
		"""The user who takes the meeting, if the host who books or the attendee has chosen one."""
		return self.on_behalf.host if self.on_behalf else self.chosen_host

	@property
	def dates(self) -> int:
		"""How many dates are booked: more than one in a series."""
		return self.series.dates if self.series else 1


def parse_booking_request(
	payload: BookingPayload,
	page: Document,
	meeting_type: Document,
	on_behalf: OnBehalf | None = None,
	*,
	needs_answers: bool = True,
) -> BookingRequest:
	"""Return the request to book this meeting type on its page. Raises InvalidRequest that names every wrong field.

	A host who books `on_behalf` of somebody needn't answer the questions of the form, nor need anybody without
	`needs_answers`.
	"""
	reader = Reader(partial(getattr, payload))
	address = reader.needed("attendee_email", email, "", missing_field("attendee_email"))
	guests = reader.value("guests", lambda value: parse_guests(value, address), ())
	place = reader.value("location", lambda value: _place(value, page, meeting_type), NOWHERE)
	request = BookingRequest(
		start=reader.needed("start", parse_instant, 0, missing_field("start")),
		duration=reader.value("duration", lambda value: _duration(value, meeting_type), 0),
		attendee_name=reader.needed("attendee_name", person_name, "", missing_field("attendee_name")),
		attendee_email=address,
		attendee_phone=reader.needed("attendee_phone", phone, "", missing_field("attendee_phone"))
		if place.needs_phone
		else reader.value("attendee_phone", phone, ""),
		attendee_company=reader.value("attendee_company", line, ""),
		notes=reader.value("notes", paragraph, ""),
		timezone=reader.value("timezone", lambda value: checked_zone(value or page.timezone), ""),
		language=reader.value("language", _language, ""),
		writing=reader.value("language", _writing, ""),
		guests=guests,
		place=place,
		party=reader.value("guests", lambda value: _party(guests, meeting_type), 1),
		parts=reader.value("parts", parse_parts, ()),
		hold=reader.value("hold", lambda value: line(value, 64) or None, None),
		answers=tuple(
			parse_answers(
				meeting_type.questions,
				payload.answers,
				reader.details,
				may_be_missing=on_behalf is not None or not needs_answers,
				from_link=payload.prefill,
			)
		),
		idempotency_key=reader.value(
			"idempotency_key", lambda value: _bound(parse_key(value), meeting_type, address), None
		),
		source="host" if on_behalf else reader.value("source", line, ""),
		utm={field: reader.value(field, line, "") for field in UTM_FIELDS},
		reference=parse_reference(payload.reference),
		on_behalf=on_behalf,
		chosen_host=reader.value("host", lambda value: _chosen_host(value, page, meeting_type), None),
	)
	series = reader.value(
		"dates",
		lambda value: parse_series(value, payload.times, request.start, meeting_type, is_host=on_behalf is not None),
		None,
	)
	reader.check()
	check_clock(request.timezone, request.start, payload.utc_offset)
	return replace(request, series=series) if series else request


def missing_field(field: str) -> str:
	"""Return the sentence if a field of a BookingPayload is empty that must not be."""
	sentences = {
		"attendee_name": _("Enter your name."),
		"attendee_email": _("Enter your e-mail address."),
		"attendee_phone": _("Enter your phone number."),
	}
	return sentences.get(field) or _("This is needed.")


def _duration(value: object, meeting_type: Document) -> int:
	if value in (None, ""):
		return int(meeting_type.duration_minutes)
	minutes = whole_number(value)
	if minutes not in durations_of(meeting_type):
		raise Refused(_("Choose one of the durations offered."))
	return minutes


def _language(value: object) -> str:
	"""Return the language for messages to the attendee: the given one if this site has it, else the request's."""
	code = line(value, _LONGEST_TAG).partition("-u-")[0]
	return code if code and frappe.db.exists("Language", code) else frappe.local.lang


def _writing(value: object) -> str:
	tag = line(value, _LONGEST_TAG)
	return tag if _WRITING.fullmatch(tag) else ""


def parse_guests(value: object, attendee_email: str = "") -> tuple[str, ...]:
	"""Return the additional guests' addresses, each once, without the attendee's."""
	if isinstance(value, str):
		value = value.replace(",", " ").replace(";", " ").split()
	given = value or []
	if not isinstance(given, list) or len(given) > MAX_GUESTS:
		raise Refused(_("Give at most {0} e-mail addresses.").format(MAX_GUESTS))
	addresses = {address.lower(): address for address in map(email, given) if address}
	addresses.pop(attendee_email.lower(), None)
	return tuple(addresses.values())


def _party(guests: tuple[str, ...], meeting_type: Document) -> int:
	"""Return the seats that the attendee and the additional guests take; 1 unless the type has several seats."""
	party, seats = 1 + len(guests), meeting_type.seats or 1
	if seats > 1 and party > seats:
		text = _("This meeting has {0} seat in all. | This meeting has {0} seats in all.")
		raise Refused(counted(text, seats).format(seats))
	return party if seats > 1 else 1


def parse_parts(value: object) -> tuple[int, ...]:
	"""Return the starts of the parts that the attendee was shown, in epoch seconds.

	Callers send the starts alone, or the parts as `get_slots` returned them.
	"""
	if isinstance(value, str):
		value = value.replace(",", " ").split()
	given = value or []
	if not isinstance(given, list) or len(given) > MAX_PARTS:
		raise Refused(_("Give the starts of the meeting's days as they were offered."))
	return tuple(parse_instant(each.get("start") if isinstance(each, dict) else each) for each in given)


def _place(value: object, page: Document, meeting_type: Document) -> Place:
	"""Return the chosen place, or the first one if none was chosen."""
	users = [host.user for host in enabled_hosts(meeting_type, page)] if needs_accounts(meeting_type) else []
	place = chosen_place(offered_places(meeting_type, users), line(value))
	if not place:
		raise Refused(_("Choose one of the places offered."))
	return place


def _chosen_host(value: object, page: Document, meeting_type: Document) -> str | None:
	"""Return the user whom the attendee chose by the key of a link."""
	key = line(value)
	host = host_choices(meeting_type, hosts_of(meeting_type, page)).get(key) if key else None
	if key and not host:
		raise Refused(_("Choose one of the hosts of this meeting type."))
	return host.user if host else None


def parse_key(value: object) -> str | None:
	"""Return an idempotency key, or None without one. Raises Refused if it could be guessed."""
	key = line(value)
	if key and len(key) < MIN_KEY:
		raise Refused(_("This is too short: at least {0} characters.").format(MIN_KEY))
	return key or None


def _bound(key: str | None, meeting_type: Document, attendee_email: str) -> str | None:
	"""Return a hash of the caller's key, the attendee and the meeting type, or None without a key.

	A key alone finds no booking, so nobody can see somebody else's booking by guessing the key.
	"""
	bound = "\n".join((meeting_type.name, attendee_email.lower(), key or ""))
	return hashlib.sha256(bound.encode()).hexdigest() if key else None
