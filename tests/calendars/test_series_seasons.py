"""Series over clock changes and holidays on CalDAV servers: as the servers themselves understand them, and as we read them."""

import frappe
import pytest

from scheduler_integration.calendars.sync import sync
from scheduler_integration.notifications.invitation import calendar_file
from scheduler_integration.notifications.readers import attendee_of
from tests.support.calendar_servers import radicale
from tests.support.calendars import HOUR
from tests.support.factories import at, make_page
from tests.support.series import SEASONS, book_season, make_season_page, season_name
from tests.support.stand_ins import HOLIDAYS, standing_in

pytestmark = [pytest.mark.xdist_group("calendar-servers"), pytest.mark.usefixtures("commit_clean")]
of_each_season = pytest.mark.parametrize("season", SEASONS, ids=season_name)
HALF_AN_HOUR = HOUR // 2


@pytest.fixture(scope="module", autouse=True)
def _holiday_lists(site):
	with standing_in(HOLIDAYS):
		yield


def put_invitation(season, caldav):
	"""Store the invitation as a calendar does: without the method (RFC 4791, 4.1). Returns the starts of the series."""
	page, kind = make_season_page(season)
	answer, starts = book_season(season, page, kind, timezone="Asia/Tokyo")
	frappe.db.commit()
	booking = frappe.get_doc("Booking", answer.id)
	text = calendar_file(booking, season.now, attendee_of(booking)).decode()
	caldav.put_raw("series", "\r\n".join(line for line in text.split("\r\n") if not line.startswith("METHOD")))
	return starts


@pytest.fixture
def new_radicale():
	"""A server that has read nothing yet: as long as Radicale runs, it keeps the first VTIMEZONE of each name that it has met."""
	with radicale() as server:
		yield server


@pytest.mark.long
@of_each_season
def test_radicale_finds_the_agreed_dates_and_no_others(season, new_radicale):
	"""Radicale expands the rule by itself. Xandikos looks for a replaced date at its former time."""
	starts = put_invitation(season, new_radicale)
	for start in starts:
		assert new_radicale.has_between(start, start + HALF_AN_HOUR)
		# Nothing is an hour off, as it would be if the clock change were forgotten.
		assert not new_radicale.has_between(start - HOUR, start - HALF_AN_HOUR)
		assert not new_radicale.has_between(start + HOUR, start + HOUR + HALF_AN_HOUR)
	for holiday in (season.replaced, season.left_out):
		day = (at(f"{holiday} 00:00", season.zone), at(f"{holiday} 23:00", season.zone))
		assert not new_radicale.has_between(*day)


@pytest.mark.long
@of_each_season
def test_an_attendees_own_calendar_blocks_the_agreed_dates_and_no_others(season, connect, caldav):
	starts = put_invitation(season, caldav)
	attendee = make_page().user
	connection = connect(attendee, "CalDAV", caldav.address, caldav.login, caldav.password)
	frappe.db.commit()
	assert sync(connection.name, season.now).error is None
	assert sorted(frappe.get_all("Calendar Busy Time", {"user": attendee}, pluck="starts_at")) == starts
