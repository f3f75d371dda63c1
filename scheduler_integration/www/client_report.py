"""`/client-report/<name>`: a client's report, for its consultant, for managers, and for the client once it is completed."""

from urllib.parse import quote

import frappe

from scheduler_integration.pages.client_report import client_report_view, find_client_report
from scheduler_integration.pages.kit.respond import argument, respond
from scheduler_integration.pages.kit.visitor import current_visitor

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: f"/client-report/{quote(argument('name'), safe='')}")


def _view() -> dict:
	return client_report_view(find_client_report(argument("name"), frappe.session.user), current_visitor())
