"""Stands in for a host's own calendar: `/demo-calendar` shows it and changes it, and the demo's app reads its feed.

So somebody who tries the demo can see the effect of a busy time, without an account anywhere.
"""

import json
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import frappe
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from embedded.outbox import html_page

HOST, ZONE, SLUG = "sam@demo.example", "America/New_York", "sam"
PATH = "/demo-calendar"
FEED = f"{PATH}/feed.ics"
_TITLES = ("Dentist", "School play", "Flight to Boston", "Lunch with Kim", "Gym")


def page(request: Request) -> Response:
	"""Answer `/demo-calendar` and its feed. A POST adds an event, or removes the event that it names."""
	if not is_there():
		raise NotFound
	if request.path == FEED:
		return Response(_feed(_events()), mimetype="text/calendar")
	if request.method == "POST":
		_change(request.form)
		return redirect(PATH, 303)
	return html_page("Sam's own calendar", _list(_events()))


def is_there() -> bool:
	return _file().exists()


def connect(address: str) -> None:
	"""Give the host an event on each of the next days, and a connection to the feed below `address`."""
	today = datetime.now(ZoneInfo(ZONE)).date()
	days = [day for number in range(1, 8) if (day := today + timedelta(days=number)).weekday() < 5]
	events = [
		{"title": title, "start": f"{day}T{11 + number % 3:02}:00", "minutes": 120}
		for number, (day, title) in enumerate(zip(days, _TITLES, strict=True))
	]
	_file().write_text(json.dumps(events, indent=1))
	values = {"user": HOST, "provider": "ICS", "address": address + FEED}
	frappe.get_doc({"doctype": "Calendar Connection", **values}).insert()


def follow(address: str) -> None:
	"""Store in the connection the address at which the demo is served this time."""
	name = frappe.db.get_value("Calendar Connection", {"user": HOST, "provider": "ICS"})
	if name:
		frappe.get_doc("Calendar Connection", name).update({"address": address + FEED}).save()


def _change(form: dict) -> None:
	events = _events()
	if form.get("remove"):
		events = [each for number, each in enumerate(events) if str(number) != form["remove"]]
	else:
		start = datetime.fromisoformat(form["start"])
		title = form.get("title") or "Busy"
		events.append(
			{"title": title[:80], "start": f"{start:%Y-%m-%dT%H:%M}", "minutes": min(int(form["minutes"]), 1440)}
		)
	_file().write_text(json.dumps(events, indent=1))
	from scheduler_integration.calendars.queue import enqueue_sync

	for name in frappe.get_all("Calendar Connection", {"user": HOST}, pluck="name"):
		enqueue_sync(name)


def _file() -> Path:
	return Path(frappe.local.site_path) / "demo_calendar.json"


def _events() -> list[dict]:
	return sorted(json.loads(_file().read_text()), key=lambda each: each["start"])


def _feed(events: list[dict]) -> str:
	lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Demo//EN", "X-WR-CALNAME:Sam's own calendar"]
	for number, each in enumerate(events):
		start = datetime.fromisoformat(each["start"]).replace(tzinfo=ZoneInfo(ZONE)).astimezone(timezone.utc)
		lines += [
			"BEGIN:VEVENT", f"UID:{number}-{start:%Y%m%d%H%M}@demo.example", "DTSTAMP:20260101T000000Z",
			f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DURATION:PT{each['minutes']}M", "SUMMARY:Private", "END:VEVENT",
		]  # fmt: skip
	return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _list(events: list[dict]) -> str:
	rows = "".join(
		f"<tr><td>{escape(each['start'].replace('T', ' '))}</td><td>{each['minutes']} min</td><td>{escape(each['title'])}</td>"
		f'<td><form method="post"><button name="remove" value="{number}">Remove</button></form></td></tr>'
		for number, each in enumerate(events)
	)
	tomorrow = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=1)
	return (
		f"<p>Times in New York. Change something here, and a few seconds later "
		f'<a href="/schedule/{SLUG}/intro">Sam\'s booking page</a> offers other times. It never says why.</p>'
		f"<table>{rows}</table>"
		f'<form method="post"><p><label>What <input name="title" value="Busy"></label> '
		f'<label>When <input name="start" type="datetime-local" value="{tomorrow}T14:00" required></label> '
		f'<label>Minutes <input name="minutes" type="number" min="15" max="1440" value="60" required></label> '
		f"<button>Add</button></p></form>"
	)
