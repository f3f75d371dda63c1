"""The helpers of the pages: addresses, dates, zones, people, JSON."""

import json
import re
from datetime import date

import pytest
from babel import Locale

from scheduler_integration.availability.slots import OfferedSlots
from scheduler_integration.engine import PartlyFree
from scheduler_integration.pages.booking.days import month_view, times_view
from scheduler_integration.pages.booking.slots import MonthOfSlots, within_reach
from scheduler_integration.pages.kit import dates, fields, people, query, zones
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.query import web_address
from scheduler_integration.pages.kit.spans import days_in_short, when_view
from scheduler_integration.platform import lengths
from scheduler_integration.platform.money import money
from scheduler_integration.platform.zone_words import home_cities
from scheduler_integration.times import Slot
from tests.support.factories import at

BRITISH, GERMAN, AMERICAN = Locale.parse("en_GB"), Locale.parse("de"), Locale.parse("en_US")
DAY = 86400
LOCALES = ["en_US", "en_GB", "de", "fr", "ar", "he", "fa", "ja", "zh_Hant_TW", "pt_BR", "hi", "th", "pl"]


def test_the_months_of_everybody_were_japanese_after_a_page_in_japanese():
	day = date(2026, 12, 1)
	assert [dates.short_month(day, Locale(each)) for each in ("ja", "fr", "ar", "de")] == [
		"12月",
		"déc.",
		"ديسمبر",
		"Dez",
	]


def test_a_japanese_span_had_other_times_than_the_list():
	style = dates.TimeStyle("Asia/Tokyo", False, Locale("ja"))
	assert dates.clock_range(at("2026-11-25 08:00"), at("2026-11-25 08:30"), style) == "17:00～17:30"


class TestAddresses:
	def test_parts_are_read_and_written(self):
		asked = query.parse("jane", "intro", {"month": "2026-11", "tz": "Asia/Tokyo", "utm_source": "x&y"})
		assert asked.month == date(2026, 11, 1)
		assert asked.origin == {"utm_source": "x&y"}
		assert asked.url(date="2026-11-23") == "/schedule/jane/intro?tz=Asia%2FTokyo&utm_source=x%26y&date=2026-11-23"

	def test_an_instant_with_an_offset_is_read(self):
		asked = query.parse("jane", "intro", {"start": "2026-11-23T14:30:00+01:00"})
		assert asked.start == at("2026-11-23 13:30")

	@pytest.mark.parametrize(
		"nonsense",
		[
			{"month": "2026-13", "date": "23.11.2026", "start": "soon", "duration": "-5", "clock": "36"},
			{"month": "9" * 50, "date": "0000-00-00", "start": "9" * 400, "duration": "9" * 400, "clock": ""},
			{"month": "\x00", "date": "２０２６-11-23", "start": "2026-11-23", "duration": "٣٠", "tz": "x" * 10**6},
			{"month": [], "date": {}, "start": 7, "duration": None},
			{"month": ["x"] * 10, "date": list("2026-11-23"), "start": {}, "duration": 30, "tz": ["UTC"], "clock": []},
		],
	)
	def test_nonsense_is_ignored(self, nonsense):
		asked = query.parse("jane", "intro", nonsense)
		assert (asked.month, asked.day, asked.duration, asked.clock, asked.zone) == (None,) * 5

	def test_a_slug_cannot_leave_its_place(self):
		assert query.parse("../x", "a?b#c", {}).path == "/schedule/..%2Fx/a%3Fb%23c"


class TestDates:
	@pytest.mark.parametrize("name", LOCALES)
	@pytest.mark.parametrize("twelve_hours", [True, False])
	def test_every_locale_can_write_them_all(self, name, twelve_hours):
		locale, start = Locale.parse(name), at("2026-11-23 22:45")
		style = dates.TimeStyle("Asia/Kolkata", twelve_hours, locale)
		for text in (
			dates.clock_time(start, style),
			dates.clock_range(start, start + 7200, style),
			dates.full_date(date(2026, 11, 23), locale),
			dates.day_and_month(date(2026, 11, 23), locale),
			dates.short_day(date(2026, 11, 23), locale),
			dates.weekday(date(2026, 11, 23), locale),
			dates.month_title(date(2026, 11, 1), locale),
			dates.zone_text(start, "America/New_York", locale),
			dates.city("America/New_York", locale),
			lengths.duration(30, locale),
			lengths.duration(120, locale),
			money(40, "EUR", locale),
		):
			assert text.strip()
		assert len({day["short"] for day in dates.weekday_names(locale)}) == 7

	def test_they_read_as_people_write(self):
		start = at("2026-11-23 13:30")
		assert dates.clock_time(start, dates.TimeStyle("Europe/Berlin", False, GERMAN)) == "14:30"
		assert (
			dates.clock_time(start, dates.TimeStyle("Europe/Berlin", True, BRITISH)).replace("\u202f", " ") == "2:30 pm"
		)
		assert dates.full_date(date(2026, 11, 23), GERMAN) == "Montag, 23. November 2026"
		assert dates.city("Asia/Calcutta", GERMAN) in ("Kalkutta", "Kolkata")
		assert money(40.5, None, GERMAN) == "40,5"


