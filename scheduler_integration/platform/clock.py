"""The clock and the site's time zone. No other module reads them (`make lint` checks that); how long something takes,
others measure with `time.monotonic`.

Other code gets `now` as an argument. Instants are epoch seconds. Frappe stores and shows naive datetimes in the site's
zone; these are made from the instants.
"""

import time
from datetime import datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import frappe.utils
from frappe.utils import get_datetime, get_system_timezone

from scheduler_integration import engine


def now() -> int:
	"""Return the current instant, in epoch seconds."""
	return int(time.time())


def site_now() -> datetime:
	"""Return the present moment as a naive datetime in the site's zone, with microseconds."""
	return frappe.utils.now_datetime()


def stamp() -> str:
	"""Return the present moment as Frappe writes it into `creation` and `modified`."""
	return frappe.utils.now()


def site_zone() -> ZoneInfo:
	"""Return the zone of the naive datetimes in this site's database (System Settings)."""
	return engine.zone(site_zone_name())


def site_zone_name() -> str:
	"""Return the name of the site's zone, such as "Europe/Berlin"."""
	return str(get_system_timezone())


def to_site_time(instant: int) -> datetime:
	"""Return the instant as Frappe shows it: a naive datetime in the site's zone."""
	return datetime.fromtimestamp(instant, site_zone()).replace(tzinfo=None)


def from_site_time(value: str | datetime, *, second_pass: bool = False) -> int:
	"""Return the instant of a naive datetime in the site's zone, in epoch seconds. Microseconds are dropped.

	In autumn one hour occurs twice. A time in that hour is in its first pass, or with `second_pass` in its second.
	"""
	wall = get_datetime(value).replace(microsecond=0)
	# A time that the clock skips in spring moves forward with fold=0, as in the engine: 02:30 becomes 03:30.
	return int(wall.replace(tzinfo=site_zone(), fold=int(second_pass)).timestamp())


@lru_cache(maxsize=1 << 15)  # A month of slots has a thousand instants, and the next visitor needs the same ones.
def iso(instant: int, zone: str) -> str:
	"""Return the instant in ISO 8601 with the zone's offset at that moment: 2026-11-23T14:30:00+01:00."""
	return datetime.fromtimestamp(instant, engine.zone(zone)).isoformat()


def iso_z(instant: int) -> str:
	"""Return the instant in UTC, as ISO 8601 with a Z: 2026-11-23T13:30:00Z."""
	return f"{utc(instant):%Y-%m-%dT%H:%M:%SZ}"


def utc(instant: int) -> datetime:
	"""Return the instant as an aware datetime in UTC."""
	return datetime.fromtimestamp(instant, timezone.utc)
