"""Reads the address of a booking page, days and times that people typed, and makes addresses that pages show as links.

Invalid values are ignored, because addresses get shortened and mistyped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from urllib.parse import urlencode, urlsplit

from scheduler_integration.catalogue.hostnames import is_web_address
from scheduler_integration.catalogue.public import HostChoice
from scheduler_integration.domains.links import local_path
from scheduler_integration.engine import FIRST_DATE, LAST_DATE, instant_of
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused

# Arguments that links on the page keep: where the visitor came from, and values for the form.
ORIGIN = ("source", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "reference")
# Values for the form's own fields, by the names of the fields.
PREFILLED = {
	"name": "attendee_name",
	"email": "attendee_email",
	"phone": "attendee_phone",
	"company": "attendee_company",
	"notes": "notes",
	"guests": "guests",
}
# Prefilled texts that may be long, and have several lines.
_LONG = ("notes", "guests")
CARRIED = (*ORIGIN, *PREFILLED, "embed", "reschedule", "scope", "again", "_lang")
_PARTS = ("month", "date", "start", "tz", "duration", "clock", "with", "zones", "times")
# The part of an address after that of the booking page: people join the waitlist there.
WAITLIST = "waitlist"
_NOT_WAITING = ("reschedule", "scope", "again")
_LONGEST = 200
# Each link of the page repeats these texts.
_LONGEST_PREFILLED = 1000


@dataclass(frozen=True)
class Query:
	"""The parts of `/schedule/<slug>/<meeting type>?…`. A missing or invalid argument is None.

	`month` is its first day, `start` is in epoch seconds, `duration` in minutes, `clock` is "12" or "24", `host` the key of
	the host whom the visitor chose. `lists_zones` is whether the page prints all time zones, for a visitor without a script.
	`times` is how many dates of a meeting that repeats are wanted.
	"""

	slug: str
	meeting_type: str
	month: date | None = None
	day: date | None = None
	start: int | None = None
	zone: str | None = None
	duration: int | None = None
	clock: str | None = None
	host: str | None = None
	carried: dict[str, str] = field(default_factory=dict)
	lists_zones: bool = False
	times: int | None = None

	def offering(self, durations: Sequence[int]) -> Query:
		"""Return this query, without its duration if that isn't one of `durations`."""
		return self if self.duration in durations else replace(self, duration=None)

	def among(self, choices: Sequence[HostChoice]) -> Query:
		"""Return this query, without its host if that isn't one of those who can be chosen."""
		return self if any(each.id == self.host for each in choices) else replace(self, host=None)

	def with_answers(self, keys: Sequence[str], values: Mapping[str, str]) -> Query:
		"""Return this query with the arguments of a request that answer questions, by the questions' `keys`."""
		found = {key: text for key in keys if key not in CARRIED and (text := _prefilled(values.get(key)))}
		return replace(self, carried={**self.carried, **found}) if found else self

	@property
	def origin(self) -> dict[str, str]:
		"""The source of the visit (such as `utm_source`), as fields of a BookingPayload."""
		return {name: text for name, text in self.carried.items() if name in ORIGIN}

	@property
	def place(self) -> dict[str, object]:
		"""The arguments of links that lead to the day or month that is shown."""
		return {"date": self.day, "month": self.month and f"{self.month:%Y-%m}"}

	@property
	def kept(self) -> dict[str, object]:
		"""The arguments that a form keeps in which the visitor chooses a zone."""
		chosen = {"duration": self.duration, "clock": self.clock, "with": self.host, **self.carried}
		return {"month": self.place["month"], **chosen}

	@property
	def path(self) -> str:
		return local_path(self.slug, self.meeting_type)

	def url(self, **parts: object) -> str:
		"""Return a link to this page with `parts`. It keeps the zone, the clock, the duration and `carried`."""
		kept = {
			"tz": self.zone,
			"clock": self.clock,
			"duration": self.duration,
			"with": self.host,
			**self.carried,
			**parts,
		}
		pairs = {name: value for name, value in kept.items() if value not in (None, "")}
		return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

	def waitlist_url(self, **parts: object) -> str:
		"""Return the link to the page on which people join the waitlist of this meeting type, with `parts`."""
		kept = {name: value for name, value in self.carried.items() if name not in _NOT_WAITING}
		pairs = {"tz": self.zone, "duration": self.duration, **kept, **parts}
		given = urlencode({name: value for name, value in pairs.items() if value not in (None, "")})
		return f"{self.path}/{WAITLIST}{'?' if given else ''}{given}"


