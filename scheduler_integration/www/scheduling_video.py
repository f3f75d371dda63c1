"""`/scheduling/video`: the links and buttons of the section "Video" on a host's page.

- `?connect=Zoom` goes on to the provider's page.
- `?join=<booking>` goes on to the video call, with the host's own link.
- A form with `disconnect` removes an account, one with `prefer` makes it the preferred one.

Each ends with a redirect, or with a page that says why not.
"""

from urllib.parse import quote

import frappe

from scheduler_integration.clock import now
from scheduler_integration.conferencing.connect import begin, disconnect, prefer
from scheduler_integration.conferencing.hosts import host_link
from scheduler_integration.exceptions import BookingNotFound
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.outside.oauth.consent import Asker
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted

no_cache = 1
sitemap = 0

_PAGE = "/scheduling"


def get_context(context: frappe._dict) -> None:
	if frappe.session.user == "Guest":
		raise redirection(f"/login?redirect-to={quote(_PAGE, safe='/')}", 302)
	respond(context, _view)


def _view() -> dict:
	user = frappe.session.user
	if submitted() and (preferred := argument("prefer")):
		prefer(preferred, user)
		raise redirection(f"{_PAGE}?done=video_preferred")
	if submitted():
		disconnect(argument("disconnect"), user)
		raise redirection(f"{_PAGE}?done=video_disconnected")
	if name := argument("join"):
		raise redirection(_call(name), 302)
	if provider := argument("connect"):
		raise redirection(begin(provider, Asker(user, frappe.session.sid)), 302)
	raise redirection(_PAGE, 302)


def _call(name: str) -> str:
	booking = find_for_host(name, "read")
	link = host_link(booking, now())
	if not link:
		raise BookingNotFound
	return link
