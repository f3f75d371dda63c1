"""What goes back: JSON with its messages, downloads, redirects, and errors by Frappe's shape."""

import json
import mimetypes
import sys
from typing import Any

import frappe
import werkzeug.utils
from frappe.context import local
from frappe.missing import missing
from werkzeug.wrappers import Response


def report_error(status_code: int) -> Response:
	"""The exception's name for everybody, its trace for system users only."""
	from frappe.permissions import is_system_user

	trace = frappe.get_traceback()
	allowed = frappe.get_system_settings("allow_error_traceback") and not local.flags.disable_traceback
	if allowed and is_system_user() and status_code != 404:
		frappe.errprint(trace)
		local.response.exception = trace.splitlines()[-1]
		local.response["exc"] = json.dumps([entry["exc"] for entry in local.error_log])
	local.response["exc_type"] = sys.exc_info()[0].__name__
	response = build_response("json")
	response.status_code = status_code
	return response


def build_response(response_type: str | None = None) -> Response:
	if not local.response.get("docs"):
		local.response.pop("docs", None)
	kind = local.response.get("type") or response_type
	builders = {
		"json": _as_json,
		"download": _as_download,
		"binary": _as_binary,
		"pdf": _as_binary,
		"redirect": _redirect,
	}
	if kind not in builders:
		raise NotImplementedError(f"A response of type {kind!r} on the embedded site")
	return builders[kind]()


def _as_json() -> Response:
	if local.message_log:
		local.response["_server_messages"] = json.dumps([json.dumps(message) for message in local.message_log])
	if local.flags.error_message:
		local.response["_error_message"] = local.flags.error_message
	status = local.response.pop("http_status_code", None) or 200
	body = json.dumps(local.response, default=frappe.json_handler, separators=(",", ":"))
	return Response(body, status=status, mimetype="application/json")


def _as_download() -> Response:
	filename = local.response["filename"]
	kind = local.response.get("content_type") or mimetypes.guess_type(filename)[0] or "application/unknown"
	return _file(kind, local.response.get("display_content_as", "attachment"), filename)


def _as_binary() -> Response:
	kind = "application/pdf" if local.response.get("type") == "pdf" else "application/octet-stream"
	return _file(kind, None, local.response["filename"])


def _file(kind: str, disposition: Any, filename: str) -> Response:
	response = Response(local.response["filecontent"])
	response.mimetype = kind
	response.headers.add(
		"Content-Disposition", disposition, filename=filename.encode().decode("unicode-escape", "ignore")
	)
	return response


def _redirect() -> Response:
	return werkzeug.utils.redirect(local.response.location)


json_handler = frappe.json_handler
__getattr__ = missing(__name__)
