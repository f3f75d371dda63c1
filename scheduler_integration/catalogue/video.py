"""The kinds of video calls, and which hosts have an account for them."""

from collections.abc import Sequence

import frappe

# Calls that need an account of the host, by the option of `location_type`.
WITH_ACCOUNT = ("Zoom", "Google Meet", "Teams")
# With "Video Call" the host chooses the provider.
CALLS = (*WITH_ACCOUNT, "Jitsi", "Video Call")
CONNECTED = "Connected"
# Calls that come with an event in a calendar, by the provider of the Calendar Connection.
_WITH_CALENDAR = {"Google Meet": "Google", "Teams": "Outlook"}


def is_call(location_type: str | None) -> bool:
	"""Whether people meet in a video call."""
	return location_type in CALLS


def hosts_without(location_type: str, users: Sequence[str]) -> list[str]:
	"""Return those of `users` who have no account for this kind of call. Makes at most two queries."""
	if location_type not in WITH_ACCOUNT or (location_type == "Zoom" and firm_has_zoom()):
		return []
	having = set(accounts_of(users, location_type))
	without = [user for user in users if user not in having]
	having = set(writing_calendars_of(without, location_type)) if without else set()
	return [user for user in without if user not in having]


def writing_calendars_of(users: Sequence[str], location_type: str) -> list[str]:
	"""Return those of `users` into whose calendar the app writes bookings, if its events can have this kind of call."""
	provider = _WITH_CALENDAR.get(location_type)
	if not provider or not users:
		return []
	connection, calendar = frappe.qb.DocType("Calendar Connection"), frappe.qb.DocType("Connected Calendar")
	query = frappe.qb.from_(connection).join(calendar).on(calendar.parent == connection.name).select(connection.user)
	query = query.where(connection.user.isin(list(users)) & (connection.provider == provider))
	query = query.where((connection.is_active == 1) & (connection.status != "Reconnect needed"))
	return query.where(calendar.write_bookings == 1).run(pluck=True)


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
