"""What forms hold of dates and times of day; the latter in minutes after midnight."""

from datetime import date, timedelta

from frappe import _
from frappe.utils import getdate, to_timedelta

from scheduler_integration.catalogue.durations import GRID_MINUTES
from scheduler_integration.engine import FIRST_DATE, LAST_DATE
from scheduler_integration.exceptions import InvalidRequest

# "To 23:59" is how people write "to midnight".
LAST_MINUTE = 23 * 60 + 59
DAY_SECONDS = 24 * 60 * 60


def checked_date(field: str, value: str | date) -> date:
	"""The date of a form's field. Raises InvalidRequest for one that nobody can mean."""
	day = getdate(value)
	# Frappe reads the year 1 as no date.
	if not day or not FIRST_DATE <= day <= LAST_DATE:
		raise InvalidRequest(_("These dates are too far from today."), details={field: _("Too far away.")})
	return day


def minutes_of_day(value: str | timedelta) -> int:
	"""Minutes after midnight; seconds are dropped. Raises InvalidRequest for what is no time of day."""
	try:
		seconds = (value if isinstance(value, timedelta) else to_timedelta(str(value))).total_seconds()
	except (ValueError, OverflowError, AttributeError):
		seconds = -1
	# Frappe's reader passes over a minus sign, the database keeps it.
	if str(value).strip().startswith("-") or not 0 <= seconds <= DAY_SECONDS:
		raise InvalidRequest(_("“{0}” is not a time of day. Write it as 09:30.").format(value))
	return int(seconds) // 60


def checked_start(value: str | timedelta) -> int:
	"""A rule's start in minutes. Raises InvalidRequest off the five-minute grid."""
	minutes = minutes_of_day(value)
	if minutes % GRID_MINUTES:
		raise InvalidRequest(
			_("{0} is not in steps of {1} minutes.").format(f"{minutes // 60:02}:{minutes % 60:02}", GRID_MINUTES)
		)
	return minutes


def checked_end(value: str | timedelta) -> int:
	"""A rule's end in minutes; 23:59 is taken as it is."""
	minutes = minutes_of_day(value)
	return minutes if minutes >= LAST_MINUTE else checked_start(value)
