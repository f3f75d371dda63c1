"""The kinds of video calls, and which hosts have an account for them."""

from collections.abc import Sequence

import frappe

# Calls that need an account of the host, by the option of `location_type`.
WITH_ACCOUNT = ("Zoom", "Google Meet", "Teams")
# "Video Call" leaves the provider to the host.
CALLS = (*WITH_ACCOUNT, "Jitsi", "Video Call")
CONNECTED = "Connected"


def is_call(location_type: str | None) -> bool:
	"""Whether people meet in a video call."""
	return location_type in CALLS


def hosts_without(location_type: str, users: Sequence[str]) -> list[str]:
	"""Return those of `users` who have no account for this kind of call. Makes at most one query."""
	if location_type not in WITH_ACCOUNT or (location_type == "Zoom" and firm_has_zoom()):
		return []
	having = set(accounts_of(users, location_type))
	return [user for user in users if user not in having]


def accounts_of(users: Sequence[str], provider: str) -> dict[str, str]:
	"""Return the Video Connection of each of `users` who has a working account at the provider."""
	if not users:
		return {}
	rows = frappe.get_all(
		"Video Connection",
		{"user": ["in", list(users)], "provider": provider, "status": CONNECTED},
		["user", "name"],
		order_by="creation asc",
	)
	return {row.user: row.name for row in rows}


def firm_has_zoom() -> bool:
	"""Whether one Zoom account makes the calls of all hosts (Server-to-Server app)."""
	return bool(frappe.get_cached_doc("Scheduler Settings").zoom_account_id)
