"""The demo's first page: `/` has three doors and lists what can be tried. Also the icon and the rules for robots that browsers ask for."""

from html import escape

import frappe
from frappe import sessions
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from demo import calendar, parts
from embedded.outbox import html_page

SIGN_IN = "/demo-sign-in"
_PEOPLE = ("jane@demo.example", "Administrator")
_DOORS = """
<style>
.doors {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: 1rem; margin-block: 1.5rem; }}
.doors section {{ padding: 1rem; border: 1px solid #d5d9e2; border-radius: 12px; }}
.doors h2 {{ margin: 0; font-size: 1.125rem; }} .doors form {{ display: inline; }}
summary {{ cursor: pointer; padding-block: .5rem; }}
</style>
<div class="doors">
<section><h2>Book as a guest</h2><p>Choose a time with Jane, as somebody who got her link.</p><p><a href="/schedule/jane/intro">Open Jane's page</a></p></section>
<section><h2>Be the host</h2><p>See who comes, and change when people can book.</p>
<form method="post" action="{path}"><button name="user" value="jane@demo.example">I am Jane</button>
<button name="user" value="Administrator">I am the manager</button></form></section>
<section><h2>Read the mails</h2><p>What a real site would have sent, with the invitations.</p><p><a href="/outbox">Open the outbox</a></p></section>
</div>
<p>Or <a href="/login?redirect-to=/scheduling">sign in</a> as <code>jane@demo.example</code> with the password <code>demo</code>,
or as <code>Administrator</code> with <code>admin</code>. The demo sends no e-mail and has no desk.</p>
"""
_ICON = "/assets/scheduler_integration/images/logo.svg"


def page(request: Request) -> Response:
	"""Answer `/` with three doors, and a link to everything that can be tried on this site."""
	groups = (("As a guest", _for_guests()), ("As a host", _for_hosts()), ("Behind the scenes", _behind_the_scenes()))
	everything = "".join(
		f"<h2>{title}</h2><ul>{''.join(_line(*each) for each in links)}</ul>" for title, links in groups
	)
	return html_page(
		"Try it", _DOORS.format(path=SIGN_IN) + f"<details><summary>Everything</summary>{everything}</details>"
	)


def sign_in(request: Request) -> Response:
	"""Sign somebody of the demo in without a password. No other site has these people."""
	user = request.form.get("user")
	if request.method != "POST" or user not in _PEOPLE or not frappe.db.exists("User", _PEOPLE[0]):
		raise NotFound
	sessions.start(user)
	return redirect("/scheduling", 303)


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
		("/scheduling/hours", "Weekly hours", "when people can book"),
		("/scheduling/time-off", "Time off", "days off, travel, absences"),
		("/scheduling/types", "Meeting types", "lengths, places, questions"),
		("/scheduling/page", "Share", "links, QR codes, what visitors read, teams"),
		("/scheduling/calendars", "Calendars", "which calendars keep times closed"),
		("/scheduling/book", "Book for somebody", ""),
		("/scheduling/insights", "Figures", "three months of meetings"),
	]


def _behind_the_scenes() -> list[tuple[str, str, str]]:
	links = [
		("/outbox", "E-mails", "what a real site would have sent, with the invitations"),
		(parts.PATH, "Parts", "every part of the pages, for those who change them"),
	]
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
