"""Busy times follow a feed: the whole chain from the server to the slots."""

from datetime import date, datetime, timezone

import frappe
import pytest

from scheduler_integration import bookings, jobs
from scheduler_integration.availability.calendar_entries import find_conflicts
from scheduler_integration.availability.explain import explain
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.calendars import queue
from scheduler_integration.calendars.connections import connections_of
from scheduler_integration.calendars.leaving import leave
from scheduler_integration.calendars.queue import claim_due
from scheduler_integration.calendars.sync import is_due_for_full, sync, window_for
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.exceptions import AccessRevoked, CalendarGone, InvalidRequest, SlotTaken, Unreachable
from scheduler_integration.platform import clock
from tests.support import door
from tests.support.calendar_servers import calendar_of, times
from tests.support.calendars import ALL_DAY, HOUR, NOW, WITHOUT_TEN, due_at, offered, type_of
from tests.support.factories import at, make_user, payload

TEN = times(at("2026-03-02 10:00"), at("2026-03-02 11:00"))


@pytest.fixture
def connection(page, connect, feed):
	"""A host's feed with an event at ten on Monday, read."""
	feed.events(TEN)
	made = connect(page.user, "ICS", feed.url)
	assert sync(made.name, NOW).error is None
	return made


def book(page, start, now=NOW):
	return door.book(payload(page, type_of(page), at(start)), now)


@pytest.fixture
def queued(monkeypatch):
	"""The jobs that are queued from now on, by their ids. No other connection of the site is due."""
	frappe.db.sql("update `tabCalendar Connection` set next_sync_at = %s", clock.now() + 1000 * HOUR)
	found = []
	monkeypatch.setattr(queue, "queue_job", lambda method, _queue, **more: found.append(more.get("job_id", method)))
	return found


def state(connection, *fields):
	return frappe.db.get_value("Calendar Connection", connection.name, fields)


def test_an_event_of_the_hosts_calendar_is_neither_offered_nor_booked(page, connection):
	assert offered(page) == WITHOUT_TEN
	with pytest.raises(SlotTaken):
		book(page, "2026-03-02 10:00")
	assert book(page, "2026-03-02 11:00")


def test_a_calendar_that_is_read_no_more_takes_no_time(page, connection):
	connection.reload()
	connection.calendars[0].update({"check_conflicts": 0, "write_bookings": 0})
	connection.save()
	assert offered(page) == ALL_DAY
	assert frappe.db.count("Calendar Busy Time", {"connection": connection.name}) == 0


def read_of(made):
	return {*frappe.get_all("Calendar Connection", {"name": ["in", made], "last_sync_at": ["is", "set"]}, pluck="name")}


def test_a_site_read_at_most_500_calendars_a_minute_and_filled_the_queue(connect, feed, queued, monkeypatch):
	"""There was a job for each. Now there are few, however many are due, and each reads as many as it can."""
	monkeypatch.setattr(queue, "EACH", 2)
	monkeypatch.setattr(queue, "MOST_JOBS", 3)
	made = [connect(make_user("Tom"), "ICS", feed.url).name for _each in range(8)]
	jobs.poll_calendars()
	assert len({*queued}) == len(queued) == 3
	jobs.read_due_calendars()
	assert read_of(made) == {*made}
	queued.clear()
	jobs.poll_calendars()
	assert not queued


def test_a_calendar_whose_reading_breaks_keeps_none_from_being_read(connect, feed, queued, monkeypatch):
	made = [connect(make_user("Tom"), "ICS", feed.url).name for _each in range(3)]

	def reads(connection, now, *, full=False):
		if connection == made[1]:
			raise KeyError(connection)
		return sync(connection, now, full=full)

	monkeypatch.setattr(jobs, "sync", reads)
	jobs.read_due_calendars()
	assert read_of(made) == {made[0], made[2]}
	assert frappe.db.exists("Error Log", {"method": ["like", f"%{made[1]}%"]})


def test_a_calendar_that_kills_its_worker_kept_others_from_being_read(connect, feed, queued, monkeypatch):
	"""The job had claimed all of them before it began to read."""
	made = [connect(make_user("Tom"), "ICS", feed.url).name for _each in range(3)]

	class Killed(BaseException):
		pass

	def reads(connection, now, *, full=False):
		if connection == made[0]:
			raise Killed
		return sync(connection, now, full=full)

	monkeypatch.setattr(jobs, "sync", reads)
	frappe.db.set_value("Calendar Connection", made[0], "next_sync_at", 1)
	with pytest.raises(Killed):
		jobs.read_due_calendars()
	jobs.read_due_calendars()
	assert read_of(made) == {*made[1:]}


