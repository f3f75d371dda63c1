"""Stores the state of a connection: who reads it, success or failure of the last reading, and when to read again.

A lease lets only one worker at a time read a connection. A worker takes it with a row lock and a commit, so no lock is held
while the provider answers. If the worker dies, the lease ends by itself.
"""

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
# Longer than a job may take: the budget of a provider and the time limit of the queue are both shorter.
LEASE_SECONDS = 600


def take_lease(connection: str, now: int) -> str | None:
	"""Take the lease, and return its key. None if another worker has it or the connection is gone. Commits."""
	row = frappe.db.get_value(_DOCTYPE, connection, ["is_active", "leased_until"], as_dict=True, for_update=True)
	key = frappe.generate_hash(length=16)
	is_free = bool(row and row.is_active and (row.leased_until or 0) <= now)
	if is_free:
		_write(connection, {"lease": key, "leased_until": now + LEASE_SECONDS})
	frappe.db.commit()
	return key if is_free else None


def holds_lease(connection: str, key: str) -> bool:
	"""Whether this worker still has the lease. Locks the connection until the transaction ends.

	It has lost the lease if the connection was disconnected meanwhile, or if it was so slow that another worker took over.
	Then nothing that it has read may be stored.
	"""
	row = frappe.db.get_value(_DOCTYPE, connection, ["is_active", "lease"], as_dict=True, for_update=True)
	return bool(row and row.is_active and row.lease == key)


def release_lease(connection: str, key: str) -> None:
	"""Give the lease back, unless another worker has it now."""
	if holds_lease(connection, key):
		_write(connection, {"lease": None, "leased_until": 0})


# The fields of a connection whose trouble is over, or that begins afresh.
NO_TROUBLE = dict.fromkeys(("last_error", "failing_since", "told_host_at", "told_managers_at")) | {
	"sync_error_count": 0
}


def succeeded(connection: str, now: int, *, is_complete: bool = True) -> None:
	"""Note that all calendars were read at `now`. If there is more to read, the next job comes at once."""
	values = {
		"status": "Connected",
		**NO_TROUBLE,
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
