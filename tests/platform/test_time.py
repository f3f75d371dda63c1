"""The site's clock and zone, and the formats of dates and times."""

import json
from datetime import date, datetime, timedelta

import frappe
import pytest
from frappe.utils import (
	add_days,
	add_to_date,
	date_diff,
	get_datetime,
	getdate,
	now,
	now_datetime,
	nowdate,
)

from tests.platform.conftest import THING


@pytest.mark.parametrize(
	("zone", "local"),
	[
		("America/New_York", datetime(2025, 3, 9, 1, 59, 59)),
		("Asia/Kolkata", datetime(2025, 3, 9, 12, 29, 59)),
		("Pacific/Auckland", datetime(2025, 3, 9, 19, 59, 59)),
	],
)
def test_now_is_naive_and_in_the_sites_zone(frozen, site_zone, zone, local):
	site_zone(zone)
	frozen("2025-03-09T06:59:59+00:00")
	assert now_datetime() == local
	assert now() == local.strftime("%Y-%m-%d %H:%M:%S.%f")
	assert nowdate() == str(local.date())


def test_the_clock_jumps_with_the_zone(frozen, site_zone):
	site_zone("America/New_York")
	clock = frozen("2025-03-09T06:59:59+00:00")
	clock.shift(1)
	assert now_datetime() == datetime(2025, 3, 9, 3, 0)


def test_documents_are_stamped_by_the_sites_clock(frozen, site_zone, thing):
	site_zone("Asia/Kolkata")
	frozen("2025-01-01T00:00:00.000001+00:00")
	assert frappe.db.get_value(THING, thing().name, "creation") == datetime(2025, 1, 1, 5, 30, 0, 1)


def test_a_stopped_clock_on_a_whole_second_needs_a_reload(frozen, thing):
	"""Frappe compares timestamps as text, and the database leaves out a fraction of zero."""
	frozen("2025-01-01T00:00:00+00:00")
	doc = thing()
	with pytest.raises(frappe.TimestampMismatchError):
		doc.save()
	doc.reload().save()


def test_parsing():
	assert getdate("2025-01-02") == date(2025, 1, 2)
	assert getdate(datetime(2025, 1, 2, 3)) == date(2025, 1, 2)
	assert get_datetime("2025-01-02 03:04:05") == datetime(2025, 1, 2, 3, 4, 5)
	assert get_datetime("2025-01-02") == datetime(2025, 1, 2)
	assert get_datetime(date(2025, 1, 2)) == datetime(2025, 1, 2)
	assert frappe.utils.to_timedelta("-01:00:00") == timedelta(hours=1)
	with pytest.raises(ValueError, match="hour"):
		frappe.utils.to_timedelta("25:00:00")
	with pytest.raises(frappe.ValidationError):
		getdate("no date at all")


def test_arithmetic():
	assert add_days("2025-01-31", 1) == "2025-02-01"
	assert add_days(date(2025, 1, 31), 1) == date(2025, 2, 1)
	assert add_to_date("2025-01-31", months=1) == "2025-02-28"
	assert add_to_date(datetime(2025, 1, 1), hours=1) == datetime(2025, 1, 1, 1)
	assert date_diff("2025-03-01", "2025-02-01") == 28


def test_a_row_without_a_zone_in_its_text_only(thing):
	with pytest.raises(frappe.db.DataError.__base__):
		thing(starts_on="2025-01-01T10:00:00+05:30")


def test_json_says_dates_and_times_as_frappe_does():
	said = json.loads(
		frappe.as_json({"a": datetime(2025, 1, 2, 3, 4, 5), "b": date(2025, 1, 2), "c": timedelta(hours=9), "d": {1}})
	)
	assert said == {"a": "2025-01-02 03:04:05", "b": "2025-01-02", "c": "9:00:00", "d": [1]}
