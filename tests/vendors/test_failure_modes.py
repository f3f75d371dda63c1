"""Bugs of other schedulers' calendars, which this app must not have: one test for each, at Google and at Microsoft.

The numbers are those of the list in docs/explanation/calendar_sync.md. Bugs of CalDAV are tested in tests/calendars; tokens and push
messages in test_tokens.py and test_push.py.
"""

import threading
import time
from datetime import date, datetime

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars.mirror.calendar_changes import changes_of
from scheduler_integration.calendars.notices import tell_of_trouble
from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.jobs import follow_calendars, outbox
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform import clock
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import at, hour, payload
from tests.support.killed import run_killed

# Years ahead: the server of other tests has a scheduler, which must not find this due.
NOW = at("2037-03-01 06:00")
MONDAY = date(2037, 3, 2)
NINE = at("2037-03-02 09:00")
HOUR = 3600
DAY = 24 * HOUR
ALL_DAY = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""A reading commits."""


@pytest.fixture
def jane(vendor, page):
	"""A host whose calendar is read and written."""
	connected = vendor.connect(user=page.user, write_bookings=1)
	frappe.db.commit()
	return connected


def meeting_type_of(page):
	return frappe.get_doc("Meeting Type", {"scheduling_page": page.name})


def offered(page, now=NOW, day=MONDAY):
	found = slots_between(page.slug, meeting_type_of(page).slug, day, day, "UTC", None, now)
	return [hour(slot.start) for slots in found.days.values() for slot in slots]


def book(page, start=NINE, now=NOW):
	booking = door.book(payload(page, meeting_type_of(page), start), now)
	frappe.db.commit()
	return frappe.get_doc("Booking", booking.id)


def deliver(now=NOW):
	frappe.db.commit()
	outbox.run_due_tasks(lambda: now, 20)


def read(jane, now=NOW, **kwargs):
	outcome = sync(jane.connection, now, **kwargs)
	frappe.db.rollback()
	return outcome


def status(jane):
	return frappe.db.get_value("Calendar Connection", jane.connection, "status")


def status_of(booking):
	return frappe.db.get_value("Booking", booking.name, "status")


def live(jane):
	return [entry for entry in jane.diary.entries.values() if not entry.removed]


def starts(jane):
	return sorted(jane.diary.occurrence_at(entry, None).starts_at for entry in live(jane))


def on_monday(first, last):
	return datetime(2037, 3, 2, first), datetime(2037, 3, 2, last)


@pytest.mark.long
def test_01_a_revoked_account_closes_its_host_and_heals_completely(vendor, page, jane, outgoing_mail):
	assert read(jane).error is None
	assert offered(page) == ALL_DAY
	vendor.stand_in.revoke_account(jane.diary.owner)
	# Booked before anybody knew; the calendar can't be written.
	booking = book(page)
	deliver()
	assert status(jane) == "Reconnect needed"
	assert offered(page) == []
	for seconds in (60, 120):
		tell_of_trouble(NOW + seconds)
	mails = frappe.get_all("Email Queue", {"reference_name": jane.connection}, pluck="name")
	assert len(mails) == 1
	vendor.add(jane, *on_monday(11, 13))
	vendor.reconnect(jane)
	frappe.db.set_value("Calendar Connection", jane.connection, "status", "New")
	frappe.db.commit()
	assert read(jane, NOW + HOUR).error is None
	deliver(NOW + 2 * HOUR)
	assert booking.starts_at in starts(jane)
	assert offered(page, NOW + 2 * HOUR) == ["10:00", "13:00", "14:00", "15:00", "16:00"]


@pytest.mark.long
def test_02_an_event_that_appears_after_the_slots_were_shown_is_not_booked_over(vendor, page, jane):
	read(jane)
	assert "10:00" in offered(page)
	vendor.add(jane, *on_monday(10, 11))
	read(jane, NOW + 60)  # the hold of the visitor had the calendar read
	with pytest.raises(SlotTaken):
		book(page, NINE + HOUR, NOW + 120)


def test_03_one_calendar_that_fails_is_not_an_empty_one(vendor, page, jane):
	"""The second of two calendars is gone. The known events of the first one count, and the host's times are closed."""
	connection = frappe.get_doc("Calendar Connection", jane.connection)
	second = vendor.stand_in.add_calendar(jane.diary.owner, "second-calendar", "Second")
	connection.append("calendars", {"calendar_name": "Second", "calendar_id": second.id, "check_conflicts": 1})
	connection.flags.from_provider = True
	connection.save()
	frappe.db.commit()
	assert read(jane).error is None
	assert offered(page) == ALL_DAY
	del vendor.stand_in.diaries[second.id]
	assert read(jane, NOW + 600).error is not None
	assert offered(page, NOW + 600) == []


