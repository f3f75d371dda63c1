"""Opens the account with which a host's calls are made."""

from dataclasses import dataclass

import frappe

from scheduler_integration.catalogue.video import (
	CONNECTED,
	WITH_ACCOUNT,
	accounts_of,
	firm_has_zoom,
	writing_calendars_of,
)
from scheduler_integration.conferencing.provider import Provider
from scheduler_integration.conferencing.providers.jitsi import Jitsi
from scheduler_integration.conferencing.providers.meet import Meet
from scheduler_integration.conferencing.providers.teams import Teams
from scheduler_integration.conferencing.providers.zoom import Zoom
from scheduler_integration.conferencing.tokens import VENDOR_OF, FirmTokens, UserTokens
from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.meetings.calls import CALENDAR

PUBLIC_JITSI = "https://meet.jit.si"
FIRM = "firm"
_CLASSES = {"Zoom": Zoom, "Google Meet": Meet, "Teams": Teams}


@dataclass(frozen=True, slots=True)
class Account:
	"""The account that makes a call. `connection` is a Video Connection, FIRM, CALENDAR, or empty if none is needed."""

	provider: str
	user: str
	connection: str = ""

	@property
	def label(self) -> str:
		"""The account's name for people, and in the outbox: the target of tasks that wait for it."""
		return f"{self.user} ({self.provider})"

	@staticmethod
	def user_in(label: str) -> str:
		return label.rpartition(" (")[0]


def choose_account(location_type: str, users: list[str]) -> Account | None:
	"""Return the account for a call of these hosts, the first of whom is preferred; None if nobody has one.

	For "Video Call" a host's preferred connection comes first, then the host's other connections.
	"""
	if location_type == "Jitsi":
		return Account("Jitsi", users[0])
	if location_type == "Video Call":
		return _preferred(users)
	if location_type == "Zoom" and firm_has_zoom():
		# A host's own account comes before the firm's.
		own = accounts_of(users[:1], "Zoom").get(users[0])
		return Account("Zoom", users[0], own or FIRM)
	having = accounts_of(users, location_type)
	user = next((user for user in users if user in having), None)
	return Account(location_type, user, having[user]) if user else calendar_account(location_type, users[0])


def calendar_account(location_type: str, user: str) -> Account | None:
	"""Return the account of a call that comes with the event in the user's calendar, or None."""
	return Account(location_type, user, CALENDAR) if writing_calendars_of([user], location_type) else None


def fallback_account(users: list[str]) -> Account | None:
	"""Return the account that the site uses if no other works, or None if attendees get a text instead."""
	offers_jitsi = (frappe.get_cached_doc("Scheduler Settings").video_fallback or "Jitsi") == "Jitsi"
	return Account("Jitsi", users[0]) if offers_jitsi else None


def open_account(account: Account, now: int) -> Provider:
	"""Return the provider, ready for requests.

	`now` is in epoch seconds. Raises AccessRevoked if the account isn't connected any more.
	"""
	if account.provider == "Jitsi":
		return jitsi()
	return _open(account, now)


def is_usable(account: Account) -> bool:
	"""Whether the account is connected. The provider isn't asked."""
	if account.provider == "Jitsi" or (account.connection == FIRM and firm_has_zoom()):
		return True
	return bool(frappe.db.exists("Video Connection", {"name": account.connection, "status": CONNECTED}))


def open_connection(provider: str, connection: str, now: int) -> Zoom | Meet | Teams:
	"""Return the provider with the tokens of a Video Connection, whatever its status."""
	return _CLASSES[provider](UserTokens(connection, VENDOR_OF[provider], now))


def jitsi() -> Jitsi:
	"""Return the site's Jitsi server."""
	settings = frappe.get_cached_doc("Scheduler Settings")
	base = (settings.jitsi_server or PUBLIC_JITSI).rstrip("/")
	secret = settings.get_password("jitsi_app_secret", raise_exception=False) or ""
	return Jitsi(base, settings.jitsi_app_id or "", secret)


def _open(account: Account, now: int) -> Provider:
	if not is_usable(account):
		raise AccessRevoked
	if account.connection == FIRM:
		return Zoom(FirmTokens(), user=account.user)
	return open_connection(account.provider, account.connection, now)


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
	if firm_has_zoom():
		return Account("Zoom", users[0], FIRM)
	# Teams isn't tried: a private Microsoft account has an Outlook calendar, but no Teams.
	return calendar_account("Google Meet", users[0])
