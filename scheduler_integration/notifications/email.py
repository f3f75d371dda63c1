"""Puts messages into Frappe's Email Queue, and sends them from there.

The row in the Email Queue has the message's id, so running twice sends one message. The task gets the row's outcome: if
it is Sent, the mail server accepted the message.
"""

import re
import smtplib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email import charset, message_from_string, policy
from email.encoders import encode_base64
from email.headerregistry import Address
from email.message import Message as MimePart
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import Deferred, InvalidRequest, OutsideError, Unreachable
from scheduler_integration.notifications.invitation import Invitation
from scheduler_integration.notifications.messages import Message
from scheduler_integration.notifications.templates import Rendered, render
from scheduler_integration.outbox.outcomes import Again, Done, Down, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.results import describe
from scheduler_integration.parsing.email_address import is_header_safe
from scheduler_integration.platform.clock import site_now
from scheduler_integration.platform.site_address import site_host
from scheduler_integration.platform.transactions import roll_back
from scheduler_integration.trust import caps, pressure

# The kind of the tasks that send e-mails. All go through one mail server, so all of them wait while it can't be used:
# the kind is also their account. See `outbox.outcomes.Down`.
KIND = "email"
# Frappe's own job doesn't send the row for this long. The outbox sends it, as long as somebody needs it.
OURS_FOR = timedelta(days=30)
# Errors of the mail server, or of the site's account there.
_DOWN = (
	smtplib.SMTPConnectError,
	smtplib.SMTPServerDisconnected,
	smtplib.SMTPAuthenticationError,
	smtplib.SMTPSenderRefused,
)
_CLOSES = 421


@dataclass(frozen=True, slots=True)
class EmailRow:
	"""A row of the Email Queue. `is_new` if this attempt has made it."""

	name: str
	status: str
	is_new: bool = False


def find_row(message_id: str, booking: str) -> EmailRow | None:
	"""Return the row with this message id, or None if the message was never queued."""
	key = {"message_id": message_id, "reference_name": booking}
	row = frappe.db.get_value("Email Queue", key, ["name", "status"])
	return EmailRow(*row) if row else None


def queue_email(message: Message) -> EmailRow | None:
	"""Queue the message and return its row.

	Returns None if Frappe sends nothing because the reader unsubscribed from all messages of the site. Raises
	InvalidRequest if the reader's address isn't safe in a header, and Unreachable if the site has no account for e-mail.
	"""
	if not is_header_safe(message.reader.email):
		raise InvalidRequest(_("“{0}” is not an e-mail address.").format(message.reader.email))
	with print_language(message.reader.words):
		words = render(message.template, message.variables(), message.email_template)
		queued = queue_words(
			words,
			message.invitation(),
			sender_name=message.sender_name,
			headers=message.subscription.headers() if message.subscription else None,
			recipients=[message.reader.email],
			# The message can be sent without this header, but not with a broken one.
			reply_to=", ".join(filter(is_header_safe, message.reply_to)) or None,
			reference_doctype=message.doctype,
			reference_name=message.booking,
			message_id=message.message_id,
			send_after=site_now() + OURS_FOR,
		)
	return EmailRow(queued.name, queued.status or "Not Sent", is_new=True) if queued else None


def queue_words(
	words: Rendered,
	invitation: Invitation | None = None,
	*,
	sender_name: str | None = None,
	headers: Mapping[str, str] | None = None,
	**options: object,
) -> Document | None:
	"""Queue an e-mail with these words and this invitation, and return its row in the Email Queue, or None.

	`options` are those of `frappe.sendmail`. `sender_name` is shown instead of the account's name, unless the account always
	uses its own. `headers` are added to the message. Raises Unreachable if the site has no account for e-mail.
	"""
	try:
		row = frappe.sendmail(
			subject=words.subject, message=words.html, add_unsubscribe_link=0, delayed=True, **options
		)
	except frappe.OutgoingEmailError as error:
		raise Unreachable(describe(error)) from error
	if row:
		calendar, method = (invitation.calendar, invitation.method) if invitation else (None, "")
		# Whether an admin has decided that e-mails of this account always carry the account's name.
		account = row.get("email_account")
		field = "always_use_account_name_as_sender_name"
		keeps_its_name = bool(account and frappe.get_cached_value("Email Account", account, field))
		# The site's own address if its account has only Frappe's name: nobody knows that one.
		own = site_host() if parseaddr(row.sender or "")[0] in ("", "Frappe") else None
		name = None if keeps_its_name else sender_name or own
		row.message = in_final_form(row.message, words.text, calendar, method, name, headers)
		frappe.db.set_value("Email Queue", row.name, "message", row.message, update_modified=False)
	return row


