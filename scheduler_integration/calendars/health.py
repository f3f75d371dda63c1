"""Stores the state of a connection: success or failure of the last reading, and when to read again."""

import random

import frappe

from scheduler_integration.exceptions import AccessRevoked, OutsideError, TooManyRequests
from scheduler_integration.http.waiting import backoff
from scheduler_integration.platform.clock import to_site_time

_DOCTYPE = "Calendar Connection"
# A calendar is read every 10 to 12 minutes. The scheduled job adds a minute or two, so a reading is never older than 15.
INTERVAL = 600
JITTER = 120
_FIRST_WAIT, _LONGEST_WAIT = 60, 3600


def succeeded(connection: str, now: int, *, is_complete: bool = True) -> None:
	"""Note that all calendars were read at `now`. If there is more to read, the next job comes at once."""
	values = {
		"status": "Connected",
		"sync_error_count": 0,
		"last_error": None,
		"failing_since": None,
		"told_host_at": None,
		"told_managers_at": None,
		"next_sync_at": now + INTERVAL + random.randrange(JITTER) if is_complete else now,
	}
	if is_complete:
		values["last_sync_at"] = to_site_time(now)
	_write(connection, values)


def failed(connection: str, error: OutsideError, now: int) -> None:
	"""Note that reading failed at `now`, and when to try again: never if access is refused for good.

	Only the error's own sentence is stored, because it contains no address and no secret.
	"""
	row = frappe.db.get_value(_DOCTYPE, connection, ["sync_error_count", "failing_since"], as_dict=True)
	count = (row.sync_error_count or 0) + 1
	wait = backoff(count, first=_FIRST_WAIT, most=_LONGEST_WAIT)
	asked = error.after if isinstance(error, TooManyRequests) else None
	# The random part may be 0 seconds, so wait for at least 15, and longer if the other system asked for it.
	wait = int(max(wait, _FIRST_WAIT / 4)) + (asked or 0)
	_write(
		connection,
		{
			"status": "Reconnect needed" if isinstance(error, AccessRevoked) else "Failing",
			"sync_error_count": count,
			"last_error": error.message,
			"failing_since": row.failing_since or now,
			"next_sync_at": now + wait,
		},
	)


def _write(connection: str, values: dict) -> None:
	frappe.db.set_value(_DOCTYPE, connection, values, update_modified=False)