@pytest.mark.long
def test_04_its_own_event_never_blocks_a_booking(vendor, page, jane):
	frappe.db.set_value("Meeting Type", meeting_type_of(page).name, "slot_interval", 30)
	read(jane)
	booking = book(page)
	deliver()
	assert starts(jane) == [NINE]
	read(jane, NOW + 60)
	read(jane, NOW + 120, full=True)
	assert not frappe.db.count("Calendar Busy Time", {"connection": jane.connection})
	bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(NINE + HOUR // 2), NOW + 180)


def test_05_an_all_day_event_closes_the_day_of_its_calendar(vendor, page):
	"""Monday in Auckland is from Sunday 11:00 to Monday 11:00 in UTC, where the page's hours are."""
	jane = vendor.connect(zone="Pacific/Auckland", user=page.user)
	frappe.db.commit()
	vendor.add(jane, MONDAY, date(2037, 3, 3))
	read(jane)
	assert offered(page) == ["11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


@pytest.mark.long
def test_06_a_recurring_event_blocks_each_time_but_where_it_was_changed(vendor, page, jane):
	series = vendor.add(jane, *on_monday(9, 12), rule="FREQ=DAILY")
	vendor.act(jane, lambda: jane.diary.cancel_occurrence(series, datetime(2037, 3, 3, 9)))
	moved = datetime(2037, 3, 4, 15), datetime(2037, 3, 4, 17)
	vendor.act(jane, lambda: jane.diary.move_occurrence(series, datetime(2037, 3, 4, 9), *moved))
	read(jane)
	assert offered(page) == ["12:00", "13:00", "14:00", "15:00", "16:00"]
	assert offered(page, day=date(2037, 3, 3)) == ALL_DAY
	assert offered(page, day=date(2037, 3, 4)) == ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]


@pytest.mark.long
def test_07_an_event_that_its_host_deletes_or_moves_leaves_the_booking_as_it_is(vendor, page, jane):
	read(jane)
	first, second = book(page), book(page, NINE + 3 * HOUR)
	deliver()
	deleted, moved = sorted(live(jane), key=lambda entry: jane.diary.occurrence_at(entry, None).starts_at)
	vendor.act(jane, lambda: jane.diary.remove(deleted))
	vendor.act(jane, lambda: jane.diary.move(moved, datetime(2037, 3, 2, 15), datetime(2037, 3, 2, 16)))
	assert read(jane, NOW + 60).error is None
	for booking, start in ((first, NINE), (second, NINE + 3 * HOUR)):
		booking.reload()
		assert (booking.status, booking.starts_at) == ("Scheduled", start)
	bookings.cancel_by_token(manage_token(second), "Ill", NOW + 120)
	deliver(NOW + 120)
	assert live(jane) == []


@pytest.mark.long
def test_07_and_two_switches_let_the_booking_follow(vendor, page, jane, outgoing_mail):
	frappe.db.set_value("Calendar Connection", jane.connection, {"delete_cancels": 1, "move_reschedules": 1})
	read(jane)
	first, second = book(page), book(page, NINE + 3 * HOUR)
	deliver()
	deleted, moved = sorted(live(jane), key=lambda entry: jane.diary.occurrence_at(entry, None).starts_at)
	vendor.act(jane, lambda: jane.diary.remove(deleted))
	vendor.act(jane, lambda: jane.diary.move(moved, *on_monday(15, 16)))
	assert read(jane, NOW + 60).error is None
	follow_calendars(NOW + 60)
	assert [status_of(each) for each in (first, second)] == ["Cancelled", "Rescheduled"]
	assert frappe.db.get_value("Booking", {"rescheduled_from": second.name}, "starts_at") == NINE + 6 * HOUR
	deliver(NOW + 120)
	assert starts(jane) == [NINE + 6 * HOUR]


@pytest.mark.long
def test_08_an_attendee_who_declines_there_is_shown_and_the_booking_stays(vendor, page, jane, outgoing_mail):
	frappe.db.set_value("Calendar Connection", jane.connection, "invites", 1)
	read(jane)
	booking = book(page)
	deliver()
	vendor.decline_as_attendees(jane, live(jane)[0])
	assert read(jane, NOW + 60).error is None
	[change] = changes_of(page.user, NOW + 60)
	assert (change.booking, change.declined_by) == (booking.name, booking.attendee_email)
	for _each in range(2):
		follow_calendars(NOW + 60)
	told = {"reference_name": booking.name, "message": ("like", "%Declined by%")}
	assert frappe.db.count("Email Queue", told) == 1
	assert status_of(booking) == "Scheduled"


@pytest.mark.long
def test_09_a_lost_reply_makes_no_second_event(vendor, page, jane):
	read(jane)
	vendor.stand_in.fail("/events", method="POST", lost=True)
	book(page)
	deliver()
	deliver(NOW + HOUR)
	assert starts(jane) == [NINE]
	assert vendor.stand_in.invitations == []


@pytest.mark.long
def test_09_one_side_invites_the_attendee_and_never_both(vendor, page, jane, outgoing_mail):
	read(jane)
	host = frappe.db.get_value("User", page.user, "email")
	for invites in (0, 1):
		frappe.db.set_value("Calendar Connection", jane.connection, "invites", invites)
		booking = book(page, NINE + invites * HOUR)
		deliver()
		invited_there = [booking.attendee_email] if invites else []
		assert [address for _event, address in vendor.stand_in.invitations] == invited_there
		assert files_mailed(booking) == {host: False, booking.attendee_email: not invites}


def files_mailed(booking):
	"""Return to whom a mail about the booking was sent, and whether it had a calendar file."""
	mails = frappe.get_all("Email Queue", {"reference_name": booking.name}, ["name", "message", "attachments"])
	return {
		frappe.db.get_value("Email Queue Recipient", {"parent": mail.name}, "recipient"): "invite.ics"
		in (mail.attachments or "") + (mail.message or "")
		for mail in mails
	}


@pytest.mark.long
def test_10_a_booking_that_moves_after_its_event_was_deleted_gets_a_new_event(vendor, page, jane):
	"""The vendor never gives the id of a deleted event again."""
	read(jane)
	booking = book(page)
	deliver()
	vendor.act(jane, lambda: jane.diary.remove(live(jane)[0]))
	bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(NINE + 2 * HOUR), NOW + 60)
	deliver(NOW + 60)
	assert starts(jane) == [NINE + 2 * HOUR]


