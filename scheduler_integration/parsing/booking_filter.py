"""Reads the filter with which a host or manager lists bookings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.engine import local_midnight
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_choice, parse_date


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
	details: dict[str, str] = {}
	first, last = (_date(name, values.get(name), details) for name in ("start_date", "end_date"))
	if first and last and last < first:
		details["end_date"] = _("The last day is before the first.")
	# The text. With a single character, most meetings would fit.
	given = values.get("text")
	text = given.strip() if isinstance(given, str) else ""
	if len(text) == 1:
		details["text"] = _("Enter at least two characters of a name or an address.")
	text = text[:140]
	wish = BookingFilter(
		statuses=_statuses(values.get("status"), details),
		since=local_midnight(first, zone) if first else None,
		until=local_midnight(last + timedelta(days=1), zone) if last else None,
		meeting_type=_existing("Meeting Type", "meeting_type", "name", values, details),
		page=_existing("Scheduling Page", "page", "slug", values, details),
		host=_existing("User", "host", "name", values, details),
		text=text,
	)
	if details:
		raise InvalidRequest(details=details)
	return wish


def all_statuses() -> list[str]:
	"""Return every status of a booking, in the order of the field's options."""
	options: str = frappe.get_meta("Booking").get_field("status").options
	return options.split("\n")


def _statuses(given: object, details: dict[str, str]) -> frozenset[str]:
	if given in (None, ""):
		return frozenset()
	words: list[Any] = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else [None]
	all_by_key = {frappe.scrub(status): status for status in all_statuses()}
	statuses = {all_by_key.get(frappe.scrub(word.strip())) if isinstance(word, str) else None for word in words}
	if None in statuses:
		details["status"] = _("Must be one or more of: {0}.").format(", ".join(all_by_key))
	return frozenset(status for status in statuses if status)


def _date(name: str, given: object, details: dict[str, str]) -> date | None:
	try:
		return None if given in (None, "") else parse_date(name, given)
	except InvalidRequest as error:
		details.update(error.details)
		return None


def _existing(doctype: str, name: str, key: str, values: Mapping[str, object], details: dict[str, str]) -> str:
	"""Return the name of the record whose field `key` has the value; empty if none is given."""
	try:
		given = parse_choice(name, values.get(name))
	except InvalidRequest as error:
		details.update(error.details)
		return ""
	stored = frappe.db.get_value(doctype, {key: given}, "name") if given else ""
	if given and not stored:
		details[name] = _("There is none with this name.")
	return stored or ""
