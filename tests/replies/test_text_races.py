"""Many processes get replies at the same moment."""

from collections import Counter

import frappe
import pytest

from tests.bookings.racing import START, race_processes
from tests.replies.sending import NUMBER, coming

pytestmark = pytest.mark.usefixtures("commit_clean")

PROCESSES = 8
_REPLY = (
	START
	+ """
from scheduler_integration.replies.texts import Text, act_on
frappe.set_user("Guest")
race(lambda: act_on(Text(id=wish["id"], number=wish["number"], body=wish["body"]), clock.now(), sends_answer=False))
"""
)


def replies(site, *messages):
	wishes = [{"id": message_id, "number": NUMBER, "body": body} for message_id, body in messages]
	answers = race_processes(site, wishes, _REPLY)
	frappe.db.rollback()
	assert {status for status, _answer in answers} == {200}
	return Counter((answer or "").partition(":")[0] for _status, answer in answers)


@pytest.mark.long
def test_one_message_in_many_processes_is_acted_on_once(site, texts):
	booking = texts.about()
	answers = replies(site, *[("same", "9")] * PROCESSES)
	assert answers == {"Cancelled": 1, "": PROCESSES - 1}
	assert frappe.db.get_value("Booking", booking.name, "status") == "Cancelled"
	assert frappe.db.count("Attendee Reply") == 1


@pytest.mark.long
def test_many_messages_cancel_once_and_each_is_answered(site, texts):
	booking = texts.about()
	answers = replies(site, *[(f"m{each}", "9") for each in range(PROCESSES)])
	assert answers["Cancelled"] == 1
	assert sum(answers.values()) == PROCESSES
	assert "" not in answers
	assert frappe.db.get_value("Booking", booking.name, "status") == "Cancelled"
	notes = {"reference_name": booking.name, "content": ["like", "cancelled the meeting%"]}
	assert frappe.db.count("Comment", notes) == 1


@pytest.mark.long
def test_a_message_that_confirms_and_one_that_cancels_leave_it_cancelled(site, texts):
	booking = texts.about(start=coming())
	replies(site, *[(f"m{each}", "19"[each % 2]) for each in range(PROCESSES)])
	assert frappe.db.get_value("Booking", booking.name, "status") == "Cancelled"
