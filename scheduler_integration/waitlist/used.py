"""Whether this site has waitlists at all. Without one, they cost no statement."""

from collections.abc import Iterable

import frappe

from scheduler_integration.waitlist.records import ENTRY, WAITING

_CACHE = "scheduler_integration_waitlists"


def is_used() -> bool:
	"""Whether a meeting type of this site has a waitlist, or somebody waits on a list that was switched off. Asks the cache."""
	return bool(frappe.cache.get_value(_CACHE, _load))


def forget() -> None:
	"""Ask the database again, from the end of this transaction on: a meeting type was changed."""
	for callbacks in (frappe.db.after_commit, frappe.db.after_rollback):
		callbacks.add(lambda: frappe.cache.delete_value(_CACHE))
	frappe.cache.delete_value(_CACHE)


def types_with_lists(names: Iterable[str]) -> list[str]:
	"""Return those of the meeting types that are active and have a waitlist, in the given order."""
	asked = list(names)
	if not asked:
		return []
	filters = {"name": ["in", asked], "has_waitlist": 1, "is_active": 1}
	found = set(frappe.get_all("Meeting Type", filters, pluck="name"))
	return [name for name in asked if name in found]


def _load() -> int:
	return int(
		bool(frappe.db.exists("Meeting Type", {"has_waitlist": 1}) or frappe.db.exists(ENTRY, {"status": WAITING}))
	)