class TestMonth:
	def sheet(self, locale, **fields):
		asked = query.parse("jane", "intro", {})
		free = {date(2026, 11, 23): [1, 2], date(2026, 11, 24): [3]}
		given = {"chosen": date(2026, 11, 23), "today": date(2026, 11, 20), **fields}
		return month_view(date(2026, 11, 1), given["chosen"], given["today"], free, asked, locale)

	def test_weeks_begin_as_the_locale_has_it(self):
		first = date(2026, 11, 1)
		german, american = self.sheet(GERMAN, today=first), self.sheet(AMERICAN, today=first)
		assert [day and day.number for day in german["weeks"][0]] == [None] * 6 + [1]
		assert [day and day.number for day in american["weeks"][0]] == [1, 2, 3, 4, 5, 6, 7]
		assert german["weekdays"][0]["long"] == "Montag"
		assert american["weekdays"][0]["long"] == "Sunday"

	def test_weeks_that_are_over_are_left_out(self):
		weeks = self.sheet(BRITISH, today=date(2026, 11, 19))["weeks"]
		assert [week[0].number for week in weeks] == [16, 23, 30]
		assert self.sheet(BRITISH, today=date(2026, 10, 31))["weeks"][0][6].number == 1

	def test_near_the_end_of_a_month_five_weeks_from_today_are_shown(self):
		sheet = self.sheet(BRITISH)
		days = [day for week in sheet["weeks"] for day in week]
		assert [week[0].number for week in sheet["weeks"]] == [16, 23, 30, 7, 14]
		assert [(day.number, day.month) for day in days if day.month] == [(1, "Dec")]
		assert sheet["title"].replace("\u2009", " ") == "Nov – Dec 2026"
		assert sheet["next_url"].endswith("?month=2026-12")

	def test_a_month_after_which_nothing_is_free_has_no_link_to_the_next(self):
		asked = query.parse("jane", "intro", {})
		args = (date(2027, 7, 1), None, date(2026, 11, 20), {}, asked, BRITISH)
		assert month_view(*args, goes_on=False)["next_url"] is None

	def test_a_free_day_says_how_many_times_and_leads_to_them(self):
		day = next(day for week in self.sheet(BRITISH)["weeks"] for day in week if day and day.number == 23)
		assert re.fullmatch("Monday,? 23 November 2026, free times: 2", day.name)
		assert day.url.endswith("?date=2026-11-23")
		assert (day.classes, day.current) == ("day is-free", "true")

	def test_past_months_have_no_link(self):
		assert self.sheet(BRITISH)["previous_url"] is None
		assert self.sheet(BRITISH, today=date(2026, 10, 31))["previous_url"].endswith("?month=2026-10")

	def test_what_is_asked_for_is_moved_into_reach(self):
		today = date(2026, 11, 20)
		assert within_reach(date(1, 1, 1), today) == date(2026, 11, 1)
		assert within_reach(date(9999, 12, 31), today).year < 2030

	def test_a_day_that_is_partly_free_says_so_and_can_be_opened(self):
		asked = query.parse("jane", "retreat", {})
		sheet = month_view(
			date(2026, 11, 1),
			None,
			date(2026, 11, 20),
			{date(2026, 11, 23): [1]},
			asked,
			BRITISH,
			{date(2026, 11, 23), date(2026, 11, 24)},
		)
		free, partial = sheet["weeks"][1][0], sheet["weeks"][1][1]
		assert (free.classes, partial.classes) == ("day is-free", "day is-partial")
		assert re.fullmatch("Tuesday,? 24 November 2026, partly free", partial.name)
		assert partial.url.endswith("?date=2026-11-24")