def test_what_is_due_for_the_longest_comes_first_until_the_time_is_up(connect, feed, queued, monkeypatch):
	made = [connect(make_user("Tom"), "ICS", feed.url).name for _each in range(2)]
	for name, moment in zip(made, (20, 10), strict=True):
		frappe.db.set_value("Calendar Connection", name, "next_sync_at", moment)
	monkeypatch.setattr(jobs, "READ_SECONDS", 0)
	jobs.read_due_calendars()
	assert read_of(made) == set()
	assert [claim_due(clock.now()), claim_due(clock.now())] == [made[1], made[0]]


@pytest.mark.parametrize(("after", "is_due"), [(7 * 86400 - 1, False), (7 * 86400, True)])
def test_everything_is_read_again_a_week_after_the_last_time(page, after, is_due):
	assert is_due_for_full(NOW, NOW + 400 * 86400, window_for(page.user, NOW + after), NOW + after) is is_due


def test_a_new_connection_closes_until_it_was_read(page, connect, feed):
	connect(page.user, "ICS", feed.url)
	assert offered(page) == []


def test_changes_of_the_feed_arrive(page, connection, feed):
	feed.events(TEN, times(at("2026-03-02 14:00"), at("2026-03-02 16:00")))
	sync(connection.name, NOW + 900)
	assert offered(page, NOW + 900) == ["09:00", "11:00", "12:00", "13:00", "16:00"]
	feed.events()
	sync(connection.name, NOW + 1800)
	assert offered(page, NOW + 1800) == ALL_DAY


def test_an_unchanged_feed_is_not_read_again(page, connection, feed):
	before = frappe.get_all("Calendar Busy Time", pluck="name")
	feed.headers["ETag"] = '"1"'
	sync(connection.name, NOW + 900)
	assert frappe.get_all("Calendar Busy Time", pluck="name") == before
	feed.text += "\r\n"
	sync(connection.name, NOW + 1800)
	feed.status = 304
	assert sync(connection.name, NOW + 2700).error is None
	assert feed.requests[-1]["If-None-Match"] == '"1"'
	assert offered(page, NOW + 2700 + 11 * HOUR) == WITHOUT_TEN, "304 counts as read"


def test_a_feed_that_is_down_counts_on_for_twelve_hours_and_then_closes(page, connection, feed):
	feed.status = 502
	assert isinstance(sync(connection.name, NOW + HOUR).error, Unreachable)
	assert offered(page, NOW + 12 * HOUR) == WITHOUT_TEN
	assert offered(page, NOW + 12 * HOUR + 1) == []
	feed.status = 200
	sync(connection.name, NOW + 13 * HOUR)
	assert offered(page, NOW + 13 * HOUR) == WITHOUT_TEN


def test_a_host_may_choose_to_be_offered_all_the_same(page, connection, feed):
	connection.reload()
	connection.update({"when_unreadable": "Offer my times all the same"}).save()
	assert offered(page, NOW + 20 * HOUR) == WITHOUT_TEN


def test_a_refused_address_closes_at_once_and_is_not_asked_again(page, connection, feed):
	feed.status = 401
	assert isinstance(sync(connection.name, NOW + HOUR).error, AccessRevoked)
	assert offered(page, NOW + HOUR) == []
	assert state(connection, "status", "sync_error_count") == ("Reconnect needed", 1)
	assert connection.name not in due_at(NOW + 100 * HOUR)


def test_a_feed_that_is_gone_closes_and_comes_back(page, connection, feed):
	feed.status = 404
	assert isinstance(sync(connection.name, NOW + HOUR).error, CalendarGone)
	assert offered(page, NOW + HOUR) == []
	feed.status = 200
	sync(connection.name, NOW + 2 * HOUR)
	assert offered(page, NOW + 2 * HOUR) == WITHOUT_TEN


