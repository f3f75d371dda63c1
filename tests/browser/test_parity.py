"""The server and the scripts draw the same month, times, spans and dates, in several languages, zones and clocks.

The server draws a page before its script runs, and then the script draws it again. At that moment nothing may move and
no word may change. Both draw each row of the tables, in one page per language; the test compares text and structure.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import babel
import frappe
import pytest
from babel import Locale

from scheduler_integration.engine import PartlyFree, local_date
from scheduler_integration.pages.booking.days import month_view, times_view
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.spans import days_in_short, when_view
from scheduler_integration.pages.kit.strings import booking_strings
from scheduler_integration.pages.kit.templates import draw
from scheduler_integration.platform import lengths
from scheduler_integration.platform.zone_words import renamed_cities
from scheduler_integration.times import Slot
from tests.browser.screens import DESK

READ_BOTH = (Path(__file__).parent / "parity.js").read_text(encoding="utf-8")
HALF_HOUR, SIX_HOURS = 30 * 60, 6 * 3600
HOST = "Europe/Berlin"
TEMPLATES = "scheduler_integration/templates/scheduling"

LOCALES = ["en-GB", "en-US", "de", "fr", "es", "ja", "ar"]
# In Japanese, browsers write a range of dates in numbers (2026/11/30～2026/12/01), even if the code wants the month.
RANGES_IN_NUMBERS = {"ja"}

# Month, today, chosen day, free starts by day, partly free days
MONTHS = [
	("2026-11", "2026-11-21", "2026-11-23", {"2026-11-23": 9, "2026-11-24": 1}, []),
	("2027-02", "2026-11-21", None, {}, []),  # four weeks, from a Monday on
	("2026-03", "2026-03-01", "2026-03-01", {"2026-03-01": 2}, ["2026-03-31"]),  # from a Sunday on; today is chosen
	("2028-02", "2028-02-29", None, {"2028-02-29": 1}, []),  # a leap year
	(
		"2026-11",
		"2026-11-22",
		"2026-12-01",
		{"2026-12-01": 2, "2026-12-26": 1},
		["2026-11-30"],
	),  # five weeks from today's
	("2026-12", "2026-12-31", "2027-01-04", {"2027-01-04": 1}, []),  # into the next year
	("2026-08", "2026-07-31", "2026-08-31", {}, ["2026-08-31"]),  # six weeks; the chosen day is partly free
]

# The visitor's zone and day, the starts as (hour, minute) in that zone, seats, number of days
TIMES = [
	("Europe/Berlin", "2026-11-23", [((9, 0), None, 1), ((11, 59), 1, 1), ((12, 0), 3, 1), ((17, 0), None, 1)]),
	("Europe/Berlin", "2026-11-23", [((0, 0), None, 1), ((16, 59), None, 1), ((23, 30), None, 1)]),
	("Europe/Berlin", "2026-11-23", [((hour, 0), None, 1) for hour in range(8, 17)]),  # two columns
	("Europe/Berlin", "2026-11-23", [((hour, 0), None, 3) for hour in range(8, 17)]),  # several days: one column
	("Pacific/Auckland", "2026-11-24", [((9, 0), None, 1), ((10, 0), 2, 1)]),  # for the host it is the day before
	("Pacific/Auckland", "2026-11-24", [((9, 0), None, 1), ((13, 0), None, 1)]),  # only at the first time
	("America/New_York", "2026-11-23", [((19, 0), 1, 1)]),  # for the host it is the next day
	("Asia/Kolkata", "2026-11-23", [((9, 30), None, 2)]),
	("Australia/Lord_Howe", "2026-11-23", [((9, 15), None, 1)]),
	("Africa/Monrovia", "2026-11-23", []),
]

# Starts with only some free days: free days, all days, and the missing days, counted from the first
PARTIAL = [
	(1, 2, [1]),
	(1, 3, [1, 2]),
	(2, 4, [1, 3]),
	(1, 5, [0, 1, 3, 4]),
]

# Zone, and the days of the meeting, counted from 30 November 2026: six hours from 10:00 on each day
SPANS = [
	("Europe/Berlin", [0]),
	("Europe/Berlin", [0, 1]),
	("Europe/Berlin", [0, 1, 2]),
	("Europe/Berlin", [0, 3]),
	("Europe/Berlin", [0, 2, 4]),
	("Europe/Berlin", [-3, -2]),  # inside November
	("Europe/Berlin", [31, 32]),  # from December to January
	("America/New_York", [0, 1]),  # from early in the morning on
	("Asia/Tokyo", [0, 1]),  # over midnight
]

# Start and end of one meeting in UTC
RANGES = [
	("2026-11-23T08:00", "2026-11-23T08:30"),  # within a morning
	("2026-11-23T10:30", "2026-11-23T11:30"),  # over noon in Berlin
	("2026-11-23T11:00", "2026-11-23T11:30"),
	("2026-11-23T22:30", "2026-11-23T23:30"),  # over midnight in Berlin
	("2026-11-22T23:00", "2026-11-22T23:05"),  # from midnight on
	("2026-10-25T00:30", "2026-10-25T01:30"),  # while clocks go back
]

DAYS = ["2026-01-01", "2026-03-01", "2026-05-31", "2026-08-15", "2026-09-09", "2026-11-23", "2026-12-31", "2028-02-29"]
INSTANTS = ["2026-11-23T00:05", "2026-11-23T09:30", "2026-11-23T12:00", "2026-11-23T23:59", "2026-06-15T05:00"]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Tokyo", "Europe/Kyiv", "UTC"]


def instant(text, zone="UTC"):
	return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def drawn(template, twelve_hours=False, **parts):
	"""Return the HTML of a part of the booking page, of which there are only these parts."""
	slots = SimpleNamespace(in_month=[1], next_free=lambda now: [])
	visitor = SimpleNamespace(twelve_hours=twelve_hours)
	page = {
		"query": Query("a", "b"),
		"slots": slots,
		"visitor": visitor,
		"now": 0,
		"clock": lambda now: "",
		"nearest": [],
	}
	shown = SimpleNamespace(
		**page, **{"start": None, "month": None, "times": None, "waits": False, "month_url": "#", **parts}
	)
	return draw(f"{TEMPLATES}/{template}.html", {"view": {"shown": shown, "city": ""}})


def month_cases(locale, query):
	for month, today, chosen, free, partial in MONTHS:
		first = date.fromisoformat(f"{month}-01")
		starts = {day: list(range(count)) for day, count in free.items()}
		chosen_day = chosen and date.fromisoformat(chosen)
		by_date = {date.fromisoformat(day): each for day, each in starts.items()}
		partly = [date.fromisoformat(day) for day in partial]
		along = [chosen_day + timedelta(days=1)] if chosen_day else []
		view = month_view(first, chosen_day, date.fromisoformat(today), by_date, query, locale, partly, along)
		yield {
			"kind": "month",
			"name": f"month {month}",
			"html": drawn("month", month=view),
			"sheet": {
				"month": month,
				"today": today,
				"selected": chosen,
				"free": list(starts.items()),
				"partial": [[day, []] for day in partial],
				"along": [day.isoformat() for day in along],
			},
		}


def slot(start, seats, days):
	parts = tuple((start + day * 86400, start + day * 86400 + SIX_HOURS) for day in range(days)) if days > 1 else ()
	return Slot(start, start + HALF_HOUR, seats, parts)


def times_case(name, day, slots, partial, style, query, taken=()):
	zone, twelve_hours = style.zone, style.twelve_hours
	view = times_view(date.fromisoformat(day), slots, style, HOST, query, partial, taken)
	return {
		"kind": "times",
		"name": f"times {name} {12 if twelve_hours else 24} h",
		"html": drawn("times", twelve_hours, times=view),
		"hostZone": HOST,
		"about": [[each.start, {"seats": each.seats_left, "parts": each.parts or None}] for each in slots],
		"day": {
			"date": day,
			"starts": [each.start for each in slots],
			"partial": [
				{
					"start": each.start,
					"daysFree": len(each.parts) - len(each.missing),
					"days": len(each.parts),
					"missing": [start for start, _end in each.missing],
				}
				for each in partial
			],
			"taken": [each.start for each in taken],
			"zone": zone,
			"twelveHours": twelve_hours,
		},
	}


def times_cases(locale, query):
	for row, (zone, day, starts) in enumerate(TIMES):
		if str(locale) in RANGES_IN_NUMBERS and any(days > 1 for _clock, _seats, days in starts):
			continue
		slots = [
			slot(instant(f"{day}T{hour:02}:{minute:02}", zone), seats, days) for (hour, minute), seats, days in starts
		]
		for twelve_hours in (False, True):
			style = dates.TimeStyle(zone, twelve_hours, locale)
			yield times_case(f"{row} {zone}", day, slots, [], style, query)
	# On 25 October clocks go back: 02:30 comes twice.
	twice = [slot(instant(f"2026-10-25T0{hour}:30"), None, 1) for hour in (0, 1)]
	style = dates.TimeStyle(HOST, False, locale)
	yield times_case("twice", "2026-10-25", twice, [], style, query)
	start = instant("2026-11-23T10:00", HOST)
	around = [slot(start + HALF_HOUR * number, None, 1) for number in range(12)]
	yield times_case("some taken", "2026-11-23", around[::3], [], style, query, [*around[1::3], *around[2::3]])
	for days_free, days, missing in PARTIAL:
		parts = tuple((start + day * 86400, start + day * 86400 + SIX_HOURS) for day in range(days))
		some = [PartlyFree(start, parts, tuple(parts[day] for day in missing))]
		yield times_case(f"{days_free} of {days} days", "2026-11-23", [], some, style, query)


def when_cases(locale):
	first = instant("2026-11-30T10:00", HOST)
	spans = [(zone, [(first + day * 86400, first + day * 86400 + SIX_HOURS) for day in days]) for zone, days in SPANS]
	spans += [(HOST, [(instant(start), instant(end))]) for start, end in RANGES]
	for zone, stretches in spans:
		if str(locale) in RANGES_IN_NUMBERS and len(stretches) > 1:
			continue
		for twelve_hours in (False, True):
			yield {
				"kind": "when",
				"name": f"when {zone} {[local_date(start, zone).isoformat() for start, _end in stretches]}",
				"server": when_view(stretches, dates.TimeStyle(zone, twelve_hours, locale)),
				"stretches": stretches,
				"zone": zone,
				"twelveHours": twelve_hours,
			}
		if len(stretches) > 1:
			yield words("daysInShort", days_in_short(stretches, zone, locale), stretches, zone)


def words(name, server, *values):
	"""Call a function of the scripts. It must return the same text as the server."""
	return {"kind": "words", "name": f"{name}{values}", "write": name, "server": server, "values": values}


def word_cases(locale):
	for text in DAYS:
		day = date.fromisoformat(text)
		yield words("fullDate", dates.full_date(day, locale), text)
		yield words("dayAndMonth", dates.day_and_month(day, locale), text)
		yield words("shortDay", dates.short_day(day, locale), text)
		yield words("weekdayName", dates.weekday(day, locale), text)
		yield words("sheetTitle", dates.month_title(day.replace(day=1), locale), f"{text[:7]}-01", text)
	for count in (1, 2, 3, 6, 11, 100):
		yield words("daysLong", lengths.days(count, locale), count)
	for zone in ZONES:
		yield words("cityOf", dates.city(zone, locale), zone)
		for text in INSTANTS:
			for twelve_hours in (False, True):
				label = dates.clock_time(instant(text), dates.TimeStyle(zone, twelve_hours, locale))
				yield words("clockTime", label, instant(text), zone, twelve_hours)
	for zone in (*ZONES, "Africa/Monrovia", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Kiritimati"):
		moment = instant("2026-11-23T12:00")
		yield words("offsetName", dates.offset_name(moment, zone), moment, zone)
	for names in (["A"], ["A", "B"], ["A", "B", "C"]):
		yield words("listed", dates.listed(names, locale), names)


def page_of(locale, tag):
	"""Return a page with the elements that the scripts look for."""
	month = month_view(date(2026, 11, 1), None, date(2026, 11, 1), {}, Query("a", "b"), locale)
	data = {
		"strings": booking_strings(has_taken=True),
		"locale": tag,
		"firstWeekday": locale.first_week_day,
		"hostZone": HOST,
		"cities": renamed_cities(locale),
	}
	parts = [
		drawn("month", month=month),
		drawn("times"),
		drawn("zone"),
		f'<script type="application/json" id="data">{json.dumps(data)}</script>',
	]
	return f'<!doctype html><html lang="{tag}" dir="{locale.text_direction}"><body>{"".join(parts)}</body></html>'


def open_page(window, html):
	"""Open the page at an address of the tests' server, because its modules come from there too."""
	window.page.unroute_all()
	window.page.route("**/parity", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
	window.open("/parity")


@pytest.mark.skipif(
	babel.__version__ < "2.16", reason="this site's Babel writes dates by an older CLDR than the browsers do"
)
def test_the_server_and_the_scripts_draw_the_same(browse):
	window, query = browse(DESK), Query("a", "b")
	differences = []
	for tag in LOCALES:
		locale = Locale.parse(tag, sep="-")
		frappe.local.lang = tag.split("-")[0]
		cases = [*month_cases(locale, query), *times_cases(locale, query), *when_cases(locale), *word_cases(locale)]
		open_page(window, page_of(locale, tag))
		drawn_twice = window.page.evaluate(READ_BOTH, cases)
		assert len(drawn_twice) == len(cases)
		differences += [(tag, each) for each in drawn_twice if each["server"] != each["script"]]
	assert not differences
