"""The tokens of accounts, stored in Password fields of the account's record.

The record's DocType has the fields `access_token` and `refresh_token` (Password), `token_expires_at` (Long Int), `scopes`
(Small Text) and `account_id`, the vendor's id of the account. It is listed in `HOLDERS`.
"""

from dataclasses import dataclass, field

import frappe
from frappe.utils.password import decrypt, remove_encrypted_password, set_encrypted_password
from pypika import Table

from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.http.oauth.consent import Grant
from scheduler_integration.http.oauth.endpoint import ask_for_tokens, revoke_token
from scheduler_integration.http.oauth.vendors import Vendor
from scheduler_integration.platform.transactions import read_committed

HOLDERS = ("Calendar Connection", "Video Connection")
# An access token is replaced this many seconds before its end, so that it lasts for the request it is taken for.
_SPARE_SECONDS = 120
_SECRETS = ("access_token", "refresh_token")
# In forms, a stored password has this value. If a document is saved with an empty field, Frappe deletes the password.
_SHOWN = "*" * 8


@dataclass(frozen=True, slots=True)
class Holder:
	"""The record that holds the tokens of an account."""

	doctype: str
	name: str


@dataclass(frozen=True, slots=True)
class _Secrets:
	access_token: str = field(repr=False)
	refresh_token: str = field(repr=False)


def store(holder: Holder, grant: Grant) -> None:
	"""Store the tokens of a grant in place of earlier tokens."""
	_write(holder, grant.access_token, grant.refresh_token, grant.expires_at)
	frappe.db.set_value(holder.doctype, holder.name, "scopes", " ".join(sorted(grant.scopes)), update_modified=False)


def access_token(vendor: Vendor, holder: Holder, now: int, *, refused: str = "") -> str:
	"""Return an access token that lasts for at least two minutes. `refused` is a token that the vendor no longer accepts.

	If a new one is needed, one worker asks for it while the others wait for the tokens' lock, and then find it. Some
	vendors give a new refresh token each time and refuse the old one from then on, so the new tokens are committed before
	anybody uses them: call this before you write anything. Raises AccessRevoked if only connecting again helps, and the
	errors of `endpoint.ask_for_tokens`.
	"""
	# MariaDB from 11.6 on refuses a locking read of rows that changed since the transaction's first read.
	read_committed()
	# Read the time before the tokens: if another worker stores new ones in between, only the time is old, and not the token.
	expires_at = _expires_at(holder)
	kept = _secrets(holder)
	if kept.access_token not in ("", refused) and expires_at > now + _SPARE_SECONDS:
		return kept.access_token
	try:
		# Read with a lock: after the wait, an ordinary read may still show InnoDB's snapshot from before it. Only the
		# tokens are locked, not their record: a form or a push message needn't wait for the vendor.
		secrets = _secrets(holder, for_update=True)
		was_asked_for = secrets.access_token != kept.access_token or _expires_at(holder) > now + _SPARE_SECONDS
		if secrets.access_token not in ("", refused) and was_asked_for:
			return secrets.access_token  # Another worker has just done it.
		if not secrets.refresh_token:
			raise AccessRevoked
		answer = ask_for_tokens(vendor, {"grant_type": "refresh_token", "refresh_token": secrets.refresh_token})
		# Without a new refresh token the old one stays.
		newest = str(answer.get("refresh_token") or secrets.refresh_token)
		_write(holder, answer["access_token"], newest, now + int(answer.get("expires_in") or 3600))
		return answer["access_token"]
	finally:
		frappe.db.commit()  # stores the tokens, and gives the lock back


def forget(holder: Holder) -> None:
	"""Delete the tokens from this site."""
	_write(holder, "", "", 0)


def revoke(vendor: Vendor, holder: Holder) -> None:
	"""Make the tokens useless at the vendor, if the vendor can do that. They stay on this site: see `forget`.

	Nothing happens if that would take the tokens of another record too, such as those of the same account's video calls.
	"""
	if not vendor.revoke or (vendor.revokes_all and _is_shared(holder)):
		return
	kept = _secrets(holder)
	token = kept.refresh_token or kept.access_token
	if token:
		revoke_token(vendor, token)


def _is_shared(holder: Holder) -> bool:
	"""Whether another record has tokens of the same account."""
	account = frappe.db.get_value(holder.doctype, holder.name, "account_id")
	same = {"account_id": account, "refresh_token": ("is", "set")}
	holders = [(doctype, name) for doctype in HOLDERS for name in frappe.get_all(doctype, same, pluck="name")]
	return bool(account) and any(each != (holder.doctype, holder.name) for each in holders)


def _expires_at(holder: Holder) -> int:
	return frappe.db.get_value(holder.doctype, holder.name, "token_expires_at") or 0


def _secrets(holder: Holder, *, for_update: bool = False) -> _Secrets:
	auth = Table("__Auth")
	query = (
		frappe.qb.from_(auth)
		.select(auth.fieldname, auth.password)
		.where((auth.doctype == holder.doctype) & (auth.name == holder.name) & (auth.encrypted == 1))
		.where(auth.fieldname.isin(_SECRETS))
	)
	secrets = dict((query.for_update() if for_update else query).run())
	return _Secrets(_plain(secrets.get("access_token")), _plain(secrets.get("refresh_token")))


def _plain(text: str | None) -> str:
	"""Return the decrypted text. Raises AccessRevoked if the database was restored without its encryption key."""
	if not text:
		return ""
	try:
		return decrypt(text)
	except frappe.ValidationError:
		frappe.clear_last_message()
		raise AccessRevoked from None


def _write(holder: Holder, access_token: str, refresh_token: str, expires_at: int) -> None:
	for fieldname, text in zip(_SECRETS, (access_token, refresh_token), strict=True):
		if text:
			set_encrypted_password(holder.doctype, holder.name, text, fieldname)
		else:
			remove_encrypted_password(holder.doctype, holder.name, fieldname)
	stars = {name: _SHOWN if text else "" for name, text in zip(_SECRETS, (access_token, refresh_token), strict=True)}
	values = {**stars, "token_expires_at": expires_at}
	frappe.db.set_value(holder.doctype, holder.name, values, update_modified=False)