def account_address() -> str:
	"""Return the e-mail address of the site's own account, from which all messages come; empty without one."""
	if frappe.db.table_exists("Email Account"):
		filters = {"enable_outgoing": 1, "default_outgoing": 1}
		if address := frappe.db.get_value("Email Account", filters, "email_id"):
			return str(address)
	return parseaddr(str(frappe.conf.get("auto_email_id") or ""))[1]


def receiving_address() -> str:
	"""Return the address of an account of this site that reads mails, if replies to invitations are read; otherwise empty.

	It is the account that sends messages too, if possible: then the organizer of an invitation is its sender.
	"""
	if not frappe.get_cached_doc("Scheduler Settings").read_mail_replies:
		return ""
	accounts = frappe.get_all(
		"Email Account",
		{"enable_incoming": 1},
		["email_id", "default_outgoing", "default_incoming"],
	)
	accounts.sort(key=lambda each: (-(each.default_outgoing or 0), -(each.default_incoming or 0), each.email_id or ""))
	return str(accounts[0].email_id or "") if accounts else ""


def send_row(row: EmailRow) -> str:
	"""Send the row now and return its status then. The caller has committed.

	Raises Unreachable if the mail server or the site's account there can't be used, Deferred if the server doesn't take the
	message for the moment, and otherwise the server's error.

	After an error the row is deleted. The next attempt writes a new one, by the booking as it is then, and no row is left
	that Frappe could send when nobody needs it any more.
	"""
	if not row.is_new:
		# Reset the status and the retries of an earlier attempt. Commits. An attempt that was killed leaves the row
		# as Sending, and Frappe makes it an Error after three attempts, but the outbox goes on.
		fields: dict[str, object] = {"send_after": site_now() + OURS_FOR, "retry": 0}
		if row.status in ("Sending", "Error"):
			fields["status"] = "Not Sent"
		frappe.db.set_value("Email Queue", row.name, fields)
		frappe.db.commit()
	try:
		queued = frappe.get_doc("Email Queue", row.name)
		_open_account(queued)
		queued.send()
	except Exception as error:
		roll_back()
		# Delete the row, unless the message has left. An error can also come after that. Commits.
		if frappe.db.get_value("Email Queue", row.name, "status") not in ("Sent", "Partially Sent"):
			delete_rows([row.name])
		frappe.db.commit()
		if isinstance(error, Unreachable):
			raise
		if outside := _outside_error(error):
			raise outside from error
		raise
	return frappe.db.get_value("Email Queue", row.name, "status")


def _open_account(queued: Document) -> None:
	"""Read the account and its password. Nothing is sent yet.

	Raises Unreachable if there is none, or if the password is missing or was encrypted with another key: that concerns all
	messages, and not this one. While sending, Frappe's error for it can't be told from one about the message.
	"""
	try:
		account = queued.get_email_account(raise_error=True)
		# An account at Frappe Mail has no password.
		if account.service != "Frappe Mail":
			account.get_smtp_server()
	except Exception as error:
		# Frappe has shown it to nobody, and the outage says it.
		frappe.clear_messages()
		raise Unreachable(_("The site's mail account can't be used: {0}").format(describe(error))) from error


def _outside_error(error: Exception) -> OutsideError | None:
	"""Return what an error while sending means: Unreachable, Deferred, or None for anything else.

	For a refused connection or password, Frappe raises an error of its own; Python's error is its `__context__`.
	"""
	for cause in (error, error.__context__):
		codes = _codes(cause)
		is_of_network = isinstance(cause, OSError) and not isinstance(cause, smtplib.SMTPException)
		if is_of_network or isinstance(cause, _DOWN) or _CLOSES in codes:
			return Unreachable(_("The mail server can't be reached: {0}").format(describe(error)))
		if codes and all(400 <= code < 500 for code in codes):
			return Deferred(describe(error))
	return None


def _codes(error: BaseException | None) -> list[int]:
	"""Return the codes with which the mail server refused the message or its recipients."""
	if isinstance(error, smtplib.SMTPRecipientsRefused):
		return [code for code, _text in error.recipients.values()]
	return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def delete_rows(names: Collection[str]) -> None:
	"""Delete messages from Frappe's Email Queue."""
	if names:
		frappe.db.delete("Email Queue Recipient", {"parent": ["in", list(names)]})
		frappe.db.delete("Email Queue", {"name": ["in", list(names)]})


def sent_already(message_id: str, booking: str) -> Done | None:
	"""Return the outcome of a message that the mail server accepted in an earlier attempt, or None."""
	row = find_row(message_id, booking)
	return Done(row.name) if row and row.status == "Sent" else None


