"""The final form of an e-mail in Frappe's queue: its parts, its sender, and what mail programs make of it."""

from email import message_from_string, policy

import frappe
import pytest
from icalendar import Calendar

from scheduler_integration.notifications.email import queue_email
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload
from tests.support.outbox import waiting_messages

pytestmark = pytest.mark.usefixtures("outgoing_mail")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def queued(host="Jane", page_fields=None, **fields):
	"""Return the messages to the attendee and to the host as mail programs read them."""
	page = make_page(make_user(host, email=f"{fresh('host')}@hosts.example"), **(page_fields or {}))
	booking = door.book(payload(page, make_meeting_type(page), NINE, **fields), NOW)
	rows = [queue_email(message) for message in waiting_messages(booking.id, NOW)]
	texts = [frappe.db.get_value("Email Queue", row.name, "message") for row in rows]
	return [message_from_string(text, policy=policy.default) for text in texts]


def shape(part):
	inner = [shape(each) for each in part.iter_parts()] if part.is_multipart() else []
	return (part.get_content_type(), *inner)


def test_the_calendar_is_an_alternative_and_a_file():
	"""It was attached only, and mail programs didn't offer to answer."""
	to_attendee, _to_host = queued()
	assert shape(to_attendee) == (
		"multipart/mixed",
		("multipart/alternative", ("text/plain",), ("text/html",), ("text/calendar",)),
		("application/ics",),
	)
	inline, attached = (
		part for part in to_attendee.walk() if part.get_content_type() in ("text/calendar", "application/ics")
	)
	assert (inline.get_param("method"), inline.get_content_charset()) == ("REQUEST", "utf-8")
	assert inline.get_content_disposition() is None
	assert (attached.get_content_disposition(), attached.get_filename()) == ("attachment", "invite.ics")
	calendar = inline.get_payload(decode=True)
	assert calendar == attached.get_payload(decode=True)
	assert b"\r\n" in calendar
	assert Calendar.from_ical(calendar)["METHOD"] == "REQUEST"


def test_each_part_keeps_every_letter():
	to_attendee, _to_host = queued(attendee_name="Zoë Ångström", notes="日本語 ✓ " + "long " * 60)
	for kind in ("plain", "html"):
		assert "日本語 ✓" in to_attendee.get_body((kind,)).get_content()
	calendar = next(part for part in to_attendee.walk() if part.get_content_type() == "text/calendar")
	assert "Zoë Ångström" in calendar.get_payload(decode=True).decode().replace("\r\n ", "")


@pytest.mark.parametrize("host", ["Jane", "Zoë", 'O"Brien, Ltd.'])
def test_the_sender_is_the_host_by_name_and_the_site_by_address(host):
	"""It was "Frappe <notifications@example.com>"."""
	to_attendee, to_host = queued(host)
	[sender] = to_attendee["From"].addresses
	assert sender.display_name == host
	assert sender.addr_spec == to_host["From"].addresses[0].addr_spec
	assert to_host["From"].addresses[0].display_name != host
	assert "@hosts.example" in to_attendee["Reply-To"]
	assert "@guests.example" in to_host["Reply-To"]


def test_nobody_who_is_away_answers_automatically():
	assert {message["Auto-Submitted"] for message in queued()} == {"auto-generated"}


def test_the_dark_colours_are_in_the_head_of_the_html():
	to_attendee, _to_host = queued()
	head, _end, body = to_attendee.get_body(("html",)).get_content().partition("</head>")
	assert '<meta name="color-scheme" content="light dark">' in head
	assert "prefers-color-scheme: dark" in head
	assert "<style" not in body


def test_a_sites_own_html_is_left_alone():
	template = frappe.get_doc("Email Template", "Scheduler: Confirmation to the attendee")
	template.update({"response_html": "<p>Hi {{ attendee_name }}</p><ul><li>One</li></ul>"})
	template.save()
	to_attendee, _to_host = queued()
	assert "color-scheme" not in to_attendee.get_body(("html",)).get_content()
	assert to_attendee.get_body(("plain",)).get_content().split() == ["Hi", "Ada", "Lovelace", "One"]
