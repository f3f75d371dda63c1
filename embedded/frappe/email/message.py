"""Stands in for frappe.email.email_body: builds a MIME message with text, HTML and attachments."""

from email import charset, policy
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

from frappe.context import local
from frappe.utils import expand_relative_urls, get_url, html2text, validate_email_address
from frappe.utils.jinja import get_template
from premailer import Premailer

# Quoted-printable, as in Frappe: people can read the text in the queue.
charset.add_charset("utf-8", charset.QP, charset.QP, "utf-8")
RECIPIENT_MARK = "<!--recipient-->"


def build(
	*, recipients: list[str], sender: str, subject: str, content: str, attachments: list[dict], reply_to: str | None,
	message_id: str | None,
) -> MIMEMultipart:  # fmt: skip
	for address in [sender, *recipients]:
		validate_email_address(address, throw=True)
	root = MIMEMultipart("mixed", policy=policy.SMTP)
	alternative = MIMEMultipart("alternative", policy=policy.SMTP)
	root.attach(alternative)
	plain = expand_relative_urls(html2text(content))
	alternative.attach(MIMEText(plain, "plain", "utf-8", policy=policy.SMTP))
	alternative.attach(MIMEText(_framed(subject, content), "html", "utf-8", policy=policy.SMTP))
	for attachment in attachments:
		_attach(root, **attachment)
	headers = {
		"Subject": subject.strip(), "From": sender, "To": RECIPIENT_MARK, "Date": formatdate(),
		"Reply-To": validate_email_address(reply_to or sender, throw=True), "X-Frappe-Site": get_url(),
		"Message-Id": f"<{message_id}>" if message_id else make_msgid(domain=local.site.strip(".")),
	}  # fmt: skip
	for name, value in headers.items():
		root[name] = "".join(value.splitlines())
	return root


def _framed(subject: str, content: str) -> str:
	"""Return the content inside Frappe's e-mail template, with inline styles and absolute links."""
	frame = get_template("frappe/templates/emails/standard.html")
	page = expand_relative_urls(frame.render({"subject": subject, "content": content}))
	return Premailer(html=page, strip_important=False, cssutils_logging_level="CRITICAL").transform()


def _attach(root: MIMEMultipart, fname: str, fcontent: str | bytes, content_type: str) -> None:
	"""Attach a file. Its content type may have parameters: `text/calendar; method=REQUEST; charset=utf-8`."""
	maintype, subtype = content_type.split("/", 1)
	if maintype != "text":
		raise NotImplementedError(f"An attachment of type {content_type} on the embedded site")
	content = fcontent.encode() if isinstance(fcontent, str) else fcontent
	part = MIMEText(content, _subtype=subtype, _charset="utf-8")
	part.add_header("Content-Disposition", "attachment", filename=fname)
	root.attach(part)
