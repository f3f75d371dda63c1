"""The clock and the site's time zone: the only places where either is read.

Everything below the edges takes `now` as an argument. Instants are epoch seconds; the naive datetimes that Frappe
stores and shows are in the site's zone and are derived from them.
"""

import time
from datetime import datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from frappe.utils import get_datetime, get_system_timezone

from scheduler_integration import engine


def now() -> int:
	"""Now, in epoch seconds."""
	return int(time.time())


def site_zone() -> ZoneInfo:
	"""The zone of the naive datetimes in this site's database (System Settings)."""
	return engine.zone(get_system_timezone())


def to_site_time(instant: int) -> datetime:
	"""The instant as the naive datetime that Frappe shows: wall-clock time in the site's zone."""
	return datetime.fromtimestamp(instant, site_zone()).replace(tzinfo=None)


def from_site_time(value: str | datetime, *, second_pass: bool = False) -> int:
	"""The instant of a naive datetime of the site's zone; of a repeated autumn hour, which pass is meant."""
	wall = get_datetime(value).replace(microsecond=0)
	# A wall time that spring skips reads forward by the gap with fold=0, as the engine does.
	return int(wall.replace(tzinfo=site_zone(), fold=int(second_pass)).timestamp())


@lru_cache(maxsize=1 << 15)  # A month of slots has a thousand of them, and the next guest asks for the same.
def iso(instant: int, zone: str) -> str:
	"""The instant in ISO 8601 with the zone's offset at that moment."""
	return datetime.fromtimestamp(instant, engine.zone(zone)).isoformat()


def utc(instant: int) -> datetime:
	"""The instant as an aware datetime in UTC."""
	return datetime.fromtimestamp(instant, timezone.utc)
