"""The funnel of booking pages: how many visitors reach each step, and at which they leave."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum

from scheduler_integration.exceptions import NotPermitted, PageNotFound
from scheduler_integration.insights import page_stats, visits
from scheduler_integration.insights.formulas import percent
from scheduler_integration.insights.page_stats import FIELDS, Key, Numbers
from scheduler_integration.insights.scope import Scope
from scheduler_integration.insights.visits import STEPS

NOBODY: Numbers = (0,) * len(STEPS)


class StepFigures(NamedTuple):
	"""A step: `visitors` reached it, `rate` percent of those of the step before. `drop_off` of them went no further.

	`drop_off_rate` is in percent of the step before, as `rate`. Both are None without anybody at the step before.
	"""

	step: str
	visitors: int
	rate: float | None
	drop_off: int
	drop_off_rate: float | None


@dataclass(slots=True)
class Funnel:
	"""The visitors of the scope's pages, counted once a day and page. Dates are those of the site's zone.

	`numbers` are those at each of STEPS, of visitors whose browser reports its steps; `without_script` those of all others.
	`by_day`, `by_source` and `by_page` are parts of `numbers`, with every day of the scope, the names of sources, and the
	records' names of pages.
	"""

	scope: Scope
	numbers: Numbers = NOBODY
	without_script: Numbers = NOBODY
	by_day: dict[date, Numbers] = field(default_factory=dict)
	by_source: dict[str, Numbers] = field(default_factory=dict)
	by_page: dict[str, Numbers] = field(default_factory=dict)

	@property
	def steps(self) -> list[StepFigures]:
		"""Return the steps in order."""
		before = (self.numbers[0], *self.numbers)
		return [
			StepFigures(step, here, percent(here, came), came - here, percent(came - here, came))
			for step, here, came in zip(STEPS, self.numbers, before, strict=False)
		]

	@property
	def conversion_rate(self) -> float | None:
		"""Return how many of the visitors booked, in percent."""
		return conversion_rate(self.numbers)


def conversion_rate(numbers: Numbers) -> float | None:
	"""Return how many of the visitors booked, in percent; None without visitors."""
	return percent(numbers[-1], numbers[0])


def funnel(scope: Scope, now: int) -> Funnel:
	"""Return the funnel of the scope's pages, up to this moment. Makes three queries.

	For a meeting type, the first step is a view of its page, and the second one the choice of this type. A host's pages are
	their own and the team pages on which they are active. Raises NotPermitted for a page that isn't among them, and
	PageNotFound if there is no such page.
	"""
	pages = pages_of(scope)
	figures = Funnel(scope, by_day=dict.fromkeys(scope.dates, NOBODY))
	own_page = scope.meeting_type and frappe.db.get_value("Meeting Type", scope.meeting_type, "scheduling_page")
	for day, key, numbers in _rows(scope, pages, now):
		counts = _of_type(scope, own_page, key, numbers)
		if not counts:
			continue
		if not key.has_script:
			figures.without_script = _sum(figures.without_script, counts)
			continue
		figures.numbers = _sum(figures.numbers, counts)
		figures.by_day[day] = _sum(figures.by_day[day], counts)
		figures.by_source[key.source] = _sum(figures.by_source.get(key.source, NOBODY), counts)
		figures.by_page[key.page] = _sum(figures.by_page.get(key.page, NOBODY), counts)
	figures.by_source = dict(sorted(figures.by_source.items(), key=lambda each: (-each[1][0], each[0])))
	return figures


def pages_of(scope: Scope) -> set[str] | None:
	"""Return the names of the pages of the scope's host and page, None for all."""
	pages: set[str] | None = None
	if scope.host:
		own, row = DocType("Scheduling Page"), DocType("Scheduling Page Host")
		hosted = frappe.qb.from_(row).select(row.parent).where((row.user == scope.host) & (row.is_active == 1))
		query = frappe.qb.from_(own).select(own.name).where((own.user == scope.host) | own.name.isin(hosted))
		pages = set(query.run(pluck=True))
	if not scope.page:
		return pages
	page = frappe.db.get_value("Scheduling Page", {"slug": scope.page}, "name") or scope.page
	if pages is not None and page not in pages:
		raise NotPermitted
	if pages is None and not frappe.db.exists("Scheduling Page", {"name": page}):
		raise PageNotFound
	return {page}


def _of_type(scope: Scope, own_page: str | None, key: Key, numbers: Numbers) -> Numbers | None:
	"""Return what a row adds to the figures, or None if it is about something else."""
	if not scope.meeting_type:
		return None if key.meeting_type else numbers
	if key.meeting_type == scope.meeting_type:
		return (0, *numbers[1:])
	return (numbers[0], *NOBODY[1:]) if key.page == own_page and not key.meeting_type else None


def _rows(scope: Scope, pages: set[str] | None, now: int) -> list[tuple[date, Key, Numbers]]:
	"""Return the stored rows of the scope's days, and today's from the cache."""
	today = visits.day_of(now)
	generation, live = page_stats.count_today(now) if scope.first <= today <= scope.last else ("", {})
	row = DocType("Booking Page Stat")
	keys = (row.date, row.scheduling_page, row.meeting_type, row.source, row.has_script)
	query = (
		frappe.qb.from_(row)
		.select(*keys, *(Sum(row[name]) for name in FIELDS))
		.where((row.date >= scope.first) & (row.date <= scope.last))
		# Those of the cache are newer.
		.where((row.date != today) | (row.generation != generation))
		.groupby(*keys)
	)
	if pages is not None:
		query = query.where(row.scheduling_page.isin(sorted(pages) or [""]))
	rows = [
		(day, Key(page, meeting_type or "", source or "", bool(has_script)), tuple(map(int, numbers)))
		for day, page, meeting_type, source, has_script, *numbers in query.run()
	]
	rows += [(today, key, numbers) for key, numbers in live.items() if pages is None or key.page in pages]
	return [each for each in rows if not scope.source or each[1].source == scope.source.lower()]


def _sum(one: Numbers, other: Numbers) -> Numbers:
	return tuple(left + right for left, right in zip(one, other, strict=True))
