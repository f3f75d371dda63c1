"""A year of round robin: `python benchmarks/round_robin.py` draws docs/images/round_robin.svg and prints the figures.

It is the year that tests/engine/test_round_robin.py checks: six hosts with part-timers, vacations, appointments of
their own, and one who joins in July.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scheduler_integration.engine import BOOKING, iso_week
from tests.engine.round_robin_year import MODES, ZONE, Year, a_year, real_team

SEED = 3
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "round_robin.svg"

Point = tuple[float, float]
# Told apart by people who see colours differently too (Okabe and Ito).
COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
WIDTH, PANEL, MARGIN_LEFT, MARGIN_RIGHT, GAP = 860, 190, 60, 70, 58


def main() -> None:
	years = {mode: a_year(mode, real_team(), SEED) for mode in MODES}
	PICTURE.write_text(_picture(years), encoding="utf-8")
	for mode, year in years.items():
		print(_table(mode, year))


def _table(mode: str, year: Year) -> str:
	had, promised = year.bookings(), year.promised()
	if mode == "Load Balanced":
		rows = [f"| {name} | {had[name]} | |" for name in sorted(had)]
	else:
		rows = [f"| {name} | {had[name]} | {promised[name]:.2f} |" for name in sorted(had)]
	heading = f"{mode}: {len(year.given)} bookings, furthest from the promise {year.furthest / BOOKING:.2f}"
	return "\n".join(["", heading, "| host | bookings | promised |", "| --- | ---: | ---: |", *rows])


def _picture(years: dict[str, Year]) -> str:
	panels = [
		(
			"Weighted: bookings ahead of (+) or behind (−) what the weights promise",
			_ahead(years["Weighted"]),
			(-2, 2, 1),
		),
		("Availability: the same, promised by the time that each offers", _ahead(years["Availability"]), (-2, 2, 1)),
		("Load Balanced: hours booked in each week", _weekly_hours(years["Load Balanced"]), (0, 6, 2)),
	]
	height = len(panels) * (PANEL + GAP) + 20
	parts = [
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
		"<title>A simulated year of bookings in a round robin of six hosts, in each mode</title>",
		f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
	]
	for index, (title, lines, scale) in enumerate(panels):
		parts += _panel(title, lines, scale, top=40 + index * (PANEL + GAP))
	return "\n".join([*parts, "</svg>\n"])


def _ahead(year: Year) -> dict[str, list[Point]]:
	"""Return for each host, after each booking, the part of the year gone by and how many bookings they are ahead."""
	lines, credit = defaultdict(list), defaultdict(int)
	for number, each in enumerate(year.given):
		for name, share in each.shares.items():
			credit[name] += share - BOOKING * (name == each.host)
		for name, owed in credit.items():
			lines[name].append((number / len(year.given), -owed / BOOKING))
	return lines


def _weekly_hours(year: Year) -> dict[str, list[Point]]:
	weeks = sorted({iso_week(each.start, ZONE) for each in year.given})
	hours = {person.name: dict.fromkeys(weeks, 0) for person in year.people}
	for each in year.given:
		hours[each.host][iso_week(each.start, ZONE)] += 1
	joined = {person.name: person.joined for person in year.people}
	return {
		name: [
			(index / len(weeks), count)
			for index, (week, count) in enumerate(by_week.items())
			if week[0] >= joined[name]
		]
		for name, by_week in hours.items()
	}


def _panel(title: str, lines: dict[str, Sequence[Point]], scale: tuple[int, int, int], top: int) -> Iterable[str]:
	lowest, highest, step = scale
	right = WIDTH - MARGIN_RIGHT

	def x(part: float) -> float:
		return MARGIN_LEFT + part * (right - MARGIN_LEFT)

	def y(value: float) -> float:
		return top + PANEL * (highest - value) / (highest - lowest)

	yield f'<text x="{MARGIN_LEFT}" y="{top - 14}" font-weight="bold">{title}</text>'
	for value in range(lowest, highest + 1, step):
		yield f'<line x1="{MARGIN_LEFT}" x2="{right}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#d0d5dd"/>'
		yield f'<text x="{MARGIN_LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#5c6370">{value}</text>'
	for index, (name, points) in enumerate(sorted(lines.items())):
		drawn = " ".join(dict.fromkeys(f"{x(part):.0f},{y(value):.0f}" for part, value in points))
		color = COLORS[index % len(COLORS)]
		yield f'<polyline points="{drawn}" fill="none" stroke="{color}" stroke-width="1.4"/>'
		yield f'<text x="{right + 12}" y="{top + 20 + index * 22}" fill="{color}" font-weight="bold">{name}</text>'
	yield f'<text x="{MARGIN_LEFT}" y="{top + PANEL + 18}" fill="#5c6370">January</text>'
	yield f'<text x="{right}" y="{top + PANEL + 18}" fill="#5c6370" text-anchor="end">December</text>'


if __name__ == "__main__":
	main()
