"""A host answers a time that the attendee proposed in a calendar program, with the link in the e-mail."""

import re
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.meetings.tokens import answer_url, manage_token
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import mails, tasks

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2030-03-04 06:00")
NINE = at("2030-03-04 09:00")
TEN = at("2030-03-05 10:00")


@pytest.fixture
def page(commit_clean):
	return make_page(make_user("Jane", time_zone="Europe/Paris"))


@pytest.fixture
def booking(page):
	booked = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	bookings.propose(token_of(booked), TEN, NOW)
	frappe.db.commit()
	return frappe.get_doc("Booking", booked.id)


def path_of(booking):
	return urlsplit(answer_url(booking, booking.host)).path


def form_of(client, booking):
	page = client.get(path_of(booking)).text
	return {"start": re.search(r'name="start" value="([^"]+)"', page)[1]}


def state(name):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", name, ["status", "starts_at", "proposed_start"])


def successor_of(booking):
	return frappe.db.get_value("Booking", {"rescheduled_from": booking.name})


def test_the_host_gets_both_times_and_the_link(booking):
	(mail,) = [each for each in mails(booking.name, NOW) if each.template == "host_proposed"]
	assert mail.reader.user == booking.host
	assert mail.subject == "Another time? Ada Lovelace, Mon, 4 Mar 10:00"
	assert "Tuesday, 5 March 2030" in mail.text
	assert "Monday, 4 March 2030" in mail.text
	assert answer_url(booking, booking.host) in mail.text
	assert mail.invitation is None


def test_opening_the_link_changes_nothing(client, booking):
	for method in ("get", "post"):
		answer = getattr(client, method)(path_of(booking))
		assert answer.status_code == 200
	assert "Move this meeting?" in answer.text
	client.post(f"{path_of(booking)}?answer=move&start={form_of(client, booking)['start']}")
	assert state(booking.name) == ("Scheduled", NINE, TEN)


def test_one_click_moves_the_meeting(client, booking):
	sent = {**form_of(client, booking), "answer": "move"}
	answer = client.post(path_of(booking), data=sent)
	assert answer.status_code == 303, answer.text
	assert "This meeting was moved" in client.get(path_of(booking)).text
	assert state(booking.name)[0] == "Rescheduled"
	assert state(successor_of(booking)) == ("Scheduled", TEN, None)
	notes = frappe.get_all(
		"Comment", {"reference_name": booking.name, "comment_type": "Info"}, ["content", "comment_email"]
	)
	assert [each.comment_email for each in notes if each.content.startswith("moved the meeting")] == [booking.host]
	# The same form again finds nothing to do.
	assert client.post(path_of(booking), data=sent).status_code == 409


def test_the_host_keeps_the_time_and_the_attendee_reads_it(client, booking):
	answer = client.post(path_of(booking), data={**form_of(client, booking), "answer": "keep"})
	assert answer.status_code == 303
	assert state(booking.name) == ("Scheduled", NINE, None)
	(mail,) = [
		each for each in mails(booking.name, NOW) if each.reader.is_attendee and "that you proposed" in each.text
	]
	assert mail.text.count("Jane can't move the meeting to the time that you proposed. It stays as it is.") == 1
	assert mail.invitation is None


def test_a_proposal_that_changed_meanwhile_is_not_accepted_unseen(client, booking):
	form = form_of(client, booking)
	bookings.propose(manage_token(booking), TEN + 3600, NOW)
	frappe.db.commit()
	answer = client.post(path_of(booking), data={**form, "answer": "move"})
	assert answer.status_code == 409
	assert "proposed any more" in re.sub("&#39;|’", "'", answer.text)
	assert state(booking.name) == ("Scheduled", NINE, TEN + 3600)


def test_a_time_that_was_taken_meanwhile_is_refused(client, page, booking):
	form = form_of(client, booking)
	door.book(payload(page, make_meeting_type(page), TEN), NOW)
	frappe.db.commit()
	answer = client.post(path_of(booking), data={**form, "answer": "move"})
	assert answer.status_code == 409
	assert state(booking.name) == ("Scheduled", NINE, TEN)


def test_another_hosts_link_moves_nothing(client, booking):
	form = {**form_of(client, booking), "answer": "move"}
	stranger = urlsplit(answer_url(booking, make_user("Eve"))).path
	frappe.db.commit()
	assert client.post(stranger, data=form).status_code == 404
	assert client.post("/schedule/answer/" + "x" * 80, data=form).status_code == 404
	assert state(booking.name)[1] == NINE


def test_the_meetings_page_shows_it(as_user, client, booking):
	frappe.utils.password.update_password(booking.host, "Secret-1234")
	frappe.db.commit()
	client.login(booking.host, "Secret-1234")
	page = client.get(f"/scheduling/meeting/{booking.name}").text
	assert "Ada Lovelace proposes another time: " in page
	assert path_of(booking) in page


def test_a_moved_or_cancelled_meeting_has_no_proposal(client, booking):
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	page = client.get(path_of(booking)).text
	assert "Move this meeting?" not in page
	assert len(tasks(booking.name, purpose="host_proposed", status="Pending")) == 0
