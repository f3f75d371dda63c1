"""Reads the ledger of a round robin."""

import frappe


def credits(meeting_type) -> dict[str, int]:
	"""Return each host's credit in millionths of a booking, by user."""
	rows = frappe.get_all("Round Robin Turn", {"meeting_type": meeting_type.name}, ["user", "credit"])
	return {row.user: row.credit for row in rows}