def send_message(message: Message, now: int) -> Outcome:
	"""Send the message, unless an earlier attempt got through. `now` is in epoch seconds.

	If the mail server can't be used, all e-mails wait. Raises the server's error if it refuses this message, and Deferred if
	it doesn't take it for the moment: the outbox tries again later.
	"""
	try:
		# A stranger who, or whose domain, gets too many messages gets no more for now.
		if message.capped_at and not find_row(message.message_id, message.booking):
			meeting_type = frappe.get_cached_doc("Meeting Type", message.capped_at)
			limits = caps.Limits(pressure.site_share(now), pressure.share(meeting_type, now))
			to, page = message.reader.email, meeting_type.scheduling_page
			cap = caps.cap_of(message.message_id, to, page, limits, now)
			if cap and cap.until:
				return Again(cap.until, _("Strangers let this site send very many messages at present."))
			if cap:
				sentence = _("Nobody has confirmed this address, and it got {0} messages today.")
				return NotNeeded(sentence.format(caps.MESSAGES_A_DAY))
		return _sent(message)
	except Unreachable as error:
		return down_by(KIND, error)


def _sent(message: Message) -> Outcome:
	row = find_row(message.message_id, message.booking)
	if not row:
		row = queue_email(message)
		# Once it is sent, a rollback mustn't forget it.
		frappe.db.commit()
	if not row:
		return NotNeeded(_("This reader unsubscribed from all messages of the site."))
	status = row.status if row.status == "Sent" else send_row(row)
	if status == "Sent":
		return Done(row.name)
	if status in ("Error", "Expired"):
		return Never(_("The Email Queue gave up. Its entry {0} says why.").format(row.name))
	return Down(KIND, _("The site's e-mail is switched off."))


# Frappe builds a message from HTML: its text part is Markdown, and a calendar part can only be an attachment. Mail programs
# offer to answer an invitation if the calendar is one of the alternatives (RFC 2046, 5.1.4), and others read the attachment:
#
#     multipart/mixed
#         multipart/alternative
#             text/plain
#             text/html
#             text/calendar; method=REQUEST       Gmail, Outlook, Apple Mail
#         application/ics; name="invite.ics"      for programs that only know files
#
# Frappe replaces marks such as <!--recipient--> in the text of the message later. So headers stay as they are.
_POLICY = policy.SMTP.clone(refold_source="none")
_STYLE = re.compile(r"<style>(?:(?!</style>).)*\.sched-mail.*?</style>", re.DOTALL)
_SCHEMES = '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'


def in_final_form(
	message: str,
	text: str,
	calendar: str | None = None,
	method: str = "",
	sender_name: str | None = None,
	headers: Mapping[str, str] | None = None,
) -> str:
	"""Return the queued `message` with this text part, and with the calendar as an alternative and as a file.

	`method` is the calendar's (RFC 5546). `headers` are added. `sender_name` is shown as the sender; the address stays that of the site's account.
	"""
	root: Any = message_from_string(message, policy=_POLICY)
	parts = {part.get_content_type(): part for part in root.walk()}
	alternative = parts["multipart/alternative"]
	_fill(parts["text/plain"], text)
	# Move the app's style sheet from the body into the head, where all programs read it.
	html = parts["text/html"].get_payload(decode=True).decode()
	style = _STYLE.search(html)
	if not style or "</head>" not in html:
		with_style_in_head = html
	else:
		with_style_in_head = html.replace(style[0], "", 1).replace("</head>", f"{_SCHEMES}{style[0]}</head>", 1)
	_fill(parts["text/html"], with_style_in_head)
	if calendar:
		part = MIMEBase("text", "calendar", charset="UTF-8", method=method, policy=_POLICY)
		alternative.attach(_encoded(part, calendar))
		file = MIMEBase("application", "ics", name="invite.ics", policy=_POLICY)
		file.add_header("Content-Disposition", "attachment", filename="invite.ics")
		root.attach(_encoded(file, calendar))
	if sender_name:
		addresses = root["From"].addresses
		if len(addresses) == 1:
			del root["From"]
			root["From"] = Address(sender_name, addr_spec=addresses[0].addr_spec)
	# Programs that answer for somebody who is away don't answer this (RFC 3834, 5). The host would get their answers.
	root["Auto-Submitted"] = "auto-generated"
	for name, value in (headers or {}).items():
		root[name] = value
	return root.as_string(policy=_POLICY)


def _fill(part: MimePart, text: str) -> None:
	# Quoted-printable, as Frappe's own parts: the marks in the text must stay readable.
	charset.add_charset("utf-8", charset.QP, charset.QP, "utf-8")
	filled = MIMEText(text, part.get_content_subtype(), "utf-8", policy=_POLICY)
	part.set_payload(filled.get_payload())


def _encoded(part: MimePart, calendar: str) -> MimePart:
	# Mail servers may change line breaks, which a calendar's lines need as they are. So they are hidden in base64.
	part.set_payload(calendar.encode())
	encode_base64(part)
	return part
