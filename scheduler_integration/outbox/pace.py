"""Gives messages their share of the processors while guests book without a pause.

Guests come first on the processors: Frappe gives its workers a niceness of 10. While guests keep all processors busy, a
worker gets almost nothing, and confirmations would wait until the last guest is done. So the worker says how late it is,
and some guests who book are asked to come again in a moment (503 BUSY). Their browsers do that by themselves:

	seconds late          up to 2     5      8      11     14    17 to 120    more
	asked to come again      0      18 %   36 %   54 %   72 %      90 %         0

The first bookings of each second are taken in any case, and so is a guest who has waited for 15 seconds
(entry/limits.py): a late confirmation is better than a lost booking. Tasks that are more than two minutes late were
stopped by something else: a mail server that was down, or a missing worker.

No thread waits, so pages and slots don't either. docs/how-to/scaling.md has the figures.
"""

import frappe

from scheduler_integration.outbox.wake import waiting_seconds

KEY = "scheduler_integration_tasks_are_late"
# A worker that hasn't said anything for so long is still to begin, or doesn't run.
KNOWN_SECONDS = 20
# From so many seconds on, some guests come again, from so many on most of them, and from so many on nobody.
LATE, VERY_LATE, STOPPED = 2, 17, 120
MOST = 0.9


def say_how_late(seconds: int) -> None:
	"""Tell the web workers for how long the task that runs next has been due. Raises nothing."""
	try:
		frappe.cache.set_value(KEY, seconds, expires_in_sec=KNOWN_SECONDS)
	except Exception:
		_cache_is_down()


def share_that_waits() -> float:
	"""Return which share of the guests who book now should come again, from 0 to MOST. Raises nothing."""
	try:
		said = frappe.cache.get_value(KEY, expires=True)
		# A worker that nobody leaves a processor needs long to begin.
		return share_of(waiting_seconds() if said is None else said)
	except Exception:
		_cache_is_down()
		return 0.0


def share_of(late: int) -> float:
	"""Return the share of guests who come again while messages are `late` seconds late, from 0 to MOST."""
	if late > STOPPED:
		return 0.0
	return MOST * min(1.0, max(0.0, (late - LATE) / (VERY_LATE - LATE)))


def _cache_is_down() -> None:
	# Redis has many classes of errors, and none of them may stop a booking or the tasks.
	frappe.logger("scheduler_integration").exception("The cache doesn't know how late the messages are")
