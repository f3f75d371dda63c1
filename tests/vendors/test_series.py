"""Series over clock changes and holidays in calendars of Google and Microsoft: as they are written there, and as an invitation
is read that the vendor took over from the e-mail."""

from zoneinfo import ZoneInfo

import frappe
import pytest
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.calendars.sync import sync
from scheduler_integration.jobs import outbox
from scheduler_integration.notifications.invitation import calendar_file
from scheduler_integration.notifications.readers import attendee_of
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support.factories import make_user, wall
from tests.support.series import Season, book_season, make_season_page, season_name
from tests.support.stand_ins import HOLIDAYS, standing_in
from tests.support.vendors.diary import Exceptional

HOUR, DAY = 3600, 86400
# Years ahead: the server of other tests has a scheduler, which must not find this due. Fridays; Berlin's clocks change on 29
# March and 25 October 2037, New York's on 8 March. 3 April 2037 is Good Friday.
SEASONS = (
	Season("Europe/Berlin", "2037-03-20", "2037-04-03", "2037-04-17", 1),
	Season("Europe/Berlin", "2037-10-09", "2037-10-30", "2037-11-06", -1),
	Season("America/New_York", "2037-02-27", "2037-03-13", "2037-03-27", 1),
)
pytestmark = [pytest.mark.usefixtures("commit_clean"), pytest.mark.parametrize("season", SEASONS, ids=season_name)]


@pytest.fixture(scope="module", autouse=True)
def _holiday_lists(site):
	with standing_in(HOLIDAYS):
		yield


def deliver(now):
	# Messages have tests of their own.
	others = {"kind": ("!=", "calendar_event"), "status": "Pending"}
	frappe.db.set_value("Outbox Task", others, "status", "Skipped")
	frappe.db.commit()
	outbox.run_due_tasks(lambda: now, 30)
	frappe.db.rollback()


def written(connected):
	"""Return what stands in the vendor's calendar: the instants, by the vendor's own reckoning."""
	live = [entry for entry in connected.diary.entries.values() if not entry.removed]
	return sorted(connected.diary.occurrence_at(entry, None).starts_at for entry in live)


@pytest.mark.long
def test_each_date_is_written_at_its_time_of_day(vendor, season):
	page, kind = make_season_page(season)
	jane = vendor.connect(zone=season.zone, user=page.user, write_bookings=1)
	frappe.db.commit()
	assert sync(jane.connection, season.now).error is None
	answer, starts = book_season(season, page, kind)
	frappe.db.commit()
	deliver(season.now + 60)
	assert written(jane) == starts
	second = answer.series.dates[1]
	bookings.reschedule_by_host(second.id, RescheduleRequest(second.start - HOUR), season.now + 60, scope="later")
	frappe.db.commit()
	deliver(season.now + 120)
	by_host = {"host": page.user, "status": "Scheduled"}
	moved = sorted(frappe.get_all("Booking", by_host, pluck="starts_at"))
	assert [wall(start, season.zone)[11:] for start in moved].count("09:00") == season.count - 3
	assert written(jane) == moved
	# They are our own events: they take nobody's time.
	assert sync(jane.connection, season.now + 120, full=True).error is None
	assert not frappe.db.count("Calendar Busy Time", {"connection": jane.connection})
	bookings.cancel_by_host(answer.series.dates[0].id, "", season.now + 180, scope="all")
	frappe.db.commit()
	deliver(season.now + 240)
	assert written(jane) == []


@pytest.mark.long
def test_an_invitation_that_the_vendor_took_over_is_read_as_it_is_meant(vendor, season):
	page, kind = make_season_page(season)
	answer, starts = book_season(season, page, kind, timezone="Asia/Tokyo")
	frappe.db.commit()
	booking = frappe.get_doc("Booking", answer.id)
	ada = vendor.connect(zone="Asia/Tokyo", user=make_user("Ada"))
	take_over(vendor, ada, calendar_file(booking, season.now, attendee_of(booking)))
	frappe.db.commit()
	assert sync(ada.connection, season.now).error is None
	assert sorted(frappe.get_all("Calendar Busy Time", {"user": ada.user}, pluck="starts_at")) == starts
	window = (season.now, season.now + 100 * DAY)
	assert [start for start, _end in vendor.busy(ada, *window)] == starts


def take_over(vendor, connected, text):
	"""Put the invitation into the vendor's calendar: the rule by the clock of its zone, and its exceptions."""
	events = Calendar.from_ical(text).walk("VEVENT")
	[rule] = [event for event in events if "RECURRENCE-ID" not in event]
	zone = ZoneInfo(rule["DTSTART"].params["TZID"])

	def naive(moment):
		return moment.astimezone(zone).replace(tzinfo=None)

	first = naive(rule.decoded("dtstart"))
	length = rule.decoded("dtend") - rule.decoded("dtstart")
	left_out = {naive(each.dt): Exceptional(cancelled=True) for each in rule["EXDATE"].dts}
	moved = {
		naive(event.decoded("recurrence-id")): Exceptional(
			start=naive(event.decoded("dtstart")), end=naive(event.decoded("dtstart")) + length
		)
		for event in events
		if event is not rule
	}
	entry = vendor.add(connected, first, first + length, zone=zone.key, rule=rule["RRULE"].to_ical().decode())

	def change():
		entry.exceptions.update({**left_out, **moved})
		connected.diary.touch(entry)

	vendor.act(connected, change)
