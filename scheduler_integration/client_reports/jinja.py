"""The functions that templates of reports can call (hook `jinja`)."""

from collections.abc import Mapping
from typing import Any

import bleach
import frappe
from frappe.model.document import Document
from markupsafe import Markup

from scheduler_integration.client_reports.html import as_html
from scheduler_integration.client_reports.section import CHANNELS, Channel, section_for
from scheduler_integration.client_reports.subject import subject_of

_TAGS = frozenset(
	(
		"a", "abbr", "b", "blockquote", "br", "code", "col", "colgroup", "div", "em", "h2", "h3", "h4", "h5", "hr",
		"i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
		"tfoot", "th", "thead", "tr", "u", "ul",
	)
)  # fmt: skip
_ATTRIBUTES = {
	"a": ["href", "title"],
	"abbr": ["title"],
	"img": ["src", "alt", "title", "width", "height"],
	"li": ["data-list"],
	"ol": ["start"],
	"td": ["colspan", "rowspan"],
	"th": ["colspan", "rowspan", "scope"],
}
_PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})


def report_text(html: str | None) -> Markup:
	"""Return rich text of a record for a report, without scripts and styles."""
	return clean(html)


def scheduler_section(doc: Document | Mapping[str, Any], channel: str | None = None) -> Markup:
	"""Return the section for the report of a record as HTML; empty if there is nothing to recommend.

	`channel` is `report` (a web page), `pdf` (print and PDF) or `email`. By default it is `pdf` in a print format and
	`report` elsewhere. Raises ValueError for another channel.
	"""
	where: Channel | None = next((each for each in CHANNELS if each == channel), None)
	if channel and not where:
		raise ValueError(f"unknown channel {channel!r}")
	if not isinstance(doc, Document):
		# Frappe renders e-mail templates with the fields that the browser sent. So the stored record is read.
		doc = frappe.get_doc(doc["doctype"], doc["name"])
		doc.check_permission("read")
	# Frappe sets this flag while it renders a print format, on 15 and 16.
	where = where or ("pdf" if doc.flags.in_print else "report")
	subject = subject_of(doc)
	section = section_for(subject, where) if subject else None
	return as_html(section, where) if section else Markup()


def clean(html: str | None) -> Markup:
	"""Return the rich text with harmless tags and attributes only."""
	return Markup(bleach.clean(html or "", tags=_TAGS, attributes=_ATTRIBUTES, protocols=_PROTOCOLS, strip=True))
