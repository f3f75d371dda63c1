"""The WSGI application of one embedded site."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import frappe
import frappe.api
from frappe import _
from frappe.auth import UNSAFE_HTTP_METHODS, HTTPRequest, validate_auth
from frappe.context import local
from frappe.types import _dict
from frappe.utils import cint
from frappe.utils.response import report_error
from frappe.website.serve import get_error_page, get_response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import ClosingIterator

_YEAR = 365 * 24 * 3600


def make_application(folder: Path, extra_pages: dict[str, Callable[[Request], Response]] | None = None) -> Callable:
	"""The site's application; `extra_pages` are the embedded site's own, by the path they start with."""

	@Request.application
	def answer(request: Request) -> Response:
		return _answer(request, folder, extra_pages or {})

	def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
		return ClosingIterator(answer(environ, start_response), [frappe.destroy])

	return application


def _answer(request: Request, folder: Path, extra_pages: dict) -> Response:
	response, rollback = None, True
	try:
		local.request = request
		frappe.init(folder.name, str(folder.parent), force=True)
		frappe.connect(set_admin_as_user=False)
		if static := _static(request, folder):
			return static
		_read_arguments(request)
		local.http_request = HTTPRequest()
		for hook in frappe.get_hooks("before_request"):
			frappe.call(hook)
		validate_auth()
		response = _dispatch(request, extra_pages)
	except HTTPException as error:
		return error.get_response(request.environ)
	except Exception as error:
		response = _handle_exception(error)
	else:
		rollback = _finish_transaction(request)
	finally:
		if rollback and getattr(local, "db", None):
			frappe.db.rollback()
		if getattr(local, "initialised", False) and response is not None:
			for hook in frappe.get_hooks("after_request"):
				frappe.call(hook, response=response, request=request)
	response.headers.setdefault("Cache-Control", "no-store,no-cache,must-revalidate,max-age=0")
	if hasattr(local, "cookie_manager"):
		local.cookie_manager.flush_cookies(response)
	return response


def _dispatch(request: Request, extra_pages: dict) -> Response:
	if request.method == "OPTIONS":
		return Response()
	for prefix, page in extra_pages.items():
		if request.path == prefix or request.path.startswith(f"{prefix}/"):
			return page(request)
	if request.path.startswith("/api/"):
		return frappe.api.handle(request)
	if request.path.startswith("/private/files/"):
		return _private_file(request.path)
	if request.method in ("GET", "HEAD", "POST"):
		return get_response()
	raise NotFound


def _read_arguments(request: Request) -> None:
	"""A JSON body alone, or query string and form together, as Frappe reads them."""
	request.max_content_length = cint(local.conf.max_file_size) or 25 * 1024 * 1024
	data = request.get_data(as_text=True)
	arguments = {**request.args.to_dict(), **request.form.to_dict()}
	given = json.loads(data) if data and request.is_json else arguments
	if isinstance(given, dict):
		local.form_dict = _dict(given)
		local.form_dict.pop("_", None)
	elif isinstance(given, list):
		local.form_dict["data"] = given
	else:
		frappe.throw(_("Invalid request arguments"))


def _finish_transaction(request: Request) -> bool:
	"""A request that may change things commits; any other is rolled back."""
	if local.flags.commit or request.method in UNSAFE_HTTP_METHODS:
		frappe.db.commit()
	else:
		frappe.db.rollback()
	local.session_obj.update()
	return False


def _handle_exception(error: Exception) -> Response:
	local.session.user = local.session.user or "Guest"
	if isinstance(error, frappe.DoesNotExistError) and error.doctype and not frappe.has_permission(error.doctype):
		local.flags.disable_traceback = True
		try:
			raise frappe.PermissionError
		except frappe.PermissionError as refused:
			return _handle_exception(refused)
	status = getattr(error, "http_status_code", 500)
	if status >= 500:
		frappe.logger("app").exception("Failed: %s %s", local.request.method, local.request.path)
		frappe.db.rollback()
		frappe.log_error(title=str(error)[:140] or type(error).__name__)
		frappe.db.commit()
	accept = frappe.get_request_header("Accept") or ""
	ajax = frappe.get_request_header("X-Requested-With") == "XMLHttpRequest"
	is_api = local.request.path.startswith("/api/") and not accept.startswith("text")
	if (accept and (ajax or "application/json" in accept)) or is_api:
		response = report_error(status)
	else:
		response = get_error_page(error, status)
	if type(error) is frappe.AuthenticationError and hasattr(local, "login_manager"):
		local.login_manager.clear_cookies()
	return response


def _static(request: Request, folder: Path) -> Response | None:
	"""`/assets/<app>/...` and `/files/...`; what says its version may be kept for a year."""
	parts = request.path.strip("/").split("/")
	if parts[0] == "assets" and len(parts) > 2 and parts[1] in frappe.get_installed_apps():
		base, rest = Path(frappe.get_app_path(parts[1])) / "public", parts[2:]
	elif parts[0] == "files" and len(parts) > 1:
		base, rest = folder / "public" / "files", parts[1:]
	else:
		return None
	path = (base / Path(*rest)).resolve()
	if not path.is_relative_to(base.resolve()) or not path.is_file():
		raise NotFound
	response = send_file(
		path, request.environ, conditional=True, etag=True, max_age=_YEAR if request.args.get("v") else 43200
	)
	response.cache_control.public = True
	return response


def _private_file(path: str) -> Response:
	name = frappe.db.get_value("File", {"file_url": path})
	if local.session.user == "Guest" or not name or not frappe.has_permission("File", doc=name):
		raise frappe.PermissionError
	return send_file(os.path.abspath(frappe.get_doc("File", name).get_full_path()), local.request.environ)
