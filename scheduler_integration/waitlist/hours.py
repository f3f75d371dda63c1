"""Until when an offer holds."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from scheduler_integration import engine

MINUTE, HOUR = 60, 3600
# By the clock of the person who waits. An offer at night can't be answered before the morning.
AWAKE = time(8), time(21)
# Nobody can answer in less time.
LEAST_SECONDS = 5 * MINUTE


def offer_ends(now: int, minutes: int, zone: str, latest: int) -> int | None:
	"""Return until when an offer of `minutes` holds that is made at `now`, or None if too little time is left.

	`zone` is the person's. At `latest` the time can't be booked any more. All instants are epoch seconds.

		made at 14:00   until 14:30
		made at 23:10   until 08:30, if the time can be booked an hour longer than that. Otherwise until 23:40
	"""
	if latest - now < LEAST_SECONDS:
		return None
	ends = now + minutes * MINUTE
	wall = engine.wall_clock(now, zone)
	if not AWAKE[0] <= wall.time() < AWAKE[1]:
		morning = _next_morning(wall, zone) + minutes * MINUTE
		if morning + HOUR <= latest:
			ends = morning
	return min(ends, latest)


def awake_seconds(now: int, latest: int, zone: str, most: int) -> int:
	"""Return how many seconds from `now` to `latest` people in this zone can answer, or `most` if it is more."""
	found, since = 0, now
	while since < latest and found < most:
		wall = engine.wall_clock(since, zone)
		if not AWAKE[0] <= wall.time() < AWAKE[1]:
			since = _next_morning(wall, zone)
			continue
		evening = engine.instant_of(datetime.combine(wall.date(), AWAKE[1]), zone)
		found += max(min(evening, latest) - since, 0)
		since = evening
	return min(found, most)


def _next_morning(wall: datetime, zone: str) -> int:
	day = wall.date() if wall.time() < AWAKE[0] else wall.date() + timedelta(days=1)
	return engine.instant_of(datetime.combine(day, AWAKE[0]), zone)
