"""Calendars that are too large or hostile: reading ends soon, known busy times stay, and the host learns the reason."""

import frappe
import pytest

from scheduler_integration.calendars.provider import Account
from scheduler_integration.calendars.providers.caldav import open_account
from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import UnexpectedAnswer
from scheduler_integration.http.client import Limits
from tests.calendars.test_mirror import HOUR, NOW
from tests.calendars.test_sync import WITHOUT_TEN, offered
from tests.support.calendar_servers import calendar_of, times
from tests.support.factories import at
from tests.support.wsgi import Response, serving

TEN = at("2026-03-02 10:00")
ENTITIES = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<d:multistatus xmlns:d="DAV:"><d:response><d:href>&b;</d:href></d:response></d:multistatus>"""


def many_events():
	"""One more than is read at all. They are over, so it isn't the parsing that stops them."""
	event = "BEGIN:VEVENT\nUID:{0}\nDTSTART:20200302T100000Z\nEND:VEVENT"
	return calendar_of(*map(event.format, range(20_001)))


def many_occurrences():
	"""Each series alone is harmless. Together, they are more than 50,000 times."""
	event = "BEGIN:VEVENT\nUID:{0}\nDTSTART:20260201T000000Z\nDURATION:PT10M\nRRULE:FREQ=HOURLY;COUNT=4000\nEND:VEVENT"
	return calendar_of(*map(event.format, range(60)))


def many_bytes():
	return calendar_of("X-WORDS:" + "words " * (Limits().bytes // 6))


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
