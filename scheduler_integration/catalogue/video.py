"""The table of providers of video calls, and which hosts have an account for them.

Only facts that need no request are declared here. `conferencing/providers/` makes the calls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import frappe
from frappe import _


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProvider:
	"""A provider of video calls. Meeting types name it in `location_type`.

	- `label` returns the words that visitors read.
	- `needs_account`: hosts connect accounts. Otherwise the site's server makes calls for everybody.
	- `firm_field`: the field of Scheduler Settings with the account that makes the calls of all hosts.
	- `calendar`: the provider of a Calendar Connection whose events can have the call. `is_in_each_calendar`: every
	account of that provider can make calls.
	"""

	label: Callable[[], str]
	needs_account: bool = True
	firm_field: str = ""
	calendar: str = ""
	is_in_each_calendar: bool = False


PROVIDERS = {
	"Zoom": CallProvider(label=lambda: _("Zoom"), firm_field="zoom_account_id"),
	"Google Meet": CallProvider(label=lambda: _("Google Meet"), calendar="Google", is_in_each_calendar=True),
	# A private Microsoft account has an Outlook calendar, but no Teams.
	"Teams": CallProvider(label=lambda: _("Microsoft Teams"), calendar="Outlook"),
	"Jitsi": CallProvider(label=lambda: _("Jitsi Meet"), needs_account=False),
}
WITH_ACCOUNT = tuple(name for name, each in PROVIDERS.items() if each.needs_account)
WITHOUT_ACCOUNT = tuple(name for name in PROVIDERS if name not in WITH_ACCOUNT)
WITH_CALENDAR = tuple(name for name, each in PROVIDERS.items() if each.calendar)
# The host chooses the provider.
ANY = "Video Call"
CALLS = (*PROVIDERS, ANY)
CONNECTED = "Connected"


def is_call(location_type: str | None) -> bool:
	"""Whether people meet in a video call."""
	return location_type in CALLS


def hosts_without(location_type: str, users: Sequence[str]) -> list[str]:
	"""Return those of `users` who have no account for this kind of call. Makes at most two queries."""
	if location_type not in WITH_ACCOUNT or firm_has(location_type):
		return []
	having = set(accounts_of(users, location_type))
	without = [user for user in users if user not in having]
	having = set(writing_calendars_of(without, location_type)) if without else set()
	return [user for user in without if user not in having]


def writing_calendars_of(users: Sequence[str], location_type: str) -> list[str]:
	"""Return those of `users` into whose calendar the app writes bookings, if its events can have this kind of call."""
	if location_type not in WITH_CALENDAR or not users:
		return []
	provider = PROVIDERS[location_type].calendar
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


def firm_has(provider: str) -> bool:
	"""Whether one account at this provider makes the calls of all hosts."""
	field = PROVIDERS[provider].firm_field
	return bool(field and frappe.get_cached_doc("Scheduler Settings").get(field))
