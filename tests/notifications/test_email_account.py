"""The site's mail account can't be read: all messages wait, and none fails."""

import frappe
import pytest
from frappe.model.base_document import get_controller

from scheduler_integration.outbox import outages
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload
from tests.support.outbox import deliver, tasks

NOW, NINE = at("2036-03-03 06:00"), at("2036-03-06 09:00")

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")


class Account:
	"""An Email Account whose password was encrypted with another key."""

	service = ""

	def get_smtp_server(self):
		raise frappe.ValidationError("Encryption key is invalid! Please check site_config.json")


@pytest.mark.long
def test_a_password_that_cant_be_read_made_each_message_fail_for_good(monkeypatch):
	page = make_page()
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	errors = frappe.db.count("Error Log")
	with monkeypatch.context() as broken:
		broken.setattr(get_controller("Email Queue"), "get_email_account", lambda *_args, **_options: Account())
		for hours in range(20):
			deliver(booking.id, NOW + hours * 3600)
	waiting = tasks(booking.id, kind="email", purpose="attendee_confirmed")
	assert [(each.status, "mail account can't be used" in each.error) for each in waiting] == [("Pending", True)]
	assert frappe.db.count("Error Log") - errors <= 1
	assert [each.account for each in outages.untold("email", NOW + 1)] == ["email"]
	deliver(booking.id, NOW + 22 * 3600)
	assert [each.status for each in tasks(booking.id, kind="email", purpose="attendee_confirmed")] == ["Sent"]
