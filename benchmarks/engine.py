"""Measures the engine: `python benchmarks/engine.py`.

Times are the best of many runs. Because machines differ, each is also given as a ratio to one pass of a plain
Python loop over 1,000 numbers, timed in between. Cold means that nothing of the host's hours was computed
before; busy times and bookings are never cached, so they are always paid for.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scheduler_integration.engine import (
	Booked,
	Busy,
	Host,
	HostPool,
	Limit,
	MeetingRules,
	Member,
	RollingDays,
	WeeklyRule,
	WorkingHours,
	by_local_date,
	instant_of,
	nearest_free,
)
from scheduler_integration.engine.time import working_intervals, zones

ZONE = "America/New_York"
DAY = 24 * 60 * 60
NOW = instant_of(datetime(2026, 3, 2, 8), ZONE)
END = NOW + 31 * DAY
MEETING = MeetingRules(30, buffer_before=10, buffer_after=10, minimum_notice=120, window=RollingDays(60))
LIMITED = MeetingRules(30, buffer_before=10, buffer_after=10, limits=(Limit("day", 30), Limit("week", 100)))
OFFICE = WorkingHours(ZONE, tuple(WeeklyRule(day, *span) for day in range(5) for span in ((540, 720), (780, 1020))))
ALWAYS = WorkingHours(ZONE, tuple(WeeklyRule(day, 0, 0) for day in range(7)))


def busy_times(count: int, seed: int = 1) -> list[Busy]:
	"""Return busy times as a query does: within the month, by start. If there are many, they overlap and nest."""
	rng = random.Random(seed)
	starts = sorted(NOW + rng.randrange(31 * DAY) // 900 * 900 for _ in range(count))
	return [Busy(start, start + rng.choice((900, 1800, 3600)), str(number)) for number, start in enumerate(starts)]


def bookings(count: int) -> list[Booked]:
	return [Booked(busy.start, busy.end, 5, 15, counts=True, label=busy.label) for busy in busy_times(count)]


def shuffled(items: list[Busy]) -> list[Busy]:
	return random.Random(2).sample(items, len(items))


def forget() -> None:
	working_intervals.grid_segments_of_weeks.cache_clear()
	zones.offset_at_midnight.cache_clear()


def plain_loop() -> None:
	total = 0
	for number in range(1000):
		total += number


def listing(host: Host, rules: MeetingRules = MEETING) -> Callable[[], object]:
	return lambda: HostPool([Member(rules, host)], NOW).starts(NOW, END)


def team(count: int, *also: Busy) -> Callable[[], object]:
	"""Return a listing of a round robin: a start is offered if any host is free. `also` is in everybody's calendar."""
	members = [Member(MEETING, Host(str(seed), OFFICE, [*also, *busy_times(500, seed)])) for seed in range(count)]
	return lambda: HostPool(members, NOW).starts(NOW, END)


def cases() -> list[tuple[str, Callable[[], object]]]:
	hosts = {count: Host("host", OFFICE, busy_times(count)) for count in (0, 50, 500, 5000)}
	middle = NOW + 15 * DAY
	return [
		*((f"31 days, {count} busy times", listing(host)) for count, host in hosts.items()),
		("31 days, 500 busy times in no order", listing(Host("host", OFFICE, shuffled(busy_times(500))))),
		("31 days, 500 bookings, both limits", listing(Host("host", OFFICE, (), bookings(500)), LIMITED)),
		("31 days round the clock, 500 busy times", listing(Host("host", ALWAYS, busy_times(500)))),
		("50 hosts, 31 days, 500 busy times each", team(50)),
		("50 hosts, 500 each, and one meeting of all", team(50, Busy(middle, middle + 3600))),
		("check of one start, 500 busy times", lambda: HostPool([Member(MEETING, hosts[500])], NOW).refusals(middle)),
		("3 nearest alternatives, 500 busy times", lambda: nearest_free(middle, MEETING, hosts[500], NOW)),
		(
			"1,488 starts by the guest's date",
			lambda: dict(by_local_date(range(NOW, END, 1800), "Asia/Tokyo", int)),
		),
	]


def seconds(run: Callable[[], object], prepare: Callable[[], object] = lambda: None) -> float:
	prepare()
	began = perf_counter()
	run()
	return perf_counter() - began


def best(run: Callable[[], object], repeat: int) -> tuple[float, float, float]:
	"""Return the best times warm, cold and of the plain loop, measured in turn under the same load."""
	warm = cold = loop = float("inf")
	for _ in range(repeat):
		cold = min(cold, seconds(run, forget))
		warm = min(warm, seconds(run))
		loop = min(loop, seconds(plain_loop))
	return warm, cold, loop


def main() -> None:
	print(f"{'':42}{'warm':>12}{'cold':>12}{'warm':>10}{'cold':>10}")
	print(f"{'':42}{'µs':>12}{'µs':>12}{'loops':>10}{'loops':>10}")
	for name, run in cases():
		repeat = 30 if "50 hosts" in name or "5000" in name else 300
		warm, cold, loop = best(run, repeat)
		print(f"{name:42}{warm * 1e6:12,.0f}{cold * 1e6:12,.0f}{warm / loop:10.1f}{cold / loop:10.1f}")


if __name__ == "__main__":
	main()
