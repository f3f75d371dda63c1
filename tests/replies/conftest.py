"""Meetings about which their attendees were texted, and a way to reply."""

from dataclasses import dataclass

import frappe
import pytest

from scheduler_integration.platform import clock
from tests.replies.sending import NUMBER, coming, send_twilio, set_up, twilio_form
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, make_page, make_user, payload
from tests.support.gateway import receiving, use_gateway
from tests.support.outbox import actions, deliver


@dataclass
class Texts:
	"""The texts of one site: makes meetings about which people were texted."""

	receiver: object
	page: object

	def about(self, start=None, number=NUMBER, meeting_type=None, sent_ago=0, **fields):
		"""Book a meeting, and text its attendee about it as an automation does. Commits."""
		meeting_type = meeting_type or make_meeting_type(self.page)
		frappe.get_doc(
			{
				"doctype": "Meeting Automation",
				"title": fresh("text"),
				"trigger": "Booked",
				"channel": "SMS",
				"recipient": "Attendee",
				"text": "Booked.",
				"meeting_type": meeting_type.name,
			}
		).insert()
		wanted = payload(self.page, meeting_type, start or coming(), attendee_phone=number, **fields)
		booking = door.book(wanted, clock.now() - sent_ago)
		deliver(booking.id, clock.now() - sent_ago)
		sent = [task for task in actions(booking.id, kind="sms") if task.status == "Sent"]
		assert len(sent) == (1 if number else 0)
		return frappe.get_doc("Booking", booking.id)


@pytest.fixture
def texts(commit_clean, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["127.0.0.1"])
	with receiving() as (receiver, url):
		use_gateway(url)
		page = make_page(make_user("Jane", time_zone="Europe/Berlin"))
		set_up()
		yield Texts(receiver, page)


@pytest.fixture
def say(client):
	"""Send a text through Twilio, and return what Twilio would answer with: the message, or an empty text."""

	def send(body, number=NUMBER, **fields):
		answer = send_twilio(client, twilio_form(body, number, **fields))
		assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8"), answer.text
		frappe.db.rollback()
		inside = answer.text.split("<Response>")[1].removesuffix("</Response>")
		return inside.removeprefix("<Message>").removesuffix("</Message>")

	return send