class TestSlots:
	MONDAY, START = date(2026, 11, 23), at("2026-11-23 09:00")
	PARTS = ((START, START + 3600), (START + DAY, START + DAY + 3600))
	SLOT = Slot(START, START + 3600, 2, PARTS)
	LATER = tuple((start + DAY, end + DAY) for start, end in PARTS)
	PARTIAL = PartlyFree(START + DAY, LATER, LATER[1:])

	def month(self, slots):
		days = {self.MONDAY: slots} if slots else {}
		partial = {date(2026, 11, 24): [self.PARTIAL]}
		sheet = (date(2026, 11, 1), date(2026, 11, 30))
		return MonthOfSlots(sheet[0], OfferedSlots("UTC", 60, days, partial), sheet)

	def test_what_an_answer_says_of_a_start_is_handed_to_the_script(self):
		held, start = self.month([self.SLOT]), self.START
		data = json.loads(str(script_json(held.for_script())))
		assert data["starts"] == [start]
		assert data["seats"] == {str(start): 2}
		assert data["parts"] == {str(start): [[start, start + 3600], [start + DAY, start + DAY + 3600]]}
		assert data["partial"] == [[start + DAY, 1, 2, [start + 2 * DAY]]]

	def test_the_first_free_day_is_one_that_can_be_booked(self):
		held = self.month([])
		assert held.first_free_day is None
		assert held.partial_days == {date(2026, 11, 24)}


class TestTimes:
	def shown(self, starts, zone, host_zone="Europe/Berlin", partial=()):
		asked = query.parse("jane", "intro", {})
		slots = [start if isinstance(start, Slot) else Slot(start, start + 1800) for start in starts]
		style = dates.TimeStyle(zone, False, BRITISH)
		return times_view(date(2026, 11, 23), slots, style, host_zone, asked, partial)

	def test_they_are_grouped_by_part_of_the_day(self):
		shown = self.shown([at("2026-11-23 08:00"), at("2026-11-23 11:00"), at("2026-11-23 19:00")], "Europe/Berlin")
		assert [(group["title"], len(group["times"])) for group in shown["groups"]] == [
			("Morning", 1),
			("Afternoon", 1),
			("Evening", 1),
		]

	def test_the_hosts_other_date_is_said_once_for_all_or_at_each(self):
		said = f"{dates.short_day(date(2026, 11, 24), BRITISH)} for your host"
		evening = self.shown([at("2026-11-23 23:30")], "Europe/London")
		assert evening["note"] == said
		mixed = self.shown([at("2026-11-23 12:00"), at("2026-11-23 23:30")], "Europe/London")
		notes = [time["notes"] for group in mixed["groups"] for time in group["times"]]
		assert (mixed["note"], notes) == (None, [[], [said]])

	def test_an_hour_that_autumn_repeats_is_told_apart(self):
		shown = self.shown([at("2026-11-01 05:30"), at("2026-11-01 06:30")], "America/New_York")
		assert [time["label"] for group in shown["groups"] for time in group["times"]] == ["01:30 GMT-4", "01:30 GMT-5"]

	def test_seats_that_are_left_are_said(self):
		start = at("2026-11-23 09:00")
		shown = self.shown([Slot(start, start + 60, 3), Slot(start + 60, start + 120, 1)], "UTC", "UTC")
		assert [time["notes"] for time in shown["groups"][0]["times"]] == [["3 seats left"], ["1 seat left"]]

	def test_the_days_of_a_longer_meeting_are_said(self):
		start = at("2026-11-23 09:00")
		row, gap = ([(start + n * DAY, start + n * DAY + 3600) for n in days] for days in ((0, 1, 2), (0, 1, 4)))
		shown = self.shown([Slot(start, row[2][1], None, row), Slot(start + 1, gap[2][1], None, gap)], "UTC", "UTC")
		first, second = (time["notes"] for time in shown["groups"][0]["times"])
		# Older versions of Babel have a CLDR with a comma after the day of the week, and with other words in a range.
		assert re.fullmatch(r"Mon,? 23( Nov)?\W+Wed,? 25 Nov", *first)
		assert re.fullmatch(r"Mon,? 23 Nov, Tue,? 24 Nov and Fri,? 27 Nov", *second)

	def test_what_is_partly_free_is_shown_but_has_no_link(self):
		start = at("2026-11-23 09:00")
		parts = tuple((start + n * DAY, start + n * DAY + 3600) for n in range(3))
		shown = self.shown([], "UTC", "UTC", [PartlyFree(start, parts, parts[1:2])])
		[time] = shown["groups"][0]["times"]
		assert (bool(shown["none"]), time["url"]) == (True, None)
		assert re.fullmatch(r"2 of 3 days free; not on Tue,? 24 Nov", *time["notes"])


