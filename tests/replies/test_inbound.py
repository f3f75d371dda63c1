"""Mails that Frappe's own Email Account receives: the answer is read, and the mail is stored as always."""

import frappe
import pytest

from scheduler_integration.replies import rows
from scheduler_integration.replies.mails import read_waiting
from tests.replies.test_mails import NOW, booking, mail  # noqa: F401  # A fixture.

pytestmark = pytest.mark.usefixtures("commit_clean")


class Mailbox:
	"""Stands in for the connection to a mail server, which Frappe's Email Account opens."""

	def __init__(self, *mails):
		self.mails, self.settings = list(mails), frappe._dict()

	def select_imap_folder(self, folder):
		return True

	def get_messages(self, *args, **kwargs):
		mails, self.mails = self.mails, []
		return {
			"latest_messages": mails,
			"uid_list": [str(each + 1).encode() for each in range(len(mails))],
			"seen_status": {},
		}

	def logout(self):
		pass


@pytest.fixture
def account(site, monkeypatch):
	if not site.is_real:
		pytest.skip("No mails arrive on the embedded site. Run it with make test-bench.")
	values = {
		"email_id": "meetings@scheduler.example",
		"email_account_name": "Meetings",
		"enable_incoming": 1,
		"use_imap": 0,
	}
	made = frappe.get_doc({"doctype": "Email Account", "email_server": "mail.example", "password": "x", **values})
	# Frappe would try to sign in at the server.
	monkeypatch.setattr(type(made), "validate", lambda self: None)
	made.insert()
	frappe.db.set_single_value("Scheduler Settings", "read_mail_replies", 1)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	return made


def receive(account, monkeypatch, *mails):
	box = Mailbox(*mails)
	fresh = frappe.get_doc("Email Account", account.name)
	monkeypatch.setattr(type(fresh), "get_incoming_server", lambda self, **options: box)
	fresh.receive()
	frappe.db.commit()


def communications():
	return frappe.get_all(
		"Communication", {"sent_or_received": "Received"}, ["message_id", "subject"], order_by="creation"
	)


def test_an_answer_of_outlook_whose_calendar_part_has_no_name_is_read(account, monkeypatch, booking):  # noqa: F811
	receive(account, monkeypatch, mail("outlook-accepted"), mail("apple-html-only"))
	assert [each.subject for each in communications()] == ["Accepted: Intro call", "Declined: Intro call"]
	assert len(rows.waiting()) == 1
	read_waiting(NOW)
	assert frappe.db.get_value("Booking", booking.name, "reconfirmed_at") == NOW


def test_the_same_mail_again_is_not_read_again(account, monkeypatch, booking):  # noqa: F811
	receive(account, monkeypatch, mail("google-declined"))
	receive(account, monkeypatch, mail("google-declined"))
	assert len(communications()) == len(rows.waiting()) == 1


def test_nothing_is_looked_at_while_it_is_off(account, monkeypatch, booking):  # noqa: F811
	frappe.db.set_single_value("Scheduler Settings", "read_mail_replies", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	receive(account, monkeypatch, mail("google-declined"))
	assert len(communications()) == 1
	assert rows.waiting() == []


def test_a_mail_is_stored_even_if_its_answer_makes_trouble(account, monkeypatch, booking):  # noqa: F811
	from scheduler_integration.replies import inbound_mail

	def fail(*_arguments):
		raise RuntimeError("broken")

	monkeypatch.setattr(inbound_mail, "take_mail", fail)
	receive(account, monkeypatch, mail("google-declined"), mail("google-accepted"))
	assert len(communications()) == 2
	assert frappe.db.exists("Error Log", {"method": "A mail could not be looked at"})


def test_the_invitation_asks_for_answers_to_this_account(account, booking):  # noqa: F811
	from tests.support import door
	from tests.support.factories import at, make_meeting_type, payload
	from tests.support.outbox import mails

	page = frappe.get_doc("Scheduling Page", booking.scheduling_page)
	booked = door.book(payload(page, make_meeting_type(page), at("2026-03-05 11:00")), NOW)
	by_reader = {each.reader.role: each for each in mails(booked.id, NOW) if each.invitation}
	assert str(by_reader["attendee"].event["ORGANIZER"]) == "mailto:meetings@scheduler.example"
	assert str(by_reader["host"].event["ORGANIZER"]) == f"mailto:{page.user}"
