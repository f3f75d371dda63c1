"""Stands in for frappe.api and frappe.handler: `/api/method/<dotted.path>` and `/api/resource/<DocType>`."""

import json
from typing import Any

import frappe
from frappe import _, sessions
from frappe.context import local
from frappe.utils.response import build_response
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule, Submount
from werkzeug.wrappers import Request, Response


def handle(request: Request) -> Response:
	try:
		endpoint, arguments = _URLS.bind_to_environ(request.environ).match()
	except NotFound as error:
		raise frappe.DoesNotExistError from error
	answer = endpoint(**arguments)
	# A method may return a response of its own.
	return answer if isinstance(answer, Response) else build_response("json")


# Methods


def _call(method: str) -> Response | None:
	"""Call a whitelisted function with the request's arguments. Its return value becomes the response's `message`.

	A Response that it returns is sent as it is.
	"""
	local.form_dict.cmd = method
	# frappe.auth has handled `login` already, when it read the session.
	data = execute_cmd(method) if method != "login" else None
	if isinstance(data, Response):
		return data
	if data is not None:
		local.response["message"] = data
	return None


def execute_cmd(cmd: str) -> Any:
	try:
		function = _SHORT.get(cmd) or frappe.get_attr(cmd)
	except Exception as error:
		frappe.throw(_("Failed to get method for command {0} with {1}").format(cmd, error))
	frappe.is_whitelisted(function)
	if local.request.method not in frappe.apps.whitelisted[function]:
		frappe.throw(_("Not permitted"), frappe.PermissionError)
	return frappe.call(function, **local.form_dict)


@frappe.whitelist(allow_guest=True)
def logout() -> None:
	sessions.end()


_SHORT = {"logout": logout, "ping": frappe.ping}


# Records


def _list(doctype: str) -> None:
	given = local.form_dict
	fields = json.loads(given.get("fields") or '["name"]')
	filters = json.loads(given.get("filters") or "[]")
	options = {key: given[key] for key in ("order_by", "limit_start") if given.get(key)}
	limit = given.get("limit") or given.get("limit_page_length") or 20
	local.response["data"] = frappe.get_list(
		doctype, fields=fields, filters=filters, limit=limit, parent_doctype=given.get("parent"), **options
	)


def _create(doctype: str) -> None:
	local.response["data"] = frappe.new_doc(doctype, **_given()).insert()


def _read(doctype: str, name: str) -> None:
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	doc.apply_fieldlevel_read_permissions()
	local.response["data"] = doc


def _update(doctype: str, name: str) -> None:
	doc = frappe.get_doc(doctype, name, for_update=True)
	local.response["data"] = doc.update(_given()).save()


def _delete(doctype: str, name: str) -> None:
	frappe.delete_doc(doctype, name, ignore_missing=False)
	local.response.update(data="ok", http_status_code=202)


def _given() -> dict:
	return {key: value for key, value in local.form_dict.items() if key not in ("doctype", "flags", "cmd")}


_RULES = [
	Rule("/method/<path:method>", endpoint=_call),
	Rule("/resource/<doctype>", methods=["GET"], endpoint=_list),
	Rule("/resource/<doctype>", methods=["POST"], endpoint=_create),
	Rule("/resource/<doctype>/<path:name>", methods=["GET"], endpoint=_read),
	Rule("/resource/<doctype>/<path:name>", methods=["PUT"], endpoint=_update),
	Rule("/resource/<doctype>/<path:name>", methods=["DELETE"], endpoint=_delete),
]
_URLS = Map(
	[Submount("/api", _RULES), Submount("/api/v1", [rule.empty() for rule in _RULES])],
	strict_slashes=False, merge_slashes=False,
)  # fmt: skip
