"""The demo's first page: `/` lists what can be tried. Also the icon and the rules for robots that browsers ask for."""

from html import escape

import frappe
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from demo import calendar
from embedded.outbox import html_page

_ICON = "/assets/scheduler_integration/images/logo.svg"


def page(request: Request) -> Response:
	"""Answer `/` with a link to everything that can be tried on this site."""
	groups = (("As a guest", _for_guests()), ("As a host", _for_hosts()), ("Behind the scenes", _behind_the_scenes()))
	sections = "".join(f"<h2>{title}</h2><ul>{''.join(_line(*each) for each in links)}</ul>" for title, links in groups)
	signing_in = (
		'<p>Hosts <a href="/login?redirect-to=/scheduling">sign in</a> as <code>jane@demo.example</code> with the password '
		"<code>demo</code>, managers as <code>Administrator</code> with <code>admin</code>. "
		"The demo sends no e-mail and has no desk.</p>"
	)
	return html_page("What you can try here", sections + signing_in)


def icon(request: Request) -> Response:
	return redirect(_ICON)


def robots(request: Request) -> Response:
	return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def _for_guests() -> list[tuple[str, str, str]]:
	links = []
	for each in frappe.get_all("Scheduling Page", {"is_active": 1}, ["name", "slug", "title"], order_by="slug"):
		links.append((f"/schedule/{each.slug}", each.title, "all meetings on this page"))
		types = frappe.get_all(
			"Meeting Type",
			{"scheduling_page": each.name, "is_active": 1},
			["slug", "title"],
			order_by="creation",
		)
		links += [(f"/schedule/{each.slug}/{kind.slug}", f"{kind.title}, {each.title}", "") for kind in types]
	return links


def _for_hosts() -> list[tuple[str, str, str]]:
	return [
		("/scheduling", "Meetings", "requests, the next meeting, moving, cancelling, undo"),
		("/scheduling/hours", "Working hours", "weekly hours, days off, travel"),
		("/scheduling/page", "Page and links", "meeting types, questions, links, QR codes"),
		("/scheduling/calendars", "Calendars", "which calendars keep times closed"),
		("/scheduling/book", "Book for somebody", ""),
		("/scheduling/insights", "Figures", "three months of meetings"),
	]


def _behind_the_scenes() -> list[tuple[str, str, str]]:
	links = [("/outbox", "E-mails", "what a real site would have sent, with the invitations")]
	if calendar.is_there():
		links.append((calendar.PATH, "Sam's own calendar", "add an event, and look at Sam's times"))
	reports = frappe.get_all("Client Assessment", {"status": "Completed"}, "name")
	links += [
		(f"/login?redirect-to=/client-report/{each.name}", "A client's report", "sign in, to read and print it")
		for each in reports
	]
	return links


def _line(path: str, title: str, about: str) -> str:
	return f'<li><a href="{escape(path)}">{escape(title)}</a>{": " if about else ""}{escape(about)}</li>'
