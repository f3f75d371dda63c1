"""`/scheduling/video`: the accounts with which a host's video calls are made.

- `?connect=Zoom` goes on to the provider's page.
- `?join=<booking>` goes on to the video call, with the host's own link.
- A form with `disconnect` removes an account, one with `prefer` makes it the preferred one.
"""

import frappe
from frappe import _

from scheduler_integration.conferencing.connect import accounts, begin, disconnect, prefer, providers
from scheduler_integration.conferencing.records import host_link
from scheduler_integration.entry.oauth import this_asker
from scheduler_integration.exceptions import BookingNotFound
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.pages.host.house import VIDEO, open_house
from scheduler_integration.pages.host.video import video_problem, video_view
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted, to_your_meetings
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: VIDEO, way_out=to_your_meetings)


def _view() -> dict:
	user = frappe.session.user
	if submitted():
		_change(user)
	if name := argument("join"):
		raise redirection(_call(name), 302)
	if provider := argument("connect"):
		raise redirection(begin(provider, this_asker()), 302)
	house = open_house(user, current_visitor(), now(), VIDEO)
	return video_view(house, accounts(user, now()), providers(), _message())


def _change(user: str) -> None:
	"""Run the form's command, and redirect to the page."""
	if preferred := argument("prefer"):
		prefer(preferred, user)
		raise redirection(f"{VIDEO}?done=video_preferred")
	disconnect(argument("disconnect"), user)
	raise redirection(f"{VIDEO}?done=video_disconnected")


def _call(name: str) -> str:
	booking = find_for_host(name, "read")
	link = host_link(booking, now())
	if not link:
		raise BookingNotFound
	return link


def _message() -> dict | None:
	"""Return the message about what was done before the redirect to this page."""
	if problem := video_problem(argument("video_error")):
		return {"text": problem, "is_error": True}
	texts = {
		"video_connected": _("The account is connected, and makes the links of your online meetings."),
		"video_preferred": _("Meetings without a provider of their own use this account now."),
		"video_disconnected": _("The account is disconnected. Links that were sent keep working."),
	}
	done = argument("done")
	return {"text": texts[done], "is_error": False} if done in texts else None
