"""One command for several bookings at once, and its undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from scheduler_integration.entry.commands import act_undoably, parse_command, undo
from scheduler_integration.entry.errors import refused_alone
from scheduler_integration.exceptions import InvalidRequest, SchedulingError, SomeNotUndone, SomeRefused
from scheduler_integration.platform.progress import Work

# Commands that need nothing but a reason, in the order in which they are offered.
BULK_ACTIONS = ("confirm", "decline", "complete", "no_show", "cancel")
MOST = 100
# The user's page shows under this key how many of the meetings are done.
MEETINGS = "meetings"


def act_on_all(action: str, names: Sequence[str], reason: str) -> list[dict[str, Any]]:
	"""Run the command for each of these bookings, as the signed-in host or manager.

	Returns for each booking the facts with which `undo` of entry/commands.py takes its command back.

	Each booking has a transaction of its own, which is committed. If the command is refused for one booking, the others
	are still changed. Raises SomeRefused at the end if the command was refused for some, and InvalidRequest at once if the
	command isn't one of BULK_ACTIONS, or if there are no bookings or more than MOST.
	"""
	if action not in BULK_ACTIONS:
		raise InvalidRequest(details={"action": _("This must be one of: {0}.").format(", ".join(BULK_ACTIONS))})
	if not names:
		raise InvalidRequest(_("Select at least one meeting."))
	if len(names) > MOST:
		raise InvalidRequest(_("Select at most {0} meetings.").format(MOST))
	wanted, refused, done = list(dict.fromkeys(names)), dict[str, SchedulingError](), list[dict[str, Any]]()
	for name in Work(frappe.session.user, MEETINGS, len(wanted)).through(wanted):
		with refused_alone(refused, name):
			_booking, facts = act_undoably(parse_command(action, name, reason=reason))
			done.append(facts)
	if refused:
		raise SomeRefused(len(done), refused)
	return done


def undo_all(commands: Sequence[dict[str, Any]]) -> None:
	"""Take back these commands, the last one first, as the signed-in host or manager. They are the facts of `undoable`.

	Each has a transaction of its own, which is committed. If one can't be taken back, the others still are. Raises
	SomeNotUndone at the end for those that couldn't, or the error itself if there was only one command.
	"""
	refused = dict[str, SchedulingError]()
	for facts in Work(frappe.session.user, MEETINGS, len(commands)).through(reversed(commands)):
		# The name of the booking that the command left. A moved meeting is a new one.
		name = next((each["name"] for each in (*facts["made"], *facts["bookings"])), "")
		with refused_alone(refused, name):
			undo(facts)
	if len(commands) == 1 and refused:
		raise next(iter(refused.values()))
	if refused:
		raise SomeNotUndone(len(commands) - len(refused), dict(reversed(refused.items())))