@pytest.mark.parametrize("body", ["", "<html>Please sign in</html>", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n"])
def test_an_answer_that_is_no_calendar_keeps_the_busy_times(page, connection, feed, body):
	feed.text = body
	assert sync(connection.name, NOW + HOUR).error is not None
	assert offered(page, NOW + HOUR) == WITHOUT_TEN
	assert state(connection, "status") == "Failing"


def test_a_feed_that_loses_most_of_its_events_counts_after_a_second_reading(page, connection, feed):
	feed.events(*(times(at(f"2026-03-{day:02} 10:00"), at(f"2026-03-{day:02} 11:00")) for day in range(2, 16)))
	sync(connection.name, NOW + HOUR)
	feed.events()
	sync(connection.name, NOW + 2 * HOUR)
	assert offered(page, NOW + 2 * HOUR) == WITHOUT_TEN
	sync(connection.name, NOW + 3 * HOUR)
	assert offered(page, NOW + 3 * HOUR) == ALL_DAY


@pytest.mark.parametrize(("before", "after"), [(10, 5), (9, 0)])
def test_a_feed_that_loses_half_of_its_events_or_has_few_is_believed_at_once(page, connection, feed, before, after):
	events = [times(at(f"2026-03-{day:02} 10:00"), at(f"2026-03-{day:02} 11:00")) for day in range(2, 2 + before)]
	for hours, count in ((1, before), (2, after)):
		feed.events(*events[:count])
		sync(connection.name, NOW + hours * HOUR, full=True)
		assert frappe.db.count("Calendar Busy Time", {"user": page.user}) == count


def test_errors_are_counted_and_wait_longer_each_time(connection, feed):
	feed.status = 429
	feed.headers["Retry-After"] = "7200"
	for number in range(1, 4):
		sync(connection.name, NOW + number * HOUR)
		count, then = state(connection, "sync_error_count", "next_sync_at")
		assert count == number
		assert then >= NOW + number * HOUR + 7200
	feed.status = 200
	sync(connection.name, NOW + 4 * HOUR)
	assert state(connection, "sync_error_count", "status", "last_error") == (0, "Connected", None)


def test_no_address_and_no_title_is_stored_where_people_can_read_it(page, connection, feed):
	feed.events(f"SUMMARY:Secret surgery\n{TEN}")
	sync(connection.name, NOW + HOUR)
	feed.status = 502
	sync(connection.name, NOW + 2 * HOUR)
	shown = repr(frappe.get_doc("Calendar Connection", connection.name).as_dict())
	assert "private-" not in shown
	rows = frappe.db.sql("select * from `tabCalendar Busy Time`")
	assert "surgery" not in repr(rows)


def test_calendars_are_polled_at_least_every_fifteen_minutes(connection):
	assert connection.name not in due_at(NOW + 9 * 60)
	assert connection.name in due_at(NOW + 13 * 60)
	assert connection.name not in due_at(NOW + 13 * 60), "somebody reads it"


def test_a_visitors_hold_has_the_hosts_calendar_read_afresh(page, connection, feed, site):
	site.run_jobs()
	now = clock.now()
	frappe.db.set_value("Connected Calendar", {"parent": connection.name}, "synced_at", now - HOUR)
	start = now - now % 86400 + 3 * 86400 + 9 * HOUR
	while datetime.fromtimestamp(start, timezone.utc).weekday() > 4:
		start += 86400
	asked = len(feed.requests)
	found = find_bookable(page.slug, type_of(page).slug)
	bookings.hold_slot(found, SlotRequest(60), start, "203.0.113.7", now)
	frappe.db.commit()
	assert len(feed.requests) == asked, "nobody waits"
	site.run_jobs()
	assert len(feed.requests) == asked + 1


def test_only_the_host_and_managers_learn_whose_calendar_is_busy(page, connection, as_user):
	start = at("2026-03-02 10:00")
	with as_user(page.user):
		(entry,) = find_conflicts(start, start + HOUR, page.user, None, NOW).conflicts
		assert (entry.doctype, entry.name) == ("Calendar Connection", connection.name)
		assert entry.label == "Busy in the calendar 127.0.0.1"
		(host,) = explain(type_of(page).name, start, None, NOW).hosts
		assert [each.code for each in host.objections] == ["BUSY"]


def test_why_not_says_that_a_calendar_must_be_connected_again(page, connection, feed, as_user):
	feed.status = 401
	sync(connection.name, NOW + HOUR)
	with as_user(page.user):
		(host,) = explain(type_of(page).name, at("2026-03-02 14:00"), None, NOW + HOUR).hosts
		labels = [entry.label for each in host.objections for entry in each.conflicts]
		assert labels == ["The calendar 127.0.0.1 must be connected again"]


def test_another_hosts_calendar_closes_nothing(page, connect, feed):
	feed.events(TEN)
	other = connect(make_user("Tom"), "ICS", feed.url)
	sync(other.name, NOW)
	assert offered(page) == ALL_DAY


def test_a_feed_is_called_by_its_own_name_as_far_as_it_has_one(page, connection, feed):
	assert account_of(connection) == "127.0.0.1"
	feed.text = calendar_of("X-WR-CALNAME:Choir & Band")
	connection.reload()
	connection.update({"address": feed.url}).save()
	frappe.db.commit()
	assert sync(connection.name, NOW + HOUR).error is None
	assert account_of(connection) == "Choir & Band · 127.0.0.1"


def account_of(connection):
	return frappe.db.get_value("Calendar Connection", connection.name, "account_name")


def test_the_list_of_connections_asks_as_much_for_any_number(page, connect, feed, queries):
	asked = []
	for _each in range(3):
		connect(page.user, "ICS", feed.url)
		queries.clear()
		connections_of(None, NOW)
		asked.append(len(queries))
	assert asked[1:] == [3, 3]


def test_an_inactive_connection_does_not_count(page, connection):
	connection.reload()
	connection.update({"is_active": 0}).save()
	assert offered(page) == ALL_DAY
	assert not sync(connection.name, NOW + HOUR).was_read


def test_times_beyond_what_was_read_are_closed(page, connection):
	until = frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "window_until")
	beyond = date.fromtimestamp(until + 3 * 86400)
	later = until - 10 * 86400
	frappe.db.set_value("Connected Calendar", {"parent": connection.name}, "synced_at", later)
	assert offered(page, later, beyond) == []


def test_the_window_is_read_again_before_it_ends(page, connection, feed):
	"""An event beyond the old window shows up with the weekly reading, although the feed didn't change."""
	until = frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "window_until")
	sync(connection.name, NOW + 8 * 86400)
	assert frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "window_until") == until + 8 * 86400


