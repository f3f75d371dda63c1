"""Stands in for a mailbox: `/outbox` shows the e-mails that the site would send, with text, HTML and attachments."""

from email.message import EmailMessage
from email.parser import Parser
from email.policy import default
from html import escape

import frappe
from frappe.model.document import Document
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response


def page(request: Request) -> Response:
	"""Answer `/outbox`, `/outbox/<message>`, and `/outbox/<message>/<part>` for an attachment or the HTML."""
	parts = request.path.strip("/").split("/")[1:]
	if not parts:
		return _listing()
	if not frappe.db.exists("Email Queue", parts[0]):
		raise NotFound
	row = frappe.get_doc("Email Queue", parts[0])
	message = Parser(policy=default).parsestr(row.message)
	return _part(message, int(parts[1])) if len(parts) > 1 else _message(row, message)


def _listing() -> Response:
	rows = frappe.get_all(
		"Email Queue", fields=["name", "creation", "status", "message"], order_by="creation desc", limit=200
	)
	lines = []
	for row in rows:
		to = frappe.get_all("Email Queue Recipient", {"parent": row.name}, pluck="recipient", order_by="idx")
		subject = Parser(policy=default).parsestr(row.message, headersonly=True)["Subject"]
		lines.append(
			f"<tr><td>{row.creation:%Y-%m-%d %H:%M}</td><td>{escape(', '.join(to))}</td>"
			f'<td><a href="/outbox/{row.name}">{escape(subject or "")}</a></td><td>{escape(row.status)}</td></tr>'
		)
	return html_page("Outbox", f"<table><tr><th>When<th>To<th>Subject<th>Status</tr>{''.join(lines)}</table>")


def _message(row: Document, message: EmailMessage) -> Response:
	to = ", ".join(recipient.recipient for recipient in row.recipients)
	headers = {**dict(message.items()), "To": to}
	lines = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in headers.items())
	parts = [_shown(f"/outbox/{row.name}/{number}", part) for number, part in enumerate(message.walk())]
	body = f'<p><a href="/outbox">Outbox</a></p><table>{lines}</table>{"".join(parts)}'
	return html_page(message["Subject"] or "", body)


def _shown(address: str, part: EmailMessage) -> str:
	kind = part.get_content_type()
	if part.is_multipart():
		return ""
	if name := part.get_filename():
		return f'<p>Attachment: <a href="{address}">{escape(name)}</a> ({escape(kind)})</p>'
	if kind == "text/html":
		return f'<iframe title="HTML" sandbox src="{address}" width="100%" height="600"></iframe>'
	return f"<pre>{escape(part.get_content())}</pre>"


def _part(message: EmailMessage, number: int) -> Response:
	parts = list(message.walk())
	if number >= len(parts) or parts[number].is_multipart():
		raise NotFound
	part = parts[number]
	content = part.get_payload(decode=True)
	response = Response(content, content_type=part["Content-Type"])
	if name := part.get_filename():
		response.headers.add("Content-Disposition", "attachment", filename=name)
	return response


def html_page(title: str, body: str) -> Response:
	"""Return a page with a heading. `body` is HTML."""
	source = '{% extends "frappe/templates/web.html" %}{% block page_content %}<h1>{{ title | e }}</h1>{{ body }}{% endblock %}'
	html = frappe.render_template(source, {"title": title, "body": body}, is_path=False)
	return Response(html, mimetype="text/html")
