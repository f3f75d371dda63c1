"""Rows that every command needs, in the site's cache until one of them changes."""

from collections.abc import Callable
from typing import Any

import frappe


class CachedRows:
	"""`load` reads the rows from the database; `key` is their place in the cache."""

	def __init__(self, key: str, load: Callable[[], list[dict[str, Any]]]):
		self._key, self._load, self._flag = key, load, f"{key}_changed"

	def read(self) -> list[dict[str, Any]]:
		# This transaction's own changes may be rolled back, so they are kept out of the cache.
		return self._load() if frappe.flags.get(self._flag) else frappe.cache.get_value(self._key, self._load)

	def forget(self) -> None:
		"""Empty the cache when this transaction ends. Until then this transaction reads the database."""
		frappe.flags[self._flag] = True
		frappe.db.after_commit.add(self._forget)
		frappe.db.after_rollback.add(self._forget)

	def _forget(self) -> None:
		frappe.flags[self._flag] = False
		frappe.cache.delete_value(self._key)
