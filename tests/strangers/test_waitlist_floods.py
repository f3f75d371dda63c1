"""Messages that strangers made a waitlist send to mailboxes and telephone numbers of others."""

import frappe
import pytest

from scheduler_integration.trust.caps import MESSAGES_A_DAY, TEXTS_A_DAY
from scheduler_integration.waitlist import commands, records
from scheduler_integration.waitlist.links import entry_token
from tests.support.factories import fresh, make_page
from tests.support.gateway import receiving, use_gateway
from tests.support.outbox import deliver
from tests.support.site import set_test_mode
from tests.support.smtp import sending_to_inbox
from tests.waitlist.people import make_waited, path, waiting
from tests.waitlist.world import (
	NOW,
	book,
	cancel,
	fill,
	join,
	look,
	make_type,
	offer_of,
	offered_hour,
	wait_for_earlier,
)

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"
# Sixteen free times.
FREE = {"Tuesday": ["09:00-17:00"]}


@pytest.fixture
def inbox(site):
	with sending_to_inbox(site) as box:
		site.connect()
		set_test_mode(False)
		yield box


def pass_all(entry, meeting_type):
	"""Let the holder of the link pass one offer after the other, and return how many there were."""
	now, token = NOW, entry_token(entry.name)
	while offer := offer_of(entry):
		now += 1
		deliver(entry.name, now)
		commands.pass_offer(token, offer.name, now)
		look(meeting_type, now)
	return now - NOW


@pytest.mark.long
def test_who_passed_each_offer_let_somebodys_telephone_get_a_text_for_every_free_time(inbox):
	with receiving() as (gateway, url):
		use_gateway(url)
		meeting_type = make_type(make_page(hours=FREE))
		# However the number is written.
		for number in ("+49 30 901820", "+4930 901820"):
			entry = join(meeting_type, fresh("eve"), attendee_phone=number, notify_by="text")
			look(meeting_type)
			assert pass_all(entry, meeting_type) == 16
			commands.leave_waitlist(entry_token(entry.name), NOW)
		assert len(gateway.requests) == TEXTS_A_DAY


@pytest.mark.long
def test_offers_to_a_typed_address_were_as_many_as_a_stranger_asked_for(inbox):
	victim = f"{fresh('victim')}@guests.example"
	for _each in range(2):
		meeting_type = make_type(make_page(hours=FREE))
		entry = join(meeting_type, attendee_email=victim, most_offers=20)
		deliver(entry.name, NOW)
		look(meeting_type)
		pass_all(entry, meeting_type)
	assert inbox.arrived.qsize() == MESSAGES_A_DAY


@pytest.mark.long
def test_asking_for_an_earlier_time_again_and_again_filled_a_strangers_mailbox(inbox):
	victim = f"{fresh('victim')}@guests.example"
	meeting_type = make_type(make_page(hours=FREE))
	booking = book(meeting_type, "16:00", attendee_email=victim)
	frappe.db.set_value("Booking", booking.name, "address_status", "Unconfirmed")
	for seconds in range(MESSAGES_A_DAY + 5):
		entry = wait_for_earlier(booking, NOW + seconds)
		deliver(entry.name, NOW + seconds)
	assert records.of_booking(booking.name)
	assert inbox.arrived.qsize() <= MESSAGES_A_DAY


def test_each_change_of_the_wishes_planned_another_look_at_the_list(client):
	entry = waiting(make_waited())
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 4)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	token, before = entry_token(entry.name), frappe.db.count("Outbox Task", {"kind": "waitlist"})
	codes = [client.call(f"{PUBLIC}.change_wait", token=token, to_time="11:00").status_code for _each in range(3)]
	codes += [client.post(path(entry), data={"action": "change", "to_time": "11:00"}).status_code for _each in range(2)]
	assert codes == [200, 200, 200, 303, 429]
	frappe.db.rollback()
	assert frappe.db.count("Outbox Task", {"kind": "waitlist"}) == before


@pytest.mark.long
def test_strangers_on_a_waitlist_held_every_time_of_a_day():
	"""Each of four people with an address of their own could hold one of a day's four times, at night until the morning."""
	meeting_type = make_type()
	taken = fill(meeting_type)
	entries = [join(meeting_type, name) for name in ("Ann", "Ben", "Cleo", "Dora")]
	frappe.db.set_value("Waitlist Entry", {"meeting_type": meeting_type.name}, "address_status", "Unconfirmed")
	known = join(meeting_type, "Eve")
	for booking in taken.values():
		cancel(booking)
	look(meeting_type)
	assert [offered_hour(each) for each in entries] == ["09:00", "09:30", None, None]
	assert offered_hour(known) == "10:00"
	look(meeting_type)
	assert [offered_hour(each) for each in entries] == ["09:00", "09:30", None, None]
