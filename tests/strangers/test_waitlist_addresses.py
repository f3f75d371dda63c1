"""Strangers who join a waitlist with somebody's address: what they learn, and what the owner of the address gets."""

from dataclasses import replace

import frappe
import pytest

from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.exceptions import NoWaitlist, WaitlistFull
from scheduler_integration.meetings.invited import CONFIRMED
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist import by_host, commands, records
from scheduler_integration.waitlist.links import entry_token
from scheduler_integration.waitlist.requests import WaitPayload, parse_wait_request
from tests.pages.offer import bookings_of
from tests.support.factories import fresh, make_meeting_type, make_page, page_of
from tests.waitlist.people import (
	empty,
	entries_of,
	fill,
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


def join_confirmed(meeting_type, **typed):
	"""Join as somebody whom a code has confirmed, and commit."""
	page = page_of(meeting_type)
	bounds = WaitPayload.of({"first_date": that_day(), "last_date": that_day()})
	request = parse_wait_request(BookingPayload.of({"timezone": "UTC", **typed}), bounds, page, meeting_type, now())
	frappe.db.rollback()
	person = replace(request.person, address_status=CONFIRMED)
	asked = replace(request, person=person)
	found = find_bookable(page.slug, meeting_type.slug)
	entry = commands.join_waitlist(asked, found, now())
	frappe.db.commit()
	return entry


def test_the_owner_of_an_address_shared_the_entry_of_a_stranger_who_had_typed_it_before(client):
	meeting_type = make_waited()
	address = f"{fresh('victim')}@guests.example"
	strange = offered(meeting_type, "Eve", attendee_email=address, attendee_phone="+49 30 901820")
	ben = waiting(meeting_type, "Ben")
	offer = records.open_offer_of(strange.name)
	own = join_confirmed(meeting_type, attendee_name="Ann Lee", attendee_email=address)
	assert (own.attendee_name, own.attendee_phone, own.address_status) == ("Ann Lee", "", CONFIRMED)
	assert [each.name for each in entries_of(meeting_type)] == [own.name, ben.name]
	answer = client.call(f"{PUBLIC}.take_offer", token=entry_token(strange.name), offer=offer.name)
	assert answer.status_code == 409
	assert fresh_entry(strange).status == records.LEFT
	# The time goes to the owner, who has the place.
	look(meeting_type)
	assert records.open_offer_of(own.name).start == offer.start
	assert join_confirmed(meeting_type, attendee_name="Ann", attendee_email=address).name == own.name


def test_a_full_list_told_strangers_who_was_on_it(monkeypatch):
	meeting_type = make_waited()
	known = waiting(meeting_type)
	monkeypatch.setattr(commands, "MOST_UNCONFIRMED", 1)
	for address in (known.attendee_email, "somebody.new@guests.example"):
		with pytest.raises(WaitlistFull):
			waiting(meeting_type, attendee_email=address)
		frappe.db.rollback()
	# A person who has shown a code for the address keeps the place.
	assert join_confirmed(meeting_type, attendee_name="Ann", attendee_email=known.attendee_email)


def test_typed_addresses_filled_a_list_for_everybody(monkeypatch):
	meeting_type = make_waited()
	waiting(meeting_type)
	monkeypatch.setattr(commands, "MOST_UNCONFIRMED", 1)
	assert join_confirmed(meeting_type, attendee_name="Ben", attendee_email="ben@guests.example")
	monkeypatch.setattr(commands, "MOST_WAITING", 2)
	with pytest.raises(WaitlistFull):
		join_confirmed(meeting_type, attendee_name="Cleo", attendee_email="cleo@guests.example")


@pytest.mark.long
def test_strangers_used_up_the_lists_on_which_somebody_could_wait(client):
	address = f"{fresh('victim')}@guests.example"
	for _each in range(11):
		answer = client.call(
			f"{PUBLIC}.join_waitlist",
			**wish_to_wait(make_waited(), attendee_email=address, from_time="06:00", to_time="07:00"),
		)
		assert answer.status_code == 201


def test_nobody_could_take_an_offer_after_the_host_had_changed_the_questions(client):
	question = {"label": "What is it about?", "question_type": "Text", "required": 1}
	meeting_type = make_waited(questions=[question])
	answers = {meeting_type.questions[0].name: "Prices"}
	fill(meeting_type, answers=answers)
	wish = wish_to_wait(meeting_type, answers=answers)
	assert client.call(f"{PUBLIC}.join_waitlist", **wish).status_code == 201
	[entry] = entries_of(meeting_type)
	empty(meeting_type)
	look(meeting_type)
	meeting_type.reload()
	meeting_type.questions = []
	meeting_type.append("questions", {**question, "label": "How many are you?"})
	meeting_type.save()
	frappe.db.commit()
	offer = records.open_offer_of(entry.name)
	answer = client.call(f"{PUBLIC}.take_offer", token=entry_token(entry.name), offer=offer.name)
	assert answer.status_code == 201, answer.text
	assert bookings_of(meeting_type)[-1].answers == []


def test_an_offer_booked_another_type_that_had_the_slug_of_a_moved_one(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	offer, former = records.open_offer_of(entry.name), page_of(meeting_type)
	meeting_type.reload()
	meeting_type.scheduling_page = make_page(former.user).name
	meeting_type.save()
	other = make_meeting_type(former, slug=meeting_type.slug, duration_minutes=30, slot_interval=30)
	frappe.db.commit()
	answer = client.call(f"{PUBLIC}.take_offer", token=entry_token(entry.name), offer=offer.name)
	assert answer.status_code == 201, answer.text
	assert (len(bookings_of(meeting_type)), bookings_of(other)) == (1, [])


def test_an_offer_of_one_date_booked_a_whole_series(client, as_user):
	meeting_type = make_waited()
	entry, ben = offered(meeting_type), waiting(meeting_type, "Ben")
	offer = records.open_offer_of(entry.name)
	meeting_type.reload()
	meeting_type.update({"has_waitlist": 0, "repeats": "Fixed", "repeat_weeks": 1, "repeat_count": 4})
	meeting_type.save()
	frappe.db.commit()
	answer = client.call(f"{PUBLIC}.take_offer", token=entry_token(entry.name), offer=offer.name)
	assert (answer.status_code, answer.json()["code"]) == (409, "OFFER_ENDED")
	assert bookings_of(meeting_type) == []
	with as_user(page_of(meeting_type).user), pytest.raises(NoWaitlist):
		by_host.offer_by_hand(ben.name, offer.start + 1800, now())