def parse(slug: str, meeting_type: str, values: Mapping[str, str]) -> Query:
	"""Read the query from the arguments of a request."""
	texts = {name: text for name in (*_PARTS, *CARRIED) if (text := _text(values.get(name)))}
	long_texts = {name: text for name in _LONG if (text := _prefilled(values.get(name)))}
	return Query(
		slug=slug,
		meeting_type=meeting_type,
		month=_date(f"{texts.get('month')}-01"),
		day=_date(texts.get("date")),
		start=read_instant(texts.get("start")),
		zone=texts.get("tz"),
		duration=_number(texts.get("duration")),
		host=texts.get("with"),
		clock=texts.get("clock") if texts.get("clock") in ("12", "24") else None,
		carried={name: texts[name] for name in CARRIED if name in texts} | long_texts,
		lists_zones=texts.get("zones") == "1",
		times=_number(texts.get("times")),
	)


def read_instant(value: str | None) -> int | None:
	"""Return an ISO 8601 instant with its offset as epoch seconds, or None for anything else."""
	try:
		return parse_instant(_text(value))
	except Refused:
		return None


def _text(value: object) -> str | None:
	if not isinstance(value, str) or not value or len(value) > _LONGEST:
		return None
	return value if value.isprintable() else None


def _prefilled(value: object) -> str | None:
	"""Return a text for the form, which may have several lines."""
	if not isinstance(value, str) or not value or len(value) > _LONGEST_PREFILLED:
		return None
	return value if all(char.isprintable() or char in "\r\n\t" for char in value) else None


def _date(value: str | None) -> date | None:
	try:
		return date.fromisoformat(value) if value and len(value) == len("2026-11-23") else None
	except ValueError:
		return None


def _number(value: str | None) -> int | None:
	return int(value) if value and value.isascii() and value.isdigit() and len(value) < 5 else None


def web_address(text: str | None) -> str | None:
	"""Return the text, trimmed, if it is an http or https address, or None. A place may be an address or a sentence."""
	address = (text or "").strip()
	return address if is_web_address(address) and " " not in address else None


def onward(text: str | None) -> dict | None:
	"""Return the page to which a host sends attendees after booking, and its host name. None if it isn't a web address."""
	address = web_address(text)
	return {"url": address, "host": urlsplit(address).hostname or ""} if address else None


def local_address(address: str | None) -> str | None:
	"""Return the address without its host name, so that links stay on the host name in the visitor's address bar."""
	parts = urlsplit(address or "")
	return (parts.path + (f"?{parts.query}" if parts.query else "")) or None


def phone_address(number: str) -> str:
	"""Return the address of a telephone number (RFC 3966): `tel:+4930123;ext=4` for `+49 (0)30 123 ext. 4`."""
	main, *extension = re.split(r"ext\.?|x", re.sub(r"\s", "", number.lower()), maxsplit=1)
	if main.startswith("+"):
		main = main.replace("(0)", "")
	digits = re.sub(r"[^0-9+]", "", main)
	return f"tel:{digits};ext={extension[0]}" if extension else f"tel:{digits}"


def read_day(text: str) -> date | None:
	"""Return the date in `2026-11-23`, or None for anything else."""
	day = _date(text)
	return day if day and FIRST_DATE <= day <= LAST_DATE else None


def read_wall_time(day: date | None, clock: str, zone: str) -> int | None:
	"""Return the wall time `14:30` of the day in `zone` as epoch seconds, or None if it isn't a time or the day is None."""
	try:
		moment = time.fromisoformat(clock)
	except ValueError:
		return None
	if not day or moment.tzinfo:
		return None
	return instant_of(datetime.combine(day, moment.replace(second=0, microsecond=0)), zone)
