"""Stands in for frappe.website.serve: finds the page of a path, renders it, and shows error pages."""

import re
from urllib.parse import quote_plus

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.website.page_renderers.template_page import TemplatePage
from werkzeug.utils import redirect
from werkzeug.wrappers import Response


def get_response(path: str | None = None) -> Response:
	try:
		return _render(_resolve((path or local.request.path).strip("/ ")))
	except frappe.Redirect as moved:
		return redirect(local.flags.redirect_location, moved.http_status_code)
	except Exception as error:
		if getattr(error, "http_status_code", 500) == 500:
			raise
		return get_error_page(error, error.http_status_code)


def _resolve(path: str) -> str:
	"""Return the path to render. Raises Redirect if the path leads elsewhere."""
	local.path = path or ("login" if local.session.user == "Guest" else "desk")
	if local.path == "app" or local.path.startswith("app/"):
		local.flags.redirect_location = f"/desk{local.request.full_path.removeprefix('/app').rstrip('?')}"
		raise frappe.Redirect
	for rule in frappe.get_hooks("website_redirects"):
		if re.match(f"{rule['source'].strip('/ ')}$", local.path):
			local.flags.redirect_location = rule["target"]
			raise frappe.Redirect(rule.get("redirect_http_status") or 301)
	return local.path


def _render(path: str) -> Response:
	for renderer in (*map(frappe.get_attr, frappe.get_hooks("page_renderer")), TemplatePage):
		page = renderer(path)
		if page.can_render():
			return page.render()
	raise frappe.PageDoesNotExistError


def get_error_page(error: Exception, status: int) -> Response:
	"""Return the error page of an exception. A server error shows no details."""
	context = {"title": _("Server Error"), "message": _("Uncaught Exception")}
	if isinstance(error, frappe.PermissionError):
		login = f"/login?redirect-to={quote_plus(local.request.path)}"
		context = {"title": _("Not Permitted"), "message": str(error), "login": login}
	elif status == 404:
		context = {"title": _("Not Found"), "message": _("The page you are looking for has gone missing.")}
	elif status < 500:
		context = {"title": "", "message": str(error)}
	html = frappe.render_template("frappe/templates/message.html", context, is_path=True)
	return Response(html, status=status, mimetype="text/html")


__getattr__ = missing(__name__)
