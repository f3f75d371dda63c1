"""Push messages of Google and Microsoft: verified, deduplicated, and never needed."""

import json

import frappe
import pytest

from scheduler_integration import jobs
from scheduler_integration.calendars import push
from scheduler_integration.calendars.sync import sync
from scheduler_integration.parsing.push_messages import PushMessage
from scheduler_integration.platform import clock
from tests.support.site import is_released_16
from tests.support.vendors.connected import Google, Microsoft
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn
from tests.support.vendors.setup import all_leading_to, set_up
from tests.support.vendors.stand_in import serving

NOTIFY = f"/api/method/{push.METHOD}"
DAY = 86400


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""The server sees committed records only."""


@pytest.fixture(params=["Google", "Microsoft"])
def vendor(request, site, server):
	kind, stand_in = {"Google": (Google, GoogleStandIn), "Microsoft": (Microsoft, GraphStandIn)}[request.param]
	with (
		serving(stand_in()) as made,
		all_leading_to(site, kind.key, made, scheduling_push_address=server.url),
		pytest.MonkeyPatch.context() as patch,
	):
		patch.setitem(frappe.local.conf, "scheduling_push_address", server.url)
		set_up(kind.key, made)
		frappe.db.commit()
		yield kind(made)
		made.assert_sound()


@pytest.fixture
def jane(vendor):
	connected = vendor.connect()
	frappe.db.commit()
	push.keep_channels(connected.connection, clock.now())
	return connected


def calendar(connected):
	frappe.db.rollback()
	return frappe.get_doc("Calendar Connection", connected.connection).calendars[0]


def pushed_at(connected):
	frappe.db.rollback()
	return frappe.db.get_value("Calendar Connection", connected.connection, "pushed_at")


def channels(vendor):
	return vendor.stand_in.channels if vendor.key == "google" else vendor.stand_in.subscriptions


def test_a_channel_is_opened_and_its_grant_is_believed(vendor, jane):
	row, [channel] = calendar(jane), channels(vendor).values()
	assert row.channel_id == channel.id
	assert row.channel_expires_at == channel.expires_at
	assert clock.now() + 2 * DAY < row.channel_renew_at < clock.now() + 4 * DAY


def test_a_change_is_pushed(vendor, jane):
	vendor.act(jane, lambda: None)
	[answer] = vendor.stand_in.deliver_pushes()
	assert answer.status_code == 202
	assert pushed_at(jane) >= clock.now() - 60


def test_a_channel_is_replaced_at_half_of_its_time(vendor, jane):
	first = calendar(jane).channel_id
	push.keep_channels(jane.connection, clock.now() + DAY)
	assert calendar(jane).channel_id == first
	vendor.stand_in.clock.shift(4 * DAY)
	push.keep_channels(jane.connection, clock.now() + 4 * DAY)
	assert list(channels(vendor)) == [calendar(jane).channel_id] != [first]


def test_each_calendar_has_a_secret_of_its_own(vendor, jane):
	other = vendor.connect()
	frappe.db.commit()
	push.keep_channels(other.connection, clock.now())
	first, second = (calendar(each).get_password("channel_secret") for each in (jane, other))
	assert first != second


def test_a_refused_channel_isnt_asked_for_all_the_time(vendor):
	jane = vendor.connect()
	frappe.db.commit()
	vendor.stand_in.fail("watch" if vendor.key == "google" else "/subscriptions", status=400, times=9)
	for minutes in (0, 10, 20):
		push.keep_channels(jane.connection, clock.now() + minutes * 60)
	asked = vendor.stand_in.requests("POST", "watch" if vendor.key == "google" else "/subscriptions")
	assert len(asked) == 1
	assert calendar(jane).channel_id is None


def test_a_calendar_that_nobody_reads_any_more_is_not_watched(vendor, jane):
	connection = frappe.get_doc("Calendar Connection", jane.connection)
	connection.calendars[0].check_conflicts = 0
	connection.save()
	frappe.db.commit()
	push.keep_channels(jane.connection, clock.now())
	assert not channels(vendor)
	assert not calendar(jane).channel_id


def test_channels_end_with_the_connection(vendor, jane):
	with vendor.opened(jane) as provider:
		push.end_channels(provider, jane.connection)
	assert not channels(vendor)


def test_a_site_that_cant_be_reached_opens_none(vendor, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "scheduling_push_address", None)
	jane = vendor.connect()
	frappe.db.commit()
	push.keep_channels(jane.connection, clock.now())
	assert not channels(vendor)


def test_a_change_during_a_reading_is_read_afterwards(vendor, jane, monkeypatch):
	"""The message comes while the calendar is read: the job looks again at its end."""
	queued = []
	monkeypatch.setattr(jobs, "enqueue_sync", queued.append)
	jobs.sync_calendars(jane.connection)
	assert queued == []
	frappe.db.set_value("Calendar Connection", jane.connection, "pushed_at", clock.now() + 5)
	frappe.db.commit()
	jobs.sync_calendars(jane.connection)
	assert queued == [jane.connection]


def test_a_failing_connection_isnt_hurried_by_messages(vendor, jane):
	frappe.db.set_value("Calendar Connection", jane.connection, "status", "Failing")
	frappe.db.commit()
	row = calendar(jane)
	message = PushMessage(row.channel_id, row.get_password("channel_secret"), row.channel_resource or "")
	assert push.received([message], clock.now()) == set()


def google_headers(row, **changes):
	return {
		"X-Goog-Channel-ID": row.channel_id,
		"X-Goog-Channel-Token": row.get_password("channel_secret"),
		"X-Goog-Resource-ID": row.channel_resource,
		"X-Goog-Resource-State": "exists",
		**changes,
	}


@pytest.mark.parametrize(
	"changes",
	[
		{"X-Goog-Channel-Token": "guessed"},
		{"X-Goog-Channel-Token": ""},
		{"X-Goog-Channel-ID": "another"},
		{"X-Goog-Resource-ID": "another"},
		{"X-Goog-Resource-State": "sync"},
	],
)
@pytest.mark.parametrize("vendor", ["Google"], indirect=True)
def test_a_made_up_message_of_google_reads_nothing(vendor, jane, client, changes):
	assert client.post(NOTIFY, headers=google_headers(calendar(jane), **changes)).status_code == 202
	assert not pushed_at(jane)
	assert client.post(NOTIFY, headers=google_headers(calendar(jane))).status_code == 202
	assert pushed_at(jane)


@pytest.mark.parametrize("vendor", ["Microsoft"], indirect=True)
def test_each_entry_of_microsofts_messages_is_checked(vendor, jane, client):
	other = vendor.connect()
	frappe.db.commit()
	push.keep_channels(other.connection, clock.now())
	mine, theirs = calendar(jane), calendar(other)
	entries = [
		{"subscriptionId": mine.channel_id, "clientState": "guessed"},
		{"subscriptionId": "unknown", "clientState": "x"},
		{"subscriptionId": theirs.channel_id, "clientState": theirs.get_password("channel_secret")},
	]
	assert client.post(NOTIFY, json={"value": entries}).status_code == 202
	assert (bool(pushed_at(jane)), bool(pushed_at(other))) == (False, True)


@pytest.mark.parametrize("vendor", ["Microsoft"], indirect=True)
@pytest.mark.parametrize(
	("event", "renews"), [("reauthorizationRequired", 1), ("subscriptionRemoved", 1), ("missed", 0)]
)
def test_microsofts_lifecycle_messages(vendor, jane, event, renews):
	[subscription] = channels(vendor).values()
	assert vendor.stand_in.send_lifecycle(subscription, event).status_code == 202
	assert pushed_at(jane)
	assert bool(calendar(jane).channel_renew_at <= clock.now()) == bool(renews)


def test_microsofts_question_is_echoed_as_text(server, client):
	answer = client.post(NOTIFY, params={"validationToken": "Testing <b>me</b> + ä"})
	assert (answer.status_code, answer.text) == (200, "Testing <b>me</b> + ä")
	assert answer.headers["Content-Type"].startswith("text/plain")
	assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
	"body",
	["", "{}", "[]", "null", '{"value": 1}', '{"value": [1, null, {}]}', "{", '{"value": [{"subscriptionId": {}}]}'],
)
def test_nonsense_is_answered_without_a_word(server, client, body):
	before = frappe.db.count("Error Log")
	# Frappe 15 itself fails at a body that calls itself JSON and isn't, before it calls anybody.
	is_ours = body != "{" or is_released_16()
	for headers in ({"Content-Type": "application/json"}, {"Content-Type": "text/plain"})[0 if is_ours else 1 :]:
		answer = client.post(NOTIFY, data=body, headers=headers)
		assert 200 <= answer.status_code < 500
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before


def test_lost_messages_lose_nothing(vendor, jane):
	"""Every message is lost; the next reading finds the change."""
	from datetime import datetime

	sync(jane.connection, clock.now())
	start = datetime.utcfromtimestamp(clock.now() + DAY).replace(minute=0, second=0, microsecond=0)
	vendor.add(jane, start, start.replace(minute=30))
	vendor.stand_in.deliver_pushes(lose=99)
	sync(jane.connection, clock.now() + 900)
	assert frappe.db.count("Calendar Busy Time", {"connection": jane.connection}) == 1


def test_stored_secrets_are_not_in_the_record(vendor, jane):
	row = calendar(jane)
	secret = row.get_password("channel_secret")
	assert secret not in json.dumps(row.as_dict(), default=str)
