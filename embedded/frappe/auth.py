"""Stands in for frappe.auth: signs users in, and checks the CSRF token."""

from typing import NoReturn

import frappe
from frappe import _, sessions
from frappe.context import local
from frappe.missing import missing
from frappe.translate import get_language
from frappe.utils.password import check_password
from werkzeug.wrappers import Response

UNSAFE_HTTP_METHODS = frozenset(("POST", "PUT", "DELETE", "PATCH"))
_TRIES_PER_MINUTE = 10


def identify() -> None:
	"""Set the address, session and language of frappe.local from the request, and check its CSRF token."""
	if "Authorization" in local.request.headers:
		raise NotImplementedError("The header Authorization on the embedded site: sign in by name and password")
	forwarded = local.request.headers.get("X-Forwarded-For", "")
	local.request_ip = forwarded.split(",", 1)[0].strip() or "127.0.0.1"
	if local.request.path in ("/api/method/login", "/api/v1/method/login"):
		_sign_in()
	else:
		sessions.resume()
	local.login_manager = LoginManager()
	local.lang = get_language()
	_validate_csrf_token()


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
