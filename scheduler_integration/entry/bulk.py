"""One command for several bookings at once."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _

from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError, SomeRefused

# Commands that need nothing but a reason, in the order in which they are offered.
BULK_ACTIONS = ("confirm", "decline", "complete", "no_show", "cancel")
MOST = 100


def act_on_all(action: str, names: Sequence[str], reason: str) -> int:
	"""Run the command for each of these bookings, as the signed-in host or manager. Returns how many were changed.

	Each booking has a transaction of its own, which is committed: if the command is refused for one booking, the others
	are still changed. Raises SomeRefused at the end if the command was refused for some, and InvalidRequest at once if the
	command isn't one of BULK_ACTIONS, or if there are no bookings or more than MOST.
	"""
	if action not in BULK_ACTIONS:
		raise InvalidRequest(details={"action": _("This must be one of: {0}.").format(", ".join(BULK_ACTIONS))})
	if not names:
		raise InvalidRequest(_("Select at least one meeting."))
	if len(names) > MOST:
		raise InvalidRequest(_("Select at most {0} meetings.").format(MOST))
	wanted, refused = list(dict.fromkeys(names)), dict[str, SchedulingError]()
	for name in wanted:
		try:
			with refusals():
				act(parse_command(action, name, reason))
				frappe.db.commit()
		except SchedulingError as error:
			refused[name] = error
	changed = len(wanted) - len(refused)
	if refused:
		raise SomeRefused(changed, refused)
	return changed
