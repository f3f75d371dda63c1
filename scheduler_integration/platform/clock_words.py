"""Writes times of day and time zones in somebody's locale: the same on pages and in messages."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale, dates
from babel.core import get_global
from frappe import _

from scheduler_integration.engine import wall_clock
from scheduler_integration.platform.zone_words import FIRST_NAMES, city


@dataclass(frozen=True, slots=True)
class TimeStyle:
	"""The way in which a time of day is written: its zone, twelve or 24 hours, and its locale."""

	zone: str
	twelve_hours: bool
	locale: Locale

	@property
	def skeleton(self) -> str:
		"""The skeleton of the pattern in CLDR."""
		return "hm" if self.twelve_hours else "Hm"


def clock_time(seconds: int, style: TimeStyle) -> str:
	"""`14:30` or `2:30 pm`."""
	return _clock(style.skeleton, wall_clock(seconds, style.zone).time(), style.locale)


# A page writes the same forty times again and again, and Babel takes longer for one than a template for a row.
@lru_cache(maxsize=4096)
def _clock(skeleton: str, hour: time, locale: Locale) -> str:
	return by_skeleton(skeleton, datetime.combine(date.min, hour), locale)


def by_skeleton(skeleton: str, moment: datetime, locale: Locale) -> str:
	"""Return the wall time of the moment by a pattern of CLDR: Babel would convert an aware one to UTC."""
	return dates.format_skeleton(skeleton, moment.replace(tzinfo=None), locale=locale)


def zone_text(seconds: int, zone: str, locale: Locale) -> str:
	"""Return the zone at that instant: `Berlin, Central European Standard Time`."""
	wall = wall_clock(seconds, zone)
	# Babel looks for `Asia/Kolkata`, and CLDR has words for `Asia/Calcutta`.
	words = locale.meta_zones.get(get_global("meta_zones").get(FIRST_NAMES.get(zone, "")), {}).get("long", {})
	name = words.get("daylight" if wall.dst() else "standard") or dates.get_timezone_name(wall, locale=locale)
	return _("{0}, {1}").format(city(zone, locale), name)


def uses_twelve_hours(locale: Locale) -> bool:
	"""Whether this locale writes 2:30 pm rather than 14:30."""
	return "a" in locale.time_formats["short"].pattern
