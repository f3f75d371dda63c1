"""The methods of people who wait, over HTTP, as docs/reference/api.md describes them."""

import frappe
import pytest

from scheduler_integration.availability.holds import release_hold
from scheduler_integration.bookings import cancel_by_host
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.links import entry_token
from tests.pages.offer import book, bookings_of, in_three_days
from tests.support.factories import token_of
from tests.waitlist.people import (
	entries_of,
	fresh_entry,
	look,
	make_waited,
	offered,
	that_day,
	waiting,
	wish_to_wait,
)

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"


@pytest.mark.long
def test_somebody_joins_and_learns_nothing_but_where_the_message_goes(client):
	meeting_type = make_waited()
	wish = wish_to_wait(meeting_type, weekdays="[2, 4]", from_time="06:00", to_time="07:30", most_offers=5)
	wish["last_date"] = ""
	answer = client.call(f"{PUBLIC}.join_waitlist", **wish)
	assert (answer.status_code, answer.json()["data"]) == (201, {"email": wish["attendee_email"]})
	[entry] = entries_of(meeting_type)
	assert (entry.attendee_name, sorted(entry.bounds.weekdays), entry.most_unanswered) == ("Ann Lee", [2, 4], 5)
	assert (entry.bounds.from_minute, entry.bounds.to_minute, entry.zone) == (360, 450, "UTC")


def test_every_wrong_field_is_named(client):
	meeting_type = make_waited()
	wrong = {"attendee_email": "nobody", "weekdays": "8", "from_time": "25:00", "most_offers": "0", "notify_by": "text"}
	answer = client.call(f"{PUBLIC}.join_waitlist", **wish_to_wait(meeting_type, **wrong))
	assert answer.status_code == 400
	assert set(answer.json()["details"]) == {"attendee_email", "weekdays", "from_time", "most_offers"}
	assert entries_of(meeting_type) == []


def let_texts_be_sent(is_on):
	frappe.db.set_single_value("Scheduler Settings", "sms_enabled", is_on)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()


def test_offers_by_text_need_a_site_that_sends_texts(client):
	let_texts_be_sent(0)
	meeting_type = make_waited()
	wish = wish_to_wait(
		meeting_type, notify_by="text", attendee_phone="+49 30 1234567", from_time="06:00", to_time="07:00"
	)
	answer = client.call(f"{PUBLIC}.join_waitlist", **wish)
	assert set(answer.json()["details"]) == {"notify_by"}
	let_texts_be_sent(1)
	assert client.call(f"{PUBLIC}.join_waitlist", **wish).status_code == 201
	[entry] = entries_of(meeting_type)
	assert entry.is_told_by_text
	shown = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=entry_token(entry.name)).json()["data"]
	assert shown["notify_by"] == "text"


def test_a_type_without_a_waitlist_takes_nobody(client):
	answer = client.call(f"{PUBLIC}.join_waitlist", **wish_to_wait(make_waited(has_waitlist=0)))
	assert (answer.status_code, answer.json()["code"]) == (409, "NO_WAITLIST")


def test_an_entry_says_its_place_and_the_offer(client):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	first, second = offered(meeting_type), waiting(meeting_type, "Ben")
	mine = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=entry_token(first.name)).json()["data"]
	assert (mine["status"], mine["before"], mine["offer"]["start"]) == ("Waiting", 0, f"{that_day()}T12:30:00+00:00")
	theirs = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=entry_token(second.name)).json()["data"]
	assert (theirs["before"], theirs["offer"], theirs["last_date"]) == (1, None, that_day())


def test_taking_an_offer_books_it_and_a_second_click_changes_nothing(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	token, offer = entry_token(entry.name), records.open_offer_of(entry.name).name
	first = client.call(f"{PUBLIC}.take_offer", token=token, offer=offer)
	again = client.call(f"{PUBLIC}.take_offer", token=token, offer=offer)
	assert (first.status_code, again.status_code) == (201, 201)
	assert first.json()["data"]["id"] == again.json()["data"]["id"]
	assert [each.starts_at for each in bookings_of(meeting_type)] == [in_three_days(12)]
	shown = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=token).json()["data"]
	assert (shown["status"], shown["taken"]["id"]) == ("Booked", first.json()["data"]["id"])


