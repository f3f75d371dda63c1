"""The MIME message of an e-mail: multipart/mixed of an alternative (text, HTML) and the attachments."""

import mimetypes
from email import charset, encoders, policy
from email.mime.audio import MIMEAudio
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from typing import Any

from frappe.context import local
from frappe.utils import expand_relative_urls, get_url, html2text, validate_email_address
from frappe.utils.jinja import get_template

# Text goes out quoted-printable, as from Frappe, so that it stays legible.
charset.add_charset("utf-8", charset.QP, charset.QP, "utf-8")
RECIPIENT_MARK = "<!--recipient-->"


def default_sender() -> str:
	return local.conf.mail_sender or local.conf.auto_email_id or "Frappe <notifications@example.com>"


def formatted_html(subject: str, content: str, header: Any = None, with_container: bool = False) -> str:
	"""The content in Frappe's frame, its styles moved into the elements, its links absolute."""
	from premailer import Premailer

	title = header if isinstance(header, str) or not header else header[0]
	context = {"subject": subject, "content": content, "header": title, "with_container": with_container}
	page = expand_relative_urls(get_template("frappe/templates/emails/standard.html").render(context))
	return Premailer(html=page, strip_important=False, cssutils_logging_level="CRITICAL").transform()


def build(
	*, recipients: list[str], sender: str | None, subject: str, content: str, text: str | None, attachments: list[dict],
	reply_to: str | None, cc: list[str], header: Any, with_container: bool, expose_recipients: str | None,
	message_id: str | None, in_reply_to: str | None, x_priority: int,
) -> MIMEMultipart:  # fmt: skip
	sender = sender or default_sender()
	validate_email_address(sender.strip(), throw=True)
	for address in [*recipients, *cc]:
		validate_email_address(address, throw=True)
	root = MIMEMultipart("mixed", policy=policy.SMTP)
	alternative = MIMEMultipart("alternative", policy=policy.SMTP)
	root.attach(alternative)
	plain = expand_relative_urls(text if text else html2text(content))
	alternative.attach(MIMEText(plain, "plain", "utf-8", policy=policy.SMTP))
	html = formatted_html(subject, content, header, with_container)
	alternative.attach(MIMEText(html, "html", "utf-8", policy=policy.SMTP))
	for attachment in attachments:
		if attachment.get("fcontent") is not None:
			add_attachment(parent=root, **attachment)
	shown = expose_recipients == "header"
	headers = {
		"Subject": subject.strip(), "From": sender, "To": ", ".join(recipients) if shown else RECIPIENT_MARK,
		"Date": formatdate(), "Reply-To": validate_email_address(reply_to or sender, throw=True),
		"CC": ", ".join(cc) if shown and cc else None, "X-Frappe-Site": get_url(), "X-Original-From": sender,
		"X-Priority": str(x_priority) if x_priority != 3 else None, "In-Reply-To": in_reply_to,
		"Message-Id": f"<{message_id}>" if message_id else make_msgid(domain=local.site.strip(".")),
	}  # fmt: skip
	for name, value in headers.items():
		if value:
			root[name] = "".join(value.splitlines())
	return root


def add_attachment(
	fname: str, fcontent: Any, content_type: str | None = None, parent: Any = None, content_id: str | None = None,
	inline: bool = False,
) -> None:  # fmt: skip
	"""The content type may carry parameters: `text/calendar; method=REQUEST; charset=utf-8`."""
	content_type = content_type or mimetypes.guess_type(fname)[0] or "application/octet-stream"
	maintype, subtype = content_type.split("/", 1)
	if maintype == "text":
		fcontent = fcontent.encode("utf-8") if isinstance(fcontent, str) else fcontent
		part: Any = MIMEText(fcontent, _subtype=subtype, _charset="utf-8")
	elif maintype == "image":
		part = MIMEImage(fcontent, _subtype=subtype)
	elif maintype == "audio":
		part = MIMEAudio(fcontent, _subtype=subtype)
	else:
		part = MIMEBase(maintype, subtype)
		part.set_payload(fcontent)
		encoders.encode_base64(part)
	if fname:
		part.add_header("Content-Disposition", "inline" if inline else "attachment", filename=str(fname))
	if content_id:
		part.add_header("Content-ID", f"<{content_id}>")
	parent.attach(part)


def as_text(message: MIMEMultipart) -> str:
	return message.as_string(policy=policy.SMTP)
