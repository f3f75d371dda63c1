"""`/client-report/<name>`: a client's report, for its consultant, for managers, and for the client once it is completed."""

from urllib.parse import quote

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.client_reports.subject import ASSESSMENT
from scheduler_integration.exceptions import NotFound
from scheduler_integration.pages.client_report import client_report_view
from scheduler_integration.pages.kit.respond import argument, respond
from scheduler_integration.pages.kit.visitor import current_visitor

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: f"/client-report/{quote(argument('name'), safe='')}")


def _view() -> dict:
	return client_report_view(_find(argument("name"), frappe.session.user), current_visitor())


def _find(name: str, user: str) -> Document:
	"""Return the assessment if the user may read its report. Raises NotFound otherwise, whatever the reason is.

	Users who may read the record may read it, and so may the client's user once the assessment is completed.
	"""
	if name and frappe.db.exists(ASSESSMENT, {"name": name}):
		doc = frappe.get_doc(ASSESSMENT, name)
		is_its_client = doc.client == user and doc.status == "Completed"
		if is_its_client or frappe.has_permission(ASSESSMENT, "read", doc, user=user):
			return doc
	raise NotFound(_("There is no such report, or it isn't yours to read."))
