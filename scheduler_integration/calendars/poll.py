"""Finds the connections that must be read now."""

import frappe

# At most this many jobs at a time. The scheduled job runs again in a minute.
MOST = 500


def due_connections(now: int) -> list[str]:
	"""Return the connections whose next reading is due and that nobody reads at the moment, the oldest first.

	Also plans their next reading, so that a slow queue doesn't get the same connection again and again.
	"""
	connection = frappe.qb.DocType("Calendar Connection")
	query = (
		frappe.qb.from_(connection)
		.select(connection.name)
		.where((connection.is_active == 1) & (connection.status != "Reconnect needed"))
		.where(connection.next_sync_at.isnull() | (connection.next_sync_at <= now))
		.where(connection.leased_until.isnull() | (connection.leased_until <= now))
		.orderby(connection.next_sync_at)
		.limit(MOST)
	)
	due = query.run(pluck=True)
	if due:
		again = {"next_sync_at": now + 600}
		frappe.db.set_value("Calendar Connection", {"name": ("in", due)}, again, update_modified=False)
	return due
