"""The addresses of the app's pages, and the renderer that finds a page by its address.

Frappe's own hook `website_route_rules` compiles all rules of all apps again at each request for any page of the site: for
these, that took 13 to 20 ms. Here each process compiles them once.
"""

import re
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.website.page_renderers.base_renderer import BaseRenderer
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from scheduler_integration.pages.kit.templates import draw

# The page in www/ of each address.
ROUTES = {
	"/scheduling": "scheduling",
	"/scheduling/why": "scheduling_why",
	"/scheduling/ill": "scheduling_ill",
	"/scheduling/leaving": "scheduling_ill",
	"/scheduling/embed": "scheduling_embed",
	"/scheduling/page": "scheduling_page",
	"/scheduling/page/preview": "scheduling_page_preview",
	"/scheduling/types": "scheduling_types",
	"/scheduling/types/<type>": "scheduling_type",
	"/scheduling/types/<type>/preview": "scheduling_preview",
	"/scheduling/types/<type>/test": "scheduling_test",
	"/scheduling/insights": "scheduling_insights",
	"/scheduling/insights/reports": "scheduling_report_insights",
	"/scheduling/calendars": "scheduling_calendars",
	"/scheduling/book": "scheduling_book",
	"/scheduling/proposal/<proposal>": "scheduling_proposal",
	"/scheduling/meeting/<meeting>": "scheduling_meeting",
	"/scheduling/links": "scheduling_links",
	"/scheduling/webhooks": "scheduling_webhooks",
	"/scheduling/waitlist": "scheduling_waitlist",
	"/scheduling/times": "scheduling_times",
	"/scheduling/hours": "scheduling_hours",
	"/scheduling/time-off": "scheduling_hours",
	"/scheduling/mail": "scheduling_mail",
	"/scheduling/video": "scheduling_video",
	"/client-report/<name>": "client_report",
	"/schedule/answer/<token>": "schedule/answer",
	"/book/<page>": "schedule/book",
	"/book/<page>/<meeting_type>": "schedule/book",
	"/schedule/pay/<token>": "schedule/pay",
	"/schedule/manage/<token>": "schedule/manage",
	"/schedule/unsubscribe/<token>": "schedule/unsubscribe",
	"/schedule/waitlist/<token>": "schedule/waitlist",
	"/schedule/privacy": "schedule/privacy",
	"/schedule/your-data": "schedule/your_data",
	"/schedule/embed.js": "schedule/embed_script",
	"/schedule/go/<reference>": "schedule/go",
	"/schedule/<slug>": "schedule/page",
	"/schedule/<slug>/llms.txt": "schedule/words",
	"/schedule/<slug>/<meeting_type>.md": "schedule/words",
	"/schedule/<slug>/<meeting_type>": "schedule/meeting",
	"/schedule/<slug>/<meeting_type>/waitlist": "schedule/join_waitlist",
}
_ADDRESSES = Map([Rule(address, endpoint=page) for address, page in ROUTES.items()], merge_slashes=False).bind("")


class RoutedPage(BaseRenderer):
	"""A page of the app, if the path is one of ROUTES. Frappe asks each renderer whether it can render a path."""

	def __init__(self, path: str, http_status_code: int | None = None):
		self.found, self.arguments = _page_at(path.strip("/ "))
		super().__init__(self.found or path, http_status_code)

	def can_render(self) -> bool:
		return bool(self.found)

	def render(self) -> Response:
		# Otherwise Frappe remembers that there was no such page, and doesn't look again when there is one.
		frappe.local.no_cache = 1
		frappe.form_dict.update(self.arguments)
		context = frappe._dict()
		frappe.get_module(f"scheduler_integration.www.{self.found.replace('/', '.')}").get_context(context)
		html = draw(f"scheduler_integration/www/{self.found}.html", context)
		return self.build_response(html, context.http_status_code)


def _page_at(path: str) -> tuple[str, Mapping[str, Any]]:
	"""Return the page in www/ and the named parts of the path. Of a path that isn't the app's, return nothing.

	`/schedule//jane` is `/schedule/jane`. Frappe would redirect there, to the host that the request's Host header names.
	"""
	try:
		return _ADDRESSES.match(re.sub("/{2,}", "/", f"/{path}"))
	except NotFound:
		return "", {}
