"""Keeps how far visitors of booking pages came, as numbers of each day. Nothing else writes Booking Page Stat.

A visitor counts once a day for a page, at the furthest step and all steps before it. A row has the numbers of a page, or of
one meeting type: the visitors who looked at it. A visitor who looked at two types is in the rows of both, so the rows of
types can't be added up. The rows of a page are those without a type.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import frappe
from frappe.model.document import bulk_insert
from frappe.query_builder import DocType

from scheduler_integration.insights import visits
from scheduler_integration.insights.visits import DIRECT, NAMED, REFERRER, SCRIPT, STEPS, Entry

FIELDS = ("page_views", "services_selected", "slots_selected", "forms_completed", "booked")
SERVICE = STEPS.index("service_selected")
# Anybody can write sources into links. A page shows the most frequent ones of a day, and adds up the others.
MOST_SOURCES = 20
# Anybody can pretend to be many browsers. In a day, a page counts so many visitors of one network: those who went furthest.
MOST_OF_A_NETWORK = 30
OTHER, UNKNOWN = "other", ""
# A step that was noted at midnight is in the cache a moment later.
SETTLED = 120


class Key(NamedTuple):
	"""The subject of a row. `page` and `meeting_type` are records' names; an empty `meeting_type` is the whole page."""

	page: str
	meeting_type: str
	source: str
	has_script: bool


Numbers = tuple[int, ...]
Rows = dict[Key, Numbers]


@dataclass(slots=True)
class _Visit:
	"""One visitor's steps on a page: the furthest one, also of each meeting type, by their slugs."""

	furthest: int = 0
	has_script: bool = False
	types: dict[str, int] = field(default_factory=dict)
	source: tuple[str, str] = ("", UNKNOWN)

	def add(self, entry: Entry) -> None:
		self.furthest = max(self.furthest, entry.step)
		self.has_script |= entry.origin == SCRIPT
		if entry.meeting_type:
			# A visitor who came to a type has chosen it, whatever link led there.
			before = self.types.get(entry.meeting_type, SERVICE)
			self.types[entry.meeting_type] = max(before, entry.step)
		if entry.origin in (DIRECT, REFERRER, NAMED):
			self.source = max(self.source, (entry.origin, entry.source or "direct"))


def count_today(now: int) -> tuple[str, Rows]:
	"""Return the generation and the rows of today so far, from the cache."""
	today = visits.day_of(now)
	return visits.generation(today), counted(visits.entries(today))


def counted(entries: Iterable[Entry]) -> Rows:
	"""Return the numbers of visitors at each step or beyond."""
	visitors: dict[tuple[str, str], _Visit] = defaultdict(_Visit)
	for entry in entries:
		visitors[entry.page, entry.visitor].add(entry)
	visitors = _believable(visitors)
	if not visitors:
		return {}
	names = _names({page for page, _visitor in visitors})
	rows: dict[Key, list[int]] = defaultdict(lambda: [0] * len(STEPS))
	sources = _frequent_sources(visitors)
	for (slug, _visitor), visit in visitors.items():
		if slug not in names:
			continue
		page, types = names[slug]
		source = visit.source[1] if visit.source[1] in sources[slug] else OTHER
		furthest = {"": visit.furthest} | {types[each]: step for each, step in visit.types.items() if each in types}
		for meeting_type, step in furthest.items():
			numbers = rows[Key(page, meeting_type, source, visit.has_script)]
			for index in range(step + 1):
				numbers[index] += 1
	return {key: tuple(numbers) for key, numbers in rows.items()}


def _believable(visitors: dict[tuple[str, str], _Visit]) -> dict[tuple[str, str], _Visit]:
	"""Leave out the visitors of a network that are too many for a page."""
	counts: Counter[tuple[str, str]] = Counter()
	kept = {}
	for (slug, visitor), visit in sorted(visitors.items(), key=lambda each: (-each[1].furthest, each[0])):
		network = (slug, visitor[: visits.NETWORK])
		counts[network] += 1
		if counts[network] <= MOST_OF_A_NETWORK:
			kept[slug, visitor] = visit
	return kept


def _frequent_sources(visitors: dict[tuple[str, str], _Visit]) -> dict[str, set[str]]:
	"""Return each page's most frequent sources."""
	counts: dict[str, Counter[str]] = defaultdict(Counter)
	for (slug, _visitor), visit in visitors.items():
		counts[slug][visit.source[1]] += 1
	return {slug: {source for source, _count in each.most_common(MOST_SOURCES)} for slug, each in counts.items()}


def _names(slugs: set[str]) -> dict[str, tuple[str, dict[str, str]]]:
	"""Return for each page's slug its name and the names of its types by their slugs."""
	page, meeting_type = DocType("Scheduling Page"), DocType("Meeting Type")
	query = (
		frappe.qb.from_(page)
		.left_join(meeting_type)
		.on(meeting_type.scheduling_page == page.name)
		.select(page.slug, page.name, meeting_type.slug, meeting_type.name)
		.where(page.slug.isin(sorted(slugs)))
	)
	names: dict[str, tuple[str, dict[str, str]]] = {}
	for slug, name, type_slug, type_name in query.run():
		types = names.setdefault(slug, (name, {}))[1]
		if type_slug:
			types[type_slug] = type_name
	return names


def keep(now: int) -> None:
	"""Store the numbers of today so far, and those of yesterday, whose visitors are forgotten then. Commits.

	A job that is killed between any two steps leaves nothing half done, and the next one does the same again.
	"""
	today = visits.day_of(now)
	for day in (today - timedelta(days=1), today):
		generation, rows = visits.generation(day), counted(visits.entries(day))
		if generation:
			row = DocType("Booking Page Stat")
			query = (
				frappe.qb.from_(row)
				.select(
					row.scheduling_page, row.meeting_type, row.source, row.has_script, *(row[name] for name in FIELDS)
				)
				.where((row.date == day) & (row.generation == generation))
			)
			kept = {
				Key(page, meeting_type or "", source or "", bool(has_script)): tuple(numbers)
				for page, meeting_type, source, has_script, *numbers in query.run()
			}
			if rows != kept:
				if _visitors(rows) < _visitors(kept):
					# The cache has lost entries. The stored numbers stay, and later visitors are counted beside them.
					visits.forget(day)
				else:
					write(day, generation, rows)
		frappe.db.commit()
	if visits.day_of(now - SETTLED) == today:
		visits.forget(today - timedelta(days=1))


def write(day: date, generation: str, rows: Rows) -> None:
	"""Replace the rows of a day and generation."""
	frappe.db.delete("Booking Page Stat", {"date": day, "generation": generation})
	documents = [
		{
			"doctype": "Booking Page Stat",
			# The name says what the row is about: of two jobs that write the same row, only one succeeds.
			"name": hashlib.sha256("\n".join((str(day), generation, *map(str, key))).encode()).hexdigest()[:20],
			"date": day,
			"generation": generation,
			"scheduling_page": key.page,
			"meeting_type": key.meeting_type or None,
			"source": key.source,
			"has_script": int(key.has_script),
			**dict(zip(FIELDS, numbers, strict=True)),
		}
		for key, numbers in rows.items()
	]
	if documents:
		bulk_insert("Booking Page Stat", [frappe.get_doc(each) for each in documents])


def _visitors(rows: Rows) -> int:
	return sum(numbers[0] for key, numbers in rows.items() if not key.meeting_type)
