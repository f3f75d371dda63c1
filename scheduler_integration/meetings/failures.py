"""Finds failed messages and other failed tasks of bookings."""

from collections import defaultdict
from collections.abc import Collection

import frappe
from frappe import _


def failed_deliveries(bookings: Collection[str]) -> dict[str, str]:
	"""Return for each booking with failed outbox tasks a sentence that says whom they didn't reach."""
	if not bookings:
		return {}
	failed = {"booking": ["in", list(bookings)], "status": "Failed"}
	rows = frappe.get_all("Outbox Task", failed, ["booking", "target", "error"], order_by="due_at asc")
	targets: dict[str, list[str]] = defaultdict(list)
	for row in rows:
		targets[row.booking].append(row.target)
	return {
		booking: _("Not sent to {0}. The booking in the desk says why.").format(", ".join(dict.fromkeys(found)))
		for booking, found in targets.items()
	}
