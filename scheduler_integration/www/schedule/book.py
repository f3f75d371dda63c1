"""`/book/<page>` and `/book/<page>/<type>`: addresses that other schedulers use. They lead to `/schedule/...`.

In place of the page's slug there may be the user id of a host with one personal page. `?type=` names the meeting type.
"""

from urllib.parse import quote, urlencode

import frappe

from scheduler_integration.catalogue.lookup import find_page, page_of_user
from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.exceptions import PageNotFound
from scheduler_integration.pages.kit.respond import argument, redirection, respond

no_cache = 1
sitemap = 0

# Arguments of the route itself.
_OF_ROUTE = ("page", "meeting_type", "type")


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	asked = argument("page")
	try:
		page = find_page(asked)
	except PageNotFound:
		page = page_of_user(asked)
	parts = (page.slug, argument("meeting_type") or argument("type"))
	path = "/".join(quote(part, safe="") for part in parts if part)
	arguments = frappe.request.args.items(multi=True) if frappe.request else ()
	kept = urlencode([(name, value) for name, value in arguments if name not in _OF_ROUTE])
	raise redirection(f"/schedule/{path}?{kept}" if kept else f"/schedule/{path}", 302)
