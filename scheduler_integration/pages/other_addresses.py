"""`/book/<page>` and `/book/<page>/<type>`: addresses that other schedulers use. They lead to `/schedule/...`.

In place of the page's slug there may be the user id of a host with one personal page. `?type=` names the meeting type.
"""

from urllib.parse import quote, urlencode

import frappe

from scheduler_integration.catalogue.lookup import find_page, page_of_user
from scheduler_integration.exceptions import PageNotFound
from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit.respond import View, argument, redirection

PAGE = GuestPage()


@PAGE.view
def _view(visit: Visit) -> View:
	asked = argument("page")
	try:
		page = find_page(asked)
	except PageNotFound:
		page = page_of_user(asked)
	parts = (page.slug, argument("meeting_type") or argument("type"))
	path = "/".join(("/schedule", *(quote(part, safe="") for part in parts if part)))
	arguments = frappe.request.args.items(multi=True) if frappe.request else ()
	# The others are those of the route itself.
	kept = urlencode([(name, value) for name, value in arguments if name not in ("page", "meeting_type", "type")])
	raise redirection(f"{path}?{kept}" if kept else path, 302)
