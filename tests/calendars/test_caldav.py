"""CalDAV against real servers: Radicale and Xandikos, which differ where clients break."""

import frappe
import pytest

from scheduler_integration.calendars.provider import Account, OutgoingEvent, Stored
from scheduler_integration.calendars.providers.caldav import open_account
from scheduler_integration.exceptions import AccessRevoked, AddressRefused, EventChanged, SyncTokenExpired
from tests.support.calendar_servers import calendar_of, times
from tests.support.factories import at, fresh

WINDOW = (at("2026-11-01 00:00"), at("2027-03-01 00:00"))
NINE = at("2026-11-23 09:00")
HOUR = 3600
KEY = "0123456789abcdef0123456789abcdef"

pytestmark = pytest.mark.xdist_group("calendar-servers")


@pytest.fixture
def opened(caldav):
	provider = open_account(account(caldav))
	yield provider
	provider.close()


def account(server, **fields):
	values = {
		"name": "connection",
		"user": "jane@hosts.example",
		"provider": "CalDAV",
		"zone": "Europe/Berlin",
		"email": "jane@hosts.example",
		"address": server.address,
		"login": server.login,
		"password": server.password,
		**fields,
	}
	return Account(**values)


def outgoing(**fields):
	values = {
		"key": KEY,
		"uid": f"{KEY}@booking.example",
		"title": "Ada Lovelace: Intro call",
		"description": "With “quotes”, commas; and\nlines",
		"location": "Room 1",
		"start": NINE,
		"end": NINE + HOUR,
		"zone": "Europe/Berlin",
	}
	return OutgoingEvent(**{**values, **fields})


def busy(changes):
	return sorted((time.start, time.end) for event in changes.events for time in event.busy)


def read_all(provider, calendar, token=""):
	"""Return all pages as one list of changes."""
	pages = [provider.changes(calendar, WINDOW, token)]
	while pages[-1].next_page:
		pages.append(provider.changes(calendar, WINDOW, token, pages[-1].next_page))
	return pages


@pytest.mark.long
@pytest.mark.parametrize("path", ["", "the calendar", "a wrong path"])
def test_calendars_are_discovered(caldav, path):
	address = {"": caldav.address, "the calendar": caldav.calendar}.get(path, caldav.address + "no/such/place/")
	provider = open_account(account(caldav, address=address))
	(calendar,) = [each for each in provider.calendars() if each.is_primary]
	assert calendar.id == caldav.calendar
	assert calendar.can_write
	assert calendar.name


def test_a_wrong_password_is_final(radicale_server):
	with pytest.raises(AccessRevoked):
		open_account(account(radicale_server, password="wrong")).calendars()


@pytest.mark.long
def test_everything_and_then_what_changed(caldav, opened):
	caldav.put("one", times(NINE, NINE + HOUR))
	caldav.put("two", times(NINE + 2 * HOUR, NINE + 3 * HOUR))
	caldav.put("past", times(at("2025-01-01 09:00"), at("2025-01-01 10:00")))
	(first,) = read_all(opened, caldav.calendar)
	assert busy(first) == [(NINE, NINE + HOUR), (NINE + 2 * HOUR, NINE + 3 * HOUR)]
	assert first.token

	caldav.put("one", times(NINE + 4 * HOUR, NINE + 5 * HOUR))
	caldav.put("three", times(NINE + 6 * HOUR, NINE + 7 * HOUR))
	caldav.delete("two")
	(second,) = read_all(opened, caldav.calendar, first.token)
	assert busy(second) == [(NINE + 4 * HOUR, NINE + 5 * HOUR), (NINE + 6 * HOUR, NINE + 7 * HOUR)]
	assert [each.rpartition("/")[2] for each in second.removed] == ["two.ics"]
	(third,) = read_all(opened, caldav.calendar, second.token)
	assert (third.events, third.removed) == ((), ())


def test_an_unknown_token_means_reading_everything(caldav, opened):
	with pytest.raises(SyncTokenExpired):
		opened.changes(caldav.calendar, WINDOW, "http://radicale.org/ns/sync/0000")


def test_a_series_with_exceptions_is_expanded_here(caldav, opened):
	zone = "DTSTART;TZID=Europe/Berlin:20261123T090000\nDTEND;TZID=Europe/Berlin:20261123T100000"
	master = f"BEGIN:VEVENT\nUID:s\nDTSTAMP:20261101T000000Z\n{zone}\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT"
	moved = (
		"BEGIN:VEVENT\nUID:s\nDTSTAMP:20261101T000000Z\nRECURRENCE-ID;TZID=Europe/Berlin:20261124T090000\n"
		"DTSTART;TZID=Europe/Berlin:20261124T150000\nDTEND;TZID=Europe/Berlin:20261124T160000\nEND:VEVENT"
	)
	berlin = (
		"BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\n"
		"TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE"
	)
	caldav.put_raw("s", calendar_of(berlin, master, moved))
	(changes,) = read_all(opened, caldav.calendar)
	starts = [start for start, _end in busy(changes)]
	assert starts == [at("2026-11-23 08:00"), at("2026-11-24 14:00"), at("2026-11-25 08:00")]
	assert len(changes.events) == 1