def test_12_a_channel_that_ended_without_a_word_delays_a_change_but_loses_none(vendor, page, jane):
	read(jane)
	vendor.add(jane, *on_monday(10, 11))
	assert "10:00" in offered(page)
	read(jane, NOW + 600)  # the regular look
	assert "10:00" not in offered(page, NOW + 600)


def test_13_half_a_page_changes_nothing_and_the_next_reading_goes_on(vendor, page, jane):
	read(jane)
	for start in range(9, 14):
		vendor.add(jane, *on_monday(start, start + 1))
	vendor.stand_in.page_size = 2
	vendor.stand_in.fail(vendor.calendar_path, cut=0.5, times=3)
	token = frappe.db.get_value("Connected Calendar", {"parent": jane.connection}, "sync_token")
	assert read(jane, NOW + 60).error is not None
	assert frappe.db.get_value("Connected Calendar", {"parent": jane.connection}, "sync_token") == token
	assert read(jane, NOW + 120).error is None
	assert offered(page, NOW + 120) == ["14:00", "15:00", "16:00"]


@pytest.mark.long
def test_14_a_rate_limit_never_undoes_a_booking(vendor, page, jane):
	read(jane)
	vendor.stand_in.fail("/events", status=429, times=50, headers={"Retry-After": "120"})
	made = [book(page, NINE + number * HOUR) for number in range(4)]
	deliver()
	sent = len(vendor.stand_in.log)
	deliver(NOW + 60)  # before the time that the vendor asked for
	assert len(vendor.stand_in.log) == sent
	vendor.stand_in.faults.clear()
	deliver(NOW + HOUR)
	assert starts(jane) == [booking.starts_at for booking in made]
	assert {frappe.db.get_value("Booking", booking.name, "status") for booking in made} == {"Scheduled"}


def test_15_a_calendar_that_is_suddenly_empty_is_believed_only_twice(vendor, page, jane):
	for day in range(2, 14):
		vendor.add(jane, datetime(2037, 3, day, 9), datetime(2037, 3, day, 17))
	read(jane)
	assert offered(page) == []
	for entry in live(jane):
		entry.removed = True  # no change is told: the vendor lost them
	read(jane, NOW + 600, full=True)
	assert offered(page, NOW + 600) == []
	read(jane, NOW + 1200, full=True)
	assert offered(page, NOW + 1200) == ALL_DAY


# Faults seen in the code of others


def test_the_token_advances_although_a_page_is_empty(vendor, jane):
	read(jane)
	before = frappe.db.get_value("Connected Calendar", {"parent": jane.connection}, ["sync_token", "synced_at"])
	read(jane, NOW + 600)
	after = frappe.db.get_value("Connected Calendar", {"parent": jane.connection}, ["sync_token", "synced_at"])
	assert after[0] != before[0]
	assert after[1] == NOW + 600


def test_an_event_that_began_yesterday_blocks_today(vendor, page, jane):
	vendor.add(jane, datetime(2037, 2, 20, 9), datetime(2037, 3, 2, 12))
	read(jane)
	assert offered(page) == ["12:00", "13:00", "14:00", "15:00", "16:00"]


