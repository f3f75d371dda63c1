"""Reading calendars of Google and Microsoft: which events are busy time, and how changes are read."""

from datetime import date, datetime

import pytest

from scheduler_integration.exceptions import CalendarGone, SyncTokenExpired, TooManyRequests, Unreachable
from tests.support.factories import at
from tests.support.vendors.connected import Reading

WINDOW = (at("2026-11-20 00:00"), at("2027-01-20 00:00"))
NINE, TEN = datetime(2026, 12, 1, 9), datetime(2026, 12, 1, 10)


def read(vendor, connected, reading=None):
	with vendor.opened(connected) as provider:
		return (reading or Reading()).read(provider, connected.diary.id, WINDOW)


def test_the_calendars_of_an_account(vendor):
	jane = vendor.connect(zone="Europe/Berlin")
	vendor.stand_in.add_calendar(jane.diary.owner, "shared@group.example", "Team", writable=False)
	vendor.stand_in.page_size = 1
	with vendor.opened(jane) as provider:
		own, shared = provider.calendars()
	assert (own.id, own.is_primary, own.can_write) == (jane.diary.id, True, True)
	assert (shared.name, shared.is_primary, shared.can_write) == ("Team", False, False)


def test_an_event_is_read_at_its_instants(vendor):
	jane = vendor.connect(zone="America/New_York")
	vendor.add(jane, NINE, TEN)
	assert read(vendor, jane).spans(WINDOW) == [(at("2026-12-01 14:00"), at("2026-12-01 15:00"))]


def test_titles_are_not_even_asked_for_at_google(google):
	jane = google.connect()
	google.add(jane, NINE, TEN, summary="Doctor")
	read(google, jane)
	assert "summary" not in google.stand_in.requests("GET", "/events")[0].query["fields"]


@pytest.mark.parametrize("fields", ["free", "declined"])
def test_free_and_declined_events_take_no_time(vendor, fields):
	jane = vendor.connect()
	event = vendor.add(jane, NINE, TEN)
	reading = read(vendor, jane)
	assert len(reading.spans(WINDOW)) == 1
	vendor.set_fields(jane, event, vendor.free if fields == "free" else vendor.declined(jane))
	assert read(vendor, jane, reading).spans(WINDOW) == []


def test_tentative_and_out_of_office_are_told_apart(vendor):
	jane = vendor.connect()
	vendor.add(jane, NINE, TEN, **vendor.tentative)
	vendor.add(jane, TEN, TEN.replace(hour=11), **vendor.out_of_office)
	assert [time.kind for time in read(vendor, jane).times()] == ["tentative", "out_of_office"]


@pytest.mark.parametrize(
	("fields", "kinds"),
	[
		({"eventType": "workingLocation"}, []),
		({"eventType": "birthday"}, []),
		({"eventType": "focusTime"}, ["focus"]),
		({"eventType": "fromGmail"}, ["busy"]),
	],
)
def test_googles_kinds_of_events(google, fields, kinds):
	jane = google.connect()
	google.add(jane, NINE, TEN, **fields)
	assert [time.kind for time in read(google, jane).times()] == kinds


def test_an_invitation_without_an_answer_is_tentative_at_google(google):
	jane = google.connect()
	me = {"email": jane.diary.owner, "self": True, "responseStatus": "needsAction"}
	google.add(jane, NINE, TEN, attendees=[me])
	assert [time.kind for time in read(google, jane).times()] == ["tentative"]


def test_working_elsewhere_is_not_busy_at_microsoft_and_unknown_is(microsoft):
	jane = microsoft.connect()
	microsoft.add(jane, NINE, TEN, showAs="workingElsewhere")
	microsoft.add(jane, TEN, TEN.replace(hour=11), showAs="unknown")
	assert [time.start for time in read(microsoft, jane).times()] == [at("2026-12-01 10:00")]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "Africa/Cairo", "Asia/Kolkata", "UTC"])
def test_all_day_events_are_days_of_the_calendars_zone(vendor, zone):
	"""In Cairo, the clock skips midnight on 30 April 2027; the day has 23 hours."""
	jane = vendor.connect(zone=zone)
	vendor.add(jane, date(2026, 12, 24), date(2026, 12, 26))
	reading = read(vendor, jane)
	assert [time.all_day for time in reading.times()] == [True]
	assert reading.spans(WINDOW) == [(at("2026-12-24 00:00", zone), at("2026-12-26 00:00", zone))]


def test_an_occurrence_is_moved_cancelled_and_declined(vendor):
	jane = vendor.connect(zone="Europe/Berlin")
	series = vendor.add(jane, NINE, TEN, rule="FREQ=WEEKLY;COUNT=4")
	reading = read(vendor, jane)
	assert len(reading.spans(WINDOW)) == 4
	vendor.act(
		jane,
		lambda: jane.diary.move_occurrence(
			series, datetime(2026, 12, 8, 9), datetime(2026, 12, 9, 15), datetime(2026, 12, 9, 16)
		),
	)
	vendor.act(jane, lambda: jane.diary.cancel_occurrence(series, datetime(2026, 12, 15, 9)))
	vendor.decline_occurrence(jane, series, datetime(2026, 12, 22, 9))
	expected = [
		(at("2026-12-01 08:00"), at("2026-12-01 09:00")),
		(at("2026-12-09 14:00"), at("2026-12-09 15:00")),
	]
	assert read(vendor, jane, reading).spans(WINDOW) == expected


def test_a_series_that_is_deleted_leaves_nothing(vendor):
	jane = vendor.connect()
	series = vendor.add(jane, NINE, TEN, rule="FREQ=DAILY;COUNT=30")
	reading = read(vendor, jane)
	vendor.act(jane, lambda: jane.diary.remove(series))
	assert read(vendor, jane, reading).spans(WINDOW) == []


