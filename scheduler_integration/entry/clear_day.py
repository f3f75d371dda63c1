"""A host can't come on a day, or leaves: one pass over the meetings, each handed over, moved, asked about or cancelled.

Each meeting is a command of its own, in a transaction of its own: one that is refused stops no other, and stays as it is.
Messages wait for UNDO_SECONDS, so that the host can take the pass back. A meeting that begins soon can't wait: its messages
leave after the few seconds that every command of a page has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.availability import hours
from scheduler_integration.availability.hours_change import taken_back
from scheduler_integration.entry.bulk import MEETINGS, MOST, undo_all
from scheduler_integration.entry.commands import HostCommand, act_undoably, parse_command
from scheduler_integration.entry.errors import refusals, refused_alone
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.lookup import readable_of
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.platform import clock
from scheduler_integration.platform.progress import Work

UNDO_SECONDS = 10 * 60
# An attendee with a meeting within this time is told at once.
SOON_SECONDS = 60 * 60

KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Pass:
	"""The wishes for meetings of the host `user`: for each booking's name `hand_over:<user>`, `move:<start>`, `ask`, `cancel`
	or `keep`.

	`reason` goes to those whose meeting is moved or cancelled, or who are asked. With `closes_day` no more times are offered
	on the day. `day` is None for somebody who leaves.
	"""

	user: str
	day: date | None
	choices: Mapping[str, str]
	reason: str = ""
	closes_day: bool = True


def is_told_at_once(start: int, now: int) -> bool:
	"""Whether a meeting begins so soon that its attendee can't wait for the host to think again. Epoch seconds."""
	return start - now < SOON_SECONDS


def clear_day(wanted: Pass) -> dict[str, Any]:
	"""Carry out the pass as the signed-in host or manager. Returns the facts for `undo_pass` and `tell_all_now`, as JSON values.

	`done` has for each changed meeting `who` and `start`, what was chosen, the new start, and whether its messages wait.
	`refused` has the same of each refused one with the reason; both are empty for the day itself, and for a booking that
	the user may not read. Raises InvalidRequest if there are too many, or a choice can't be read.
	"""
	chosen = {name: choice for name, choice in wanted.choices.items() if choice != KEEP}
	if len(chosen) > MOST:
		raise InvalidRequest(_("Select at most {0} meetings.").format(MOST))
	found = {each.id: each for each in readable_of(chosen, clock.now())}
	commands = {name: _command(found.get(name), name, choice, wanted) for name, choice in chosen.items()}
	facts: dict[str, Any] = {"user": wanted.user, "commands": [], "done": [], "refused": [], "hours": None}
	refused = dict[str, SchedulingError]()
	if wanted.closes_day and wanted.day:
		with refused_alone(refused, ""):
			facts["hours"] = hours.close_day(wanted.user, wanted.day)
	for name, command in Work(frappe.session.user, MEETINGS, len(commands)).through(commands.items()):
		with refused_alone(refused, name):
			_run(found.get(name), command, chosen[name], facts)
	for name, error in refused.items():
		told = " ".join(dict.fromkeys([error.message, *error.details.values()]))
		facts["refused"].append({**_named(found.get(name)), "message": told})
	return facts


def undo_pass(facts: Mapping[str, Any]) -> None:
	"""Take back what can be taken back. Raises SomeNotUndone, or the error of the only command."""
	if facts["hours"]:
		with refusals():
			taken_back(facts["hours"]).save()
			frappe.db.commit()
	if facts["commands"]:
		undo_all(facts["commands"])


def tell_all_now(facts: Mapping[str, Any]) -> None:
	"""Let the messages of the pass leave now. It can't be undone any more."""
	for each in facts["commands"]:
		bookings.tell_now(each, clock.now())


def _command(booking: HostBooking | None, name: str, choice: str, wanted: Pass) -> HostCommand:
	kind, _colon, detail = choice.partition(":")
	actions: Sequence[str] = booking.actions if booking else ()
	if kind == "hand_over":
		return parse_command("hand_over", name, host=detail, replaces=wanted.user)
	if kind == "move":
		return parse_command(_of_session("reschedule", actions), name, reason=wanted.reason, start=detail)
	if kind == "ask":
		# Nobody will be there, so the time is given back before the attendee has chosen another one.
		return parse_command("ask_to_reschedule", name, reason=wanted.reason, gives_back=1)
	if kind == "cancel":
		action = "decline" if "decline" in actions else _of_session("cancel", actions)
		return parse_command(action, name, reason=wanted.reason)
	raise InvalidRequest(details={f"do:{name}": _("Choose one.")})


def _of_session(action: str, actions: Sequence[str]) -> str:
	return f"{action}_for_all" if f"{action}_for_all" in actions else action


def _run(booking: HostBooking | None, command: HostCommand, choice: str, facts: dict[str, Any]) -> None:
	at_once = booking is not None and is_told_at_once(booking.start, clock.now())
	after, done = act_undoably(command, bookings.UNDO_SECONDS if at_once else UNDO_SECONDS)
	facts["commands"].append(done)
	facts["done"].append({**_named(booking), "choice": choice, "moved_to": after.start, "waits": not at_once})


def _named(booking: HostBooking | None) -> dict[str, Any]:
	if not booking:
		return {"who": "", "start": None}
	return {"who": booking.meeting_type.title if booking.session else booking.attendee.name, "start": booking.start}
