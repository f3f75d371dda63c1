"""`/schedule/privacy`: what this site stores about people who book, why, for how long, and who gets it."""

import frappe
from frappe import _

from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.respond import respond
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.your_data import PATH
from scheduler_integration.privacy.facts import privacy_facts

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	title = _("What is stored about you")
	return {
		"document": document(current_visitor(), title=title, style="manage"),
		"title": title,
		"facts": privacy_facts(),
		"your_data": PATH,
	}
