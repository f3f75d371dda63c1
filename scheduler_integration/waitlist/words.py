"""Says in words when somebody who waits has time, in the current language."""

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from frappe import _

from scheduler_integration import engine
from scheduler_integration.times import DAY_MINUTES, EVERY_DAY, Bounds


def in_words(bounds: Bounds, locale: Locale) -> str:
	"""Return text such as `Mon, Nov 2 – Mon, Nov 30; Tuesday, Thursday; 2:00 PM – 5:00 PM`.

	Weekdays and times are left out if all suit.
	"""
	if bounds.first == bounds.last:
		dates = format_date(bounds.first, "full", locale=locale)
	else:
		first, last = (format_skeleton("yMMMEd", day, locale=locale) for day in (bounds.first, bounds.last))
		dates = f"{first} – {last}"
	if (bounds.from_minute, bounds.to_minute) == (0, DAY_MINUTES):
		times = ""
	else:
		walls = [
			engine.wall_clock(minute % DAY_MINUTES * 60, "UTC") for minute in (bounds.from_minute, bounds.to_minute)
		]
		clock = [format_time(wall, "short", tzinfo=engine.zone("UTC"), locale=locale) for wall in walls]
		if not bounds.from_minute:
			times = _("until {0}").format(clock[1])
		elif bounds.to_minute == DAY_MINUTES:
			times = _("from {0}").format(clock[0])
		else:
			times = f"{clock[0]} – {clock[1]}"
	return "; ".join(filter(None, (dates, _weekdays(bounds, locale), times)))


def _weekdays(bounds: Bounds, locale: Locale) -> str:
	if bounds.weekdays == EVERY_DAY or bounds.first == bounds.last:
		return ""
	return ", ".join(locale.days["stand-alone"]["wide"][day - 1] for day in sorted(bounds.weekdays))
