"""Writing bookings into calendars of Google and Microsoft: one event for each key, whatever goes wrong."""

from dataclasses import replace

import pytest

from scheduler_integration.calendars.provider import Person
from scheduler_integration.exceptions import EventChanged, Unreachable
from tests.support.factories import at
from tests.support.vendors.connected import Reading, outgoing

START = at("2026-12-01 09:00")
WINDOW = (at("2026-11-20 00:00"), at("2027-01-20 00:00"))
ADA = Person("ada@attendees.example", "Ada")


@pytest.fixture
def jane(vendor):
	return vendor.connect(zone="Europe/Berlin")


@pytest.fixture
def provider(vendor, jane):
	with vendor.opened(jane) as opened:
		yield opened


def live(jane):
	return [entry for entry in jane.diary.entries.values() if not entry.removed]


def test_an_event_is_written_and_found(vendor, jane, provider):
	event = outgoing(START)
	stored = provider.put(jane.diary.id, event)
	found = provider.find(jane.diary.id, event.key, stored)
	assert (found.mark, found.start, found.end) == (event.key, event.start, event.end)
	assert found.etag == stored.etag
	assert stored.web_url.startswith("https://")
	assert vendor.stand_in.invitations == []


def test_our_own_event_is_recognised_when_it_is_read(vendor, jane, provider):
	event = outgoing(START)
	provider.put(jane.diary.id, event)
	read = Reading().read(provider, jane.diary.id, WINDOW)
	assert [each.mark for each in read.pages[-1].events] == [event.key]


def test_a_moved_booking_moves_its_event(vendor, jane, provider):
	event = outgoing(START)
	stored = provider.put(jane.diary.id, event)
	provider.put(jane.diary.id, replace(event, start=START + 3600, end=START + 5400), stored)
	[entry] = live(jane)
	assert jane.diary.occurrence_at(entry, None).starts_at == START + 3600


def test_a_lost_reply_makes_no_second_event(vendor, jane, provider):
	event = outgoing(START)
	vendor.stand_in.fail("/events", method="POST", lost=True)
	with pytest.raises(Unreachable):
		provider.put(jane.diary.id, event)
	assert len(live(jane)) == 1
	stored = provider.put(jane.diary.id, event)
	assert len(live(jane)) == 1
	assert stored.id == live(jane)[0].id


def test_a_lost_reply_heals_to_the_newest_state(vendor, jane, provider):
	"""The booking was moved before the second try. The event has the new time."""
	event = outgoing(START)
	vendor.stand_in.fail("/events", method="POST", lost=True)
	with pytest.raises(Unreachable):
		provider.put(jane.diary.id, event)
	provider.put(jane.diary.id, replace(event, start=START + 7200, end=START + 9000))
	[entry] = live(jane)
	assert jane.diary.occurrence_at(entry, None).starts_at == START + 7200


def test_microsoft_forgets_transactions_and_we_still_find_the_event(microsoft):
	jane = microsoft.connect()
	event = outgoing(START)
	with microsoft.opened(jane) as provider:
		provider.put(jane.diary.id, event)
		microsoft.stand_in.forget_transactions()
		provider.put(jane.diary.id, event)
	assert len(live(jane)) == 1


def test_an_event_that_somebody_changed_is_not_overwritten(vendor, jane, provider):
	event = outgoing(START)
	stored = provider.put(jane.diary.id, event)
	[entry] = live(jane)
	vendor.act(jane, lambda: jane.diary.touch(entry))
	with pytest.raises(EventChanged):
		provider.put(jane.diary.id, event, stored)


def test_a_deleted_event_needs_a_new_generation(vendor, jane, provider):
	event = outgoing(START)
	stored = provider.put(jane.diary.id, event)
	vendor.act(jane, lambda: jane.diary.remove(live(jane)[0]))
	assert provider.find(jane.diary.id, event.key, stored) is None
	with pytest.raises(EventChanged):
		provider.put(jane.diary.id, event, stored)
	provider.put(jane.diary.id, outgoing(START))  # another generation has another key
	assert len(live(jane)) == 1


def test_google_keeps_the_id_of_a_deleted_event(google):
	"""Insert answers 409 for it, and patching answers 403."""
	jane = google.connect()
	event = outgoing(START)
	with google.opened(jane) as provider:
		provider.put(jane.diary.id, event)
		google.act(jane, lambda: jane.diary.remove(live(jane)[0]))
		with pytest.raises(EventChanged):
			provider.put(jane.diary.id, event)


