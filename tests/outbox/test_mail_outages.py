"""E-mails while the mail server is down or defers them: each comes once, as the booking is then, or not at all."""

import smtplib

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.notifications.email import OURS_FOR
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload
from tests.support.outbox import actions, deliver, tasks
from tests.support.site import set_test_mode
from tests.support.smtp import sending_to_inbox

NOW = at("2037-03-02 06:00")
NINE = at("2037-03-12 09:00")
HOUR, DAY = 3600, 86400


@pytest.fixture
def inbox(site, commit_clean):
	with sending_to_inbox(site) as box:
		site.connect()
		set_test_mode(False)
		yield box


@pytest.fixture
def booked(inbox):
	page = make_page()
	return door.book(payload(page, make_meeting_type(page, reminders="1440"), NINE), NOW)


def arrived(inbox):
	return [inbox.arrived.get()[1] for _each in range(inbox.arrived.qsize())]


def queued(booking):
	return frappe.get_all("Email Queue", {"reference_name": booking.id}, ["status", "send_after"])


def run_each(booking, first, last, step=4 * HOUR):
	for now in range(first, last + 1, step):
		deliver(booking.id, now)


@pytest.mark.long
@pytest.mark.parametrize("fault", ["is_down", "refusing"])
def test_a_confirmation_was_given_up_after_a_day_though_the_meeting_was_to_come(inbox, booked, fault):
	setattr(inbox, fault, True)
	run_each(booked, NOW, NOW + 7 * DAY, 12 * HOUR)
	assert {task.status for task in tasks(booked.id)} == {"Pending"}
	setattr(inbox, fault, False)
	run_each(booked, NOW + 7 * DAY, NOW + 7 * DAY + 4 * HOUR, HOUR)
	assert {task.status for task in tasks(booked.id)} == {"Sent"}
	assert len(arrived(inbox)) == 2


@pytest.mark.long
def test_a_reminder_that_frappe_could_still_send_was_left_in_the_queue(inbox, booked):
	"""Its moment passed in the outage. Frappe sends what is in the Email Queue, whether anybody needs it or not."""
	deliver(booked.id, NOW)
	arrived(inbox)
	inbox.is_down = True
	run_each(booked, NINE - DAY, NINE)
	skipped = [task for task in actions(booked.id) if task.status == "Skipped"]
	assert {task.error for task in skipped} == {"Its moment has passed."}
	assert skipped
	assert {row.status for row in queued(booked)} == {"Sent"}


@pytest.mark.long
def test_a_link_that_came_during_the_outage_is_in_the_confirmation(inbox, booked):
	inbox.is_down = True
	deliver(booked.id, NOW)
	assert queued(booked) == []
	bookings.calls.store_call(booked.id, {"meeting_link": "https://meet.example/1", "video_status": "Ready"}, NOW)
	inbox.is_down = False
	deliver(booked.id, NOW + 60)
	mails = arrived(inbox)
	assert len(mails) == 2
	assert all("https://meet.example/1" in mail.get_body(("plain",)).get_content() for mail in mails)


def test_frappe_doesnt_send_what_the_outbox_is_about_to_send(inbox, booked, monkeypatch):
	"""The worker dies before the mail server has answered."""

	def die(*_args, **_options):
		raise KeyboardInterrupt

	monkeypatch.setattr(smtplib.SMTP, "sendmail", die)
	with pytest.raises(KeyboardInterrupt):
		deliver(booked.id, NOW)
	frappe.db.rollback()
	soonest = frappe.utils.now_datetime() + OURS_FOR / 2
	assert all(row.send_after > soonest for row in queued(booked))
