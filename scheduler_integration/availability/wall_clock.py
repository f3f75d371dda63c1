"""Checks dates and times of day that come from forms. Times of day are minutes after midnight."""

from datetime import date, timedelta

from frappe import _
from frappe.utils import getdate, to_timedelta

from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.engine import FIRST_DATE, LAST_DATE
from scheduler_integration.exceptions import InvalidRequest

# People write 23:59 and mean midnight. So 23:59 is accepted although it is off the five-minute grid.
LAST_MINUTE = 23 * 60 + 59
DAY_SECONDS = 24 * 60 * 60


def checked_date(field: str, value: str | date) -> date:
	"""Return the date. Raises InvalidRequest about `field` if it isn't a date, or is outside the engine's calendar."""
	day: date | None = getdate(value)
	# getdate returns None for the first day of the year 1.
	if not day or not FIRST_DATE <= day <= LAST_DATE:
		raise InvalidRequest(
			_("These dates are too far from today."), details={field: _("Choose a date nearer to today.")}
		)
	return day


def minutes_of_day(value: str | timedelta) -> int:
	"""Return the minutes after midnight, 0 to 1440; seconds are dropped. Raises InvalidRequest if it isn't a time of day."""
	try:
		seconds = (value if isinstance(value, timedelta) else to_timedelta(str(value))).total_seconds()
	except (ValueError, OverflowError, AttributeError):
		seconds = -1
	# to_timedelta ignores a minus sign, but the database would store it.
	if str(value).strip().startswith("-") or not 0 <= seconds <= DAY_SECONDS:
		raise InvalidRequest(_("“{0}” is not a time of day. Write it as 09:30.").format(value))
	return int(seconds) // 60


def checked_start(value: str | timedelta) -> int:
	"""Return the start of working hours in minutes. Raises InvalidRequest if it is off the five-minute grid."""
	minutes = minutes_of_day(value)
	if minutes % GRID_MINUTES:
		raise InvalidRequest(
			_("{0} is not in steps of {1} minutes.").format(f"{minutes // 60:02}:{minutes % 60:02}", GRID_MINUTES)
		)
	return minutes


def checked_end(value: str | timedelta) -> int:
	"""Return the end of working hours in minutes; 23:59 is 1439. Raises InvalidRequest as `checked_start` does."""
	minutes = minutes_of_day(value)
	return minutes if minutes >= LAST_MINUTE else checked_start(value)
