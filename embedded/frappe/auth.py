"""Stands in for frappe.auth: signs users in, by password, API key or access token, and checks the CSRF token."""

import base64
import binascii
from typing import NoReturn

import frappe
from frappe import _, sessions
from frappe.context import local
from frappe.missing import missing
from frappe.translate import get_language
from frappe.utils.data import now_datetime
from frappe.utils.password import check_password, get_decrypted_password
from werkzeug.wrappers import Response

UNSAFE_HTTP_METHODS = frozenset(("POST", "PUT", "DELETE", "PATCH"))
_TRIES_PER_MINUTE = 10


def identify() -> None:
	"""Set the address, session and language of frappe.local from the request, and check its CSRF token."""
	forwarded = local.request.headers.get("X-Forwarded-For", "")
	local.request_ip = forwarded.split(",", 1)[0].strip() or "127.0.0.1"
	if local.request.path in ("/api/method/login", "/api/v1/method/login"):
		_sign_in()
	else:
		sessions.resume()
	local.login_manager = LoginManager()
	local.lang = get_language()
	_validate_csrf_token()


def authenticate() -> None:
	"""Sign in for this request by its header `Authorization`: an API key with its secret, or an OAuth access token.

	A session that the cookie named before keeps its user against an API key, and not against an access token.
	"""
	kind, separator, credentials = local.request.headers.get("Authorization", "").partition(" ")
	has_credentials = separator and " " not in credentials
	if has_credentials:
		_authenticate_by(kind, credentials)
	for hook in frappe.get_hooks("auth_hooks"):
		frappe.get_attr(hook)()
	if has_credentials and local.session.user == "Guest":
		raise frappe.AuthenticationError


def _authenticate_by(kind: str, credentials: str) -> None:
	if "Frappe-Authorization-Source" in local.request.headers:
		raise NotImplementedError("The header Frappe-Authorization-Source on the embedded site")
	kind = kind.lower()
	user = None
	if kind == "bearer":
		user = _user_of_token(credentials)
	elif kind in ("basic", "token"):
		user = _user_of_key(_decoded(credentials) if kind == "basic" else credentials)
	if user and (kind == "bearer" or local.session.user == "Guest"):
		arguments = local.form_dict
		frappe.set_user(user)
		local.form_dict = arguments


def _decoded(credentials: str) -> str:
	try:
		return base64.b64decode(credentials).decode()
	except binascii.Error:
		frappe.throw(_("The credentials are not in Base64"), frappe.InvalidAuthorizationToken)
	except UnicodeDecodeError:
		return ""


def _user_of_key(credentials: str) -> str | None:
	"""Return the enabled user with this `key:secret`, or None if it isn't a pair. Raises AuthenticationError."""
	if credentials.count(":") != 1:
		return None
	key, secret = credentials.split(":")
	user = key and secret and frappe.db.get_value("User", {"api_key": key, "enabled": 1})
	if not user or secret != get_decrypted_password("User", user, "api_secret", raise_exception=False):
		raise frappe.AuthenticationError
	return user


def _user_of_token(token: str) -> str | None:
	"""Return the user of a token that is valid now. As in Frappe, nobody asks here whether the user is enabled."""
	fields = ["user", "client", "scopes", "expiration_time", "status"]
	known = frappe.db.get_value("OAuth Bearer Token", token, fields, as_dict=True)
	allowed = known and known.client and frappe.db.get_value("OAuth Client", known.client, "scopes")
	if not allowed or known.status == "Revoked" or known.expiration_time <= now_datetime():
		return None
	return known.user if set((known.scopes or "").split(" ")) <= set(allowed.split(" ")) else None


class LoginManager:
	def logout(self) -> None:
		sessions.end()


def _validate_csrf_token() -> None:
	saved = local.session.data.csrf_token
	if local.request.method in UNSAFE_HTTP_METHODS and saved:
		given = local.request.headers.get("X-Frappe-CSRF-Token") or local.form_dict.pop("csrf_token", None)
		if given != saved:
			frappe.throw(_("Invalid Request"), frappe.CSRFTokenError)


def _sign_in() -> None:
	user, pwd = local.form_dict.get("usr"), local.form_dict.pop("pwd", None)
	if not (user and pwd):
		_refuse(_("Incomplete login details"))
	if len(pwd) > 512:
		_refuse(_("Password size exceeded the maximum allowed size"))
	if frappe.cache.count(f"login-tries:{user}", seconds=60) > _TRIES_PER_MINUTE and not local.conf.allow_tests:
		message = _("Your account has been locked and will resume after {0} seconds")
		frappe.throw(message.format(60), frappe.SecurityException)
	try:
		user = check_password(user, pwd)
	except frappe.AuthenticationError:
		_refuse("Invalid login credentials")
	known = frappe.get_cached_doc("User", user)
	if not known.enabled:
		_refuse("User disabled or missing")
	for hook in frappe.get_hooks("on_login"):
		frappe.call(hook, login_manager=None)
	sessions.start(user)
	desk = known.user_type == "System User"
	local.response.update(
		message="Logged In" if desk else "No App", home_page="/desk" if desk else "/", full_name=known.full_name
	)


def _refuse(message: str) -> NoReturn:
	local.response["message"] = message
	raise frappe.AuthenticationError


def set_session_cookie(response: Response) -> None:
	"""Set the `sid` cookie if this request has signed somebody in or out."""
	if sid := getattr(local, "new_sid", None):
		secure = local.request.scheme == "https"
		age = 0 if sid == "Guest" else sessions.LIFETIME
		response.set_cookie("sid", sid, max_age=age, httponly=True, secure=secure, samesite="Lax")


@frappe.whitelist()
def get_logged_user() -> str:
	return local.session.user


__getattr__ = missing(__name__)
