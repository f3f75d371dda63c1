"""Makes the view of a page, or an error page for every SchedulingError."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import frappe
from frappe import _
from markupsafe import Markup

from scheduler_integration.catalogue.former_slugs import present_address
from scheduler_integration.catalogue.slugs import RESERVED, is_slug
from scheduler_integration.domains.links import page_url
from scheduler_integration.domains.names import host_of
from scheduler_integration.domains.table import domain_of
from scheduler_integration.entry.errors import refusals, unavailable
from scheduler_integration.entry.headers import use, use_type
from scheduler_integration.exceptions import DatabaseAway, SchedulingError
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform.language import speak_to_host, speak_to_visitor
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.platform.transactions import commit_request

View = dict[str, Any]
SCHEMA = "https://schema.org"


class WayOut(NamedTuple):
	"""A link on an error page that leads to a useful page."""

	url: str
	label: str


class Answer(Exception):
	"""The JSON that a script gets instead of the page. Nothing is rolled back for it."""

	def __init__(self, body: dict[str, Any], status: int):
		super().__init__(status)
		self.body, self.status = body, status


def to_start(error: SchedulingError) -> WayOut | None:
	"""Return the link of a visitor's error page to the start of the site, unless the visitor should only wait."""
	if error.http_status_code in (429, 503):
		return None
	served = frappe.flags.scheduling_served
	return WayOut("/", _("Visit {0}").format(served.domain if served else urlsplit(site_url()).netloc))


def respond(
	make_view: Callable[[], View],
	sign_in_for: Callable[[], str] | None = None,
	way_out: Callable[[SchedulingError], WayOut | None] = to_start,
	*,
	to_host: bool = True,
) -> View:
	"""Return the view for the template, or that of an error page with its HTTP status if `make_view` raises a SchedulingError.

	`way_out` returns the link of the error page. With `sign_in_for`, only signed-in users get the page. Others sign in
	first, and then get the address that `sign_in_for` returns. Their page is one for hosts, unless `to_host` is False.
	"""
	if sign_in_for and frappe.session.user == "Guest":
		raise redirection(f"/login?redirect-to={quote(sign_in_for(), safe='/')}", 302)
	# Frappe may have a catalogue for a language for which this app has none. A page never mixes the two.
	if sign_in_for and to_host:
		speak_to_host()
	else:
		speak_to_visitor()
	try:
		with refusals():
			try:
				view = make_view()
			except (Answer, frappe.Redirect):
				commit_request()
				raise
			commit_request()
	except DatabaseAway as error:
		raise unavailable(error) from None
	except SchedulingError as error:
		if path := _path_since_it_is_reserved():
			raise moved_to(path) from None
		view = error_view(error, way_out(error))
	except Answer as answer:
		use_type("application/json")
		shown = document(current_visitor(), title="")
		view = {"document": shown, "json": script_json(answer.body), "status": answer.status}
	use(view["document"]["headers"])
	return view


def _path_since_it_is_reserved() -> str | None:
	"""Return where the meeting type is that `/schedule/pay/intro` led to, before `pay` was the scheduler's own word."""
	parts = frappe.request.path.strip("/").split("/") if frappe.request else []
	if len(parts) != 3 or parts[0] != "schedule" or parts[1] not in RESERVED or not is_slug(parts[2]):
		return None
	address = present_address(parts[1], parts[2])
	return "/".join(("/schedule", *address)) if address else None


def to_your_meetings(error: SchedulingError) -> WayOut:
	"""Return the link that an error page shows to a host."""
	return WayOut("/scheduling", _("Your meetings"))


def error_view(error: SchedulingError, way_out: WayOut | None = None) -> View:
	"""Return the view of an error page."""
	state = state_of(error) | (way_out._asdict() if way_out else {})
	return {
		"document": document(current_visitor(), title=state["title"], description=error.message, framed=True),
		"state": state,
		"told": refusal_told(error),
		"status": error.http_status_code,
	}


def refusal_told(error: SchedulingError) -> Markup:
	"""Return a refusal for an assistant in the browser: the code and the sentence of the API, in the words of schema.org."""
	refused = {"@type": "Thing", "identifier": error.code, "description": error.message}
	status = f"{SCHEMA}/FailedActionStatus"
	return script_json({"@context": SCHEMA, "@type": "Action", "actionStatus": status, "error": refused})


