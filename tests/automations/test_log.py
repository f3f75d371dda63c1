"""The Automation Log: managers see each action, to whom it went, its outcome and why."""

import frappe
import pytest
from frappe.translate import print_language

from scheduler_integration import bookings
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.scheduler_integration.report.automation_log import automation_log
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import deliver

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
DAY = 86400


@pytest.fixture
def manager():
	return make_user("Mia", roles=("Scheduling Manager",))


def book(page, **fields):
	return door.book(payload(page, make_meeting_type(page, **fields), NINE), NOW)


def built_in(key):
	return frappe.get_doc("Meeting Automation", {"built_in": key})


def log(**filters):
	columns, rows = automation_log.execute(filters)
	assert all({column["fieldname"] for column in columns} == set(row) for row in rows)
	return rows


@pytest.mark.long
def test_a_manager_sees_what_was_sent_what_waits_and_what_was_skipped(page, manager, as_user, outgoing_mail):
	booking = book(page)
	deliver(booking.id, NOW)
	late = NINE - DAY + 90
	deliver(booking.id, late)
	bookings.cancel_by_token(token_of(booking), "Ill", NINE - DAY + 60)
	with as_user(manager):
		rows = log(booking=booking.id)
	told = {(row["title"], row["target"], row["outcome"], row["reason"]) for row in rows}
	attendee, host = booking.attendee.email, page.user
	assert {
		("Confirmation to the attendee", attendee, "Sent", None),
		("Confirmation to the host", host, "Sent", None),
		("Reminder to the attendee", attendee, "Sent", None),
		("Reminder to the attendee", attendee, "Skipped", "The booking was changed."),
		("Thank you and feedback", attendee, "Skipped", "The booking was changed."),
		("Cancellation to the host", host, "Pending", None),
	} <= told
	sent = {row["time"] for row in rows if (row["title"], row["outcome"]) == ("Reminder to the attendee", "Sent")}
	assert sent == {to_site_time(late)}
	assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), reverse=True)


def test_a_reason_was_stored_in_the_language_of_the_attendee_who_cancelled(page, manager, as_user):
	booking = book(page)
	with print_language("fr"):
		bookings.cancel_by_token(token_of(booking), "", NOW)
	with as_user(manager), print_language("de"):
		reasons = {row["reason"] for row in log(booking=booking.id)}
	assert "Die Buchung wurde geändert." in reasons


def test_the_button_of_an_automation_shows_its_own_actions_alone(page):
	booking, other = book(page), book(make_page())
	reminder, confirmation = built_in("attendee_reminder"), built_in("attendee_confirmed")
	for automation, count in ((reminder, 2), (confirmation, 1)):
		rows = log(automation=automation.name, booking=booking.id)
		assert [(row["automation"], row["title"]) for row in rows] == [(automation.name, automation.title)] * count
	assert {booking.id, other.id} <= {row["booking"] for row in log(automation=confirmation.name)}


def test_dates_and_outcome_narrow_it(page, outgoing_mail):
	booking = book(page)
	deliver(booking.id, NOW)
	assert {row["outcome"] for row in log(booking=booking.id, outcome="Sent")} == {"Sent"}
	(due,) = {str(row["time"].date()) for row in log(booking=booking.id, from_date="2026-03-05", to_date="2026-03-05")}
	assert due == "2026-03-05"


def test_what_a_deleted_automation_did_stays_in_the_log(page):
	values = {"title": "Ours", "trigger": "Booked", "channel": "To-do", "text": "Prepare"}
	automation = frappe.get_doc({"doctype": "Meeting Automation", **values}).insert()
	booking = book(page)
	automation.delete()
	assert ("An automation that was deleted", "To-do", None) in {
		(row["title"], row["channel"], row["automation"]) for row in log(booking=booking.id)
	}


def test_hosts_do_not_read_it(page, as_user):
	with as_user(page.user), pytest.raises(NotPermitted):
		automation_log.execute({})
