"""Gives messages their share of the processors while guests book without a pause.

Guests come first on the processors: Frappe gives its workers a niceness of 10. While guests keep all processors busy, a
worker gets almost nothing, and confirmations would wait until the last guest is done. So the worker says how late it is,
and a web worker's thread rests after it has answered a booking:

	seconds late      up to 2     5     8    11    14    17 to 120    more
	seconds of rest      0       0.2   0.4   0.6   0.8      1.0         0

Tasks that are more than two minutes late were stopped by something else: a mail server that was down, or a missing worker.

Nothing is locked during the rest, and the guest has the answer already. Other guests may wait longer for a thread: that is
the price. docs/how-to/scaling.md has the figures.
"""

import time

import frappe

from scheduler_integration.outbox.wake import waiting_seconds

KEY = "scheduler_integration_tasks_are_late"
# A worker that hasn't said anything for so long is still to begin, or doesn't run.
KNOWN_SECONDS = 20
# From so many seconds on, a thread rests after each booking, from so many on it rests longest, and from so many on never.
LATE, VERY_LATE, STOPPED = 2, 17, 120
LONGEST_REST = 1.0


def say_how_late(seconds: int) -> None:
	"""Tell the web workers for how long the task that runs next has been due. Raises nothing."""
	try:
		frappe.cache.set_value(KEY, seconds, expires_in_sec=KNOWN_SECONDS)
	except Exception:
		_cache_is_down()


def rest_after_response() -> None:
	"""Let the thread of this request rest once after its response, if messages are late. Does nothing in a job."""
	request = getattr(frappe.local, "request", None)
	if request and hasattr(request, "after_response") and not frappe.flags.rests_after_response:
		frappe.flags.rests_after_response = True
		request.after_response.add(_rest)


def rest_of(late: int) -> float:
	"""Return how many seconds a thread rests if messages are `late` seconds late."""
	if late > STOPPED:
		return 0.0
	return LONGEST_REST * min(1.0, max(0.0, (late - LATE) / (VERY_LATE - LATE)))


def _rest() -> None:
	try:
		said = frappe.cache.get_value(KEY, expires=True)
		# A worker that nobody leaves a processor needs long to begin.
		late = waiting_seconds() if said is None else said
	except Exception:
		_cache_is_down()
		return
	if seconds := rest_of(late):
		time.sleep(seconds)


def _cache_is_down() -> None:
	# Redis has many classes of errors, and none of them may stop a booking or the tasks.
	frappe.logger("scheduler_integration").exception("The cache doesn't know how late the messages are")
