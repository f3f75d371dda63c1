"""The token endpoint of a vendor."""

from collections.abc import Mapping
from typing import Any

from scheduler_integration.exceptions import AccessRevoked, UnexpectedAnswer, VendorRefusesApp
from scheduler_integration.http.client import Answer, Client, Limits, patience
from scheduler_integration.http.oauth.vendors import Vendor, credentials, located

# A short time and no second attempt, because the job holds the lock on the token's row while it waits, and because a
# refresh whose answer was lost may have used up the refresh token.
_LIMITS = Limits(connect=5, read=10, whole=15, bytes=1 << 20, attempts=1)
_REVOKED = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"})
_APP_ERRORS = frozenset({"invalid_client", "unauthorized_client"})


def ask_for_tokens(vendor: Vendor, form: Mapping[str, str]) -> dict[str, Any]:
	"""Return the answer of the token endpoint, which has an access token.

	Raises AccessRevoked (only a new consent helps), VendorRefusesApp (the client secret is wrong or has expired),
	VendorNotSetUp, and the errors of Client.
	"""
	answer = _send(vendor, vendor.token, form)
	error = _error(answer)
	if error in _REVOKED:
		raise AccessRevoked(host=answer.host)
	if error in _APP_ERRORS:
		raise VendorRefusesApp(vendor.name)
	tokens = answer.expect().json()
	if not isinstance(tokens, dict) or not isinstance(tokens.get("access_token"), str):
		raise UnexpectedAnswer(answer.status, host=answer.host)
	return tokens


def revoke_token(vendor: Vendor, token: str) -> None:
	"""Make a token useless at the vendor, and with it the whole consent. A token may be useless already (RFC 7009)."""
	answer = _send(vendor, vendor.revoke, {"token": token})
	if answer.status != 400:
		answer.expect()


def _send(vendor: Vendor, address: str, form: Mapping[str, str]) -> Answer:
	app = credentials(vendor)
	own = {} if vendor.basic else {"client_id": app.client_id, "client_secret": app.client_secret}
	auth = (app.client_id, app.client_secret) if vendor.basic else None
	client = Client(auth=auth, limits=_LIMITS, budget=patience(_LIMITS.whole))
	try:
		return client.send(
			"POST", located(vendor, address), form={**form, **own}, headers={"Accept": "application/json"}
		)
	finally:
		client.close()


def _error(answer: Answer) -> str:
	if answer.status < 400:
		return ""
	try:
		body = answer.json()
	except UnexpectedAnswer:
		return ""
	return str(body.get("error") or body.get("reason") or "") if isinstance(body, dict) else ""