def test_an_event_that_leaves_the_window_leaves_the_busy_times(vendor):
	jane = vendor.connect()
	event = vendor.add(jane, NINE, TEN)
	reading = read(vendor, jane)
	vendor.act(jane, lambda: jane.diary.move(event, datetime(2028, 1, 1, 9), datetime(2028, 1, 1, 10)))
	assert read(vendor, jane, reading).spans(WINDOW) == []


def test_empty_and_short_pages_are_not_the_end(vendor):
	jane = vendor.connect()
	for hour in range(8, 13):
		vendor.add(jane, NINE.replace(hour=hour), NINE.replace(hour=hour, minute=30))
	vendor.stand_in.page_size, vendor.stand_in.empty_first_page = 2, True
	reading = read(vendor, jane)
	assert len(reading.pages) >= 4
	assert not reading.pages[0].events
	assert len(reading.events) == 5
	assert [bool(page.token) for page in reading.pages] == [False] * (len(reading.pages) - 1) + [True]


def test_an_expired_token_is_told_from_other_errors(vendor):
	jane = vendor.connect()
	reading = read(vendor, jane)
	vendor.expire_tokens()
	with pytest.raises(SyncTokenExpired):
		read(vendor, jane, reading)


def test_a_calendar_that_is_gone_is_told_from_an_empty_one(vendor):
	jane = vendor.connect()
	del vendor.stand_in.diaries[jane.diary.id]
	with pytest.raises(CalendarGone):
		read(vendor, jane)


def test_half_a_page_is_no_page(vendor):
	jane = vendor.connect()
	vendor.add(jane, NINE, TEN)
	vendor.stand_in.fail(vendor.calendar_path, cut=0.5, times=10)
	with pytest.raises(Unreachable):
		read(vendor, jane)


def test_a_rate_limit_says_how_long_to_wait(vendor):
	jane = vendor.connect()
	vendor.stand_in.fail(vendor.calendar_path, status=429, headers={"Retry-After": "77"})
	with pytest.raises(TooManyRequests) as raised:
		read(vendor, jane)
	assert raised.value.after == 77


def test_googles_rate_limit_with_403(google):
	jane = google.connect()
	body = {"error": {"code": 403, "message": "", "errors": [{"reason": "userRateLimitExceeded"}]}}
	google.stand_in.fail("/events", status=403, body=body)
	with pytest.raises(TooManyRequests):
		read(google, jane)


def test_the_last_of_several_entries_counts_at_microsoft(microsoft):
	jane = microsoft.connect()
	event = microsoft.add(jane, NINE, TEN)
	reading = read(microsoft, jane)
	microsoft.set_fields(jane, event, microsoft.free)
	microsoft.stand_in.entries_twice, microsoft.stand_in.page_size = True, 1
	assert read(microsoft, jane, reading).spans(WINDOW) == []
	assert len(reading.pages) == 2


def test_ids_that_differ_only_in_case_are_two_events_at_microsoft(microsoft):
	jane = microsoft.connect()
	one, other = microsoft.add(jane, NINE, TEN), microsoft.add(jane, TEN, TEN.replace(hour=11))
	assert one.id.lower() == other.id.lower()
	assert len(read(microsoft, jane).events) == 2


def test_an_occurrence_whose_series_is_not_on_the_page_is_looked_up(microsoft):
	jane = microsoft.connect()
	microsoft.add(jane, NINE, TEN, rule="FREQ=WEEKLY;COUNT=3", **microsoft.free)
	microsoft.stand_in.page_size = 1
	with microsoft.opened(jane) as provider:
		first = provider.changes(jane.diary.id, WINDOW)
	# Another job goes on, which never saw the series.
	with microsoft.opened(jane) as provider:
		second = provider.changes(jane.diary.id, WINDOW, "", first.next_page)
	assert [event.busy for event in second.events] == [()]
	assert len(microsoft.stand_in.requests("GET", "/me/events/")) == 1


@pytest.mark.parametrize(
	"transaction", ["localevent:ade7d146-5f50-ed23-2f94-ae3afc6b3dff", "eb739cec-0652-41ee-b169-22102aa1570b"]
)
def test_another_programs_event_is_not_taken_for_ours_at_microsoft(microsoft, transaction):
	jane = microsoft.connect()
	microsoft.add(jane, NINE, TEN, transactionId=transaction)
	[event] = read(microsoft, jane).pages[-1].events
	assert (event.mark, len(event.busy)) == ("", 1)


def test_a_stored_link_that_leads_elsewhere_gets_no_token(microsoft):
	jane = microsoft.connect()
	for link in ("https://evil.example/v1.0/me/x", f"{microsoft.stand_in.url}/elsewhere", "nonsense"):
		with microsoft.opened(jane) as provider, pytest.raises(SyncTokenExpired):
			provider.changes(jane.diary.id, WINDOW, link)
	assert microsoft.stand_in.log == []


def test_without_the_mailboxs_zone_the_events_own_counts_at_microsoft(microsoft):
	microsoft.scopes = tuple(scope for scope in microsoft.scopes if scope != "MailboxSettings.Read")
	jane = microsoft.connect(zone="Asia/Tokyo")
	microsoft.add(jane, date(2026, 12, 24), date(2026, 12, 25))
	assert read(microsoft, jane).spans(WINDOW) == [
		(at("2026-12-24 00:00", "Asia/Tokyo"), at("2026-12-25 00:00", "Asia/Tokyo"))
	]
