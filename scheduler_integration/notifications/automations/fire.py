"""Starts an automation for a booking, because a manager or another system wants that."""

from __future__ import annotations

import frappe
from frappe import _

from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.tokens import is_booking
from scheduler_integration.notifications.automations.plan import fired_tasks
from scheduler_integration.notifications.channels import has_channel
from scheduler_integration.notifications.rules import find_automation
from scheduler_integration.outbox.tasks import plan_all
from scheduler_integration.permissions import is_manager


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
