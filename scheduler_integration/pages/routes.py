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

# The page of each address: its module and its template here, side by side.
ROUTES = {
	"/scheduling": "host/agenda",
	"/scheduling/why": "host/why",
	"/scheduling/ill": "host/ill",
	"/scheduling/leaving": "host/ill",
	"/scheduling/embed": "host/embed",
	"/scheduling/page": "host/page_form",
	"/scheduling/page/preview": "preview/page",
	"/scheduling/types": "host/types_list",
	"/scheduling/types/<type>": "host/type_editor",
	"/scheduling/types/<type>/preview": "preview/type",
	"/scheduling/types/<type>/test": "preview/test",
	"/scheduling/insights": "host/insights",
	"/scheduling/insights/reports": "host/report_insights",
	"/scheduling/calendars": "host/calendars",
	"/scheduling/book": "host/book",
	"/scheduling/proposal/<proposal>": "host/proposal",
	"/scheduling/meeting/<meeting>": "host/meeting",
	"/scheduling/links": "host/links",
	"/scheduling/webhooks": "host/webhooks",
	"/scheduling/waitlist": "host/waitlist",
	"/scheduling/times": "host/mail_times",
	"/scheduling/hours": "host/hours/page",
	"/scheduling/time-off": "host/hours/page",
	"/scheduling/mail": "host/mail",
	"/scheduling/video": "host/video",
	"/client-report/<name>": "client_report",
	"/schedule/answer/<token>": "answer",
	"/book/<page>": "other_addresses",
	"/book/<page>/<meeting_type>": "other_addresses",
	"/schedule/pay/<token>": "pay",
	"/schedule/manage/<token>": "manage",
	"/schedule/unsubscribe/<token>": "unsubscribe",
	"/schedule/waitlist/<token>": "waiting/entry",
	"/schedule/privacy": "privacy",
	"/schedule/your-data": "your_data",
	"/schedule/embed.js": "embed_script",
	"/schedule/go/<reference>": "go",
	"/schedule/<slug>": "listing",
	"/schedule/<slug>/llms.txt": "words",
	"/schedule/<slug>/<meeting_type>.md": "words",
	"/schedule/<slug>/<meeting_type>": "booking/page",
	"/schedule/<slug>/<meeting_type>/waitlist": "waiting/join",
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
		return self.build_response(*answer(self.found))


def answer(page: str) -> tuple[str, int]:
	"""Answer this request with a page of ROUTES, such as `booking/page`. Returns its HTML and its HTTP status.

	The page's module has a `PAGE`, or is itself one: its `answer` returns the view that its template prints.
	"""
	module = frappe.get_module(f"scheduler_integration.pages.{page.replace('/', '.')}")
	view = getattr(module, "PAGE", module).answer()
	return draw(f"scheduler_integration/pages/{page}.html", {"view": view}), view.get("status", 200)


def _page_at(path: str) -> tuple[str, Mapping[str, Any]]:
	"""Return the page and the named parts of the path. Of a path that isn't the app's, return nothing.

	`/schedule//jane` is `/schedule/jane`. Frappe would redirect there, to the host that the request's Host header names.
	"""
	try:
		return _ADDRESSES.match(re.sub("/{2,}", "/", f"/{path}"))
	except NotFound:
		return "", {}
