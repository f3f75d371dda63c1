"""What a host has before they set anything: a calendar to lock, and office hours."""

import frappe
from frappe.utils import get_system_timezone

from scheduler_integration.parsing.zones import is_zone

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def timezone_of(user: str) -> str:
	"""The user's own zone, or the site's if the user has none that is known."""
	own = frappe.db.get_value("User", user, "time_zone")
	return own if is_zone(own) else get_system_timezone()


def prepare_host(user: str) -> None:
	"""Makes what a user needs to be booked, where it is missing. Safe to call again."""
	if not frappe.db.exists("Host Calendar", {"user": user}):
		insert_host_calendar(user)
	if not frappe.db.exists("Availability Schedule", {"user": user}):
		_insert_office_hours(user)


def insert_host_calendar(user: str) -> None:
	"""Makes the row that bookings of this host wait for. Its name is random, so that renaming the User keeps the row.

	Of two who make a host's first row at once, the second gets a DuplicateEntryError.
	"""
	# A guest who books first may be the one to make it, and has no rights of their own.
	frappe.get_doc({"doctype": "Host Calendar", "user": user}).insert(ignore_permissions=True)


def _insert_office_hours(user: str) -> None:
	"""Monday to Friday, nine to five. Written for the host whoever made the page: a team page's keeper may not write it."""
	frappe.get_doc(
		{
			"doctype": "Availability Schedule",
			"title": frappe._("Working hours"),
			"user": user,
			"is_default": 1,
			"rules": [{"day_of_week": d, "start_time": "09:00:00", "end_time": "17:00:00"} for d in WEEKDAYS],
		}
	).insert(ignore_permissions=True)
