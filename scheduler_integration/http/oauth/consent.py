"""Sends a person to a vendor's consent page, and takes the grant when they come back.

The state is a random text. Its data is kept on the server for ten minutes, and can be taken once, by the same user in
the same session. So nobody can make somebody else's browser finish a consent, and plant an account.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import frappe

from scheduler_integration.exceptions import (
	AdminConsentNeeded,
	ConsentExpired,
	ConsentIncomplete,
	ConsentRefused,
)
from scheduler_integration.http.oauth.endpoint import ask_for_tokens
from scheduler_integration.http.oauth.vendors import VENDORS, Vendor, credentials, located
from scheduler_integration.platform.records import text_at

SECONDS = 600
_ADMIN_ERRORS = ("consent_required", "admin_consent_required", "AADSTS65001", "AADSTS90094", "AADSTS90095")


@dataclass(frozen=True, slots=True)
class Asker:
	"""The person who asks for a consent: a signed-in user, and the session of their browser."""

	user: str
	session: str = field(repr=False)

	@property
	def mark(self) -> str:
		"""A text that only this user in this session has. User and session can't be read from it."""
		return hashlib.sha256(f"{self.user}\n{self.session}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
	"""A consent that was begun. `context` is the caller's own data, which comes back at the end."""

	vendor: Vendor
	scopes: tuple[str, ...]
	context: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
	"""The tokens and rights that a vendor granted. `expires_at` is in epoch seconds. The last three name the account."""

	access_token: str = field(repr=False)
	refresh_token: str = field(repr=False)
	expires_at: int
	scopes: frozenset[str]
	subject: str = ""
	email: str = ""
	name: str = ""


def begin(
	vendor: Vendor,
	scopes: Iterable[str],
	asker: Asker,
	redirect_uri: str,
	context: Mapping[str, str],
	login_hint: str = "",
) -> str:
	"""Return the address of the vendor's page, to which the browser is sent. Raises VendorNotSetUp."""
	state, verifier, asked = secrets.token_urlsafe(32), secrets.token_urlsafe(48), tuple(scopes)
	client_id = credentials(vendor).client_id
	kept = {
		"vendor": vendor.key,
		"scopes": list(asked),
		"asker": asker.mark,
		"verifier": verifier,
		"redirect_uri": redirect_uri,
		"context": dict(context),
	}
	frappe.cache.set_value(_key(state), json.dumps(kept), expires_in_sec=SECONDS)
	digest = hashlib.sha256(verifier.encode()).digest()
	challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
	query = {
		"response_type": "code",
		"client_id": client_id,
		"redirect_uri": redirect_uri,
		"scope": " ".join(asked),
		"state": state,
		"code_challenge": challenge,
		"code_challenge_method": "S256",
		**vendor.extra,
	}
	if login_hint:
		query["login_hint"] = login_hint
	return f"{located(vendor, vendor.authorise)}?{urlencode(query)}"


def finish(params: Mapping[str, Any], asker: Asker, now: int) -> tuple[Started, Grant]:
	"""Return what was begun and what the vendor granted. `params` are those of the redirect: state, and code or error.

	Raises ConsentExpired, ConsentRefused, AdminConsentNeeded, and the errors of `endpoint.ask_for_tokens`.
	"""
	# Read what was stored for the state and delete it, so that it works only once.
	state = text_at(params, "state")
	text = frappe.cache.get_value(_key(state), expires=True) if state else None
	kept = json.loads(text) if text else None
	if kept is None or not hmac.compare_digest(kept["asker"], asker.mark):
		raise ConsentExpired
	frappe.cache.delete_value(_key(state))
	vendor = VENDORS[kept["vendor"]]
	if params.get("error") or not params.get("code"):
		error = f"{params.get('error')} {params.get('error_description')}"
		needs_admin = any(code in error for code in _ADMIN_ERRORS)
		raise (AdminConsentNeeded if needs_admin else ConsentRefused)(vendor.name)
	form = {
		"grant_type": "authorization_code",
		"code": str(params["code"]),
		"redirect_uri": kept["redirect_uri"],
		"code_verifier": kept["verifier"],
	}
	started = Started(vendor=vendor, scopes=tuple(kept["scopes"]), context=kept["context"])
	return started, _grant(ask_for_tokens(vendor, form), started, now)


def require(vendor: Vendor, needed: Iterable[Collection[str]], grant: Grant) -> None:
	"""Raise ConsentIncomplete if the refresh token or a scope is missing. One scope of each collection is enough."""
	granted = {_plain(scope, vendor) for scope in grant.scopes}
	enough = all(any(_plain(scope, vendor) in granted for scope in one_of) for one_of in needed)
	if not enough or not grant.refresh_token:
		raise ConsentIncomplete(vendor.name)


def _plain(scope: str, vendor: Vendor) -> str:
	"""Return a scope's name in lower case, without the vendor's prefix: Microsoft writes the same scope in several ways."""
	return scope.removeprefix(vendor.prefix).lower()


def _grant(answer: Mapping[str, Any], started: Started, now: int) -> Grant:
	claims = _claims(answer.get("id_token"))
	# A vendor may leave the scopes out if all requested scopes were granted (RFC 6749, 5.1).
	scopes = str(answer["scope"]).split() if answer.get("scope") else started.scopes
	return Grant(
		access_token=answer["access_token"],
		refresh_token=text_at(answer, "refresh_token"),
		expires_at=now + int(answer.get("expires_in") or 3600),
		scopes=frozenset(scopes),
		subject=text_at(claims, "oid") or text_at(claims, "sub"),
		email=(text_at(claims, "email") or text_at(claims, "preferred_username")).lower(),
		name=text_at(claims, "name"),
	)


def _claims(token: Any) -> dict[str, Any]:
	"""Return the claims of an ID token. It came from the vendor itself over TLS (OpenID Connect Core 3.1.3.7, 6)."""
	try:
		part = str(token).split(".")[1]
		claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
	except (IndexError, ValueError):
		return {}
	return claims if isinstance(claims, dict) else {}


def _key(state: str) -> str:
	# The state is a secret until it is used, so the cache has only its hash.
	return f"scheduling_consent:{hashlib.sha256(state.encode()).hexdigest()}"
