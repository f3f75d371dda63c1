"""Numbers, text and dates: the everyday helpers of `frappe.utils`."""

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from dateutil import parser
from dateutil.parser import ParserError
from dateutil.relativedelta import relativedelta
from frappe.context import local
from frappe.missing import missing

DATE_FORMAT, TIME_FORMAT = "%Y-%m-%d", "%H:%M:%S.%f"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"


def cstr(value: Any, encoding: str = "utf-8") -> str:
	if value is None:
		return ""
	return value.decode(encoding) if isinstance(value, bytes) else str(value)


as_unicode = cstr


def cint(value: Any, default: int = 0) -> int:
	if value is None:
		return default
	try:
		return int(value)
	except (TypeError, ValueError, OverflowError):
		try:
			return int(float(value))
		except (TypeError, ValueError, OverflowError):
			return default


def flt(value: Any, precision: int | None = None) -> float:
	try:
		number = float(value.replace(",", "") if isinstance(value, str) else value)
	except (TypeError, ValueError):
		return 0.0
	return number if precision is None else round(number, precision)


def sbool(value: Any) -> Any:
	"""True and False of their words and digits; anything else as it is."""
	words = {"true": True, "1": True, "false": False, "0": False}
	return words.get(value.lower(), value) if isinstance(value, str) else value


def cast(fieldtype: str, value: Any = None) -> Any:
	"""The value as the field's Python type; no value gives the type's lowest."""
	if fieldtype in ("Currency", "Float", "Percent"):
		return flt(value)
	if fieldtype in ("Int", "Check"):
		return cint(sbool(value))
	if fieldtype in ("Data", "Text", "Small Text", "Long Text", "Text Editor", "Select", "Link", "Dynamic Link"):
		return cstr(value)
	if fieldtype == "Date":
		return getdate(value) if value else datetime.date(1, 1, 1)
	if fieldtype == "Datetime":
		return get_datetime(value) if value else datetime.datetime(1, 1, 1)
	return get_timedelta(value) if fieldtype == "Time" else value


# The site's clock: System Settings names its zone, and stored times are naive in it.


def get_system_timezone() -> str:
	return frappe.get_system_settings("time_zone") or "Asia/Kolkata"


def now_datetime() -> datetime.datetime:
	return datetime.datetime.now(ZoneInfo(get_system_timezone())).replace(tzinfo=None)


def now() -> str:
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate() -> str:
	return now_datetime().strftime(DATE_FORMAT)


today = nowdate


def nowtime() -> str:
	return now_datetime().strftime(TIME_FORMAT)


def convert_utc_to_timezone(utc_timestamp: datetime.datetime, time_zone: str) -> datetime.datetime:
	if utc_timestamp.tzinfo is None:
		utc_timestamp = utc_timestamp.replace(tzinfo=datetime.UTC)
	try:
		return utc_timestamp.astimezone(ZoneInfo(time_zone))
	except ZoneInfoNotFoundError:
		return utc_timestamp


def convert_utc_to_system_timezone(utc_timestamp: datetime.datetime) -> datetime.datetime:
	return convert_utc_to_timezone(utc_timestamp, get_system_timezone())


def get_datetime_in_timezone(time_zone: str) -> datetime.datetime:
	return convert_utc_to_timezone(datetime.datetime.now(datetime.UTC), time_zone)


def _is_no_date(value: Any) -> bool:
	return not isinstance(value, str) or not value or value.startswith(("0001-01-01", "0000-00-00"))


def getdate(value: Any = None, parse_day_first: bool = False) -> datetime.date | None:
	if not value:
		return now_datetime().date()
	if isinstance(value, datetime.datetime):
		return value.date()
	if isinstance(value, datetime.date):
		return value
	if _is_no_date(value):
		return None
	try:
		return datetime.date.fromisoformat(value)
	except ValueError:
		try:
			return parser.parse(value, dayfirst=parse_day_first).date()
		except ParserError:
			frappe.throw(frappe._("{} is not a valid date string.").format(frappe.bold(value)))


def get_datetime(value: Any = None) -> datetime.datetime | None:
	if value is None:
		return now_datetime()
	if isinstance(value, datetime.datetime | datetime.timedelta):
		return value
	if isinstance(value, datetime.date):
		return datetime.datetime.combine(value, datetime.time())
	if _is_no_date(value):
		return None
	try:
		return datetime.datetime.fromisoformat(value)
	except ValueError:
		return parser.parse(value)


