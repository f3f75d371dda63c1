"""The channel e-mail: the automation's Email Template, through Frappe's Email Queue."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.channels.channel import Action, Channel, Preview
from scheduler_integration.notifications.email import KIND, send_message
from scheduler_integration.notifications.messages import Message, capped_at, reply_addresses, sender_name_for
from scheduler_integration.notifications.rules import FOLLOW_UP_TRIGGERS, Automation
from scheduler_integration.notifications.templates import may_name, render
from scheduler_integration.notifications.unsubscribe import FOLLOW_UPS, Subscription
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.outbox.outcomes import NotNeeded, Outcome
from scheduler_integration.parsing.email_address import is_header_safe


class Email(Channel):
	"""An e-mail. It has no invitation, because nothing in a calendar changes."""

	name = "Email"
	kind = KIND
	has_recipients = True
	needs_text = False
	has_tests = True

	def run(self, action: Action, now: int) -> Outcome:
		"""Send the automation's e-mail. Raises the errors of `send_message`."""
		booking, reader = action.booking, action.reader
		# Whether it is a follow-up to somebody outside. Hosts get theirs for their work.
		can_be_stopped = action.automation.trigger in FOLLOW_UP_TRIGGERS and not action.reader.is_hosting
		follow_ups = Subscription(FOLLOW_UPS, reader.email, booking.scheduling_page) if can_be_stopped else None
		if follow_ups and follow_ups.is_stopped():
			return NotNeeded(_("This reader wants no messages after a meeting."))
		message = Message(
			booking=booking.name,
			template=action.automation.built_in or "",
			reader=reader,
			reply_to=reply_addresses(booking, reader),
			variables=lambda: {**variables_for(booking, reader), "unsubscribe_url": follow_ups and follow_ups.url},
			invitation=lambda: None,
			message_id=action.key,
			email_template=action.automation.email_template,
			sender_name=sender_name_for(booking, reader),
			capped_at=capped_at(booking, reader),
			subscription=follow_ups,
		)
		return send_message(message, now)

	def preview(self, action: Action) -> Preview:
		"""Return the e-mail that the reader would get. Raises the template's error if it is broken."""
		automation, reader = action.automation, action.reader
		with print_language(reader.words):
			variables = {**variables_for(action.booking, reader), "is_reassigned": False}
			words = render(automation.built_in or "", variables, automation.email_template)
		return Preview(reader.email, words.subject, words.html, words.text)

	def may_ask(self, automation: Automation) -> bool:
		"""Whether the text of the e-mail names the link."""
		return may_name("reconfirm_link", automation.built_in or "", automation.email_template)

	def check_address(self, address: str) -> None:
		"""Raise InvalidRequest if it isn't an e-mail address."""
		if "@" not in address or not is_header_safe(address):
			raise InvalidRequest(_("“{0}” is not an e-mail address.").format(address))

	def check_fields(self, row: Document) -> None:
		"""Raise InvalidRequest if no Email Template was chosen."""
		if not row.built_in and not row.email_template:
			raise InvalidRequest(_("Choose an Email Template."))
