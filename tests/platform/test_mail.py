"""sendmail adds one row to the queue, in the caller's transaction, with the whole MIME message."""

from email.parser import Parser
from email.policy import default

import frappe
import pytest

from tests.platform.conftest import THING

pytestmark = pytest.mark.usefixtures("outgoing_mail")

ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nSUMMARY:Grüße\r\nEND:VCALENDAR\r\n"


def send(**options):
	values = {
		"recipients": ["ada@example.com"],
		"sender": "Host <host@example.com>",
		"subject": "Hällo",
		"message": "<p>Hi</p>",
	}
	return frappe.sendmail(**{**values, **options})


def parsed(queue):
	return Parser(policy=default).parsestr(queue.message)


def test_a_message_is_queued_and_not_yet_sent():
	queue = send(reference_doctype="User", reference_name="Administrator")
	assert queue.status == "Not Sent"
	assert [(row.recipient, row.status) for row in queue.recipients] == [("ada@example.com", "Not Sent")]
	assert (queue.reference_doctype, queue.reference_name) == ("User", "Administrator")
	name = queue.name
	frappe.db.rollback()
	assert not frappe.db.exists("Email Queue", name)


def test_the_message_has_a_text_and_an_html_part():
	message = parsed(send(message="<h2>Hi</h2><p>See <a href='https://x.example/a'>this</a></p>"))
	assert message.get_content_type() == "multipart/mixed"
	text = message.get_body(("plain",)).get_content()
	html = message.get_body(("html",)).get_content()
	assert "## Hi" in text
	assert "[this](https://x.example/a)" in text
	assert "<h2>Hi</h2>" in html.replace(' style=""', "")
	assert message["Subject"] == "Hällo"
	assert "host@example.com" in message["From"]
	assert message["Reply-To"] == "host@example.com"
	assert message["Message-Id"]


def test_a_calendar_part_keeps_its_method():
	attachment = {
		"fname": "invite.ics",
		"fcontent": ICS,
		"content_type": "text/calendar; method=REQUEST; charset=utf-8",
	}
	message = parsed(send(attachments=[attachment]))
	(part,) = message.iter_attachments()
	assert part.get_content_type() == "text/calendar"
	assert part.get_param("method") == "REQUEST"
	assert part.get_filename() == "invite.ics"
	assert part.get_payload(decode=True).decode().splitlines() == ICS.splitlines()


def test_links_become_absolute():
	html = parsed(send(message="<p><a href='/schedule/x'>go</a></p>")).get_body(("html",)).get_content()
	assert f'href="{frappe.utils.get_url("/schedule/x")}"' in html


def test_one_queue_row_for_all_recipients():
	queue = send(recipients=["a@example.com", "b@example.com"])
	assert {row.recipient for row in queue.recipients} == {"a@example.com", "b@example.com"}


def test_a_line_break_cannot_add_a_header():
	message = parsed(send(subject="Hi\nBcc: eve@example.com"))
	assert message["Bcc"] is None
	assert "eve@example.com" in message["Subject"]


def test_nobody_to_send_to_is_no_error():
	assert not send(recipients=[])
	assert not send(recipients=["not an address"])


def test_the_queue_is_flushed_in_order(committed):
	from frappe.email.queue import flush, get_queue

	first, urgent = send(), send(send_priority=5)
	later = send()
	later.db_set("send_after", "2099-01-01 00:00:00")
	frappe.db.commit()
	names = [row.name for row in get_queue()]
	assert names.index(urgent.name) < names.index(first.name)
	assert later.name not in names
	flush()
	statuses = [frappe.db.get_value("Email Queue", queue.name, "status") for queue in (first, urgent, later)]
	assert statuses == ["Sent", "Sent", "Not Sent"]


def test_the_reference_may_be_a_document_that_is_deleted_later(thing):
	doc = thing()
	send(reference_doctype=THING, reference_name=doc.name)
	doc.delete()
	assert not frappe.db.exists(THING, doc.name)
