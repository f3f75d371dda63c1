"""Plans the actions of automations after a change of a booking, as tasks of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.changes import Change, Changes, Kind, bookings_of, moved_from
from scheduler_integration.meetings.series import once_per_series
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.notifications.automations.triggers import MINUTE, moments, still_fits, trigger_of
from scheduler_integration.notifications.channels import CHANNELS, has_channel
from scheduler_integration.notifications.messages import acting_user, task_key
from scheduler_integration.notifications.rules import (
	REMINDER,
	TIMED,
	Automation,
	Facts,
	active_automations,
	find_automation,
)
from scheduler_integration.notifications.templates import TEMPLATES
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import Planned, plan_all, skip_open
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.records import picked

# Purposes of tasks. A timed task follows the booking: it moves with it, and is skipped when it is cancelled.
AT_ONCE, TIMED_TASK = "automation", "reminder"
# An action after the start may be this late. An action before the start must not come later than the start.
PATIENCE = 6 * 3600
# A reminder that is due sooner after the booking isn't sent: people have just read the confirmation.
REMINDER_GAP = 30 * MINUTE
DAY = 86400


def automated_tasks(changes: Changes) -> list[tuple[str, Planned]]:
	"""Return the actions that the changes trigger, and the actions before and after the meeting, with the booking's name.

	Skips earlier timed actions.
	"""
	trigger = trigger_of(changes[0])
	possible = [
		each
		for each in active_automations()
		if each.built_in not in TEMPLATES and each.trigger in (*TIMED, trigger) and has_channel(each)
	]
	facts, planned = Facts(bookings_of(changes)), []
	told = {change.booking.name for change, _dates in once_per_series(changes)}
	for change in changes:
		name, matching = change.booking.name, [each for each in possible if each.is_for(change.booking, facts)]
		# People hear once of a change of a series. Other systems hear of each booking.
		reached = [each for each in matching if name in told or not CHANNELS[each.channel].is_once_per_session]
		tasks = chain(_at_once(reached, trigger, change), _timed(matching, change))
		planned += [(name, task) for task in tasks if task.target]
	if changes[0].kind is not Kind.BOOKED:
		names = [booking.name for booking in (*moved_from(changes), *bookings_of(changes))]
		keep = [task.key for _name, task in planned if task.purpose == TIMED_TASK]
		reason = for_later("The booking was changed.")
		skip_open(names, changes[0].now, reason, purposes=(TIMED_TASK,), keep=keep)
	return planned


def fired_tasks(automation: Automation, booking: Document, key: str, now: int) -> list[Planned]:
	"""Return the actions of an automation that somebody starts by hand, one for each reader. `key` is new each time."""
	channel = CHANNELS[automation.channel]
	planned = (
		_planned(automation, booking, reader, f"fired {key}", now, now + channel.days * DAY, AT_ONCE)
		for reader in channel.readers(automation, booking)
	)
	return [task for task in planned if task.target]


def _at_once(automations: list[Automation], trigger: str | None, change: Change) -> Iterator[Planned]:
	booking = change.booking
	for automation in automations:
		if automation.trigger == trigger:
			channel = CHANNELS[automation.channel]
			actor = None if channel.is_for_who_acted else acting_user(change)
			for reader in channel.readers(automation, booking):
				if not actor or reader.user != actor:
					part = f"{trigger} {booking.sequence}"
					due = change.now + automation.minutes * MINUTE
					yield _planned(automation, booking, reader, part, due, due + channel.days * DAY, AT_ONCE)


def _timed(automations: list[Automation], change: Change) -> Iterator[Planned]:
	"""Yield the tasks before and after the meeting whose moment is still to come.

	For a meeting at 10:00 that is booked at 08:45, a reminder 60 minutes before is due after 15 minutes, so it is left out.
	A move makes a new booking, and a request counts as booked when it is confirmed.
	"""
	booking, now = change.booking, change.now
	booked_at = now if change.kind is Kind.CONFIRMED else booking.booked_at or 0
	for automation in automations:
		if automation.trigger not in TIMED or not still_fits(automation.trigger, booking.status):
			continue
		earliest = max(now + 1, booked_at + REMINDER_GAP) if automation.trigger == REMINDER else now + 1
		for moment in moments(automation, booking):
			if moment >= earliest:
				for reader in CHANNELS[automation.channel].readers(automation, booking):
					# Until when the action makes sense. For an action before the start, that is the start.
					yield _planned(
						automation,
						booking,
						reader,
						str(moment),
						moment,
						booking.starts_at if moment < booking.starts_at else moment + PATIENCE,
					)


def _planned(
	automation: Automation,
	booking: Document,
	reader: Reader,
	part: str,
	due_at: int,
	expires_at: int,
	purpose: str = TIMED_TASK,
) -> Planned:
	channel = CHANNELS[automation.channel]
	return Planned(
		kind=channel.kind,
		purpose=purpose,
		target=channel.target(automation, booking, reader),
		key=task_key(booking, automation.name, booking.name, part, reader.email.lower()),
		due_at=due_at,
		expires_at=expires_at,
		automation=automation.name,
		payload={
			"automation": automation.name,
			**picked(reader, "role", "user"),
			"fired": part.startswith("fired "),
		},
	)


# Starts an automation for a booking, because a manager or another system wants that.


def fire(name: str, booking: str, now: int) -> int:
	"""Plan the automation's action for the booking, whatever its trigger and conditions, and return for how many readers.

	For managers. `now` is in epoch seconds. Raises NotPermitted, and InvalidRequest if there is no such automation or
	booking, or if the automation is switched off.
	"""
	if not is_manager():
		raise NotPermitted
	automation = find_automation(name)
	if not automation or not automation.is_active or not has_channel(automation):
		raise InvalidRequest(details={"name": _("Choose an automation that is switched on.")})
	if not booking or not is_booking(booking):
		raise InvalidRequest(details={"booking": _("Choose a booking.")})
	tasks = fired_tasks(automation, frappe.get_doc("Booking", booking), frappe.generate_hash(length=10), now)
	plan_all([(booking, task) for task in tasks], now)
	return len(tasks)
