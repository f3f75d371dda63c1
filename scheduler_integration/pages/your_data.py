"""`/schedule/your-data`: a person reads, corrects and erases what is held about them.

Each step is a form that is posted. The address of the page never has the person's address, code or ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from scheduler_integration.engine import local_date
from scheduler_integration.entry.your_data import (
	ask_for_code,
	correct_held,
	erase_held,
	parse_address,
	read_held,
	ticket_for,
)
from scheduler_integration.exceptions import LinkExpired
from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform.clock import site_zone_name
from scheduler_integration.platform.language import counted
from scheduler_integration.waitlist.records import WAITING

PATH = "/schedule/your-data"
PAGE = GuestPage()


@PAGE.action("code")
def _ask(visit: Visit) -> View:
	address = parse_address(argument("address"))
	return _code_view(visit, address, ask_for_code(address))


@PAGE.action("open")
def _open(visit: Visit) -> View:
	ticket = ticket_for(parse_address(argument("address")), argument("form"), argument("code"))
	return held_view(visit, ticket, read_held(ticket))


@PAGE.action("correct")
def _correct(visit: Visit) -> View:
	ticket = argument("ticket")
	changed = correct_held(ticket, frappe.form_dict)
	return held_view(visit, ticket, read_held(ticket)) | {"changed": changed}


@PAGE.action("erase")
def _erase(visit: Visit) -> View:
	erasure, style = erase_held(argument("ticket")), visit.visitor.style(_zone(visit))
	sentences = []
	if erasure.cancelled:
		text = _(
			"Your coming meeting is cancelled. It is erased when your host has been told, within a day at the latest. | {0} meetings are cancelled. They are erased when your hosts have been told, within a day at the latest."
		)
		sentences.append(counted(text, erasure.cancelled).format(erasure.cancelled))
	for kept in erasure.kept:
		text = _("The meeting on {0} stays until it is over: {1}")
		sentences.append(text.format(moment_in_short(kept.start, style), kept.reason))
	return _step(visit, "erased", title=_("Your data is erased"), sentences=sentences)


@PAGE.view
def _view(visit: Visit) -> View:
	if visit.refused == "open":
		return _code_view(visit, parse_address(argument("address")), argument("form"))
	if visit.refused == "correct" and not isinstance(visit.error, LinkExpired):
		return held_view(visit, argument("ticket"), read_held(argument("ticket")))
	text = _(
		"Enter the e-mail address with which you booked. We send a code to it, so that nobody else can read your data."
	)
	typed = argument("address") if visit.refused == "code" else ""
	return _step(visit, "ask", title=_("Your data"), text=text, typed=typed)


def _code_view(visit: Visit, address: str, form: str) -> View:
	"""Return the view that asks for the code. It is the same whether anything is held or not. `form` is the form's key."""
	text = _("If we hold anything about {0}, a code of six digits is on its way there. It is valid for ten minutes.")
	text = text.format(f"\u2068{address}\u2069")
	return _step(visit, "code", title=_("Check your mail"), text=text, typed=address, form=form)


def held_view(visit: Visit, ticket: str, held: dict[str, Any]) -> View:
	"""Return the view of what is held, with the forms to download, correct and erase it."""
	text = _("This is what we hold about {0}.").format(f"\u2068{held['address']}\u2069")
	rows = [row | {"when": _when(row, visit)} for row in held["bookings"]]
	return _step(visit, "held", title=_("Your data"), text=text) | {
		"ticket": ticket,
		"rows": rows,
		"person": next(iter((*rows, *held["waitlists"])), {}),
		"others": [*_others(held, visit)],
		"can_correct": bool(rows or held["waitlists"]),
		"clicks": len(held["report_events"]),
		"coming": any(row["status"] in ("Pending", "Scheduled") for row in rows),
	}


def _others(held: dict[str, Any], visit: Visit) -> Iterator[str]:
	"""Yield a sentence about each thing that isn't a booking here."""
	for row in held["invitations"]:
		yield _("Invitation by {0}: {1}").format(row["invited_by"], _when(row, visit))
	for row in held["outside_bookings"]:
		yield _("{0}, booked on {1}").format(row["title"] or _("Meeting"), row["provider"])
	for row in held["booking_links"]:
		who = row["attendee_name"] or held["address"]
		yield _("A booking link made for {0} until {1}").format(who, row["expires_on"])
	for row in held["waitlists"]:
		text = _("On the waitlist for {0}") if row["status"] == WAITING else _("Was on the waitlist for {0}")
		facts = (row["attendee_name"], row["attendee_phone"], row["details"].get("notes"))
		known = ", ".join(map(str, filter(None, facts)))
		yield f"{text.format(row['meeting'] or _('Meeting'))}: {known}"


def _step(visit: Visit, mode: str, **view: Any) -> View:
	"""Return the view of a step: `ask`, `code`, `held` or `erased`."""
	shown = document(visit.visitor, title=view["title"], style="manage", secret_address=True)
	return {"document": shown, "mode": mode, "action": PATH, "errors": visit.errors, "changed": None, **view}


def _when(row: dict[str, Any], visit: Visit) -> str:
	style, start = visit.visitor.style(_zone(visit)), int(datetime.fromisoformat(row["start"]).timestamp())
	day = dates.long_day(local_date(start, style.zone), style.locale)
	return _("{0}, {1}").format(day, dates.clock_time(start, style))


def _zone(visit: Visit) -> str:
	return visit.visitor.zone or site_zone_name()
