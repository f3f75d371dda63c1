"""The base of channels: how the action of an automation reaches people, with everything that depends on it.

A channel of text needs `name`, `kind` and `run`, and its line in the table (`channels/__init__.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape

from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.tokens import reconfirm_url
from scheduler_integration.notifications.readers import attendee_of, guests_of, hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.templates import TEXT_NAMES, render_text
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Outcome
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.parsing.typed_template import check_text, check_text_field

OTHER = "Other Address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
	"""An automation's action for one reader, about the booking as it is now.

	`target` is the planned task's, such as an e-mail address. `key` is the same for each attempt.
	"""

	automation: Automation
	booking: Document
	reader: Reader
	target: str
	key: str


@dataclass(frozen=True, slots=True)
class Preview:
	"""The message that one reader would get: `html` for an e-mail, `text` for everything else."""

	to: str
	subject: str | None
	html: str | None
	text: str | None


class Channel:
	"""A way to reach people, by default with a text, and by default only the hosts.

	- `name` is an option of the field `channel` of Meeting Automation, `kind` is the kind of its outbox tasks.
	- `days` is how late an action on a change of the booking may be.
	- `has_recipients`: the automation says whom it reaches, in the fields `recipient` and `recipient_address`.
	- `is_once_per_session`: a host gets one action for a whole session, and everybody gets one for a series.
	- `is_for_who_acted`: a host also gets the action after the host's own change.
	- `needs_text`: the automation must have a text. Automations of the app have texts of their own.
	- `has_tests`: managers can send the message to themselves. Its preview has a subject and HTML.
	"""

	name: str
	kind: str
	days = 1
	has_recipients = False
	is_once_per_session = True
	is_for_who_acted = True
	needs_text = True
	has_tests = False

	def readers(self, automation: Automation, booking: Document) -> list[Reader]:
		"""Return the people whom the automation is to reach."""
		recipient = (automation.recipient or "Attendee") if self.has_recipients else "Hosts"
		if recipient == OTHER:
			# With the site's language and the first host's zone.
			host, address = hosts_of(booking)[0], automation.recipient_address or ""
			return [Reader(address, address, host.language, host.zone, "other")]
		return {
			"Attendee": [attendee_of(booking)],
			"Additional Guests": guests_of(booking),
			"Attendee and Guests": [attendee_of(booking), *guests_of(booking)],
			"Hosts": hosts_of(booking),
		}[recipient]

	def passed_on(self) -> tuple[str, str, str, str] | None:
		"""Return what others get through the channel: what, why, for how long, and who. None if nobody else gets anything."""
		return None

	def target(self, automation: Automation, booking: Document, reader: Reader) -> str:
		"""Return where the action goes, for people to read. A reader for whom that is empty can't be reached."""
		return reader.email

	def is_reader_of(self, task: Task, reader: Reader) -> bool:
		"""Whether the task was planned for this reader."""
		role, user = task.payload["role"], task.payload["user"]
		return reader.role == role and (reader.user == user if user else reader.email == task.target)

	def run(self, action: Action, now: int) -> Outcome:
		"""Carry out the action. `now` is in epoch seconds. The outbox tries again after an error."""
		raise NotImplementedError

	def asks(self, action: Action) -> bool:
		"""Whether the message of this action holds the question whether its reader is coming."""
		shown = self.preview(action)
		return reconfirm_url(action.booking) in f"{unescape(shown.html or '')} {shown.text or ''}"

	def may_ask(self, automation: Automation) -> bool:
		"""Whether messages of the automation can hold that question."""
		return "reconfirm_link" in (automation.text or "")

	def preview(self, action: Action) -> Preview:
		"""Return the message that the reader would get. Raises TextNotUsable if its text is broken."""
		check_text(action.automation.text, TEXT_NAMES)
		return Preview(self.target(action.automation, action.booking, action.reader), None, None, text_of(action))

	def check(self, row: Document) -> None:
		"""Check the fields of a Meeting Automation with this channel, before it is saved. Raises InvalidRequest."""
		if not self.has_recipients or row.recipient != OTHER:
			row.recipient_address = None
		elif not row.recipient_address:
			raise InvalidRequest(_("Enter the address or the telephone number."))
		else:
			self.check_address(row.recipient_address)
		check_text_field(row, "text", TEXT_NAMES)
		self.check_fields(row)
		if self.needs_text and not row.built_in and not (row.text or "").strip():
			raise InvalidRequest(_("Enter the message text."))

	def check_address(self, address: str) -> None:
		"""Raise InvalidRequest if nothing can be sent to the address that a manager typed."""

	def check_fields(self, row: Document) -> None:
		"""Check and tidy the fields of the form that only this channel has. Raises InvalidRequest."""


def text_of(action: Action, **more: str) -> str:
	"""Return the text of the automation in the reader's language. `more` are variables that only its channel knows."""
	with print_language(action.reader.words):
		variables = {**variables_for(action.booking, action.reader), **more}
		return render_text(action.automation.built_in or "", action.automation.text, variables)