class TestSpans:
	START = at("2026-11-23 13:00")
	PARTS = ((START, START + 7200), (START + DAY, START + DAY + 7200), (START + 2 * DAY, START + 2 * DAY + 7200))

	def test_one_stretch_is_a_date_and_a_time(self):
		when = when_view(self.PARTS[:1], dates.TimeStyle("Europe/Berlin", False, BRITISH))
		assert re.fullmatch("Monday,? 23 November 2026", when.pop("date"))
		assert when == {"time": "14:00–16:00", "days": []}

	@pytest.mark.parametrize("name", LOCALES)
	def test_several_are_listed_day_by_day_in_every_locale(self, name):
		when = when_view(self.PARTS, dates.TimeStyle("Europe/Berlin", False, Locale.parse(name)))
		assert len(when["days"]) == 3
		assert all(day["date"].strip() and day["time"].strip() for day in (when, *when["days"]))
		assert days_in_short(self.PARTS, "Europe/Berlin", Locale.parse(name)).strip()

	def test_they_are_the_days_of_the_readers_zone(self):
		when = when_view(self.PARTS, dates.TimeStyle("Asia/Tokyo", False, BRITISH))
		assert (when["date"], when["time"]) == ("23–25 Nov 2026", "3 days")
		assert when["days"][0]["time"] == "22:00–00:00"
		assert re.fullmatch("Mon,? 23 Nov", when["days"][0]["date"])


class TestZones:
	def test_every_place_is_there_once_and_what_is_shown_too(self):
		names = [zone["name"] for group in zones.zone_groups(BRITISH, "Asia/Calcutta") for zone in group["zones"]]
		assert len(names) == len(set(names)) > 350
		assert {"UTC", "Europe/Berlin", "America/New_York", "Asia/Calcutta"} <= set(names)


class TestPeople:
	@pytest.mark.parametrize(
		("name", "expected"),
		[("Jane Doe", "JD"), ("Jane", "J"), ("Anna Maria von Berg", "AB"), ("", ""), (None, ""), ("(x) y", "Y")],
	)
	def test_initials(self, name, expected):
		assert people.initials(name) == expected

	@pytest.mark.parametrize(
		"address",
		["https://gravatar.example/x", "//x.example/y", "javascript:alert(1)", "/private/files/x.png", "", None],
	)
	def test_images_of_other_hosts_and_private_ones_are_left_out(self, address):
		assert people.own_image(address) is None

	def test_own_images_are_shown(self):
		assert people.own_image("/files/jane.png") == "/files/jane.png"


class TestJson:
	def test_nothing_in_it_ends_the_script(self):
		hostile = "</script><!-- <script> & \u2028\u2029 ]]>"
		text = str(script_json({"a": hostile}))
		assert not set("<>&\u2028\u2029").intersection(text)
		assert json.loads(text) == {"a": hostile}


@pytest.mark.parametrize(
	("text", "address"),
	[
		("https://example.com/thanks?x=1", "https://example.com/thanks?x=1"),
		(" http://example.com ", "http://example.com"),
		("javascript:alert(1)", None),
		("//example.com", None),
		("data:text/html,x", None),
		("https://", None),
		("http://[", None),
		("https://example.com is where we meet", None),
		("", None),
		(None, None),
	],
)
def test_only_web_addresses_become_links(text, address):
	assert web_address(text) == address


class TestForm:
	@pytest.mark.parametrize(
		("typed", "read"),
		[("1,5", "1.5"), ("1.5", "1.5"), ("1,000,000", "1,000,000"), ("1.000,5", "1.000,5"), ("x", "x")],
	)
	def test_a_decimal_comma_is_understood_where_it_can_only_be_one(self, typed, read):
		assert fields.plain_number(typed) == read

	def test_addresses_are_told_apart(self):
		assert fields.split_addresses("a@x.example, b@x.example;c@x.example  d@x.example,") == [
			f"{letter}@x.example" for letter in "abcd"
		]


def test_a_page_has_the_names_of_cities_where_its_language_is_spoken_and_of_its_own_zones():
	names = home_cities(GERMAN, "Europe/Rome", "Europe/Berlin")
	assert names == {
		"Europe/Brussels": "Brüssel", "Europe/Busingen": "Büsingen", "Europe/Luxembourg": "Luxemburg",
		"Europe/Rome": "Rom", "Europe/Vienna": "Wien", "Europe/Zurich": "Zürich",
	}  # fmt: skip
	# English calls most zones by their own names, and many islands by longer ones.
	assert len(home_cities(Locale("en"))) < 15
