"""Stands in for three months of visitors of the demo's booking pages, more from week to week."""

import random
from collections import defaultdict
from datetime import timedelta

import frappe

from scheduler_integration.insights import page_stats, visits
from scheduler_integration.insights.page_stats import Key, Rows
from scheduler_integration.platform import clock

# So many of a hundred visitors at a step go on. Readers of the newsletter know what they want.
ONWARD = {
	"newsletter": (85, 75, 70, 96),
	"linkedin.com": (55, 50, 35, 93),
	"direct": (70, 60, 50, 95),
	"search.example": (45, 40, 30, 92),
}
WITHOUT_SCRIPT = 0.07


def count_visitors(days: int) -> None:
	"""Store the numbers of this many past days, not of today."""
	dice = random.Random(11)
	pages = frappe.get_all("Scheduling Page", order_by="creation", pluck="name")
	types = {page: frappe.get_all("Meeting Type", {"scheduling_page": page}, pluck="name") for page in pages}
	today = visits.day_of(clock.now())
	for past in range(days, 0, -1):
		day = today - timedelta(days=past)
		liveliness = (1.6 - past / days) * (0.3 if day.weekday() > 4 else 1)
		rows: dict[Key, list[int]] = defaultdict(lambda: [0] * 5)
		for page, most in zip(pages, (1.6, 0.7, 1.1), strict=False):
			for source, onward in ONWARD.items():
				for _visitor in range(round(dice.uniform(0.3, 1) * most * liveliness)):
					_visit(dice, rows, page, types[page], source, onward)
		page_stats.write(day, "demo", _frozen(rows))


def _visit(
	dice: random.Random, rows: dict[Key, list[int]], page: str, types: list[str], source: str, onward: tuple[int, ...]
) -> None:
	has_script = dice.random() > WITHOUT_SCRIPT
	reached = next((step for step, chance in enumerate(onward) if dice.random() * 100 >= chance), len(onward))
	chosen = dice.choice(types)
	for meeting_type in ("", chosen) if reached else ("",):
		for step in range(reached + 1):
			rows[Key(page, meeting_type, source, has_script)][step] += 1


def _frozen(rows: dict[Key, list[int]]) -> Rows:
	return {key: tuple(numbers) for key, numbers in rows.items()}
