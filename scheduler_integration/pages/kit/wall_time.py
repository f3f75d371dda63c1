"""Reads a day and a time of day that a person chose in a form."""

from datetime import date, datetime, time

from scheduler_integration.engine import FIRST_DATE, LAST_DATE, instant_of


def read_day(text: str) -> date | None:
	"""Return the date in `2026-11-23`, or None for anything else."""
	try:
		day = date.fromisoformat(text) if len(text) == len("2026-11-23") else None
	except ValueError:
		return None
	return day if day and FIRST_DATE <= day <= LAST_DATE else None


def read_wall_time(day: date | None, clock: str, zone: str) -> int | None:
	"""Return the wall time `14:30` of the day in `zone` as epoch seconds, or None if it isn't a time or the day is None."""
	try:
		moment = time.fromisoformat(clock)
	except ValueError:
		return None
	if not day or moment.tzinfo:
		return None
	return instant_of(datetime.combine(day, moment.replace(second=0, microsecond=0)), zone)
