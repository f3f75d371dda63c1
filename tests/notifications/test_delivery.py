"""From a booking over HTTP to the mail server: the messages that are really sent."""

import frappe
import pytest
from icalendar import Calendar

from tests.support.factories import fresh, make_meeting_type, make_page, token_of
from tests.support.outbox import status_of, tasks
from tests.support.smtp import sending_to_inbox

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"
RUN_IN_TWO_MINUTES = """
from scheduler_integration.jobs import outbox
from scheduler_integration.platform import clock
from tests.support.site import set_test_mode
set_test_mode(False)
outbox.run_due_tasks(lambda: clock.now() + 120, 20)
"""


@pytest.fixture
def inbox(site, run_jobs):
	with sending_to_inbox(site) as box:
		# Jobs that other tests left send their messages now.
		run_jobs()
		box.arrived.queue.clear()
		yield box


@pytest.fixture
def booked(client, inbox):
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	today = frappe.utils.getdate()
	query = {"slug": page.slug, "meeting_type": meeting_type.slug, "timezone": "Asia/Kolkata"}
	query |= {"start_date": str(today), "end_date": str(frappe.utils.add_days(today, 10))}
	days = client.call(f"{PUBLIC}.get_slots", "GET", **query).json()["data"]["days"]
	wish = {
		"slug": page.slug,
		"meeting_type": meeting_type.slug,
		"start": next(iter(days.values()))[0]["start"],
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		"timezone": "Asia/Kolkata",
	}
	return page, client.call(f"{PUBLIC}.book", **wish).json()["data"]


def calendar_part(message):
	(part,) = (part for part in message.walk() if part.get_content_type() == "text/calendar")
	return part, Calendar.from_ical(part.get_payload(decode=True))


@pytest.mark.long
def test_attendee_and_host_get_an_invitation_and_then_its_cancellation(client, inbox, booked, run_jobs):
	page, booking = booked
	run_jobs()
	invited = inbox.take(2)
	assert set(invited) == {booking["attendee"]["email"], page.user}
	for message in invited.values():
		part, calendar = calendar_part(message)
		method = "PUBLISH" if message["To"] == page.user else "REQUEST"
		assert part.get_param("method") == method
		assert calendar["METHOD"] == method
		assert message.get_body(("plain",)).get_content().strip()
	to_attendee = invited[booking["attendee"]["email"]]
	assert to_attendee["Subject"].startswith("Confirmed: Intro call with Jane")
	assert page.user in to_attendee["Reply-To"]
	assert booking["manage_url"].rpartition("/")[2] in to_attendee.get_body(("html",)).get_content()

	client.call(f"{PUBLIC}.cancel", token=token_of(booking))
	run_jobs()
	cancelled = inbox.take(2)
	for recipient, message in cancelled.items():
		part, calendar = calendar_part(message)
		event, invitation = calendar.walk("VEVENT")[0], calendar_part(invited[recipient])[1].walk("VEVENT")[0]
		assert part.get_param("method") == "CANCEL"
		assert (event["UID"], event["SEQUENCE"]) == (invitation["UID"], invitation["SEQUENCE"] + 1)


@pytest.mark.long
def test_what_the_mail_server_refuses_goes_out_later(site, client, inbox, booked, run_jobs):
	_page, booking = booked
	run_jobs()
	inbox.take(2)
	inbox.refusing = True
	assert client.call(f"{PUBLIC}.cancel", token=token_of(booking)).status_code == 200
	run_jobs()
	inbox.refused.get(timeout=30)
	inbox.refused.get(timeout=30)
	inbox.refusing = False
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", booking["id"], "status") == "Cancelled"
	waiting = tasks(booking["id"], status="Pending")
	assert ["451" in task.error for task in waiting] == [True, True]

	site.python(RUN_IN_TWO_MINUTES).communicate(timeout=60)
	assert set(inbox.take(2)) == {booking["attendee"]["email"], booked[0].user}
	frappe.db.rollback()
	assert status_of(booking["id"]) == ["Sent"] * 4
