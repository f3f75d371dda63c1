"""`/api/...`: methods, and `/api/resource/<DocType>` with the permissions of the user who asks."""

import json
from typing import Any

import frappe
import frappe.handler
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
	data = endpoint(**arguments)
	if isinstance(data, Response):
		return data
	if data is not None:
		local.response["data"] = data
	return build_response("json")


def _call(method: str) -> Any:
	local.form_dict.cmd = method.split("/")[0]
	return frappe.handler.handle()


def _list(doctype: str) -> list:
	given = local.form_dict
	if frappe.get_meta(doctype).istable and not given.get("parent"):
		raise frappe.PermissionError
	options = {
		key: given[key] for key in ("filters", "or_filters", "group_by", "order_by", "limit_start") if given.get(key)
	}
	fields = json.loads(given["fields"]) if given.get("fields") else None
	as_list = given.get("as_dict") in ("false", "False", "0", False)
	length = given.get("limit") or given.get("limit_page_length") or 20
	return frappe.get_list(
		doctype, fields=fields, limit_page_length=length, as_list=as_list, parent_doctype=given.get("parent"), **options
	)


def _create(doctype: str) -> Any:
	data = _form_data()
	data.pop("doctype", None)
	if isinstance(data.get("name"), str):
		local.flags.api_name_set = True
	return frappe.new_doc(doctype, **data).insert()


def _read(doctype: str, name: str) -> Any:
	if "run_method" in local.form_dict:
		return _run_method(doctype, name)
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	doc.apply_fieldlevel_read_permissions()
	return doc


def _update(doctype: str, name: str) -> Any:
	data = _form_data()
	doc = frappe.get_doc(doctype, name, for_update=True)
	data.pop("flags", None)
	doc.update(data)
	doc.save()
	if doc.get("parenttype"):
		frappe.get_doc(doc.parenttype, doc.parent).save()
	return doc


def _delete(doctype: str, name: str) -> str:
	frappe.delete_doc(doctype, name, ignore_missing=False)
	local.response.http_status_code = 202
	return "ok"


def _run_method(doctype: str, name: str) -> Any:
	method = local.form_dict.pop("run_method")
	doc = frappe.get_doc(doctype, name)
	doc.is_whitelisted(method)
	doc.check_permission("read" if local.request.method == "GET" else "write")
	return doc.run_method(method, **local.form_dict)


def _form_data() -> dict:
	given = local.form_dict.data
	try:
		return frappe.parse_json(frappe.safe_decode(local.request.get_data()) if given is None else given)
	except ValueError:
		return local.form_dict


_RULES = [
	Rule("/method/<path:method>", endpoint=_call),
	Rule("/resource/<doctype>", methods=["GET"], endpoint=_list),
	Rule("/resource/<doctype>", methods=["POST"], endpoint=_create),
	Rule("/resource/<doctype>/<path:name>/", methods=["GET"], endpoint=_read),
	Rule("/resource/<doctype>/<path:name>/", methods=["PUT"], endpoint=_update),
	Rule("/resource/<doctype>/<path:name>/", methods=["DELETE"], endpoint=_delete),
	Rule("/resource/<doctype>/<path:name>/", methods=["POST"], endpoint=_run_method),
]
_URLS = Map(
	[Submount("/api", _RULES), Submount("/api/v1", [r.empty() for r in _RULES])],
	strict_slashes=False,
	merge_slashes=False,
)
