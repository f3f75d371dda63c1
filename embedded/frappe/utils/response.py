"""Stands in for frappe.utils.response: JSON with messages, downloads, and errors in Frappe's shape."""

import json
import mimetypes
import os

import frappe
from frappe.context import local
from frappe.missing import missing
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.utils import redirect, send_file
from werkzeug.wrappers import Response


def report_error(error: Exception, status_code: int) -> Response:
	if status_code != 404 and "Desk User" in frappe.get_roles():
		# Frappe shows the traceback to users of the desk, unless System Settings say otherwise.
		traceback = frappe.get_traceback()
		local.response["exception"] = traceback.splitlines()[-1]
		local.response["exc"] = json.dumps([traceback])
	local.response["exc_type"] = type(error).__name__
	response = build_response("json")
	response.status_code = status_code
	return response


def build_response(response_type: str | None = None) -> Response:
	if not local.response.get("docs"):
		local.response.pop("docs", None)
	kind = local.response.get("type") or response_type
	if kind not in _BUILDERS:
		raise NotImplementedError(f"A response of type {kind!r} on the embedded site")
	return _BUILDERS[kind]()


def _as_json() -> Response:
	if local.message_log:
		local.response["_server_messages"] = json.dumps([json.dumps(message) for message in local.message_log])
	status = local.response.pop("http_status_code", None) or 200
	body = json.dumps(local.response, default=frappe.json_handler, separators=(",", ":"))
	return Response(body, status=status, mimetype="application/json")


def _as_download() -> Response:
	filename = local.response["filename"]
	kind = local.response.get("content_type") or mimetypes.guess_type(filename)[0]
	response = Response(local.response["filecontent"])
	response.mimetype = kind
	response.headers.add("Content-Disposition", "attachment", filename=filename)
	return response


def _as_redirect() -> Response:
	return redirect(local.response.location)


def download_private_file(path: str) -> Response:
	"""Return the file if the user may read one of the records with this address."""
	if local.session.user != "Guest":
		for name in frappe.get_all("File", {"file_url": path}, pluck="name"):
			if frappe.has_permission("File", "read", frappe.get_doc("File", name)):
				return send_private_file(path.rsplit("/", 1)[1])
	raise Forbidden(frappe._("You don't have permission to access this file"))


def send_private_file(name: str) -> Response:
	path = frappe.utils.get_files_path(name, is_private=True)
	if not os.path.exists(path):
		raise NotFound
	is_page = os.path.splitext(name)[1].lower() in (".svg", ".html", ".htm", ".xml")
	return send_file(path, local.request.environ, conditional=True, as_attachment=is_page)


_BUILDERS = {"json": _as_json, "download": _as_download, "redirect": _as_redirect}

__getattr__ = missing(__name__)
