"""Stands in for frappe.website.serve: finds the page of a path, renders it, and shows error pages."""

import os
import re
from pathlib import Path
from urllib.parse import quote_plus

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
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
	"""Return the page of the path. Parts of the path that a route rule names go into form_dict."""
	local.path = path or ("login" if local.session.user == "Guest" else "desk")
	if local.path == "app" or local.path.startswith("app/"):
		local.flags.redirect_location = f"/desk{local.request.full_path.removeprefix('/app').rstrip('?')}"
		raise frappe.Redirect
	for rule in frappe.get_hooks("website_redirects"):
		if re.match(f"{rule['source'].strip('/ ')}$", local.path):
			local.flags.redirect_location = rule["target"]
			raise frappe.Redirect(rule.get("redirect_http_status") or 301)
	try:
		endpoint, arguments = _routes().bind_to_environ(local.request.environ).match(f"/{local.path}")
	except NotFound:
		return local.path
	local.form_dict.update(arguments)
	return endpoint


def _routes() -> Map:
	if "routes" not in local.memo:
		rules = frappe.get_hooks("website_route_rules")
		local.memo["routes"] = Map([Rule(rule["from_route"], endpoint=rule["to_route"]) for rule in rules])
	return local.memo["routes"]


def _render(page: str) -> Response:
	for app in reversed(frappe.get_installed_apps()):
		# Not `Path.is_file`, which raises an error if the name is too long for the disk.
		if os.path.isfile(frappe.get_app_path(app, "www", f"{page}.html")):
			return _render_template(app, page)
	raise frappe.PageDoesNotExistError


def _render_template(app: str, page: str) -> Response:
	"""Render an app's page. A page in the site's own template, or without `no_cache`, isn't implemented."""
	context = _dict(path=page, user=local.session.user)
	if Path(frappe.get_app_path(app, "www", f"{page}.py")).exists():
		module = frappe.get_module(".".join([app, "www", *page.split("/")]))
		if not getattr(module, "no_cache", False):
			raise NotImplementedError(f"The page {page} without no_cache = 1 on the embedded site")
		context.update(module.get_context(context) or {})
	template = f"{app}/www/{page}.html"
	if "{% extends" not in Path(frappe.get_app_path(app, "www", f"{page}.html")).read_text(encoding="utf-8"):
		raise NotImplementedError(f"The page {page} in the site's own frame on the embedded site")
	html = frappe.render_template(template, context, is_path=True)
	return Response(html, status=context.http_status_code or 200, mimetype="text/html")


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