def test_an_event_is_removed_once_and_again(vendor, jane, provider):
	event = outgoing(START)
	stored = provider.put(jane.diary.id, event)
	vendor.stand_in.fail("/events/", method="DELETE", lost=True)
	provider.remove(jane.diary.id, event.key, stored)
	provider.remove(jane.diary.id, event.key, stored)
	provider.remove(jane.diary.id, event.key)
	assert live(jane) == []


def test_an_event_of_which_only_the_key_is_known_is_removed(vendor, jane, provider):
	event = outgoing(START)
	provider.put(jane.diary.id, event)
	provider.remove(jane.diary.id, event.key)
	assert live(jane) == []


def test_only_one_side_invites(vendor, jane, provider):
	provider.put(jane.diary.id, outgoing(START, attendees=(ADA,)))
	assert vendor.stand_in.invitations == []
	assert not live(jane)[0].fields.get("attendees")
	provider.put(jane.diary.id, outgoing(START + 7200, attendees=(ADA,), invites=True))
	assert [address for _event, address in vendor.stand_in.invitations] == [ADA.email]


def test_an_attendees_answer_is_read(google):
	jane = google.connect()
	event = outgoing(START, attendees=(ADA,), invites=True)
	with google.opened(jane) as provider:
		stored = provider.put(jane.diary.id, event)
		answer = {"attendees": [{"email": "Ada@attendees.example", "responseStatus": "declined"}]}
		google.set_fields(jane, live(jane)[0], answer)
		assert provider.find(jane.diary.id, event.key, stored).replies == {ADA.email: "declined"}


def test_a_change_of_the_guests_wiped_their_answers(google):
	jane = google.connect()
	bob, eve = Person("bob@attendees.example", "Bob"), Person("eve@attendees.example", "Eve")
	event = outgoing(START, attendees=(ADA, bob), invites=True)
	with google.opened(jane) as provider:
		stored = provider.put(jane.diary.id, event)
		room = {"email": "room@resource.example", "resource": True, "responseStatus": "accepted"}
		declined = {"email": "Ada@attendees.example", "responseStatus": "declined", "comment": "Ill"}
		google.set_fields(jane, live(jane)[0], {"attendees": [declined, {"email": bob.email}, room]})
		with pytest.raises(EventChanged):
			provider.put(jane.diary.id, replace(event, attendees=(ADA, eve)), stored)
		found = provider.find(jane.diary.id, event.key, stored)
		provider.put(jane.diary.id, replace(event, attendees=(ADA, eve)), replace(stored, etag=found.etag))
		assert live(jane)[0].fields["attendees"] == [
			{"email": ADA.email, "displayName": ADA.name, "responseStatus": "declined", "comment": "Ill"},
			{"email": eve.email, "displayName": eve.name},
			room,
		]


@pytest.mark.parametrize("reads", [0, 1, 2])
def test_a_meet_link_may_need_some_reads(google, reads):
	jane = google.connect()
	google.stand_in.pending_conferences = reads
	event = outgoing(START, conference="google_meet")
	with google.opened(jane) as provider:
		stored = provider.put(jane.diary.id, event)
		assert stored.is_pending == bool(reads)
		for _each in range(reads):
			assert not stored.join_url
			stored = provider.put(jane.diary.id, event, stored)
		if stored.is_pending:
			stored = provider.put(jane.diary.id, event, stored)
		link = stored.join_url
		assert link.startswith("https://meet")
		# Moving the meeting keeps its link.
		moved = provider.put(jane.diary.id, replace(event, start=START + 3600, end=START + 5400), stored)
		assert moved.join_url == link


def test_a_teams_link_may_need_some_reads_and_survives_changes(microsoft):
	jane = microsoft.connect()
	microsoft.stand_in.slow_meetings = 1
	event = outgoing(START, conference="teams")
	with microsoft.opened(jane) as provider:
		stored = provider.put(jane.diary.id, event)
		assert stored.is_pending
		stored = provider.put(jane.diary.id, event, stored)
		assert stored.join_url.startswith("https://teams")
		changed = replace(event, start=START + 3600, end=START + 5400, description="Other words")
		assert provider.put(jane.diary.id, changed, stored).join_url == stored.join_url
