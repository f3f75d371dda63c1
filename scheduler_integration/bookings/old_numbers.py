"""A patch: gives coming meetings that were booked before it the number by which a reply to a text message is matched."""

import frappe

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.parsing.phone_numbers import international
from scheduler_integration.platform import clock
from scheduler_integration.platform.sql import update_rows

_BATCH = 500


def execute() -> None:
	"""Fill in `phone_e164` of bookings that aren't over. Frappe runs it once, in a migration, and commits."""
	coming = {"ends_at": [">", clock.now()], "attendee_phone": ["is", "set"], "phone_e164": ["is", "not set"]}
	rows = frappe.get_all("Booking", coming, ["name", "attendee_phone", "timezone", "host"])
	zones = {host: timezone_of(host) for host in {row.host for row in rows}}
	numbers = {row.name: international(row.attendee_phone, [row.timezone, zones[row.host]]) for row in rows}
	found = [(name, {"phone_e164": number}) for name, number in numbers.items() if number]
	for first in range(0, len(found), _BATCH):
		update_rows("Booking", dict(found[first : first + _BATCH]))
