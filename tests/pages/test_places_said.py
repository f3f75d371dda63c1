"""The place of meetings: hosts are asked for it when they begin, see when it is missing, and add it to booked meetings."""

import frappe
import pytest

from scheduler_integration import jobs
from tests.pages.offer import book, host_of, in_three_days, make_offer, meeting_path, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_user, token_of
from tests.support.outbox import deliver, mails, tasks

NOWHERE = {"location_type": None, "location_details": None}


@pytest.fixture
def offer(commit_clean):
	return make_offer(**NOWHERE)


@pytest.fixture
def booking(offer, outgoing_mail):
	booked = book(offer, in_three_days(10))
	deliver(booked.id, in_three_days(10) - 86400)
	frappe.db.commit()
	return booked


def say(client, booking, kind, details=""):
	html = read(client.get(meeting_path(booking.id)).text)
	form = next(form for form in html.all("form") if form.all("button", value="place"))
	values = {**dict(form_values(form)), "action": "place", "location_type": kind, "location_details": details}
	return client.post(meeting_path(booking.id), data=values, allow_redirects=True)


def stored(doctype, name):
	frappe.db.rollback()
	return frappe.get_doc(doctype, name)


def test_a_new_hosts_meetings_were_nowhere(client, commit_clean):
	sign_in(client, make_user("Nora"))
	html = read(client.get("/scheduling/page").text)
	form = next(form for form in html.all("form") if form.all("input", name="title"))
	values = dict(form_values(form))
	assert values["location_type"] == "jitsi"
	wrong = client.post("/scheduling/page", data={**values, "action": "begin", "location_type": "in_person"})
	assert (wrong.status_code, "Say where: attendees read it." in wrong.text) == (400, True)
	client.post("/scheduling/page", data={**values, "action": "begin", "title": "Nora begins"})
	frappe.db.rollback()
	page = frappe.get_last_doc("Scheduling Page", {"title": "Nora begins"})
	html = read(client.get("/scheduling/types").text)
	token = html.all("input", name="csrf_token")[0]["value"]
	added = {"csrf_token": token, "action": "add", "page": page.name, "template": "workshop"}
	assert client.post("/scheduling/types", data=added, allow_redirects=True).status_code == 200
	frappe.db.rollback()
	assert frappe.get_all("Meeting Type", {"scheduling_page": page.name}, pluck="location_type") == ["Jitsi"] * 3
	assert "No place yet" not in client.get("/scheduling/types").text


@pytest.mark.long
def test_nobody_told_the_host_that_guests_wait_for_a_place(client, offer, booking):
	new = book(offer, in_three_days(12))
	to_host = next(mail for mail in mails(new.id, in_three_days(9)) if mail.reader.is_hosting)
	assert "Ada Lovelace reads that you will say it" in to_host.text
	sign_in(client, host_of(offer))
	for path in ("/scheduling", "/scheduling/types"):
		assert "No place yet" in client.get(path).text
	assert "Nobody has said where you meet" in client.get(meeting_path(booking.id)).text


@pytest.mark.long
def test_the_guest_gets_the_place_that_the_host_says(client, offer, booking):
	sign_in(client, host_of(offer))
	assert say(client, booking, "in_person").status_code == 400
	assert "gets the place" in say(client, booking, "in_person", "Café Central, Vienna").text
	doc = stored("Booking", booking.id)
	assert (doc.location_type, doc.location) == ("In Person", "Café Central, Vienna")
	(mail,) = [mail for mail in mails(booking.id, in_three_days(9)) if mail.subject.startswith("Place: ")]
	assert mail.reader.is_attendee
	assert "This is where you meet Jane Doe." in mail.text
	assert "Café Central, Vienna" in mail.event["LOCATION"]
	assert mail.event["SEQUENCE"] == 1
	page = client.get(f"/schedule/manage/{token_of(booking)}").text
	assert "Café Central, Vienna" in page
	assert "will tell you where" not in page
	assert "No place yet" not in client.get("/scheduling").text


@pytest.mark.long
def test_a_place_of_the_type_reaches_those_who_have_booked(offer, booking):
	offer.reload().update({"location_type": "Phone", "location_details": "+1 555 0100"}).save()
	frappe.db.commit()
	jobs.tell_where(offer.name)
	doc = stored("Booking", booking.id)
	assert (doc.location_type, doc.location) == ("Phone", "+1 555 0100")
	assert [mail.subject[:7] for mail in mails(booking.id, in_three_days(9)) if mail.reader.is_attendee] == ["Place: "]


@pytest.mark.long
def test_a_video_call_is_told_once_with_its_link(client, offer, booking):
	sign_in(client, host_of(offer))
	say(client, booking, "jitsi")
	doc = stored("Booking", booking.id)
	assert (doc.location_type, doc.video_status) == ("Jitsi", "Waiting")
	assert not [mail for mail in mails(booking.id, in_three_days(9)) if mail.reader.is_attendee]
	deliver(booking.id, in_three_days(9))
	to_attendee = {"kind": "email", "target": doc.attendee_email}
	assert [task.payload for task in tasks(booking.id, **to_attendee) if '"is_link": true' in task.payload] != []
	assert stored("Booking", booking.id).meeting_link


@pytest.mark.long
def test_nobody_else_says_it(client, offer, booking):
	sign_in(client, make_user("Mallory"))
	values = {"action": "place", "location_type": "in_person", "location_details": "My car"}
	assert client.post(meeting_path(booking.id), data=values).status_code in (400, 403)
	assert not stored("Booking", booking.id).location


@pytest.mark.long
def test_a_meeting_that_failed_left_all_later_ones_without_the_place(offer, booking, monkeypatch):
	later = book(offer, in_three_days(13))
	frappe.db.commit()
	frappe.db.set_value("Meeting Type", offer.name, {"location_type": "Jitsi"})
	frappe.clear_document_cache("Meeting Type", offer.name)
	take = jobs.bookings.take_place

	def fail_for_the_first(name, place, now):
		if name == booking.id:
			raise frappe.QueryDeadlockError
		return take(name, place, now)

	monkeypatch.setattr(jobs.bookings, "take_place", fail_for_the_first)
	jobs.tell_where(offer.name)
	assert [stored("Booking", name).location_type for name in (booking.id, later.id)] == [None, "Jitsi"]
