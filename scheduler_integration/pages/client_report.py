"""A client's report as a web page."""

from __future__ import annotations

from dataclasses import replace

from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname
from markupsafe import Markup

from scheduler_integration.catalogue.public import brand_of
from scheduler_integration.client_reports.html import as_html
from scheduler_integration.client_reports.section import Section, section_for
from scheduler_integration.client_reports.subject import subject_of
from scheduler_integration.entry.visits import wants_no_tracking
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.visitor import Visitor


def client_report_view(doc: Document, visitor: Visitor) -> dict:
	"""Return the view of www/client_report.html."""
	subject = subject_of(doc)
	on_screen = section_for(subject, "report") if subject else None
	on_paper = section_for(subject, "pdf") if subject else None
	if on_screen and on_screen.widget and wants_no_tracking():
		on_screen = replace(on_screen, widget=on_screen.widget.untracked())
	frames = (on_screen.widget.origin,) if on_screen and on_screen.widget else ()
	title = _("Report for {0}").format(doc.client_name)
	return {
		"document": document(
			visitor,
			title=title,
			brand=brand_of(doc.consultant),
			style="report",
			script="report",
			frames=frames,
			secret_address=True,
		),
		"report": doc,
		"consultant_name": get_fullname(doc.consultant),
		"section": _both(on_screen, on_paper),
		"data": script_json({"csrfToken": csrf_token()}),
	}


def _both(on_screen: Section | None, on_paper: Section | None) -> Markup:
	"""Return the section twice: with the widget for the screen, and with QR codes for print."""
	if not on_screen or not on_paper:
		return Markup()
	return Markup('<div class="on-screen">{}</div>\n<div class="on-paper">{}</div>').format(
		as_html(on_screen, "report"), as_html(on_paper, "pdf", inline_styles=False)
	)
