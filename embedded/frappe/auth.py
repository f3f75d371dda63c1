"""Who asks: cookies, signing in and out, the CSRF token, and API keys."""

import datetime
from typing import Any
from urllib.parse import quote, unquote

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.sessions import COOKIES, Session, delete_session
from frappe.translate import get_language, get_user_lang
from frappe.utils.password import check_password, get_decrypted_password
from werkzeug.wrappers import Response

SAFE_HTTP_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
UNSAFE_HTTP_METHODS = frozenset(("POST", "PUT", "DELETE", "PATCH"))


class CookieManager:
	def __init__(self) -> None:
		self.cookies: dict[str, dict] = {}
		self.to_delete: list[str] = []

	def set_cookie(
		self, key: str, value: str, expires: Any = None, secure: bool = False, httponly: bool = False,
		samesite: str = "Lax", max_age: Any = None, deduplicate: bool = False,
	) -> None:  # fmt: skip
		if deduplicate and unquote(local.request.cookies.get(key, "")) == value:
			return
		secure = secure or local.request.scheme == "https"
		self.cookies[key] = {
			"value": value, "expires": expires, "secure": secure, "httponly": httponly, "samesite": samesite,
			"max_age": max_age,
		}  # fmt: skip

	def delete_cookie(self, to_delete: Any) -> None:
		self.to_delete += to_delete if isinstance(to_delete, list | tuple) else [to_delete]

	def flush_cookies(self, response: Response) -> None:
		for key, options in self.cookies.items():
			response.set_cookie(key, **{**options, "value": quote((options["value"] or "").encode())})
		for key in dict.fromkeys(self.to_delete):
			response.set_cookie(key, "", expires=datetime.datetime.now() - datetime.timedelta(days=1))


class HTTPRequest:
	"""Read the request's cookies and headers into frappe.local: address, session, language; check its token."""

	def __init__(self) -> None:
		forwarded = frappe.get_request_header("X-Forwarded-For") or ""
		local.request_ip = forwarded.split(",", 1)[0].strip() or "127.0.0.1"
		local.cookie_manager = CookieManager()
		local.login_manager = LoginManager()
		local.lang = get_language()
		self._validate_csrf_token()

	@staticmethod
	def _validate_csrf_token() -> None:
		saved = local.session.data.csrf_token
		if local.request.method not in UNSAFE_HTTP_METHODS or local.conf.ignore_csrf or not saved:
			return
		given = frappe.get_request_header("X-Frappe-CSRF-Token") or local.form_dict.pop("csrf_token", None)
		if given != saved:
			local.flags.disable_traceback = True
			frappe.throw(_("Invalid Request"), frappe.CSRFTokenError)


class LoginManager:
	def __init__(self) -> None:
		self.user: str | None = None
		if local.request.path in ("/api/method/login", "/api/v1/method/login"):
			self.login()
		else:
			self._make_session(resume=True)

	def login(self) -> None:
		user, pwd = local.form_dict.get("usr"), local.form_dict.pop("pwd", None)
		if not (user and pwd):
			self.fail(_("Incomplete login details"))
		if len(pwd) > 512:
			self.fail(_("Password size exceeded the maximum allowed size"))
		self._throttle(user)
		try:
			self.user = check_password(user, pwd)
		except frappe.AuthenticationError:
			self.fail("Invalid login credentials")
		if self.user != "Administrator" and not frappe.db.get_value("User", self.user, "enabled"):
			self.fail("User disabled or missing")
		self._make_session()

	def _throttle(self, user: str) -> None:
		"""Ten tries a minute; Frappe locks the user out for as long."""
		key = f"login-tries:{user}"
		if not frappe.cache.get(key):
			frappe.cache.setex(key, 60, 0)
		if frappe.cache.incrby(key, 1) > 10 and not local.conf.allow_tests:
			frappe.throw(
				_("Your account has been locked and will resume after {0} seconds").format(60), frappe.SecurityException
			)

	def login_as(self, user: str) -> None:
		self.user = user
		self._make_session()

	def _make_session(self, resume: bool = False) -> None:
		local.session_obj = Session(user=self.user, resume=resume)
		self.user = local.session_obj.user
		if resume and self.user == "Guest":
			return
		known = frappe.get_cached_doc("User", self.user)
		if self.user != "Guest":
			local.lang = get_user_lang(self.user)
		cookies = local.cookie_manager
		desk = known.user_type == "System User"
		cookies.set_cookie("sid", local.session.sid, max_age=170 * 3600, httponly=True)
		cookies.set_cookie("system_user", "yes" if desk else "no", deduplicate=True)
		cookies.set_cookie("full_name", known.full_name or "", deduplicate=True)
		cookies.set_cookie("user_id", self.user, deduplicate=True)
		cookies.set_cookie("user_image", known.user_image or "", deduplicate=True)
		if not resume:
			local.response.update(
				message="Logged In" if desk else "No App", home_page="/app" if desk else "/", full_name=known.full_name
			)

	def fail(self, message: str) -> None:
		local.response["message"] = message
		frappe.db.commit()
		local.session.user = "Guest"
		raise frappe.AuthenticationError

	def logout(self, arg: str = "", user: str | None = None) -> None:
		delete_session(local.session.sid)
		local.cookie_manager.delete_cookie(COOKIES)
		local.session_obj = Session()
		self.user = "Guest"

	def clear_cookies(self) -> None:
		local.cookie_manager.delete_cookie(COOKIES)


def validate_auth() -> None:
	"""`Authorization: token key:secret`. Who sends the header and isn't let in is refused."""
	kind, _space, credentials = (frappe.get_request_header("Authorization") or "").partition(" ")
	if not credentials:
		return
	if kind.lower() != "token":
		raise NotImplementedError(f"Authorization: {kind} on the embedded site")
	key, _colon, secret = credentials.partition(":")
	user = frappe.db.get_value("User", {"api_key": key, "enabled": 1}) if key else None
	if not user or get_decrypted_password("User", user, "api_secret", raise_exception=False) != secret:
		raise frappe.AuthenticationError
	form_dict = local.form_dict
	frappe.set_user(user)
	local.form_dict = form_dict


@frappe.whitelist()
def get_logged_user() -> str:
	return local.session.user


__getattr__ = missing(__name__)
