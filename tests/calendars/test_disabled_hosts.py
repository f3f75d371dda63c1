"""Hosts with an app password or a feed are disabled, and come back."""

import random
import re

import frappe
import pytest

from scheduler_integration.calendars import connections
from scheduler_integration.calendars.leaving import leave, left_connections
from scheduler_integration.calendars.notices import tell_of_trouble
from scheduler_integration.calendars.sync import sync
from scheduler_integration.meetings.lookup import get_for_host
from scheduler_integration.parsing.calendar_fields import AddressForm
from tests.calendars.conftest import emptied
from tests.support.calendars import NOW, WITHOUT_TEN, book, connected, deliver, offered
from tests.support.disabled_hosts import NOW as LATER
from tests.support.disabled_hosts import Host, Life
from tests.support.factories import make_user

pytestmark = pytest.mark.xdist_group("calendar-servers")


@pytest.fixture(autouse=True)
def _committing(commit_clean, outgoing_mail):
	"""Each step commits."""


def set_enabled(user, wanted):
	frappe.get_doc("User", user).update({"enabled": wanted}).save()
	frappe.db.commit()
	for name in left_connections(NOW):
		leave(name, NOW)


def host_at(server, name, connect):
	user = make_user(name)
	connection = connect(user, "CalDAV", server.address, server.login, server.password)
	assert sync(connection.name, LATER).error is None

	def reconnect():
		# As the form of a new account does, without saying that the account is known.
		again = connections.connect_by_address(
			user, AddressForm("CalDAV", server.address, server.login, server.password)
		)
		frappe.db.commit()
		return again

	def written():
		texts = [server.get(each).replace("\r\n ", "") for each in server.names()]
		starts = [re.search(r"DTSTART:(\d+T\d+)Z", text.partition("BEGIN:VEVENT")[2])[1] for text in texts]
		return sorted(int(frappe.utils.get_datetime(f"{each}+00:00").timestamp()) for each in starts)

	return Host(user, reconnect, written)


@pytest.mark.long
def test_meetings_of_a_host_who_came_back_were_written_twice(radicale_server, xandikos_server, connect, request):
	for seed in range(request.config.getoption("--disabled")):
		servers = [emptied(radicale_server), emptied(xandikos_server)]
		life = Life(
			[host_at(server, name, connect) for server, name in zip(servers, ("Jane", "Tom"), strict=True)],
			random.Random(seed),
		)
		life.run()
		life.assert_outside_is_as_booked()


def test_a_host_who_came_back_was_offered_at_times_of_the_calendar(page, connect, feed):
	feed.events("DTSTART:20260302T100000Z\nDTEND:20260302T110000Z")
	connection = connect(page.user, "ICS", feed.url)
	assert sync(connection.name, NOW).error is None
	assert offered(page) == WITHOUT_TEN
	set_enabled(page.user, 0)
	asked = len(feed.requests)
	set_enabled(page.user, 1)
	# Nothing is read, and nobody knows what the calendar has now.
	assert offered(page) == []
	frappe.db.set_value("Calendar Connection", connection.name, "when_unreadable", connections.OFFER)
	assert offered(page) == WITHOUT_TEN
	assert len(feed.requests) == asked
	assert connections.connect_by_address(page.user, AddressForm("ICS", feed.url)) == connection.name
	assert sync(connection.name, NOW).error is None
	assert offered(page) == WITHOUT_TEN


@pytest.mark.long
def test_the_password_of_a_disabled_host_is_deleted_and_nobody_is_told_of_their_calendar(
	page, connect, radicale_calendar
):
	connection = connected(connect, page.user, radicale_calendar)
	booking = book(page)
	set_enabled(page.user, 0)
	assert connection.get_password("password", raise_exception=False) is None
	deliver(NOW + 60)
	assert get_for_host(booking.name, NOW + 7200).delivery_error is None
	for later in (1, 3):
		tell_of_trouble(NOW + later * 86400)
	assert not frappe.db.count("Email Queue", {"reference_name": connection.name})
	assert radicale_calendar.names() == []
