"""Gives a queued e-mail its final form.

Frappe builds a message from HTML: its text part is Markdown, and a calendar part can only be an attachment. Mail programs
offer to answer an invitation if the calendar is one of the alternatives (RFC 2046, 5.1.4), and others read the attachment:

    multipart/mixed
        multipart/alternative
            text/plain
            text/html
            text/calendar; method=REQUEST       Gmail, Outlook, Apple Mail
        application/ics; name="invite.ics"      for programs that only know files
"""

import re
from collections.abc import Mapping
from email import charset, message_from_string, policy
from email.encoders import encode_base64
from email.headerregistry import Address
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from typing import Any

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


def _fill(part: Message, text: str) -> None:
	# Quoted-printable, as Frappe's own parts: the marks in the text must stay readable.
	charset.add_charset("utf-8", charset.QP, charset.QP, "utf-8")
	filled = MIMEText(text, part.get_content_subtype(), "utf-8", policy=_POLICY)
	part.set_payload(filled.get_payload())


def _encoded(part: Message, calendar: str) -> Message:
	# Mail servers may change line breaks, which a calendar's lines need as they are. So they are hidden in base64.
	part.set_payload(calendar.encode())
	encode_base64(part)
	return part
