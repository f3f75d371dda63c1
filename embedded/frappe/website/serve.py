"""From a path to a page: route rules, the apps' renderers, templates, and the pages of failures."""

from typing import Any
from urllib.parse import quote_plus

import frappe
from frappe import _
from frappe.context import local
from frappe.website.page_renderers.template_page import MessagePage, TemplatePage
from frappe.website.utils import build_response, get_home_page
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wrappers import Response


def get_response(path: str | None = None, http_status_code: int = 200) -> Response:
	path = (path or local.request.path).strip("/ ")
	try:
		try:
			endpoint = resolve_path(path)
		except RequestRedirect as moved:
			return build_response(path, "", moved.code, {"Location": moved.new_url})
		for renderer in [*map(frappe.get_attr, frappe.get_hooks("page_renderer")), TemplatePage]:
			page = renderer(endpoint, http_status_code)
			if page.can_render():
				return page.render()
		return _not_found()
	except frappe.Redirect as moved:
		location = local.flags.redirect_location or local.response.get("location")
		return build_response(path, "", moved.http_status_code, {"Location": location})
	except Exception as error:
		if getattr(error, "http_status_code", 500) == 500:
			raise
		return get_error_page(error, error.http_status_code)


def resolve_path(path: str) -> str:
	"""The page behind the path; the parts that a route names go into form_dict and switch caching off."""
	path = (path or "index").removesuffix(".html")
	if path == "index":
		path = get_home_page()
	local.path = path
	try:
		endpoint, arguments = _routes().bind_to_environ(local.request.environ).match(f"/{path}")
	except NotFound:
		return path
	if arguments:
		local.no_cache = 1
		local.form_dict.update(arguments)
	return endpoint


def _routes() -> Map:
	if "routes" not in local.memo:
		rules = frappe.get_hooks("website_route_rules")
		local.memo["routes"] = Map(
			[Rule(r["from_route"], endpoint=r["to_route"], defaults=r.get("defaults")) for r in rules]
		)
	return local.memo["routes"]


def _not_found() -> Response:
	return MessagePage("404", 404, _("Not Found"), _("The page you are looking for has gone missing.")).render()


def get_error_page(error: Exception, status: int) -> Response:
	"""The themed page of an exception; only what the exception says for users is shown."""
	if isinstance(error, frappe.PermissionError):
		action = f"/login?redirect-to={quote_plus(local.request.path)}"
		return _message(403, _("Not Permitted"), str(error), primary_action=action, primary_label=_("Login"))
	if isinstance(error, frappe.PageDoesNotExistError) or status == 404:
		return _not_found()
	title = getattr(error, "title", None) or (_("Server Error") if status >= 500 else "")
	message = getattr(error, "message", None) or (_("Uncaught Exception") if status >= 500 else "")
	return _message(status, title, message)


def _message(status: int, title: str, message: str, **context: Any) -> Response:
	return MessagePage("message", status, title, message, **context).render()
