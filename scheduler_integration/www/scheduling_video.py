"""`/scheduling/video`: the links and buttons of the section "Video" on a host's page.

- `?connect=Zoom` goes on to the provider's page.
- `?join=<booking>` goes on to the video call, with the host's own link.
- A form with `disconnect` removes an account, one with `prefer` makes it the preferred one.

Each ends with a redirect, or with an error page.
"""

import frappe

from scheduler_integration.conferencing.connect import begin, disconnect, prefer
from scheduler_integration.conferencing.hosts import host_link
from scheduler_integration.entry.oauth import this_asker
from scheduler_integration.exceptions import BookingNotFound
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted, to_your_meetings
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_PAGE = "/scheduling"


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: _PAGE, way_out=to_your_meetings)


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
		raise redirection(begin(provider, this_asker()), 302)
	raise redirection(_PAGE, 302)


def _call(name: str) -> str:
	booking = find_for_host(name, "read")
	link = host_link(booking, now())
	if not link:
		raise BookingNotFound
	return link
