"""Chooses and opens the account with which a host's calls are made."""

import frappe

from scheduler_integration.catalogue.video import (
	ANY,
	CONNECTED,
	PROVIDERS,
	WITH_ACCOUNT,
	WITHOUT_ACCOUNT,
	accounts_of,
	firm_has,
	writing_calendars_of,
)
from scheduler_integration.conferencing import providers
from scheduler_integration.conferencing.provider import FIRM, Account, Provider
from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.meetings.calls import CALENDAR


def choose_account(location_type: str, users: list[str]) -> Account | None:
	"""Return the account for a call of these hosts, the first of whom is preferred; None if nobody has one.

	For "Video Call" a host's preferred connection comes first, then the host's other connections.
	"""
	if location_type == ANY:
		return _preferred(users)
	if location_type in WITHOUT_ACCOUNT:
		return Account(location_type, users[0])
	if firm_has(location_type):
		# A host's own account comes before the firm's.
		own = accounts_of(users[:1], location_type).get(users[0])
		return Account(location_type, users[0], own or FIRM)
	having = accounts_of(users, location_type)
	user = next((user for user in users if user in having), None)
	return Account(location_type, user, having[user]) if user else calendar_account(location_type, users[0])


def calendar_account(location_type: str, user: str) -> Account | None:
	"""Return the account of a call that comes with the event in the user's calendar, or None."""
	return Account(location_type, user, CALENDAR) if writing_calendars_of([user], location_type) else None


def fallback_account(users: list[str]) -> Account | None:
	"""Return the account that the site uses if no other works, or None if attendees get a text instead."""
	fallback = frappe.get_cached_doc("Scheduler Settings").video_fallback or WITHOUT_ACCOUNT[0]
	return Account(fallback, users[0]) if fallback in WITHOUT_ACCOUNT else None


def open_account(account: Account, now: int) -> Provider:
	"""Return the provider, ready for requests.

	`now` is in epoch seconds. Raises AccessRevoked if the account isn't connected any more.
	"""
	if not is_usable(account):
		raise AccessRevoked
	return providers.PROVIDERS[account.provider].open(account, now)


def is_usable(account: Account) -> bool:
	"""Whether the account is connected. The provider isn't asked."""
	if account.provider in WITHOUT_ACCOUNT or (account.connection == FIRM and firm_has(account.provider)):
		return True
	return bool(frappe.db.exists("Video Connection", {"name": account.connection, "status": CONNECTED}))


def _preferred(users: list[str]) -> Account | None:
	for user in users:
		rows = frappe.get_all(
			"Video Connection",
			{"user": user, "status": CONNECTED, "provider": ["in", WITH_ACCOUNT]},
			["name", "provider"],
			order_by="is_default desc, creation asc",
			limit=1,
		)
		if rows:
			return Account(rows[0].provider, user, rows[0].name)
	if firm := next(filter(firm_has, PROVIDERS), None):
		return Account(firm, users[0], FIRM)
	sure = (name for name, each in PROVIDERS.items() if each.is_in_each_calendar)
	return next(filter(None, (calendar_account(name, users[0]) for name in sure)), None)
