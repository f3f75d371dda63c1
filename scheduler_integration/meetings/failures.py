"""Finds failed messages and other failed tasks of bookings, and describes whom a task reaches."""

from collections import defaultdict
from collections.abc import Collection
from urllib.parse import urlsplit

import frappe
from frappe import _


def failed_deliveries(bookings: Collection[str]) -> dict[str, str]:
	"""Return a sentence for each booking with failed outbox tasks: whom the tasks didn't reach."""
	if not bookings:
		return {}
	failed = {"booking": ["in", list(bookings)], "status": "Failed"}
	rows = frappe.get_all("Outbox Task", failed, ["booking", "kind", "target"], order_by="due_at asc")
	targets: dict[str, list[str]] = defaultdict(list)
	for row in rows:
		targets[row.booking].append(reached(row.kind, row.target))
	return {
		booking: _("Not sent to {0}. The booking in the desk says why.").format(", ".join(dict.fromkeys(found)))
		for booking, found in targets.items()
	}


def reached(kind: str, target: str) -> str:
	"""Return whom or what a task of this kind reaches, in words for a host.

	The target of a calendar event is a Calendar Connection, which is shown by the name of its account. A webhook's address
	may hold a secret, so only its host name is shown.
	"""
	if kind == "calendar_event":
		return frappe.db.get_value("Calendar Connection", target, "account_name") or _("the calendar")
	if kind == "webhook":
		return urlsplit(target).hostname or target
	return target
