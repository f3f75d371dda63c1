"""`/client-report/<name>`: a client's report, for its consultant, for managers, and for the client once it is completed."""

from urllib.parse import quote

import frappe

from scheduler_integration.pages.kit.respond import argument, redirection, respond
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.report import find_report, report_view

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	if frappe.session.user == "Guest":
		path = f"/client-report/{quote(argument('name'), safe='')}"
		raise redirection(f"/login?redirect-to={quote(path, safe='/')}", 302)
	respond(context, _view)


def _view() -> dict:
	return report_view(find_report(argument("name"), frappe.session.user), current_visitor())