def test_long_calendars_come_in_pages(caldav, opened, monkeypatch):
	monkeypatch.setattr("scheduler_integration.calendars.providers.caldav._BATCH", 2)
	for number in range(5):
		caldav.put(f"event-{number}", times(NINE + number * HOUR, NINE + (number + 1) * HOUR))
	pages = read_all(opened, caldav.calendar)
	assert len(pages) == 3
	assert [bool(each.token) for each in pages] == [False, False, True]
	assert len({event.id for page in pages for event in page.events}) == 5


def test_an_event_is_written_read_and_removed(caldav, opened):
	stored = opened.put(caldav.calendar, outgoing())
	assert stored.etag
	assert caldav.names() == [KEY]
	text = caldav.get(KEY)
	assert "SUMMARY:Ada Lovelace: Intro call" in text
	assert "ATTENDEE" not in text
	(changes,) = read_all(opened, caldav.calendar)
	(event,) = changes.events
	assert (event.mark, event.start, event.end) == (KEY, NINE, NINE + HOUR)
	assert opened.find(caldav.calendar, KEY, stored).start == NINE
	opened.remove(caldav.calendar, KEY, stored)
	opened.remove(caldav.calendar, KEY, stored)
	assert caldav.names() == []
	assert opened.find(caldav.calendar, KEY, stored) is None


def test_writing_twice_makes_one_event(caldav, opened):
	"""The first answer got lost: nobody knows that the event exists."""
	opened.put(caldav.calendar, outgoing())
	again = opened.put(caldav.calendar, outgoing(start=NINE + HOUR, end=NINE + 2 * HOUR))
	assert caldav.names() == [KEY]
	assert opened.find(caldav.calendar, KEY, again).start == NINE + HOUR


def test_a_stored_event_is_changed(caldav, opened):
	stored = opened.put(caldav.calendar, outgoing())
	moved = opened.put(caldav.calendar, outgoing(start=NINE + HOUR, end=NINE + 2 * HOUR), stored)
	assert moved.etag != stored.etag
	assert opened.find(caldav.calendar, KEY, moved).start == NINE + HOUR


def test_an_event_that_was_changed_there_is_not_overwritten(caldav, opened):
	stored = opened.put(caldav.calendar, outgoing())
	before = caldav.get(KEY)
	caldav.put_raw(KEY, before.replace("Intro call", "Intro call and slides"))
	with pytest.raises(EventChanged):
		opened.put(caldav.calendar, outgoing(start=NINE + HOUR, end=NINE + 2 * HOUR), stored)
	assert "and slides" in caldav.get(KEY)


def test_an_event_that_was_deleted_there_is_reported(caldav, opened):
	stored = opened.put(caldav.calendar, outgoing())
	caldav.delete(KEY)
	with pytest.raises(EventChanged):
		opened.put(caldav.calendar, outgoing(start=NINE + HOUR, end=NINE + 2 * HOUR), stored)


def test_an_invitation_that_a_mail_program_stored_is_taken_over(caldav, opened):
	"""It has our UID at another address. A second event would show the meeting twice."""
	event = f"BEGIN:VEVENT\nUID:{KEY}@booking.example\nDTSTAMP:20261101T000000Z\n{times(NINE, NINE + HOUR)}\nEND:VEVENT"
	caldav.put_raw("from-mail", calendar_of(event))
	stored = opened.put(caldav.calendar, outgoing())
	assert caldav.names() == ["from-mail"]
	assert stored.id.endswith("from-mail.ics")


def test_an_address_of_another_server_never_gets_the_password(radicale_server):
	provider = open_account(account(radicale_server))
	with pytest.raises(AddressRefused):
		provider.put("http://127.0.0.1:9/elsewhere/", outgoing())
	with pytest.raises(AddressRefused):
		provider.remove(radicale_server.calendar, KEY, Stored(id="https://evil.example/x.ics"))
	assert frappe.local.conf.scheduling_allowed_hosts == ["127.0.0.1"]


def test_names_with_other_letters(caldav, opened):
	name = fresh("grüße")
	caldav.put(name.replace("ü", "%C3%BC").replace("ß", "%C3%9F"), times(NINE, NINE + HOUR))
	(changes,) = read_all(opened, caldav.calendar)
	assert busy(changes) == [(NINE, NINE + HOUR)]
