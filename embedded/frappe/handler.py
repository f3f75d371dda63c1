"""`/api/method/<dotted.path>`: whitelisted functions called with the request's arguments."""

from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from werkzeug.wrappers import Response


def handle() -> Response | None:
	cmd = local.form_dict.cmd
	data = None if cmd == "login" else execute_cmd(cmd)
	if isinstance(data, Response):
		return data
	if data is not None:
		local.response["message"] = data
	return None


def execute_cmd(cmd: str) -> Any:
	method = _METHODS.get(cmd)
	if not method:
		try:
			method = frappe.get_attr(frappe.override_whitelisted_method(cmd))
		except Exception as error:
			frappe.throw(_("Failed to get method for command {0} with {1}").format(cmd, error))
	frappe.is_whitelisted(method)
	is_valid_http_method(method)
	return frappe.call(method, **local.form_dict)


def is_valid_http_method(method: Any) -> None:
	if local.request.method not in frappe.allowed_http_methods_for_whitelisted_func[method]:
		frappe.throw_permission_error()


@frappe.whitelist(allow_guest=True)
def logout() -> None:
	local.login_manager.logout()


_METHODS = {"logout": logout, "ping": frappe.ping}
__getattr__ = missing(__name__)
