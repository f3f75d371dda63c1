"""Calendars that are too large or hostile: reading ends soon, known busy times stay, and the host learns the reason."""

import threading
import time
import tracemalloc

import frappe
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from scheduler_integration.calendars import connections
from scheduler_integration.calendars.ical.read import read
from scheduler_integration.calendars.provider import Account
from scheduler_integration.calendars.providers.caldav import open_account
from scheduler_integration.calendars.providers.dav import parse
from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import AnswerTooLarge, InvalidRequest, UnexpectedAnswer
from scheduler_integration.http import client as http_client
from scheduler_integration.http.client import Answer, Limits
from scheduler_integration.parsing.calendar_fields import AddressForm
from tests.support.calendar_servers import calendar_of, times
from tests.support.calendars import HOUR, NOW, WITHOUT_TEN, offered
from tests.support.factories import at, make_user
from tests.support.wsgi import Response, serving

TEN = at("2026-03-02 10:00")
ENTITIES = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<d:multistatus xmlns:d="DAV:"><d:response><d:href>&b;</d:href></d:response></d:multistatus>"""


def many_events():
	"""Return one event over the cap. All events are past, so only the cap can stop them."""
	event = "BEGIN:VEVENT\nUID:{0}\nDTSTART:20200302T100000Z\nEND:VEVENT"
	return calendar_of(*map(event.format, range(20_001)))


def many_occurrences():
	"""Each series alone is harmless. Together, they are more than 50,000 times."""
	event = "BEGIN:VEVENT\nUID:{0}\nDTSTART:20260201T000000Z\nDURATION:PT10M\nRRULE:FREQ=HOURLY;COUNT=4000\nEND:VEVENT"
	return calendar_of(*map(event.format, range(60)))


def many_bytes():
	return calendar_of("X-WORDS:" + "words " * (Limits().bytes // 6))


@pytest.mark.long
@pytest.mark.parametrize("text", [many_events, many_occurrences, many_bytes], ids=lambda each: each.__name__)
def test_a_feed_that_is_too_large_keeps_what_was_known(page, connect, feed, text):
	feed.events(times(TEN, TEN + HOUR))
	connection = connect(page.user, "ICS", feed.url)
	assert sync(connection.name, NOW).error is None
	feed.text = text()
	assert sync(connection.name, NOW + HOUR).error.code == "ANSWER_TOO_LARGE"
	assert offered(page, NOW + HOUR) == WITHOUT_TEN
	assert frappe.db.get_value("Calendar Connection", connection.name, "status") == "Failing"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_defines_entities_is_refused(encoding):
	body = ENTITIES.format(encoding=encoding).encode(encoding)
	with serving(lambda request: Response(body, 207, mimetype="application/xml")) as base:
		values = {"name": "x", "user": "jane@hosts.example", "provider": "CalDAV", "zone": "UTC", "email": ""}
		provider = open_account(Account(**values, address=f"{base}/", login="jane", password="secret"))
		with pytest.raises(UnexpectedAnswer):
			provider.calendars()
		provider.close()


def nested(count):
	return "<d:a>" * count + "</d:a>" * count


@pytest.mark.long
@pytest.mark.parametrize(
	"inner", [nested(200_000), "<d:a/>" * 500_000, f"<d:a {' '.join(f'a{n}=%r' % '' for n in range(250_000))}/>"],
	ids=["deep", "many", "attributes"],
)  # fmt: skip
def test_xml_of_some_megabytes_took_a_quarter_of_a_gigabyte(inner):
	body = f'<d:multistatus xmlns:d="DAV:">{inner}</d:multistatus>'.encode()
	tracemalloc.start()
	try:
		with pytest.raises(AnswerTooLarge):
			parse(Answer(207, {}, body, "https://dav.example/"))
		_now, most = tracemalloc.get_traced_memory()
	finally:
		tracemalloc.stop()
	assert most < 100_000_000


@pytest.mark.long
def test_a_list_of_thirty_thousand_events_is_read():
	event = (
		"<d:response><d:href>/a</d:href><d:propstat><d:prop><d:getetag>1</d:getetag></d:prop></d:propstat></d:response>"
	)
	body = f'<d:multistatus xmlns:d="DAV:">{event * 30_000}</d:multistatus>'.encode()
	assert len(parse(Answer(207, {}, body, "https://dav.example/")).resources) == 30_000


DATES = [
	f"RDATE:{year}{day:04}T{hour:02}0000" for year in range(1970, 2020) for day in (101, 301) for hour in range(10)
]
ZONE = "BEGIN:VTIMEZONE\nTZID:Long\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\n{0}\nEND:STANDARD\nEND:VTIMEZONE"
EVENT = "BEGIN:VEVENT\nUID:{0}\nDTSTART;TZID={1}:20260302T100000\nDURATION:PT1H\n{2}\nEND:VEVENT"


def timed_reading(event, times):
	"""Read the event with so many times DATES and a short one. Return the reading and how long the processor worked."""
	feed = calendar_of(event("\n".join(DATES * times)), EVENT.format("short", "UTC", "X-A:b")).encode()
	began = time.process_time()
	return read(feed, (NOW, NOW + 90 * 86400), "UTC"), time.process_time() - began


def in_a_zone(dates):
	return ZONE.format(dates) + "\n" + "\n".join(EVENT.format(n, "Long", "X-A:b") for n in range(20))


def in_an_event(dates):
	return EVENT.format("long", "Europe/Berlin", dates)


@pytest.mark.long
@pytest.mark.parametrize("event", [in_a_zone, in_an_event])
def test_a_hundred_thousand_dates_took_the_parser_ten_seconds(event):
	_few, usual = timed_reading(event, 10)
	reading, taken = timed_reading(event, 100)
	# Ten times as many dates. Work that grows with their square would take a hundred times as long.
	assert taken < 30 * usual + 0.5
	# A faster library reads the long event in time. The zone is never read.
	assert reading.unreadable or event is in_an_event
	assert any(each.busy and each.busy[0].start == TEN for each in reading.events)


@pytest.mark.parametrize("provider", ["ICS", "CalDAV"])
def test_a_server_that_never_answers_held_a_web_thread_for_a_minute(monkeypatch, commit_clean, provider):
	"""While somebody waits for the page, all requests together take 15 seconds at most; here half a second."""
	monkeypatch.setattr(http_client, "WEB_SECONDS", 0.5)
	monkeypatch.setattr(frappe.local, "request", Request(EnvironBuilder(method="POST").get_environ()), raising=False)
	user, over = make_user("Jane"), threading.Event()
	with serving(lambda request: over.wait(30) and Response()) as base:
		began = time.monotonic()
		try:
			with pytest.raises(InvalidRequest) as caught:
				connections.connect_by_address(user, AddressForm(provider, f"{base}/feed", "jane", "secret"))
		finally:
			over.set()
	assert list(caught.value.details) == ["address"]
	assert time.monotonic() - began < 10
