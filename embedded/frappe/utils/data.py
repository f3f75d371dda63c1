"""Stands in for frappe.utils.data: helpers for numbers, text and dates."""

import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from dateutil import parser
from dateutil.parser import ParserError
from dateutil.relativedelta import relativedelta

DATE_FORMAT, TIME_FORMAT = "%Y-%m-%d", "%H:%M:%S.%f"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"


def cstr(value: Any) -> str:
	return "" if value is None else str(value)


def cint(value: Any, default: int = 0) -> int:
	try:
		return int(value)
	except (TypeError, ValueError, OverflowError):
		try:
			return int(float(value))
		except (TypeError, ValueError, OverflowError):
			return default


def flt(value: Any) -> float:
	try:
		return float(value.replace(",", "") if isinstance(value, str) else value)
	except (TypeError, ValueError):
		return 0.0


def cast(fieldtype: str, value: Any = None) -> Any:
	"""Return the value as the field's Python type. None becomes 0 for a number and "" for text."""
	if fieldtype in ("Currency", "Float", "Percent"):
		return flt(value)
	if fieldtype in ("Int", "Long Int", "Check"):
		return cint(value)
	if fieldtype in ("Date", "Datetime", "Time"):
		return value
	return cstr(value)


# The site's clock. Its zone is in System Settings; stored times are in this zone, without an offset.


def get_system_timezone() -> str:
	return frappe.get_system_settings("time_zone") or "Asia/Kolkata"


def now_datetime() -> datetime.datetime:
	return datetime.datetime.now(ZoneInfo(get_system_timezone())).replace(tzinfo=None)


def now() -> str:
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate() -> str:
	return now_datetime().strftime(DATE_FORMAT)


def nowtime() -> str:
	return now_datetime().strftime(TIME_FORMAT)


def getdate(value: Any = None) -> datetime.date | None:
	if not value:
		return now_datetime().date()
	if isinstance(value, datetime.datetime):
		return value.date()
	if isinstance(value, datetime.date):
		return value
	if str(value).startswith(("0001-01-01", "0000-00-00")):
		# MariaDB writes these if a date is missing.
		return None
	try:
		return parser.parse(value).date()
	except ParserError:
		frappe.throw(frappe._("{} is not a valid date string.").format(frappe.bold(value)))


def get_datetime(value: Any = None) -> datetime.datetime:
	if value is None:
		return now_datetime()
	if isinstance(value, datetime.datetime):
		return value
	if isinstance(value, datetime.date):
		return datetime.datetime.combine(value, datetime.time())
	return parser.parse(value)


def to_timedelta(value: Any) -> Any:
	"""Convert a text or a time of day to a timedelta. Raises dateutil's ParserError if the text can't be read."""
	return _parsed_time(str(value)) if isinstance(value, str | datetime.time) else value


@lru_cache(maxsize=1024)
def _parsed_time(text: str) -> datetime.timedelta:
	found = parser.parse(text)
	parts = {"hours": found.hour, "minutes": found.minute, "seconds": found.second, "microseconds": found.microsecond}
	return datetime.timedelta(**parts)


def format_timedelta(value: datetime.timedelta) -> str:
	"""Format a time as Frappe's JSON does: 9:30:00."""
	return str(datetime.timedelta(seconds=round(value.total_seconds())))


def add_to_date(
	date: Any = None, years: int = 0, months: int = 0, weeks: int = 0, days: int = 0, hours: int = 0,
	minutes: int = 0, seconds: int = 0,
) -> Any:  # fmt: skip
	"""Return a later date, of the same type as the given one: text for text."""
	span = relativedelta(
		years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
	)
	if not isinstance(date, str):
		return (date or now_datetime()) + span
	is_instant = " " in date or hours or minutes or seconds
	return (get_datetime(date) + span).strftime(DATETIME_FORMAT if is_instant else DATE_FORMAT)


def add_days(date: Any, days: int) -> Any:
	return add_to_date(date, days=days)


def date_diff(end: Any, start: Any) -> int:
	return (getdate(end) - getdate(start)).days