def test_taking_a_time_again_after_its_booking_was_deleted_is_over(client):
	entry = offered(make_waited())
	token, offer = entry_token(entry.name), records.open_offer_of(entry.name).name
	first = client.call(f"{PUBLIC}.take_offer", token=token, offer=offer).json()["data"]["id"]
	frappe.db.rollback()
	frappe.db.set_value("Booking", first, "status", "Cancelled")
	frappe.delete_doc("Booking", first)
	frappe.db.commit()
	again = client.call(f"{PUBLIC}.take_offer", token=token, offer=offer)
	assert (again.status_code, again.json()["code"]) == (409, "WAITLIST_OVER")


def test_who_is_too_late_is_told_that_somebody_was_quicker_and_goes_on_waiting(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	offer = records.open_offer_of(entry.name)
	# The cache was emptied, and somebody booked before the next look.
	release_hold(offer.hold_key)
	book(meeting_type, offer.start)
	answer = client.call(f"{PUBLIC}.take_offer", token=entry_token(entry.name), offer=offer.name)
	assert (answer.status_code, answer.json()["code"]) == (409, "OFFER_ENDED")
	assert "Somebody else was quicker" in answer.json()["error"]
	assert fresh_entry(entry).status == records.WAITING
	assert records.offer(offer.name).status == records.LOST


def test_a_program_could_not_see_the_late_offer_that_it_may_still_take(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	token, offer = entry_token(entry.name), records.open_offer_of(entry.name)
	shown = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=token).json()["data"]
	assert (shown["offer"]["id"], shown["late_offer"]) == (offer.name, None)
	frappe.db.rollback()
	frappe.db.set_value("Waitlist Offer", offer.name, "expires_at", offer.offered_at - 1)
	frappe.db.commit()
	shown = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=token).json()["data"]
	assert (shown["offer"], shown["late_offer"]["id"]) == (None, offer.name)
	assert client.call(f"{PUBLIC}.take_offer", token=token, offer=shown["late_offer"]["id"]).status_code == 201


def test_passing_an_offer_leads_to_the_next_one(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	token, offer = entry_token(entry.name), records.open_offer_of(entry.name)
	passed = client.call(f"{PUBLIC}.pass_offer", token=token, offer=offer.name).json()["data"]
	assert (passed["status"], passed["offer"]) == ("Waiting", None)
	frappe.db.rollback()
	look(meeting_type)
	assert records.open_offer_of(entry.name).start == offer.start + 1800
	assert client.call(f"{PUBLIC}.pass_offer", token=token, offer=offer.name).json()["code"] == "OFFER_ENDED"


def test_somebody_changes_when_they_have_time_and_leaves(client):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12.5))
	entry = waiting(meeting_type)
	token = entry_token(entry.name)
	changed = client.call(f"{PUBLIC}.change_wait", token=token, weekdays=[1, 2], to_time="11:00").json()["data"]
	assert (changed["weekdays"], changed["to_time"], changed["from_time"]) == ([1, 2], "11:00", "00:00")
	left = client.call(f"{PUBLIC}.leave_waitlist", token=token).json()["data"]
	assert left["status"] == "Left"
	assert client.call(f"{PUBLIC}.leave_waitlist", token=token).status_code == 200
	assert client.call(f"{PUBLIC}.change_wait", token=token).json()["code"] == "WAITLIST_OVER"


def test_an_attendee_waits_for_an_earlier_time_and_moves(client):
	meeting_type = make_waited()
	sooner, booked = (book(meeting_type, in_three_days(hour)) for hour in (12, 12.5))
	answer = client.call(f"{PUBLIC}.wait_for_earlier", token=token_of(booked), first_date=that_day())
	assert answer.status_code == 201
	cancel_by_host(sooner.id, "", now())
	frappe.db.commit()
	entry = answer.json()["data"]
	assert (entry["status"], entry["booking"]["id"], entry["attendee"]["email"]) == (
		"Waiting",
		booked.id,
		booked.attendee.email,
	)
	frappe.db.rollback()
	look(meeting_type)
	token = entry["url"].rpartition("/")[2]
	offer = client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=token).json()["data"]["offer"]
	moved = client.call(f"{PUBLIC}.take_offer", token=token, offer=offer["id"]).json()["data"]
	assert (moved["rescheduled_from"], parse_instant(moved["start"])) == (booked.id, in_three_days(12))


def test_a_manage_link_isnt_the_link_of_an_entry(client):
	booked = book(make_waited(), in_three_days(12))
	token = manage_token(frappe.get_doc("Booking", booked.id))
	assert client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=token).json()["code"] == "WAITLIST_ENTRY_NOT_FOUND"
