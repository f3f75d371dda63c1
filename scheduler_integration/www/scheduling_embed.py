"""`/scheduling/embed`: hosts choose how a website shows their page, see it, and copy the code.

`?meeting=<page>` or `<page>/<type>`, by their slugs; `mode`, `color` and `site`, the website that should show it.
"""

import frappe
from frappe.utils import get_fullname

from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.entry.headers import embedding_hosts
from scheduler_integration.pages.host.embed import PATH, EmbedPage, embed_view, read_choice
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.page_form import PATH as PAGE
from scheduler_integration.pages.kit.respond import argument, respond_to_host
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.permissions import is_manager, managers
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	types = readable_meeting_types()
	page = EmbedPage(
		house=open_house(frappe.session.user, current_visitor(), now(), PAGE),
		types=types,
		choice=read_choice(types, argument("meeting"), argument("mode"), argument("color"), argument("site")),
		hosts=embedding_hosts(),
		may_allow=is_manager(),
		managers=[] if is_manager() else [get_fullname(user) for user in managers()],
	)
	return embed_view(page)