def wants_json() -> bool:
	"""Whether a script asks for the answer to a form, and not the browser itself."""
	return bool(frappe.request) and frappe.request.headers.get("Accept", "").startswith("application/json")


def redirection(address: str, status: int = 303) -> frappe.Redirect:
	"""Return the exception that redirects to `address`. After a form, status 303 makes the browser use GET."""
	frappe.local.flags.redirect_location = address
	return frappe.Redirect(status)


def moved_to(path: str) -> frappe.Redirect:
	"""Return the exception that redirects for good to another path of this site, with the arguments of this request."""
	return redirection(_with_arguments(path), 301)


def lead_to_domain(slug: str, type_slug: str | None = None, under: str = "") -> None:
	"""Redirect visitors from the page's address on this site to its own domain, if it has one, with the arguments.

	`under` is what follows the page's address, such as `/waitlist`.

	People who are signed in stay, because they are strangers on the other host. So do forms, and pages in a frame: a site
	may be allowed to embed this host only. A proxy that asks here for the domain's pages gets them.
	"""
	request = frappe.request
	if not request or request.method not in ("GET", "HEAD") or frappe.session.user != "Guest":
		return
	served = domain_of(slug)
	is_there = served and served.domain in (host_of(request.host), host_of(request.headers.get("X-Forwarded-Host", "")))
	is_framed = argument("embed") or request.headers.get("Sec-Fetch-Dest", "document") != "document"
	if served and not is_there and not is_framed:
		raise redirection(_with_arguments(page_url(slug, type_slug) + under), 302)


def at_present_address(query: Query, slug: str, type_slug: str, under: str = "") -> Query:
	"""Return the query with the slugs that the type has now. Redirects there, and to the page's own domain: see `lead_to_domain`.

	A form that was open while the address changed counts where it was sent.
	"""
	if (query.slug, query.meeting_type) != (slug, type_slug):
		query = replace(query, slug=slug, meeting_type=type_slug)
		if not submitted():
			raise moved_to(query.path + under)
	lead_to_domain(slug, type_slug, under)
	return query


def _with_arguments(address: str) -> str:
	arguments = frappe.request.query_string.decode(errors="replace") if frappe.request else ""
	return f"{address}?{arguments}" if arguments else address


def submitted() -> bool:
	"""Whether this request submits a form."""
	return bool(frappe.request) and frappe.request.method == "POST"


def chosen_in_form(name: str) -> bool:
	"""Whether this request submits a form whose button or field `name` was sent in the form itself, not in its address.

	Some scanners of mails post to each link that they find. A request that a link alone can send must change nothing.
	"""
	return submitted() and bool(frappe.request.form.get(name))


def argument(name: str) -> str:
	"""Return an argument of the address or the form. Returns an empty string if it is missing or isn't text."""
	value = frappe.form_dict.get(name)
	return value if isinstance(value, str) else ""


def state_of(error: SchedulingError) -> dict:
	"""Return the icon, title, text and hint for an error, and its HTTP status as `code`."""
	words = {
		"PAGE_NOT_FOUND": ("search", _("Page not found"), _("Check the address, or ask your host for the link again.")),
		"MEETING_TYPE_NOT_FOUND": ("search", _("Not available"), _("It may have been renamed or closed.")),
		"REPORT_LINK_NOT_FOUND": ("search", _("Page not found"), None),
		"BOOKING_NOT_FOUND": ("search", _("We can't find this meeting"), None),
		"WAITLIST_ENTRY_NOT_FOUND": ("search", _("Page not found"), None),
		"NO_WAITLIST": ("clock", _("No waitlist"), None),
		"LINK_EXPIRED": ("clock", _("This link has expired"), _("Your confirmation e-mail may have a newer one.")),
		"BOOKING_LINK_NOT_FOUND": ("search", _("Page not found"), None),
		"BOOKING_LINK_USED": ("check", _("This link has been used"), None),
		"BOOKING_LINK_EXPIRED": ("clock", _("This link has expired"), None),
		"BOOKING_LINK_REVOKED": ("clock", _("This link is withdrawn"), None),
		"RATE_LIMITED": ("clock", _("Too many requests"), None),
		"BUSY": ("clock", _("Too many requests"), None),
	}
	icon, title, hint = words.get(error.code, ("alert", _("This did not work"), None))
	return {"icon": icon, "title": title, "text": error.message, "hint": hint, "code": error.http_status_code}
