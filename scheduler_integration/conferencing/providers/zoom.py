"""Zoom Meetings, through the account of one host or through the firm's (Server-to-Server).

Zoom has no idempotency key: a repeated POST creates a second meeting. So each meeting carries its mark in the agenda,
and after an attempt without an answer, the mark is searched for in the list of upcoming meetings.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils.password import decrypt, encrypt

from scheduler_integration.conferencing.provider import FIRM, Account, Call, Conference
from scheduler_integration.conferencing.providers.api import WithAccount
from scheduler_integration.conferencing.tokens import GrantToken, UserTokens
from scheduler_integration.exceptions import AccessRevoked, MeetingGone, UnexpectedAnswer, VendorRefusesApp
from scheduler_integration.http.client import Answer
from scheduler_integration.http.oauth.consent import Grant
from scheduler_integration.http.oauth.endpoint import ask_for_tokens
from scheduler_integration.http.oauth.vendors import ZOOM, Vendor
from scheduler_integration.platform.clock import iso_z
from scheduler_integration.platform.records import text_at

# A code in the body of a refusal: https://developers.zoom.us/docs/api/rest/error-handling/
NO_SUCH_USER = 1001
SCHEDULED, LONGEST_TOPIC = 2, 200
_PAGE, _PAGES = "300", 20
# Zoom's Server-to-Server app is an app of its own, with its own client id and secret in Scheduler Settings.
FIRM_APP = Vendor(key="zoom_server", name="Zoom", authorise="", token="https://zoom.us/oauth/token", basic=True)
_CACHE_KEY = "scheduling_zoom_server"
_SPARE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class FirmTokens:
	"""The token of the firm's Zoom account (Server-to-Server): an hour long, without a refresh token.

	The token is stored encrypted in the cache. If two workers ask at once, both get tokens that work.
	"""

	vendor: Vendor = FIRM_APP

	def access_token(self, refused: str = "") -> str:
		cached = frappe.cache.get_value(_CACHE_KEY, expires=True)
		token = ""
		if cached:
			try:
				token = decrypt(cached)
			except frappe.ValidationError:
				# The site's key was changed.
				frappe.clear_last_message()
		if token and token != refused:
			return token
		account = frappe.get_cached_doc("Scheduler Settings").zoom_account_id
		try:
			answer = ask_for_tokens(self.vendor, {"grant_type": "account_credentials", "account_id": account})
		except VendorRefusesApp as error:
			raise AccessRevoked(error.message, host=error.host) from None
		seconds = max(1, int(answer.get("expires_in") or 3600) - _SPARE_SECONDS)
		frappe.cache.set_value(_CACHE_KEY, encrypt(answer["access_token"]), expires_in_sec=seconds)
		return answer["access_token"]


@dataclass(slots=True)
class Zoom(WithAccount):
	"""One account. `user` is `me`, or with the firm's account the e-mail address of the host."""

	BASE = "https://api.zoom.us/v2"
	VENDOR = ZOOM
	# Zoom gives the scopes with which its app was registered, even if others are asked for.
	SCOPES = (
		"meeting:write:meeting",
		"meeting:update:meeting",
		"meeting:delete:meeting",
		"meeting:read:meeting",
		"meeting:read:list_meetings",
		"user:read:user",
	)
	# Apps that were registered at Zoom before 2024 have the older, wider scopes.
	NEEDED = (
		{"meeting:write:meeting", "meeting:write"},
		{"meeting:update:meeting", "meeting:write"},
		{"meeting:delete:meeting", "meeting:write"},
		{"meeting:read:meeting", "meeting:read"},
		{"meeting:read:list_meetings", "meeting:read"},
		{"user:read:user", "user:read"},
	)
	NOTICES = "/api/method/scheduler_integration.api.video.zoom_notice"

	user: str = "me"

	@classmethod
	def open(cls, account: Account, now: int) -> "Zoom":
		if account.connection == FIRM:
			return cls(FirmTokens(), user=account.user)
		return cls(UserTokens(account.connection, cls.VENDOR, now))

	@classmethod
	def owner_of(cls, grant: Grant) -> tuple[str, str]:
		"""Return the account's id and name: Zoom's interface knows them, its grants have no ID token."""
		profile = cls(GrantToken(cls.VENDOR, grant.access_token)).profile()
		return text_at(profile, "id"), text_at(profile, "email") or text_at(profile, "display_name")

	def ensure(self, call: Call, external_id: str, *, was_asked: bool) -> Conference:
		if external_id:
			return _conference(self._meeting("GET", external_id).expect().json())
		if was_asked and (meeting := self._find(call.nonce)):
			return _conference(self._meeting("GET", meeting).expect().json())
		answer = self._api.send("POST", f"/users/{quote(self.user)}/meetings", json=_body(call))
		self._check(answer)
		return _conference(answer.expect().json())

	def update(self, call: Call, external_id: str) -> None:
		self._meeting("PATCH", external_id, _body(call)).expect()

	def remove(self, call: Call, external_id: str, *, was_asked: bool) -> None:
		meeting = external_id or (self._find(call.nonce) if was_asked else "")
		if meeting:
			try:
				self._meeting("DELETE", meeting).expect()
			except MeetingGone:
				return

	def profile(self) -> dict[str, Any]:
		"""Return the user: `id`, `account_id`, `email`, `display_name`."""
		return self._api.send("GET", "/users/me").expect().json()

	def _meeting(self, method: str, external_id: str, body: Any = None) -> Answer:
		answer = self._api.send(method, f"/meetings/{quote(external_id)}", json=body)
		self._check(answer)
		return answer

	def _find(self, nonce: str) -> str:
		"""Return the id of the upcoming meeting that carries the mark, or an empty text."""
		page = ""
		for _number in range(_PAGES):
			params = {"type": "upcoming", "page_size": _PAGE, **({"next_page_token": page} if page else {})}
			answer = self._api.send("GET", f"/users/{quote(self.user)}/meetings", params=params)
			self._check(answer)
			listed = answer.expect().json()
			for meeting in listed.get("meetings", ()):
				if nonce in text_at(meeting, "agenda"):
					return str(meeting["id"])
			page = listed.get("next_page_token") or ""
			if not page:
				break
		return ""

	def _check(self, answer: Answer) -> None:
		"""Raise MeetingGone, or AccessRevoked if the firm's account has no such user."""
		if answer.status != 404:
			return
		if code_of(answer) == NO_SUCH_USER:
			raise AccessRevoked(_("The firm's Zoom account has no user {0}.").format(self.user), host=answer.host)
		raise MeetingGone(host=answer.host)


def code_of(answer: Answer) -> int:
	"""Return Zoom's own code in the body of a refusal, or 0."""
	try:
		return int(answer.json().get("code") or 0)
	except (UnexpectedAnswer, AttributeError, TypeError, ValueError):
		return 0


def _body(call: Call) -> dict[str, Any]:
	return {
		"topic": call.title[:LONGEST_TOPIC],
		"type": SCHEDULED,
		"start_time": iso_z(call.start),
		"timezone": call.zone,
		"duration": call.minutes,
		"agenda": _("Booking {0}").format(call.nonce),
		# 2: nobody has to register.
		"settings": {"approval_type": 2},
	}


def _conference(meeting: dict[str, Any]) -> Conference:
	"""Return the facts for attendees. `start_url` is left out, because it makes its reader the host."""
	return Conference(
		external_id=str(meeting["id"]),
		link=meeting["join_url"],
		shown_id=str(meeting["id"]),
		passcode=text_at(meeting, "password"),
	)
