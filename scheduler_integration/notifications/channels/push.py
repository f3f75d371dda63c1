"""The channel push: a notification on the devices of each host who has turned that on."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.notifications.channels.channel import Action, Channel, text_of
from scheduler_integration.notifications.devices import Notification, has_devices, notify
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Done, NotNeeded, Outcome


class Push(Channel):
	"""A notification on the hosts' devices. The first line of the text is its title."""

	name = "Push"
	kind = "web_push"
	is_once_per_session = False
	is_for_who_acted = False

	def readers(self, automation: Automation, booking: Document) -> list[Reader]:
		"""Return the hosts who have such a device."""
		return [host for host in super().readers(automation, booking) if host.user and has_devices(host.user)]

	def run(self, action: Action, now: int) -> Outcome:
		"""Send the notification. It isn't tried again, because an e-mail says the same."""
		user, booking = action.reader.user or "", action.booking
		title, _line, body = text_of(action).partition("\n")
		path = f"/scheduling/meeting/{booking.name}"
		notification = Notification(title, body.strip(), path, about=booking.session or booking.name)
		try:
			is_shown = frappe.db.get_value("User", user, "enabled") and notify(user, notification, now)
		except OutsideError as error:
			return NotNeeded(error.message)
		return Done() if is_shown else NotNeeded(_("The host has turned off notifications."))