def test_an_event_that_leaves_the_window_opens_its_time(vendor, page, jane):
	event = vendor.add(jane, *on_monday(9, 17))
	read(jane)
	assert offered(page) == []
	vendor.act(jane, lambda: jane.diary.move(event, datetime(2040, 3, 2, 9), datetime(2040, 3, 2, 17)))
	read(jane, NOW + 600)
	assert offered(page, NOW + 600) == ALL_DAY


@pytest.mark.long
def test_a_forgotten_token_rebuilds_without_opening_the_calendar(vendor, page, jane):
	"""The whole window takes two jobs. After the first one, the busy times that were known still count."""
	for number in range(30):
		vendor.add(jane, datetime(2037, 3, 2, 9, number), datetime(2037, 3, 2, 17, number))
	read(jane)
	vendor.expire_tokens()
	vendor.stand_in.page_size = 1
	outcome = read(jane, NOW + 60)
	assert (outcome.error, outcome.is_complete) == (None, False)
	assert offered(page, NOW + 60) == []
	outcome = read(jane, NOW + 120)
	assert (outcome.error, outcome.is_complete) == (None, True)
	assert offered(page, NOW + 120) == []
	assert frappe.db.count("Calendar Busy Time", {"connection": jane.connection}) == 30


# Several at once, and processes that are killed

JOB = """
import sys
import frappe
from scheduler_integration import jobs
frappe.local.conf["scheduling_vendors"] = {sys.argv[2]: sys.argv[3]}
jobs.enqueue_sync = lambda connection: print("again", flush=True)
jobs.sync_calendars(sys.argv[1])
print("done", flush=True)
"""


@pytest.mark.long
@pytest.mark.parametrize("vendor", ["Google"], indirect=True)
def test_two_workers_and_a_push_at_once(site, vendor, page, jane):
	"""One worker reads, the other leaves. A change that is pushed meanwhile is read afterwards."""
	held = threading.Event()
	vendor.stand_in.fail(vendor.calendar_path, hold=held)
	first = site.python(JOB, jane.connection, vendor.key, vendor.stand_in.url)
	wait_until(lambda: not any(fault.times for fault in vendor.stand_in.faults))
	second = site.python(JOB, jane.connection, vendor.key, vendor.stand_in.url)
	assert second.communicate(30) == ("done\n", "")
	# The message of a change that the first reading may have missed.
	frappe.db.set_value("Calendar Connection", jane.connection, "pushed_at", clock.now() + 1)
	frappe.db.commit()
	held.set()
	assert first.communicate(30) == ("again\ndone\n", "")
	assert len(vendor.stand_in.requests("GET", vendor.calendar_path)) == 1


@pytest.mark.long
@pytest.mark.parametrize(("vendor", "moment"), [("Google", "before"), ("Microsoft", "after")], indirect=["vendor"])
def test_a_reading_that_is_killed_anywhere_loses_nothing(site, vendor, page, jane, moment):
	vendor.add(jane, *on_monday(9, 12))
	vendor.stand_in.page_size = 1
	for commit in range(1, 12):
		vendor.add(jane, datetime(2037, 3, 3, 9, commit), datetime(2037, 3, 3, 10, commit))
		if not dies(site, vendor, jane, commit, moment, "read", NOW + commit * HOUR):
			break
		# The lease of the dead worker ends by itself.
		assert read(jane, NOW + commit * HOUR + 900).error is None
		rows = frappe.db.count("Calendar Busy Time", {"connection": jane.connection})
		assert rows == len(live(jane))
	assert commit > 3, "it was killed at several steps"


@pytest.mark.long
@pytest.mark.parametrize(("vendor", "moment"), [("Google", "before"), ("Microsoft", "after")], indirect=["vendor"])
def test_a_writing_that_is_killed_anywhere_makes_one_event(site, vendor, page, jane, moment):
	read(jane)
	for commit in range(1, 12):
		at_hour = NINE + DAY * (commit // 8) + HOUR * (commit % 8)
		booking = book(page, at_hour)
		# Messages have tests of their own.
		frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "email"}, "status", "Skipped")
		died = dies(site, vendor, jane, commit, moment, "write", NOW)
		for hours in (1, 2):
			deliver(NOW + hours * HOUR)
		assert [start for start in starts(jane) if start == at_hour] == [at_hour]
		bookings.cancel_by_token(manage_token(booking), "Ill", NOW)
		deliver(NOW)
		if not died:
			break
	assert commit > 3, "it was killed at several steps"
	assert live(jane) == []


def dies(site, vendor, jane, commit, moment, what, now):
	conf = {"scheduling_vendors": {vendor.key: vendor.stand_in.url}}
	return run_killed(site, jane.connection, what, now, commit, moment, conf)


def wait_until(condition, seconds=20):
	deadline = time.monotonic() + seconds
	while not condition():
		assert time.monotonic() < deadline
		time.sleep(0.01)