def test_the_switches_for_tentative_events(page, connection, feed):
	feed.events(f"{TEN}\nSTATUS:TENTATIVE")
	sync(connection.name, NOW + HOUR)
	assert offered(page, NOW + HOUR) == WITHOUT_TEN
	connection.reload()
	connection.update({"ignore_tentative": 1}).save()
	assert offered(page, NOW + HOUR) == ALL_DAY


def test_a_form_that_was_opened_earlier_does_not_undo_what_was_read(page, connection, feed):
	opened = frappe.get_doc("Calendar Connection", connection.name)
	before = frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "generation")
	feed.events(times(at("2026-03-02 12:00"), at("2026-03-02 13:00")))
	sync(connection.name, NOW + HOUR)
	opened.update({"ignore_tentative": 1, "sync_error_count": 9, "status": "Reconnect needed"}).save()
	assert frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "generation") > before
	assert offered(page, NOW + HOUR) == [each for each in ALL_DAY if each != "12:00"]
	assert state(connection, "status", "sync_error_count") == ("Connected", 0)


def test_a_calendar_that_is_chosen_again_is_read_from_the_start(page, connection):
	connection.reload()
	connection.calendars[0].check_conflicts = 0
	connection.save()
	assert offered(page) == ALL_DAY
	assert not frappe.db.exists("Calendar Busy Time", {"connection": connection.name})
	connection.reload()
	connection.calendars[0].check_conflicts = 1
	connection.save()
	assert offered(page) == [], "unread"
	sync(connection.name, NOW)
	assert offered(page) == WITHOUT_TEN


def test_changed_access_data_give_a_connection_a_fresh_start(page, connection, feed):
	feed.status = 401
	sync(connection.name, NOW + HOUR)
	feed.status = 200
	connection.reload()
	connection.update({"address": feed.url + "?new"}).save()
	assert state(connection, "status", "sync_error_count") == ("New", 0)
	sync(connection.name, NOW + 2 * HOUR)
	assert offered(page, NOW + 2 * HOUR) == WITHOUT_TEN


def test_a_deleted_user_leaves_no_tokens_behind(connect, feed):
	user = make_user("Tom")
	made = connect(user, "ICS", feed.url)
	frappe.delete_doc("User", user, force=True)
	assert frappe.db.get_value("Calendar Connection", made.name, "is_active") == 0
	leave(made.name, NOW)
	assert not frappe.db.exists("Calendar Connection", made.name)
	assert frappe.db.sql("select count(*) from `__Auth` where name = %s", made.name)[0][0] == 0


def test_an_account_without_consent_cannot_be_typed_in(connect):
	with pytest.raises(InvalidRequest):
		connect(make_user("Tom"), "Google", "")