def to_timedelta(value: Any) -> Any:
	"""A text or a time of day; what dateutil can't read is its ParserError."""
	if not isinstance(value, str | datetime.time):
		return value
	found = parser.parse(str(value))
	parts = {"hours": found.hour, "minutes": found.minute, "seconds": found.second, "microseconds": found.microsecond}
	return datetime.timedelta(**parts)


def _longer_than_a_day(text: str, error: ParserError) -> datetime.timedelta:
	"""MariaDB's times reach beyond 24 hours, where dateutil gives up."""
	match = re.match(r"(?:(-?\d+) days?, )?(\d+):(\d+):(\d[\d.+]*)", text)
	if not match or not ("day" in str(error) or "hour must be in" in str(error)):
		raise error
	return datetime.timedelta(int(match[1] or 0), hours=int(match[2]), minutes=int(match[3]), seconds=float(match[4]))


def get_time(value: Any) -> datetime.time:
	if isinstance(value, datetime.datetime):
		return value.time()
	if isinstance(value, datetime.time):
		return value
	if not isinstance(value, datetime.timedelta):
		try:
			return parser.parse(value).time()
		except ParserError as error:
			value = _longer_than_a_day(value, error)
	return (datetime.datetime.min + value).time()


def get_timedelta(value: Any = None) -> datetime.timedelta | None:
	if isinstance(value, datetime.timedelta):
		return value
	text = cstr(value or "0:0:0")
	try:
		return to_timedelta(text)
	except ParserError as error:
		try:
			return _longer_than_a_day(text, error)
		except ParserError:
			return None


def format_timedelta(value: datetime.timedelta) -> str:
	"""As Frappe's JSON says a time: 9:30:00."""
	hours, rest = divmod(value.total_seconds(), 3600)
	minutes, seconds = divmod(rest, 60)
	seconds = int(seconds) if round(seconds, 6) == int(seconds) else round(seconds, 6)
	return f"{int(hours)}:{int(minutes):02}:{seconds:02}"


def get_datetime_str(value: Any) -> str:
	return get_datetime(value).strftime(DATETIME_FORMAT)


def add_to_date(
	date: Any = None, years: int = 0, months: int = 0, weeks: int = 0, days: int = 0, hours: int = 0,
	minutes: int = 0, seconds: int = 0, as_string: bool = False, as_datetime: bool = False,
) -> Any:  # fmt: skip
	"""A later date of the same kind as the one given: text in, text out."""
	date = now_datetime() if date is None else date
	as_datetime = as_datetime or bool(hours)
	if isinstance(date, str):
		as_string, as_datetime = True, as_datetime or " " in date
		date = get_datetime(date)
	date += relativedelta(
		years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
	)
	return date.strftime(DATETIME_FORMAT if as_datetime else DATE_FORMAT) if as_string else date


def add_days(date: Any, days: int) -> Any:
	return add_to_date(date, days=days)


def add_months(date: Any, months: int) -> Any:
	return add_to_date(date, months=months)


def date_diff(end: Any, start: Any) -> int:
	return (getdate(end) - getdate(start)).days


def time_diff(end: Any, start: Any) -> datetime.timedelta:
	return get_datetime(end) - get_datetime(start)


def time_diff_in_seconds(end: Any, start: Any) -> float:
	return time_diff(end, start).total_seconds()


def _babel(kind: str, value: Any, pattern: str) -> str:
	import babel.dates
	from babel.core import UnknownLocaleError

	try:
		return getattr(babel.dates, kind)(value, pattern, locale=(local.lang or "").replace("-", "_"))
	except (UnknownLocaleError, ValueError):
		return getattr(babel.dates, kind)(value, pattern, locale="en")


def _date_pattern() -> str:
	return (frappe.get_system_settings("date_format") or "yyyy-mm-dd").replace("mm", "MM")


def _time_pattern() -> str:
	return frappe.get_system_settings("time_format") or "HH:mm:ss"


def format_date(value: Any = None, format_string: str | None = None, parse_day_first: bool = False) -> str:
	pattern = (format_string or _date_pattern()).replace("mm", "MM").replace("Y", "y")
	return _babel("format_date", getdate(value, parse_day_first), pattern) if value else ""


formatdate = format_date


def format_time(value: Any = None, format_string: str | None = None) -> str:
	return _babel("format_time", get_time(value), format_string or _time_pattern()) if value else ""


def format_datetime(value: Any, format_string: str | None = None) -> str | None:
	pattern = format_string or f"{_date_pattern()} {_time_pattern()}"
	return _babel("format_datetime", get_datetime(value), pattern) if value else None


__getattr__ = missing(__name__)
