"""A lease lets only one worker at a time read a connection.

A worker takes the lease with a row lock and a commit, so no lock is held while the provider answers. If the worker dies,
the lease ends by itself.
"""

import frappe

_DOCTYPE = "Calendar Connection"
# Longer than a job may take: the budget of a provider and the time limit of the queue are both shorter.
SECONDS = 600


def take(connection: str, now: int) -> str | None:
	"""Take the lease, and return its key. None if another worker has it or the connection is gone. Commits."""
	row = frappe.db.get_value(_DOCTYPE, connection, ["is_active", "leased_until"], as_dict=True, for_update=True)
	key = frappe.generate_hash(length=16)
	is_free = bool(row and row.is_active and (row.leased_until or 0) <= now)
	if is_free:
		_write(connection, {"lease": key, "leased_until": now + SECONDS})
	frappe.db.commit()
	return key if is_free else None


def still_holds(connection: str, key: str) -> bool:
	"""Whether this worker still has the lease. Locks the connection until the transaction ends.

	It has lost the lease if the connection was disconnected meanwhile, or if it was so slow that another worker took over.
	Then nothing that it has read may be stored.
	"""
	row = frappe.db.get_value(_DOCTYPE, connection, ["is_active", "lease"], as_dict=True, for_update=True)
	return bool(row and row.is_active and row.lease == key)


def release(connection: str, key: str) -> None:
	"""Give the lease back, unless another worker has it now."""
	if still_holds(connection, key):
		_write(connection, {"lease": None, "leased_until": 0})


def _write(connection: str, values: dict) -> None:
	frappe.db.set_value(_DOCTYPE, connection, values, update_modified=False)
