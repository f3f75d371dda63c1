"""A host watches how far the first reading of a calendar is, on `/scheduling/calendars`."""

import frappe
import pytest

from scheduler_integration.calendars import sync as reading
from scheduler_integration.calendars.providers import caldav
from scheduler_integration.calendars.sync import sync
from scheduler_integration.platform.clock import now
from tests.pages.offer import sign_in
from tests.pages.reading import read
from tests.support.calendar_servers import times
from tests.support.factories import make_user

PATH = "/scheduling/calendars"
JSON = {"Accept": "application/json"}


def running(client, path=PATH):
	return [(each["done"], each["total"], each["text"]) for each in client.get(path, headers=JSON).json()["running"]]


def bars(client):
	return [
		(bar.one("progress").attributes.get("value"), bar.text)
		for bar in read(client.get(PATH).text).all("label", class_="bar")
	]


@pytest.fixture
def connection(page, connect, radicale_calendar, monkeypatch):
	"""A calendar of five events, of which each job reads two."""
	monkeypatch.setattr(caldav, "_BATCH", 2)
	monkeypatch.setattr(reading, "MOST_PAGES", 1)
	for number in range(5):
		start = now() + 86400 * (number + 1)
		radicale_calendar.put(f"event-{number}", times(start, start + 3600))
	server = radicale_calendar
	made = connect(page.user, "CalDAV", server.address, server.login, server.password)
	frappe.db.commit()
	return made.name


def test_nobody_saw_how_far_a_long_reading_was(client, server, page, connection):
	sign_in(client, page.user)
	assert bars(client) == [(None, "It is being read.")]
	assert not sync(connection, now()).is_complete
	assert bars(client) == [("2", "2 of 5 events read")]
	assert running(client) == [(2, 5, "2 of 5 events read")]
	maya = make_user("Maya", roles=("Scheduling User", "Scheduling Manager"))
	frappe.db.commit()
	with server.client() as other:
		sign_in(other, maya)
		assert running(other) == []
		# Managers see that it is being read. How far it is, only the host is told.
		assert (0, 0, "It is being read.") in running(other, f"{PATH}?whose=all")
	assert not sync(connection, now()).is_complete
	assert running(client) == [(4, 5, "4 of 5 events read")]
	assert sync(connection, now()).is_complete
	assert (running(client), bars(client)) == ([], [])
	assert "5 events read" in read(client.get(PATH).text).one("p", class_="state").text


def test_a_reading_whose_beginning_the_cache_lost_says_no_number(client, page, connection):
	sign_in(client, page.user)
	sync(connection, now())
	frappe.cache.delete_keys("scheduling_progress:")
	assert running(client) == [(0, 0, "It is being read.")]
	assert not sync(connection, now()).is_complete
	assert running(client) == [(0, 0, "It is being read.")]
	assert sync(connection, now()).is_complete
	assert running(client) == []
	assert "events read" not in client.get(PATH).text


def test_a_reading_fails_without_a_cache(page, connection, monkeypatch):
	# Frappe itself needs the cache, so only the numbers are lost.
	def failing(work):
		def run(cache, key, *arguments, **options):
			if str(key).startswith("scheduling_progress:"):
				raise ConnectionError
			return work(cache, key, *arguments, **options)

		return run

	for name in ("set_value", "get_value"):
		monkeypatch.setattr(type(frappe.cache), name, failing(getattr(type(frappe.cache), name)))
	outcomes = [sync(connection, now()) for _job in range(3)]
	assert [(each.error, each.is_complete) for each in outcomes] == [(None, False), (None, False), (None, True)]
