"""Measures how recurring blocked time is expanded: `python -m benchmarks.recurrence`.

Cold means that nothing was expanded before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from benchmarks.engine import NOW, ZONE, forget, plain_loop, seconds
from scheduler_integration.engine import normalised_rule, occurrences
from scheduler_integration.engine.recurrence import expand
from scheduler_integration.engine.recurrence.recurrence import read_normalised

YEAR = 365 * 24 * 60 * 60
DAYS = ("MO", "TU", "WE", "TH", "FR")


def weekly_rules(count: int) -> list[str]:
	"""Return weekly rules of blocks that began ten years ago, at different times."""
	starts = [datetime(2016, 1, 4 + number % 5, 9, number) for number in range(count)]
	return [
		normalised_rule(start, start + timedelta(hours=1), f"FREQ=WEEKLY;BYDAY={DAYS[start.weekday()]}", ZONE)
		for start in starts
	]


def forget_all() -> None:
	forget()
	expand._expanded.cache_clear()
	read_normalised.cache_clear()


def main() -> None:
	rules = weekly_rules(20)

	def expand() -> None:
		for rule in rules:
			occurrences(rule, NOW, NOW + YEAR)

	cold = min(seconds(expand, forget_all) for _each in range(100))
	warm = min(seconds(expand) for _each in range(100))
	loop = min(seconds(plain_loop) for _each in range(100))
	name = "20 weekly rules over a year"
	print(f"{name:42}{warm * 1e6:12,.0f}{cold * 1e6:12,.0f}{warm / loop:10.1f}{cold / loop:10.1f}")


if __name__ == "__main__":
	main()
