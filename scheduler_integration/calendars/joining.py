"""Connects an account at a vendor to a host: from the button to a Calendar Connection with tokens."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils.password import decrypt, encrypt

from scheduler_integration.calendars.health import NO_TROUBLE
from scheduler_integration.calendars.providers.registry import BY_ADDRESS, WITH_CONSENT
from scheduler_integration.calendars.queue import sync_soon
from scheduler_integration.exceptions import ConnectionNotFound, ConsentExpired, UnknownProvider
from scheduler_integration.http.oauth import consent, tokens
from scheduler_integration.http.oauth.consent import Asker, Grant
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.http.oauth.vendors import is_set_up

_DOCTYPE = "Calendar Connection"
# With new tokens, earlier errors no longer count.
_FRESH_START = {
	"is_active": 1,
	# The account may have been disconnected a moment ago, and `leaving.leave` hasn't run yet.
	"leaving": None,
	"status": "New",
	**NO_TROUBLE,
	"next_sync_at": 0,
}


@dataclass(frozen=True, slots=True)
class Joined:
	"""An account is connected. `connection` is the name of its record."""

	connection: str


@dataclass(frozen=True, slots=True)
class AnotherAccount:
	"""The person signed in with an account that isn't the connection's, and is asked which of the two they mean.

	`key` is for `use_other_account`. `known` and `given` are the two accounts' names.
	"""

	key: str
	connection: str
	known: str
	given: str


def available_providers() -> list[str]:
	"""Return the providers with a consent page that are set up on this site, as in Calendar Connection."""
	return [provider for provider, each in WITH_CONSENT.items() if is_set_up(each.vendor)]


def missing_providers() -> list[str]:
	"""Return the other ones, for which an administrator has to enter the site's id and secret first."""
	available = available_providers()
	return [provider for provider in WITH_CONSENT if provider not in available]


def password_needed() -> dict[str, bool]:
	"""Return the providers that are connected by an address, and whether they need a login and an app password."""
	return {provider: each.access == "password" for provider, each in BY_ADDRESS.items()}


def begin(provider: str, asker: Asker, redirect_uri: str, connection: str = "") -> str:
	"""Return the address of the vendor's page. With `connection`, that account is to be connected again.

	Raises UnknownProvider, VendorNotSetUp, ConnectionNotFound, and PermissionError if the user may not have connections.
	"""
	frappe.has_permission(_DOCTYPE, "create", user=asker.user, throw=True)
	hint = ""
	if connection:
		doc = _own(connection, asker.user)
		provider, hint = doc.provider, doc.account_name or ""
	provider = next((name for name in WITH_CONSENT if name.lower() == provider.lower()), provider)
	asked = WITH_CONSENT.get(provider)
	if asked is None:
		raise UnknownProvider
	context = {"provider": provider, "connection": connection}
	return consent.begin(asked.vendor, asked.scopes, asker, redirect_uri, context, hint)


def finish(params: Mapping[str, Any], asker: Asker, now: int) -> Joined | AnotherAccount:
	"""Store the vendor's grant. `params` are the query parameters with which the vendor sent the browser back.

	Raises the errors of `consent.finish` and `consent.require`, and ConnectionNotFound.
	"""
	started, grant = consent.finish(params, asker, now)
	provider, name = started.context["provider"], started.context["connection"]
	consent.require(started.vendor, WITH_CONSENT[provider].needed, grant)
	if not name:
		return _joined(asker.user, provider, grant)
	doc = _own(name, asker.user)
	if doc.account_id and doc.account_id != grant.subject:
		# Store a grant, encrypted, until the person has answered.
		key = secrets.token_urlsafe(24)
		values = {**asdict(grant), "scopes": sorted(grant.scopes)}
		kept = {"asker": asker.mark, "connection": name, "grant": values}
		frappe.cache.set_value(_key(key), encrypt(json.dumps(kept)), expires_in_sec=consent.SECONDS)
		return AnotherAccount(key, name, doc.account_name or "", grant.email)
	return _renewed(doc, grant)


def _joined(user: str, provider: str, grant: Grant) -> Joined:
	"""Give the tokens to the connection that the user has of this account already, or else to a new one."""
	account = {"user": user, "provider": provider, "account_id": grant.subject}
	connection = grant.subject and frappe.db.get_value(_DOCTYPE, account)
	if connection:
		return _renewed(_own(connection, user), grant)
	return _stored(frappe.get_doc({"doctype": _DOCTYPE, **account}), grant)


def asked_account(key: str, asker: Asker) -> AnotherAccount | None:
	"""Return the open question about another account, or None if it's too old or somebody else's."""
	request = _remembered(key, asker)
	if request is None:
		return None
	name, grant = request
	account = frappe.db.get_value(_DOCTYPE, {"name": name, "user": asker.user}, "account_name")
	return AnotherAccount(key, name, account or "", grant.email)


def use_other_account(key: str, asker: Asker) -> Joined:
	"""Give the connection the other account: its calendars are listed again. Raises ConsentExpired."""
	request = _remembered(key, asker)
	if request is None:
		raise ConsentExpired
	frappe.cache.delete_value(_key(key))
	name, grant = request
	doc = _own(name, asker.user)
	# These busy times are from the former account. Until the new account is read, nobody can book the host.
	doc.calendars = []
	return _renewed(doc, grant)


def _renewed(doc: Document, grant: Grant) -> Joined:
	doc.update(_FRESH_START)
	return _stored(doc, grant)


def _stored(doc: Document, grant: Grant) -> Joined:
	doc.account_id = grant.subject
	doc.account_name = grant.email or grant.name or doc.account_name
	doc.flags.from_provider = True
	doc.save()
	tokens.store(Holder(_DOCTYPE, doc.name), grant)
	sync_soon(doc.name)
	return Joined(doc.name)


def _own(name: str, user: str) -> Document:
	"""Return the user's own connection, locked.

	Managers see others' connections, but can't put their own account into them.
	"""
	if not frappe.db.exists(_DOCTYPE, {"name": name, "user": user}):
		raise ConnectionNotFound
	return frappe.get_doc(_DOCTYPE, name, for_update=True)


def _remembered(key: str, asker: Asker) -> tuple[str, Grant] | None:
	text = frappe.cache.get_value(_key(key), expires=True) if key else None
	kept = json.loads(decrypt(text)) if text else None
	if not kept or kept["asker"] != asker.mark:
		return None
	grant = Grant(**{**kept["grant"], "scopes": frozenset(kept["grant"]["scopes"])})
	return kept["connection"], grant


def _key(key: str) -> str:
	return f"scheduling_other_account:{hashlib.sha256(key.encode()).hexdigest()}"
