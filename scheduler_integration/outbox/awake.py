"""Keeps the scheduler of a quiet site running while tasks wait.

Frappe 15 runs the scheduled jobs of a dormant site only once a day. A site is dormant if its Activity Log has no entry of
the last four days. Later versions do so on Frappe Cloud only, by the last activity of any User. Visitors who book make no
such activity, so a site that only visitors use would send its reminders a day late. This module records activity for
them.
"""

from datetime import timedelta
from importlib.util import find_spec

import frappe
from frappe.utils import get_datetime

from scheduler_integration.outbox.tasks import PENDING, SENDING
from scheduler_integration.platform.clock import site_now

QUIET = timedelta(days=1)


def keep_awake() -> None:
	"""Record activity if something waits and nothing was recorded for a day. Safe to call each minute."""
	# Whether there are open tasks or connected calendars. A calendar that is read only once a day closes its
	# host's times.
	tasks = {"status": ["in", [PENDING, SENDING]]}
	something_waits = bool(
		frappe.db.exists("Outbox Task", tasks) or frappe.db.exists("Calendar Connection", {"is_active": 1})
	)
	if not something_waits:
		return
	if _is_old(_newest("Activity Log", "modified")):
		entry = {
			"doctype": "Activity Log",
			"subject": "Messages about meetings wait to be sent, or calendars to be read",
			"status": "Success",
		}
		# The scheduler acts here, for no user.
		frappe.get_doc(entry).insert(ignore_permissions=True)
	if _is_old(_newest("User", "last_active")):
		# Visitors book as the user Guest.
		frappe.db.set_value("User", "Guest", "last_active", site_now(), update_modified=False)
		# Later versions of Frappe remember for an hour that the site is dormant: delete that.
		if find_spec("frappe.utils.scheduler"):
			is_dormant = frappe.get_attr("frappe.utils.scheduler.is_dormant")
			if hasattr(is_dormant, "clear_cache"):
				is_dormant.clear_cache()


def _newest(doctype: str, field: str) -> object:
	rows = frappe.get_all(doctype, {field: ["is", "set"]}, pluck=field, order_by=f"{field} desc", limit=1)
	return rows[0] if rows else None


def _is_old(moment: object) -> bool:
	return not moment or site_now() - get_datetime(moment) > QUIET
