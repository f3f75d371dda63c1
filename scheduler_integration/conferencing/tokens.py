"""Access tokens for the providers' interfaces."""

from dataclasses import dataclass, field
from typing import Protocol

import frappe
from frappe.utils.password import decrypt, encrypt

from scheduler_integration.exceptions import AccessRevoked, VendorRefusesApp
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.endpoint import ask_for_tokens
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.http.oauth.vendors import GOOGLE, MICROSOFT, ZOOM, Vendor

CONNECTION = "Video Connection"
VENDOR_OF = {"Zoom": ZOOM, "Google Meet": GOOGLE, "Teams": MICROSOFT}
# Zoom's Server-to-Server app is an app of its own, with its own client id and secret in Scheduler Settings.
FIRM = Vendor(key="zoom_server", name="Zoom", authorise="", token="https://zoom.us/oauth/token", basic=True)
_CACHE_KEY = "scheduling_zoom_server"
_SPARE_SECONDS = 120


class Tokens(Protocol):
	"""Gives a provider its access token."""

	@property
	def vendor(self) -> Vendor: ...

	def access_token(self, refused: str = "") -> str:
		"""Return an access token. `refused` is a token that the provider no longer accepts."""
		...


@dataclass(frozen=True, slots=True)
class UserTokens:
	"""The tokens of a Video Connection. `now` is in epoch seconds."""

	connection: str
	vendor: Vendor
	now: int

	def access_token(self, refused: str = "") -> str:
		return tokens.access_token(self.vendor, Holder(CONNECTION, self.connection), self.now, refused=refused)


@dataclass(frozen=True, slots=True)
class GrantToken:
	"""The access token of a grant that isn't stored yet."""

	vendor: Vendor
	token: str = field(repr=False)

	def access_token(self, refused: str = "") -> str:
		if refused:
			raise AccessRevoked
		return self.token


@dataclass(frozen=True, slots=True)
class FirmTokens:
	"""The token of the firm's Zoom account (Server-to-Server): an hour long, without a refresh token.

	The token is stored encrypted in the cache. If two workers ask at once, both get tokens that work.
	"""

	vendor: Vendor = FIRM

	def access_token(self, refused: str = "") -> str:
		cached = frappe.cache.get_value(_CACHE_KEY, expires=True)
		token = _plain(cached) if cached else ""
		return token if token and token != refused else self._new()

	def _new(self) -> str:
		account = frappe.get_cached_doc("Scheduler Settings").zoom_account_id
		try:
			answer = ask_for_tokens(self.vendor, {"grant_type": "account_credentials", "account_id": account})
		except VendorRefusesApp as error:
			raise AccessRevoked(error.message, host=error.host) from None
		seconds = max(1, int(answer.get("expires_in") or 3600) - _SPARE_SECONDS)
		frappe.cache.set_value(_CACHE_KEY, encrypt(answer["access_token"]), expires_in_sec=seconds)
		return answer["access_token"]


def _plain(text: str) -> str:
	"""Return the decrypted text, or nothing if the site's key was changed."""
	try:
		return decrypt(text)
	except frappe.ValidationError:
		frappe.clear_last_message()
		return ""
