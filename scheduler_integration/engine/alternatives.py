"""What to offer instead of a start that was just lost."""

from __future__ import annotations

from collections.abc import Sequence

from .host import Host
from .meeting import MeetingRules
from .slots import free_starts
from .zones import DAY

# Most alternatives are found on the same day; only an empty calendar is searched to the end.
_RADII = (DAY, 4 * DAY, 16 * DAY)


def nearest_free(
	start: int,
	meeting: MeetingRules,
	hosts: Host | Sequence[Host],
	now: int,
	count: int = 3,
	*,
	within_days: int = 31,
) -> list[int]:
	"""Up to `count` bookable starts other than `start`, nearest first; of two as near, the earlier first.

	With several hosts a start is bookable when any of them is free. Looks `within_days` times 24 hours to
	either side, both ends included, so the hosts' busy times must cover that much (see `relevant_span`).
	"""
	hosts = (hosts,) if isinstance(hosts, Host) else hosts
	farthest = within_days * DAY
	ranked: list[int] = []
	for radius in (*(radius for radius in _RADII if radius < farthest), farthest):
		found = {free for host in hosts for free in free_starts(meeting, host, now, start - radius, start + radius + 1)}
		ranked = sorted(found - {start}, key=lambda free: (abs(free - start), free))
		if len(ranked) >= count:
			break
	return ranked[:count]
