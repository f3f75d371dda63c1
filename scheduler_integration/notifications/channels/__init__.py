"""The table of channels: by their name in Meeting Automation, and by the kind of their outbox tasks."""

import frappe

from scheduler_integration.notifications.channels.channel import Channel
from scheduler_integration.notifications.channels.crm import CrmStatus, CrmTask
from scheduler_integration.notifications.channels.email import Email
from scheduler_integration.notifications.channels.push import Push
from scheduler_integration.notifications.channels.sms import TextMessage
from scheduler_integration.notifications.channels.todo import Todo
from scheduler_integration.notifications.channels.webhook import Webhook
from scheduler_integration.notifications.rules import Automation

_ALL = (Email(), TextMessage(), Webhook(), Todo(), Push(), CrmStatus(), CrmTask())
CHANNELS: dict[str, Channel] = {each.name: each for each in _ALL}
BY_KIND: dict[str, Channel] = {each.kind: each for each in CHANNELS.values()}


def has_channel(automation: Automation) -> bool:
	"""Whether the automation can act. One whose channel came with a removed app can't. That is logged."""
	if automation.channel not in CHANNELS:
		frappe.log_error(
			f"The automation {automation.title} did nothing", f"There is no channel {automation.channel!r}."
		)
	return automation.channel in CHANNELS
