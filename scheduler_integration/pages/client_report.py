"""`/client-report/<name>`: a client's report, for its consultant, for managers, and for the client once it is completed."""

from dataclasses import replace
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import get_fullname
from markupsafe import Markup

from scheduler_integration.catalogue.public import brand_of
from scheduler_integration.client_reports.html import as_html
from scheduler_integration.client_reports.jinja import report_text
from scheduler_integration.client_reports.section import section_for
from scheduler_integration.client_reports.subject import find_report, subject_of
from scheduler_integration.entry.visits import wants_no_tracking
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.respond import View, argument, respond
from scheduler_integration.pages.kit.visitor import current_visitor


def answer() -> View:
	return respond(_view, sign_in_for=lambda: f"/client-report/{quote(argument('name'), safe='')}", to_host=False)


def _view() -> View:
	doc = find_report(argument("name"), frappe.session.user)
	subject = subject_of(doc)
	on_screen = section_for(subject, "report") if subject else None
	on_paper = section_for(subject, "pdf") if subject else None
	if on_screen and on_screen.widget and wants_no_tracking():
		on_screen = replace(on_screen, widget=on_screen.widget.untracked())
	section = Markup()
	if on_screen and on_paper:
		# The widget is for the screen, the QR codes are for print.
		section = Markup('<div class="on-screen">{}</div>\n<div class="on-paper">{}</div>').format(
			as_html(on_screen, "report"), as_html(on_paper, "pdf", inline_styles=False)
		)
	return {
		"document": document(
			current_visitor(),
			title=_("Report for {0}").format(doc.client_name),
			brand=brand_of(doc.consultant),
			style="report",
			script="report",
			frames=(on_screen.widget.origin,) if on_screen and on_screen.widget else (),
			secret_address=True,
		),
		"report": doc,
		"report_text": report_text,
		"consultant_name": get_fullname(doc.consultant),
		"section": section,
		"data": script_json({"csrfToken": csrf_token()}),
	}
