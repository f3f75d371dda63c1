"""Does real work and leaves nothing behind, so that people can see what would happen."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from scheduler_integration.platform.transactions import roll_back


@contextmanager
def rehearsal() -> Iterator[None]:
	"""Roll back everything that is done in the block, also if it raises.

	Rolls back the whole transaction: nothing may have been written before. Callbacks for the commit are dropped, so
	nothing is queued or published. Frappe notes new records for its global search in Redis at once, which no rollback undoes,
	so that is switched off meanwhile.
	"""
	config = frappe.local.conf
	frappe.local.conf = frappe._dict({**config, "disable_global_search": 1})
	frappe.flags.rehearses = True
	try:
		yield
	finally:
		frappe.local.conf = config
		frappe.flags.rehearses = False
		roll_back()
		frappe.clear_messages()
