"""Runs the commands of the buttons on hosts' pages, and takes them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from scheduler_integration.bookings import UNDO_SECONDS
from scheduler_integration.entry.bulk import MEETINGS, act_on_all, undo_all
from scheduler_integration.entry.commands import ACTIONS, act, act_undoably, parse_command
from scheduler_integration.exceptions import DatesTaken, HostNotFree, SchedulingError, SomeRefused, TimeNotFree
from scheduler_integration.meetings.lookup import readable_of
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host.host_page import Reader, bar
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.host.words import who_and_when
from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.fields import split_addresses
from scheduler_integration.pages.kit.query import read_day, read_instant, read_wall_time, web_address
from scheduler_integration.pages.kit.respond import argument
from scheduler_integration.pages.kit.saving import Saved, take_back
from scheduler_integration.pages.kit.spans import in_short, moment_in_short
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.progress import how_far
from scheduler_integration.times import CalendarEntry, Objection

# The arguments of a command that a form sends as they are.
ASKED = ("action", "name", "reason", "host", "replaces", "force", "gives_back", "amount", "scope", "dates")
# The messages about what was done, by the command's name.
DONE = {
	**{name: action.done for name, action in ACTIONS.items() if action.done},
	"book": for_later("Booked. The invitation leaves in ten seconds."),
	"place": for_later("Saved. The attendee gets the place or the link by e-mail."),
	"one": for_later("The meeting is changed. The e-mail leaves in ten seconds."),
	"several": for_later("The meetings are changed. The e-mails leave in ten seconds."),
	"undone": for_later("Undone. Nobody was told."),
}


def meetings_bar(reader: Reader) -> list[dict[str, Any]]:
	"""Return how many meetings the user's present request has changed or taken back, if it has several."""
	known = how_far(MEETINGS)
	return (
		[bar(reader, MEETINGS, known, _("{0} of 1 meeting | {0} of {1} meetings"), "")]
		if known and not known.is_over
		else []
	)


def run_command(style: TimeStyle, page: str, page_of_booking: bool = False) -> Saved:
	"""Run the command of the submitted form, or take one back. Raises the errors of the command.

	`page` is the address to which the browser goes next. With `page_of_booking` that is the page of the changed booking: a
	meeting that is moved has another one.
	"""
	if key := argument("undo"):
		facts = take_back(key)
		undo_all(facts["commands"])
		return Saved("undone", address=facts["page"])
	if argument("several"):
		# The names of the selected bookings. A session is one row of the list, and sends all its bookings.
		done = act_on_all(
			argument("action"),
			[name for row in frappe.request.form.getlist("selected") for name in row.split(",") if name],
			argument("reason"),
		)
		return _saved("several" if len(done) > 1 else "one", done, page, page)
	asked: dict[str, object] = {name: argument(name) for name in ASKED}
	command = parse_command(**asked, start=wanted_start(style), guests=split_addresses(argument("guests")))
	if ACTIONS[command.action].for_good:
		act(command)
		return Saved(command.action, address=page)
	booking, facts = act_undoably(command)
	there = page.replace(command.name, booking.id) if page_of_booking else page
	return _saved(command.action, [facts], page, there)


def _saved(done: str, commands: Sequence[dict[str, Any]], page: str, there: str) -> Saved:
	return Saved(done, undo={"commands": list(commands), "page": page}, seconds=UNDO_SECONDS, address=there)


def wanted_start(style: TimeStyle) -> str:
	"""Return the time to which a meeting is to be moved, in ISO 8601; empty if none or no valid one was given.

	A typed time counts more than a chosen one.
	"""
	typed = read_wall_time(read_day(argument("to_date")), argument("to_time"), style.zone)
	return iso(typed, style.zone) if typed else argument("start")


def refused_message(
	error: SchedulingError | None, bookings: Sequence[HostBooking], style: TimeStyle
) -> dict[str, Any] | None:
	"""Return the message about a refused command: the reasons, and what can be done instead.

	`others` sends it again with the nearest free times, `rest` for the free dates of a series, and `anyway` despite the rules. Each
	repeats the `fields` of the form.
	"""
	if not error:
		return None
	message: dict[str, Any] = {"text": error.message, "is_error": True}
	start = wanted_start(style)
	if isinstance(error, (HostNotFree, TimeNotFree)):
		message |= _not_free(error, style)
	elif isinstance(error, DatesTaken):
		free = {each.wanted: iso(each.wanted, style.zone) for each in error.plan.dates if each.is_free}
		agreed = [free.get(each.wanted) for each in error.plan.dates]
		again = {**_sent("action", "name", "reason", "scope"), "start": start, "dates": json.dumps(agreed)}
		missing = [moment_in_short(each.wanted, style) for each in error.plan.missing]
		message["text"] = _("Some of the dates aren't free at that time.")
		message["reasons"] = [{"text": _("{0} isn't free").format(when), "conflicts": []} for when in missing]
		# The date that was chosen must move itself.
		may_move = read_instant(start) in free
		message["rest"] = {"fields": again, "label": _("Move the others only")} if may_move else None
	elif isinstance(error, SomeRefused):
		# Cancelled bookings are no longer in the list.
		gone = readable_of(error.refused.keys() - {booking.id for booking in bookings}, now())
		names = {booking.id: who_and_when(booking, style) for booking in (*bookings, *gone)}
		message["reasons"] = [
			{"text": f"{names.get(name, name)}: {refused.message}", "conflicts": []}
			for name, refused in error.refused.items()
		]
	else:
		message["text"] = " ".join((error.message, *error.details.values()))
	return message


def _not_free(error: HostNotFree | TimeNotFree, style: TimeStyle) -> dict[str, Any]:
	"""Return why the host or the time isn't free, and what can be sent instead."""
	reasons = {objection.message: reason_view(objection, style) for objection in error.objections}
	if isinstance(error, HostNotFree):
		again, label = {**_sent("name", "host", "replaces"), "action": "reassign"}, _("Reassign anyway")
		more = {"conflicts": [conflict_view(conflict, style) for conflict in error.conflicts]}
	else:
		again, label = {**_sent("action", "name", "reason"), "start": wanted_start(style)}, _("Move it anyway")
		starts = sorted(slot.start for slot in error.suggestions)
		more = {
			"others": [
				{"fields": {**again, "start": iso(start, style.zone)}, "label": moment_in_short(start, style)}
				for start in starts
			]
		}
	anyway = {"fields": again, "label": label} if error.can_force else None
	return {"reasons": list(reasons.values()), "anyway": anyway, **more}


def reason_view(objection: Objection, style: TimeStyle) -> dict[str, Any]:
	"""Return the view of an objection for templates/scheduling/reasons.html."""
	return {"text": objection.message, "conflicts": [conflict_view(each, style) for each in objection.conflicts]}


def conflict_view(entry: CalendarEntry, style: TimeStyle) -> dict[str, Any]:
	"""Return the label and the time of a calendar entry, and the address of its page, or else of its record in the desk."""
	is_meeting = entry.doctype == "Booking" and entry.name
	return {
		"label": entry.label,
		"when": in_short(entry.start, entry.end, style),
		"url": meeting_url(entry.name or "") if is_meeting else web_address(entry.url),
	}


def _sent(*names: str) -> dict[str, str]:
	return {name: argument(name) for name in names}
