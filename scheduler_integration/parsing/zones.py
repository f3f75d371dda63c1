"""Checks the names of time zones."""

from datetime import timedelta

from scheduler_integration import engine
from scheduler_integration.exceptions import ClockDiffers, UnknownTimeZone
from scheduler_integration.parsing.fields import parse_whole_number


def checked_zone(name: object) -> str:
	"""Return the name of the IANA zone. Raises UnknownTimeZone: an unknown zone never becomes UTC."""
	if not isinstance(name, str):
		raise UnknownTimeZone
	try:
		return engine.zone(name).key
	except engine.UnknownTimeZone:
		raise UnknownTimeZone from None


def check_clock(zone: object, start: int, shown: object) -> None:
	"""Raise ClockDiffers if the caller showed `start` (epoch seconds) by another offset than `zone` has here.

	`shown` are the minutes by which the zone is ahead of UTC then in the caller's own database; without them nothing is checked.
	Raises UnknownTimeZone and InvalidRequest too.
	"""
	offset = parse_whole_number("utc_offset", shown)
	if offset is None:
		return
	name = checked_zone(zone)
	ahead = engine.wall_clock(start, name).utcoffset() or timedelta()
	if offset != (own := ahead // timedelta(minutes=1)):
		raise ClockDiffers(start, name, own)
