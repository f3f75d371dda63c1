"""Reads the filter with which a host or manager lists bookings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.engine import local_midnight
from scheduler_integration.parsing.fields import Reader, parse_choice, parse_date_or
from scheduler_integration.parsing.text import Refused


@dataclass(frozen=True, slots=True)
class BookingFilter:
	"""The conditions for bookings in a list. An empty field sets no condition.

	`statuses` are those of Booking. `since` and `until` are epoch seconds: a meeting that has a moment in
	`[since, until)` fits. `meeting_type` and `page` are names of records, `host` is a user. `text` is looked for in names and
	addresses of attendees and guests.
	"""

	statuses: frozenset[str] = frozenset()
	since: int | None = None
	until: int | None = None
	meeting_type: str = ""
	page: str = ""
	host: str = ""
	text: str = ""

	@property
	def has_time_or_status(self) -> bool:
		return bool(self.statuses) or self.since is not None or self.until is not None


def parse_booking_filter(values: Mapping[str, object], zone: str) -> BookingFilter:
	"""Return the filter in the arguments of a request. Dates are days of `zone`.

	The arguments are `status` (a list, or text with commas), `start_date`, `end_date`, `meeting_type` (a record's name),
	`page` (a slug), `host` (a user) and `text`. Raises InvalidRequest that names every wrong argument.
	"""
	reader = Reader(values.get)

	def day(name: str) -> date | None:
		return reader.value(name, lambda value: parse_date_or(name, value, None), None)

	first, last = day("start_date"), day("end_date")
	if first and last and last < first:
		reader.details["end_date"] = _("The last day is before the first.")
	# The text. With a single character, most meetings would fit.
	given = values.get("text")
	text = given.strip() if isinstance(given, str) else ""
	if len(text) == 1:
		reader.details["text"] = _("Enter at least two characters of a name or an address.")
	text = text[:140]

	def existing(doctype: str, name: str, key: str) -> str:
		"""Return the name of the record whose field `key` has the value; empty if none is given."""

		def parse(value: object) -> str:
			given = parse_choice(name, value)
			stored = frappe.db.get_value(doctype, {key: given}, "name") if given else ""
			if given and not stored:
				raise Refused(_("There is none with this name."))
			return stored or ""

		return reader.value(name, parse, "")

	wish = BookingFilter(
		statuses=reader.value("status", parse_statuses, frozenset()),
		since=local_midnight(first, zone) if first else None,
		until=local_midnight(last + timedelta(days=1), zone) if last else None,
		meeting_type=existing("Meeting Type", "meeting_type", "name"),
		page=existing("Scheduling Page", "page", "slug"),
		host=existing("User", "host", "name"),
		text=text,
	)
	reader.check()
	return wish


def all_statuses() -> list[str]:
	"""Return every status of a booking, in the order of the field's options."""
	options: str = frappe.get_meta("Booking").get_field("status").options
	return options.split("\n")


def parse_statuses(given: object) -> frozenset[str]:
	"""Return statuses of Booking from a list of their names in the API, or from text with commas. Raises Refused."""
	if given in (None, ""):
		return frozenset()
	words: list[Any] = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else [None]
	all_by_key = {frappe.scrub(status): status for status in all_statuses()}
	statuses = {all_by_key.get(frappe.scrub(word.strip())) if isinstance(word, str) else None for word in words}
	if None in statuses:
		raise Refused(_("Must be one or more of: {0}.").format(", ".join(all_by_key)))
	return frozenset(status for status in statuses if status)
