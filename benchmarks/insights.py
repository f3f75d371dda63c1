"""Measures the figures of hosts and managers on a site with very many bookings, and prints the database's plans.

`python -m benchmarks.insights [bookings] [hosts]`: a million and 2,000 by default, on a new embedded site. On a real one:
`make bench-site BENCH= SITE= ARGS="insights 1000000 2000"`. The site keeps the rows until the next run: use one that can be
thrown away.
"""

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

from benchmarks.statements import plan_of, recorded
from tests.support.site import opened

ROUNDS = 7
DAYS = 30


def main(bookings: int = 1_000_000, hosts: int = 2_000) -> None:
	with opened():
		import frappe

		from benchmarks.crowd import Crowd, fill_bookings, remove

		now = int(time.time())
		remove()
		began = time.perf_counter()
		fill_bookings(Crowd(range(hosts), max(bookings // hosts, 1), now))
		for table in ("Booking", "Booking Host"):
			frappe.db.sql_ddl(f"analyze {'table ' if frappe.db.db_type == 'mariadb' else ''}`tab{table}`")
		filled = time.perf_counter() - began
		print(f"\n{bookings:,} bookings of {hosts:,} hosts on {frappe.db.db_type}, filled in {filled:.0f} s")
		measure_all(now)


def measure_all(now: int) -> None:
	"""Print the median of each figure's time, for one host and for all, and the plans of the statements of both."""
	from scheduler_integration.insights.scope import Scope

	last = date.fromtimestamp(now)
	_count_days(last, now)
	for label, host in (("one host", "host-7@crowd.example"), ("all hosts", None)):
		scope = Scope(last - timedelta(days=DAYS - 1), last, "Europe/Berlin", host)
		for name, run in _figures(scope, now).items():
			_measure(f"{name}, {label}", run)
	for host in ("host-7@crowd.example", None):
		_show_plans(lambda host=host: _figures(Scope(last - timedelta(days=29), last, "UTC", host), now))


def _count_days(last: date, now: int) -> None:
	"""Print how long the nightly job takes for one day and for the days of a month, and then its comparison."""
	import random

	from scheduler_integration.insights import history

	days = [last - timedelta(days=number) for number in range(1, DAYS + 1)]
	times = []
	for day in days:
		began = time.perf_counter()
		history.count_day(day)
		times.append(time.perf_counter() - began)
	print(f"  {'a day is counted':<28} {median(times) * 1000:8.1f} ms, longest {max(times) * 1000:.1f}")
	began = time.perf_counter()
	differing = history.check(now, random.Random(1))
	print(f"  {'the nightly comparison':<28} {(time.perf_counter() - began) * 1000:8.1f} ms, {differing}")


def _figures(scope, now: int) -> dict[str, Callable[[], object]]:
	from scheduler_integration.insights.dashboard import dashboard
	from scheduler_integration.insights.funnel import funnel
	from scheduler_integration.insights.history import history
	from scheduler_integration.insights.scope import in_site_zone
	from scheduler_integration.insights.staff import staff_performance

	return {
		"history": lambda: history(in_site_zone(scope), now),
		"funnel": lambda: funnel(in_site_zone(scope), now),
		"dashboard": lambda: dashboard(scope, now),
		"staff": lambda: staff_performance(scope),
	}


def _measure(label: str, run: Callable[[], object]) -> None:
	import frappe

	times = []
	for _round in range(ROUNDS):
		frappe.db.rollback()
		began, used = time.perf_counter(), time.process_time()
		run()
		times.append((time.perf_counter() - began, time.process_time() - used))
	wall, processor = median(each[0] for each in times), median(each[1] for each in times)
	best = min(each[0] for each in times)
	print(f"  {label:<28} {wall * 1000:8.1f} ms, best {best * 1000:.1f}, {processor * 1000:.1f} of this processor")


def _show_plans(figures: Callable[[], dict[str, Callable[[], object]]]) -> None:
	import frappe

	for name, run in figures().items():
		frappe.db.rollback()
		with recorded() as seen:
			run()
		print(f"\n{len(seen)} statements in {name}:")
		for text, args in seen:
			if not text.lower().startswith("select") or " from " not in text.lower():
				continue
			began = time.perf_counter()
			frappe.db.sql(text, *args)
			taken = time.perf_counter() - began
			print(f"\n{taken * 1000:.1f} ms  {' '.join(text.split())[:600]}")
			print(*(f"    {row}" for row in plan_of(text, args)), sep="\n")


if __name__ == "__main__":
	main(*map(int, sys.argv[1:]))
