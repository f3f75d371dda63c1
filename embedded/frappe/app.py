"""Stands in for frappe.app: the WSGI application, for one site."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import frappe
import frappe.api
from frappe import _, auth
from frappe.context import local
from frappe.database.database import Callbacks
from frappe.types import _dict
from frappe.utils.response import download_private_file, report_error
from frappe.website.serve import get_error_page, get_response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.wrappers import Request, Response

_LARGEST_BODY = 25 * 1024 * 1024


def make_application(folder: Path, app: str, extra_pages: dict[str, Callable[[Request], Response]]) -> Callable:
	"""Return the site's application with the app's assets. `extra_pages` maps the start of a path to its function."""

	@Request.application
	def application(request: Request) -> Response:
		try:
			response = _answer(request, folder, extra_pages)
		except Exception:
			frappe.destroy()
			raise
		response.call_on_close(request.after_response.run)
		response.call_on_close(frappe.destroy)
		return response

	public = {f"/assets/{app}": (app, "public"), "/files": str(folder / "public" / "files")}
	return SharedDataMiddleware(application, public)


def _answer(request: Request, folder: Path, extra_pages: dict) -> Response:
	local.request, request.after_response = request, Callbacks()
	frappe.init(folder.name, str(folder.parent), force=True)
	frappe.connect()
	frappe.set_user("Guest")
	response = None
	try:
		_read_arguments(request)
		auth.identify()
		for hook in frappe.get_hooks("before_request"):
			frappe.call(hook)
		auth.authenticate()
		response = _dispatch(request, extra_pages)
	except Exception as error:
		response = error.get_response(request.environ) if isinstance(error, HTTPException) else _handle_exception(error)
		frappe.db.rollback()
	else:
		# If the commit fails, the server answers 500 by itself: what the request prepared must not be sent.
		_finish_transaction(request)
	finally:
		_run_after_request(request, response)
	response.headers.setdefault("Cache-Control", "no-store,no-cache,must-revalidate,max-age=0")
	auth.set_session_cookie(response)
	return response


def _run_after_request(request: Request, response: Response | None) -> None:
	try:
		for hook in frappe.get_hooks("after_request"):
			frappe.call(hook, response=response, request=request)
	except Exception:
		frappe.logger("app").exception("A hook failed after the request")


def _dispatch(request: Request, extra_pages: dict) -> Response:
	for prefix, page in extra_pages.items():
		if request.path == prefix or request.path.startswith(f"{prefix}/"):
			return page(request)
	if request.method == "OPTIONS":
		return Response()
	if request.path.startswith("/api/"):
		return frappe.api.handle(request)
	if request.path.startswith("/private/files/"):
		return download_private_file(request.path)
	if request.method not in ("GET", "HEAD", "POST"):
		raise NotFound
	return get_response()


def _read_arguments(request: Request) -> None:
	"""Return the arguments as Frappe reads them: from a JSON body alone, or from query string and form together."""
	request.max_content_length = _LARGEST_BODY
	data = request.get_data(as_text=True)
	arguments = {**request.args.to_dict(), **request.form.to_dict()}
	given = _parsed(data) if data and request.is_json else arguments
	if not isinstance(given, dict | list):
		frappe.throw(_("Invalid request arguments"))
	local.form_dict = _dict(given if isinstance(given, dict) else {"data": given})
	local.form_dict.pop("_", None)


def _parsed(body: str) -> Any:
	"""Parse JSON as strictly as Frappe 16: no NaN, no number beyond a float's, no lone surrogate, no deep nesting."""
	try:
		given = json.loads(body, parse_constant=_refuse_constant, parse_int=_as_number, parse_float=_finite)
		json.dumps(given, ensure_ascii=False).encode()
	except (ValueError, RecursionError):
		frappe.throw(_("Invalid request body"), frappe.DataError)
	return given


def _refuse_constant(word: str) -> NoReturn:
	raise ValueError(word)


def _as_number(digits: str) -> int | float:
	"""Return a whole number as int, or as float if it needs more than 64 bits."""
	if len(digits) <= 20 and -(2**63) <= int(digits) < 2**64:
		return int(digits)
	return _finite(digits)


def _finite(text: str) -> float:
	if not math.isfinite(number := float(text)):
		raise ValueError(text)
	return number


def _finish_transaction(request: Request) -> None:
	"""Commit after a request that may change data, and roll back after any other."""
	if local.flags.commit or request.method in auth.UNSAFE_HTTP_METHODS:
		frappe.db.commit()
	else:
		frappe.db.rollback()


def _handle_exception(error: Exception) -> Response:
	if isinstance(error, frappe.DoesNotExistError) and error.doctype and not frappe.has_permission(error.doctype):
		# A user who may not read the DocType doesn't learn which documents exist.
		error = frappe.PermissionError()
	status = getattr(error, "http_status_code", 500)
	if status >= 500:
		_log(error)
	accept = local.request.headers.get("Accept", "")
	is_api = local.request.path.startswith("/api/") and not accept.startswith("text")
	return report_error(error, status) if is_api or "application/json" in accept else get_error_page(error, status)


def _log(error: Exception) -> None:
	frappe.logger("app").exception("Failed: %s %s", local.request.method, local.request.path)
	frappe.db.rollback()
	try:
		frappe.log_error(title=str(error)[:140] or type(error).__name__)
		frappe.db.commit()
	except Exception:
		frappe.logger("app").exception("The error could not be stored")
