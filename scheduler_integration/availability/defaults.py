"""Creates the records that every host needs: a Host Calendar to lock, and office hours."""

import frappe

from scheduler_integration.platform.clock import site_zone_name
from scheduler_integration.times import WEEK, is_zone


def timezone_of(user: str) -> str:
	"""Return the user's own zone, or the site's if the user has none or an unknown one."""
	return zone_or_sites(frappe.db.get_value("User", user, "time_zone"))


def zone_or_sites(own: str | None) -> str:
	"""Return the zone `own`, or the site's zone if `own` is empty or unknown."""
	return own if own and is_zone(own) else site_zone_name()


def prepare_host(user: str) -> None:
	"""Create the user's Host Calendar, and an Availability Schedule if the user has none. Safe to call again."""
	if not frappe.db.exists("Host Calendar", {"user": user}):
		insert_host_calendar(user)
	if not frappe.db.exists("Availability Schedule", {"user": user}):
		# Create working hours from Monday to Friday, 09:00 to 17:00. Permissions are ignored: the owner of a team
		# page adds hosts, but may not write their schedules.
		frappe.get_doc(
			{
				"doctype": "Availability Schedule",
				"title": frappe._("Working hours"),
				"user": user,
				"is_default": 1,
				"rules": [{"day_of_week": d, "start_time": "09:00:00", "end_time": "17:00:00"} for d in WEEK[:5]],
			}
		).insert(ignore_permissions=True)  # The user who makes the page may have no rights on these records.


def has_changed_hours(user: str) -> bool:
	"""Whether somebody has saved a schedule of the user since it was made."""
	schedule = frappe.qb.DocType("Availability Schedule")
	changed = (schedule.user == user) & (schedule.modified > schedule.creation)
	return bool(frappe.qb.from_(schedule).select(schedule.name).where(changed).limit(1).run())


def insert_host_calendar(user: str) -> None:
	"""Create the host's lock row. Its name is random, so that renaming the User keeps the row.

	Raises DuplicateEntryError if the row exists, for example because somebody else created it at the same moment.
	"""
	# The first booking creates the row, and an attendee has no permissions.
	frappe.get_doc({"doctype": "Host Calendar", "user": user}).insert(ignore_permissions=True)
