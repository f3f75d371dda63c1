"""A host's records as they would be after a change that isn't saved, for the listing to count with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.blocked_times import blocks_of
from scheduler_integration.availability.overrides import Differing, differing_of
from scheduler_integration.availability.schedules import RULE_FIELDS


@dataclass(frozen=True)
class Draft:
	"""The records of `user` that a change would save, and those that it would delete. Nothing of it is stored.

	The saved documents are validated already, so their derived fields, such as the series of a blocked time, are set.
	"""

	user: str
	saved: tuple[Document, ...] = ()
	deleted: tuple[Document, ...] = ()

	def schedules(self, stored: Iterable[frappe._dict]) -> Iterator[frappe._dict]:
		"""Yield the schedules as they would be. At most one schedule of the user is the default."""
		changed = self._saved("Availability Schedule")
		others = self._deleted("Availability Schedule") | {doc.name for doc in changed}
		replaces_default = any(doc.is_default for doc in changed)
		# A changed schedule needn't be among those that were read. It may become the default only now.
		yield from map(_schedule_row, changed)
		for row in stored:
			if row.name in others:
				continue
			loses_default = replaces_default and row.user == self.user and row.is_default
			yield frappe._dict(row, is_default=0) if loses_default else row

	def differing(self, stored: Differing) -> Differing:
		"""Return the user's differing dates as they would be."""
		changed = self._saved("Availability Override")
		gone = self._deleted("Availability Override")
		return self._differing if changed or gone else stored

	@cached_property
	def _differing(self) -> Differing:
		changed = self._saved("Availability Override")
		without = [*self._deleted("Availability Override"), *(doc.name for doc in changed if doc.name)]
		wanted = {"user": self.user, "name": ["not in", without or [""]]}
		stored = frappe.get_all("Availability Override", wanted, ["*"])
		return differing_of([*sorted(stored, key=lambda row: row.creation), *changed])

	def blocked(self, stored: list[engine.Busy], span: engine.Interval) -> list[engine.Busy]:
		"""Return the user's blocked times in `span` as they would be."""
		changed = self._saved("Blocked Time")
		gone = self._deleted("Blocked Time") | {doc.name for doc in changed}
		if not gone:
			return stored
		kept = [busy for busy in stored if busy.label not in gone]
		overlapping = (doc for doc in changed if doc.ends_at > span[0] and doc.starts_at < span[1])
		blocks = (blocks_of(doc.starts_at, doc.ends_at, doc.series, doc.name, span) for doc in overlapping)
		return kept + [each for block in blocks for each in block]

	def _saved(self, doctype: str) -> list[Document]:
		return [doc for doc in self.saved if doc.doctype == doctype]

	def _deleted(self, doctype: str) -> set[str]:
		return {doc.name for doc in self.deleted if doc.doctype == doctype}


def _schedule_row(doc: Document) -> frappe._dict:
	rules = [[str(row.get(field)) if "time" in field else row.get(field) for field in RULE_FIELDS] for row in doc.rules]
	return frappe._dict(doc.as_dict(), rules=rules)
