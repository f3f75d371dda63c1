"""Messages on `/scheduling` about a refused command: the reason, and how a manager can run it all the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from frappe import _

from scheduler_integration.exceptions import DatesTaken, HostNotFree, SomeRefused, TimeNotFree
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host.words import who_and_when
from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.query import read_instant, web_address
from scheduler_integration.pages.kit.spans import in_short, moment_in_short
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import CalendarEntry, Objection


def not_free_message(error: HostNotFree, asked: dict[str, str], style: TimeStyle) -> dict:
	"""Return a message that says why the host can't take the meeting.

	`asked` has the form's `name`, `host` and `replaces`. If only rules are in the way, `anyway` repeats them, and the
	page offers to reassign the meeting despite the rules.
	"""
	sentences = {objection.message: reason_view(objection, style) for objection in error.objections}
	return {
		"text": error.message,
		"is_error": True,
		"reasons": list(sentences.values()),
		"conflicts": [conflict_view(conflict, style) for conflict in error.conflicts],
		"anyway": {"fields": {**asked, "action": "reassign"}, "label": _("Reassign anyway")}
		if error.can_force
		else None,
	}


def no_time_message(error: TimeNotFree, asked: dict[str, str], style: TimeStyle) -> dict:
	"""Return a message that says why a meeting can't be moved to a time, with the nearest times that are free.

	`asked` has the form's `action`, `name`, `reason` and `start`. See `not_free_message` for `anyway`.
	"""
	sentences = {objection.message: reason_view(objection, style) for objection in error.objections}
	offered = sorted(error.suggestions, key=lambda slot: slot.start)
	return {
		"text": error.message,
		"is_error": True,
		"reasons": list(sentences.values()),
		"anyway": {"fields": asked, "label": _("Move it anyway")} if error.can_force else None,
		"others": [
			{"fields": {**asked, "start": iso(slot.start, style.zone)}, "label": moment_in_short(slot.start, style)}
			for slot in offered
		],
	}


def dates_taken_message(error: DatesTaken, asked: dict[str, str], style: TimeStyle) -> dict:
	"""Return a message that names the dates of a series that aren't free, and offers to move the others.

	`asked` has the form's `action`, `name`, `reason`, `scope` and `start`.
	"""
	dates = error.plan.dates
	agreed = [iso(each.wanted, style.zone) if each.is_free else None for each in dates]
	# The date that was chosen must move itself.
	may_move = read_instant(asked["start"]) in [each.wanted for each in dates if each.is_free]
	return {
		"text": _("Some of the dates aren't free at that time."),
		"is_error": True,
		"reasons": [
			{"text": _("{0} isn't free").format(moment_in_short(each.wanted, style)), "conflicts": []}
			for each in error.plan.missing
		],
		"rest": {"fields": {**asked, "dates": json.dumps(agreed)}, "label": _("Move the others only")}
		if may_move
		else None,
	}


def some_refused_message(error: SomeRefused, bookings: Sequence[HostBooking], style: TimeStyle) -> dict:
	"""Return a message that names each of the `bookings` that was refused, with the reason."""
	names = {booking.id: who_and_when(booking, style) for booking in bookings}
	return {
		"text": error.message,
		"is_error": True,
		"reasons": [
			{"text": f"{names.get(name, name)}: {refused.message}", "conflicts": []}
			for name, refused in error.refused.items()
		],
	}


def reason_view(objection: Objection, style: TimeStyle) -> dict:
	"""Return the view of an objection for templates/scheduling/reasons.html."""
	return {"text": objection.message, "conflicts": [conflict_view(each, style) for each in objection.conflicts]}


def conflict_view(entry: CalendarEntry, style: TimeStyle) -> dict:
	"""Return the label and the time of a calendar entry, and the address of its page, or else of its record in the desk."""
	is_meeting = entry.doctype == "Booking" and entry.name
	return {
		"label": entry.label,
		"when": in_short(entry.start, entry.end, style),
		"url": f"/scheduling/meeting/{quote(entry.name or '', safe='')}" if is_meeting else web_address(entry.url),
	}
