"""Creates records for tests. Each name is new, so tests can run in any order and don't meet each other's records."""

from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.engine import zone

ALWAYS = {
	"is_default": 1,
	"timezone": "UTC",
	"minimum_notice_hours": 0,
	"max_days_in_advance": 0,
	"buffer_minutes": 0,
}


def fresh(word: str) -> str:
	"""Return a word that no other record has: letters and digits only."""
	return f"{word}-{frappe.generate_hash(length=8)}".lower()


def at(text: str, zone_name: str = "UTC") -> int:
	"""Return the epoch seconds of a wall-clock time such as `2026-03-02 09:00`."""
	return int(datetime.fromisoformat(text).replace(tzinfo=zone(zone_name)).timestamp())


def wall(instant: int, zone_name: str = "UTC") -> str:
	"""Return the wall-clock time of an instant, such as `2026-03-02 09:00`."""
	return f"{datetime.fromtimestamp(instant, zone(zone_name)):%Y-%m-%d %H:%M}"


def hour(instant: int, zone_name: str = "UTC") -> str:
	"""Return the time of day of an instant, such as `09:00`."""
	return wall(instant, zone_name)[11:]


def make_user(first_name: str = "Jane", roles: tuple[str, ...] = ("Scheduling User",), **fields: Any) -> str:
	"""Create a user who may sign in, and return the User's name."""
	email = fields.pop("email", f"{fresh(first_name)}@hosts.example")
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": first_name,
			"send_welcome_email": 0,
			"time_zone": "UTC",
			"roles": [{"role": role} for role in roles],
			**fields,
		}
	)
	user.flags.no_welcome_mail = True
	return user.insert().name


def make_schedule(user: str, hours: dict[str, list[str]] | None = None, **fields: Any) -> Document:
	"""Create a default schedule. `hours` maps a weekday to spans such as `09:00-17:00`; the default is office hours."""
	weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
	hours = {day: ["09:00-17:00"] for day in weekdays} if hours is None else hours
	return frappe.get_doc(
		{
			"doctype": "Availability Schedule",
			"title": "Hours",
			"user": user,
			"rules": [_rule(day, span) for day, spans in hours.items() for span in spans],
			**ALWAYS,
			**fields,
		}
	).insert()


def make_host(first_name: str, hours: dict[str, list[str]] | None = None, **schedule: Any) -> str:
	"""Create a user with a default schedule of these `hours`, and return the User's name."""
	user = make_user(first_name)
	make_schedule(user, hours, **schedule)
	return user


def make_page(user: str | None = None, hours: dict[str, list[str]] | None = None, **fields: Any) -> Document:
	"""Create a personal page. Its host works in UTC, without minimum notice and booking window."""
	user = user or make_user()
	schedule = {key: fields.pop(key) for key in ("schedule",) if key in fields}.get("schedule", {})
	if not frappe.db.exists("Availability Schedule", {"user": user}):
		make_schedule(user, hours, **schedule)
	return frappe.get_doc(
		{"doctype": "Scheduling Page", "title": "Jane Doe", "slug": fresh("page"), "user": user, **fields}
	).insert()


def make_team_page(users: list[str], **fields: Any) -> Document:
	"""Create a team page of these hosts, each with a schedule as in `make_page`."""
	for user in users:
		if not frappe.db.exists("Availability Schedule", {"user": user}):
			make_schedule(user)
	hosts = [{"user": user} for user in users]
	return make_page(users[0], title="The team", page_type="Team", hosts=hosts, **fields)


def make_meeting_type(page: Document, **fields: Any) -> Document:
	"""Create a meeting type of half an hour on the page."""
	return frappe.get_doc(
		{
			"doctype": "Meeting Type",
			"title": "Intro call",
			"slug": fresh("type"),
			"scheduling_page": page.name,
			"duration_minutes": 30,
			**fields,
		}
	).insert()


def page_of(meeting_type: Document) -> Document:
	"""Return the page of the meeting type."""
	return frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)


def make_consultant(first_name: str = "Jane", **fields: Any) -> str:
	"""Create a user whose scheduler is Calendly, and return the User's name."""
	user = make_user(first_name)
	values = {"scheduler_provider": "Calendly", "scheduler_url": "https://calendly.com/jane-doe", **fields}
	frappe.get_doc({"doctype": "Consultant Scheduler Settings", "consultant": user, **values}).insert()
	return user


def make_external_type(consultant: str, phases: tuple[str, ...] = (), **fields: Any) -> Document:
	"""Create a meeting type of half an hour that is booked on the consultant's external scheduler."""
	return frappe.get_doc(
		{
			"doctype": "Meeting Type",
			"title": "Strategy session",
			"slug": fresh("type"),
			"consultant": consultant,
			"duration_minutes": 30,
			"recommended_phases": [{"phase": phase} for phase in phases],
			**fields,
		}
	).insert()


def make_assessment(consultant: str, **fields: Any) -> Document:
	"""Create a completed assessment of a client in the phase Build."""
	return frappe.get_doc(
		{
			"doctype": "Client Assessment",
			"client_name": "ABC Corp",
			"consultant": consultant,
			"primary_phase": "Build",
			"status": "Completed",
			"action_plan": "<p>Collect every receipt.</p>",
			"resources": "<p>Write to us any time.</p>",
			**fields,
		}
	).insert()


def payload(page: Document, meeting_type: Document, start: str | int, **fields: Any) -> dict[str, Any]:
	"""Return arguments of `public.book`. `start` is in ISO 8601 or in epoch seconds."""
	if isinstance(start, int):
		start = datetime.fromtimestamp(start, zone("UTC")).isoformat()
	return {
		"slug": page.slug,
		"meeting_type": meeting_type.slug,
		"start": start,
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		"timezone": "Europe/Berlin",
		**fields,
	}


def token_of(booking: Any) -> str:
	"""Return the token in a booking's manage link. The booking may be an object or the API's JSON."""
	url = booking["manage_url"] if isinstance(booking, dict) else booking.manage_url
	return url.rpartition("/")[2]


def _rule(day: str, span: str) -> dict[str, Any]:
	start, _dash, end = span.lstrip("!").partition("-")
	return {
		"day_of_week": day,
		"start_time": f"{start}:00",
		"end_time": f"{end}:00",
		"is_available": 0 if span.startswith("!") else 1,
	}
