"""The views of `/schedule/your-data`: the address, the code, what is held, and what was erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frappe import _

from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.clock import site_zone_name
from scheduler_integration.privacy.requests import Erasure
from scheduler_integration.waitlist.records import WAITING

PATH = "/schedule/your-data"
View = dict[str, Any]


@dataclass(frozen=True)
class Step:
	"""What the last form led to: an error, the typed address, or the number of bookings that were corrected."""

	error: SchedulingError | None = None
	typed: str = ""
	changed: int | None = None


def asked_view(visitor: Visitor, step: Step) -> View:
	"""Return the first view, which asks for the address."""
	text = _(
		"Enter the e-mail address with which you booked. We send a code to it, so that nobody else can read your data."
	)
	return _view(visitor, step, _("Your data"), text, mode="ask")


def code_view(visitor: Visitor, step: Step, form: str) -> View:
	"""Return the view that asks for the code. It is the same whether anything is held or not. `form` is the form's key."""
	text = _("If we hold anything about {0}, a code of six digits is on its way there. It is valid for ten minutes.")
	return _view(visitor, step, _("Check your mail"), text.format(f"\u2068{step.typed}\u2069"), mode="code") | {
		"form": form
	}


def held_view(visitor: Visitor, ticket: str, held: dict[str, Any], step: Step) -> View:
	"""Return the view of what is held, with the forms to download, correct and erase it."""
	bookings = held["bookings"]
	rows = [_booking(row, visitor) for row in bookings]
	latest = bookings[0] if bookings else {}
	text = _("This is what we hold about {0}.").format(f"\u2068{held['address']}\u2069")
	latest = latest or next(iter(held["waitlists"]), {})
	person = {
		"name": latest.get("attendee_name") or "",
		"phone": latest.get("attendee_phone") or "",
		"company": latest.get("attendee_company") or "",
	}
	return _view(visitor, step, _("Your data"), text, mode="held") | {
		"ticket": ticket,
		"rows": rows,
		"person": person,
		"others": [
			*(
				_("Invitation by {0}: {1}").format(row["invited_by"], _when(row, visitor))
				for row in held["invitations"]
			),
			*(
				_("{0}, booked on {1}").format(row["title"] or _("Meeting"), row["provider"])
				for row in held["outside_bookings"]
			),
			*(
				_("A booking link made for {0} until {1}").format(
					row["attendee_name"] or held["address"], row["expires_on"]
				)
				for row in held["booking_links"]
			),
			*(_waitlist(row) for row in held["waitlists"]),
		],
		"can_correct": bool(bookings or held["waitlists"]),
		"clicks": len(held["report_events"]),
		"coming": sum(row["status"] in ("Pending", "Scheduled") for row in bookings),
	}


def erased_view(visitor: Visitor, erasure: Erasure) -> View:
	"""Return the view after an erasure, which says what happens later."""
	sentences = []
	if erasure.cancelled:
		sentences.append(
			_(
				"Your coming meeting is cancelled. It is erased when your host has been told, within a day at the latest."
			)
			if erasure.cancelled == 1
			else _(
				"{0} meetings are cancelled. They are erased when your hosts have been told, within a day at the latest."
			).format(erasure.cancelled)
		)
	for kept in erasure.kept:
		when = moment_in_short(kept.start, visitor.style(_zone(visitor)))
		sentences.append(_("The meeting on {0} stays until it is over: {1}").format(when, kept.reason))
	return _view(visitor, Step(), _("Your data is erased"), "", mode="erased") | {"sentences": sentences}


def _view(visitor: Visitor, step: Step, title: str, text: str, mode: str) -> View:
	return {
		"document": document(visitor, title=title, style="manage", secret_address=True),
		"mode": mode,
		"title": title,
		"text": text,
		"action": PATH,
		"problem": step.error.message if step.error else None,
		"errors": step.error.details if step.error else {},
		"typed": step.typed,
		"changed": step.changed,
		"csrf_token": csrf_token(),
		"status": step.error.http_status_code if step.error else 200,
	}


def _booking(row: dict[str, Any], visitor: Visitor) -> dict[str, Any]:
	facts = [
		(_("Your name"), row["attendee_name"]),
		(_("Phone"), row["attendee_phone"]),
		(_("Company"), row["attendee_company"]),
		(_("Notes"), row["notes"]),
		*((each["question"], each["answer"]) for each in row["answers"]),
		(_("Guests"), ", ".join(row["guests"])),
		(_("Reason"), row["cancel_reason"]),
	]
	return {
		"title": row["meeting"] or _("Meeting"),
		"when": _when(row, visitor),
		"host": row["host"],
		"facts": [(label, value) for label, value in facts if value],
		"messages": len(row["messages"]),
	}


def _waitlist(row: dict[str, Any]) -> str:
	title = row["meeting"] or _("Meeting")
	text = _("On the waitlist for {0}") if row["status"] == WAITING else _("Was on the waitlist for {0}")
	facts = (row["attendee_name"], row["attendee_phone"], row["details"].get("notes"))
	return ": ".join([text.format(title), ", ".join(str(fact) for fact in facts if fact)])


def _when(row: dict[str, Any], visitor: Visitor) -> str:
	style, start = visitor.style(_zone(visitor)), int(datetime.fromisoformat(row["start"]).timestamp())
	day = dates.long_day(local_date(start, style.zone), style.locale)
	return _("{0}, {1}").format(day, dates.clock_time(start, style))


def _zone(visitor: Visitor) -> str:
	return visitor.zone or site_zone_name()
