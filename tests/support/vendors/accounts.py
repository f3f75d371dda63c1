"""The part of a stand-in that signs people in: OAuth 2 with PKCE, refresh tokens, revocation and scopes."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from tests.support.vendors.stand_in import Refused, StandIn

ACCESS_SECONDS = 3600


@dataclass
class Account:
	"""Somebody who has an account at the vendor."""

	email: str
	name: str
	subject: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass
class Client:
	"""An app that is registered at the vendor."""

	client_id: str = "the-client"
	client_secret: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass
class Consent:
	"""The person's answers on the vendor's page: who they are, which scopes they untick, or the error they cause."""

	account: str
	unticked: frozenset[str] = frozenset()
	error: str = ""
	error_description: str = ""


@dataclass
class Token:
	"""An access or refresh token. A family is all tokens of one consent."""

	account: str
	scopes: frozenset[str]
	family: str
	expires_at: int | None
	used: bool = False


@dataclass
class _Code:
	consent: Consent
	scopes: frozenset[str]
	redirect_uri: str
	challenge: str


class Accounts(StandIn):
	"""A stand-in with accounts.

	`refresh_tokens` says what a refresh does to the refresh token: "kept" (Google), "rotated" (Microsoft: a new one
	with each refresh, the old one lives on), or "single use" (Zoom: the second use of one revokes the family).
	"""

	refresh_tokens: Literal["kept", "rotated", "single use"] = "kept"
	identity_scope = "openid"

	def __init__(self) -> None:
		super().__init__()
		self.client = Client()
		self.accounts: dict[str, Account] = {}
		self.consent: Consent | None = None
		self.access: dict[str, Token] = {}
		self.refresh: dict[str, Token] = {}
		self.refusals_of_refresh: list[str] = []  # the error's description, with which the next refreshes are refused
		self._codes: dict[str, _Code] = {}
		self.secrets.add(self.client.client_secret)

	# Called by tests

	def grant(self, account: str, scopes: str) -> dict[str, Any]:
		"""Return the tokens of a consent that was given earlier."""
		return self._issue(account, frozenset(scopes.split()), secrets.token_hex(8), with_refresh=True)

	def revoke_account(self, account: str) -> None:
		"""The person removes the app's access in their account: every token is dead."""
		with self.lock:
			for tokens in (self.access, self.refresh):
				for text in [text for text, token in tokens.items() if token.account == account]:
					del tokens[text]

	def expire_access(self) -> None:
		"""Every access token has run out; the refresh tokens live."""
		with self.lock:
			self.access.clear()

	# The vendor's behaviour

	def authorise(self, request: Request) -> Response:
		asked = request.args
		if asked.get("client_id") != self.client.client_id or asked.get("response_type") != "code":
			raise Refused(400, {"error": "invalid_request"})
		if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
			self.broken.append("authorised without PKCE")
		consent = self.consent or Consent(next(iter(self.accounts)))
		back: dict[str, str] = {"state": asked.get("state", "")}
		if consent.error:
			back |= {"error": consent.error, "error_description": consent.error_description}
		else:
			code = secrets.token_urlsafe(16)
			scopes = frozenset(asked.get("scope", "").split()) - consent.unticked
			self._codes[code] = _Code(consent, scopes, asked["redirect_uri"], asked.get("code_challenge", ""))
			back |= {"code": code}
		return redirect(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

	def token(self, request: Request) -> dict[str, Any]:
		self._check_client(request)
		with self.lock:
			if request.form.get("grant_type") == "authorization_code":
				return self._exchange(request)
			if request.form.get("grant_type") == "refresh_token":
				return self._refresh(request.form.get("refresh_token", ""))
		raise Refused(400, {"error": "unsupported_grant_type"})

	def revoke(self, request: Request) -> dict[str, Any]:
		text = request.form.get("token", "")
		with self.lock:
			token = self.refresh.get(text) or self.access.get(text)
			if token is None:
				raise Refused(400, {"error": "invalid_token"})
			self._drop_family(token.family)
		return {}

	def token_of(self, request: Request) -> Token | None:
		"""Return the token that the request carries, if it is live."""
		text = request.headers.get("Authorization", "").removeprefix("Bearer ")
		token = self.access.get(text)
		return token if token and (token.expires_at or 0) > self.clock.now() else None

	def _check_client(self, request: Request) -> None:
		given = request.form.get("client_id"), request.form.get("client_secret")
		if request.authorization:
			given = request.authorization.username, request.authorization.password
		if given != (self.client.client_id, self.client.client_secret):
			raise Refused(401, {"error": "invalid_client", "error_description": "The client secret is wrong."})

	def _exchange(self, request: Request) -> dict[str, Any]:
		code = self._codes.pop(request.form.get("code", ""), None)
		if code is None or code.redirect_uri != request.form.get("redirect_uri"):
			raise Refused(400, {"error": "invalid_grant", "error_description": "Bad code"})
		digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
		if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
			raise Refused(400, {"error": "invalid_grant", "error_description": "Bad code verifier"})
		return self._issue(code.consent.account, code.scopes, secrets.token_hex(8), with_refresh=True)

	def _refresh(self, text: str) -> dict[str, Any]:
		if self.refusals_of_refresh:
			raise _invalid_grant(self.refusals_of_refresh.pop(0))
		token = self.refresh.get(text)
		if token is None:
			raise _invalid_grant("Token has been expired or revoked.")
		if self.refresh_tokens == "single use":
			if token.used:
				self._drop_family(token.family)
				raise _invalid_grant("Invalid Token!")
			token.used = True
		return self._issue(token.account, token.scopes, token.family, with_refresh=self.refresh_tokens != "kept")

	def _issue(self, account: str, scopes: frozenset[str], family: str, *, with_refresh: bool) -> dict[str, Any]:
		access, refresh = (f"access-{secrets.token_urlsafe(24)}", f"refresh-{secrets.token_urlsafe(24)}")
		with self.lock:
			self.access[access] = Token(account, scopes, family, self.clock.now() + ACCESS_SECONDS)
			self.secrets.add(access)
			answer = {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}
			answer["scope"] = " ".join(sorted(scopes))
			if with_refresh:
				self.refresh[refresh] = Token(account, scopes, family, None)
				self.secrets.add(refresh)
				answer["refresh_token"] = refresh
		if self.identity_scope in scopes:
			answer["id_token"] = self._id_token(self.accounts[account])
		return answer

	def _id_token(self, account: Account) -> str:
		claims = {"sub": account.subject, "email": account.email, "name": account.name, "aud": self.client.client_id}
		parts = ({"alg": "none"}, claims, "signature")
		return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)

	def _drop_family(self, family: str) -> None:
		for tokens in (self.access, self.refresh):
			for text in [text for text, token in tokens.items() if token.family == family]:
				del tokens[text]


def _invalid_grant(description: str) -> Refused:
	return Refused(400, {"error": "invalid_grant", "error_description": description})
