"""Measures the figures of hosts and managers on a site with very many bookings, and prints the database's plans.

`python -m benchmarks.insights [bookings] [hosts]`: a million and 2,000 by default, on a new embedded site. On a real one:
`make bench-site BENCH= SITE= ARGS="insights 1000000 2000"`. The site keeps the rows until the next run: use one that can be
thrown away.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

from benchmarks.statements import plan_of, recorded
from tests.support.site import opened

ROUNDS = 15
DAYS = 30


def main(bookings: int = 1_000_000, hosts: int = 2_000) -> None:
	with opened():
		import frappe

		from benchmarks.crowd import Crowd, fill_bookings, remove

		if frappe.db.db_type == "mariadb" and not int(frappe.db.sql("select @@global.userstat")[0][0]):
			print("For MariaDB's processor time: SET GLOBAL userstat = 1")
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
	_write_files(last, now)
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


def _write_files(last: date, now: int) -> None:
	"""Print how long the files of a year's bookings take, and how much the process grows by each."""
	from scheduler_integration.insights.export import TABLES
	from scheduler_integration.insights.scope import Scope
	from scheduler_integration.insights.sheets import FORMATS, write

	scope = Scope(last - timedelta(days=365), last, "Europe/Berlin")
	for extension in FORMATS:
		before, began, used = _peak_megabytes(), time.perf_counter(), time.process_time()
		with tempfile.TemporaryFile() as target:
			write(TABLES["bookings"](scope, now), extension, target)
			size = target.seek(0, 2)
		print(
			f"  {'a year as ' + extension:<28} {time.perf_counter() - began:8.1f} s, {time.process_time() - used:.1f} of this"
			f" processor; {size / 1e6:.0f} MB, the process grows by {_peak_megabytes() - before:.0f} MB"
		)


def _peak_megabytes() -> float:
	return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _figures(scope, now: int) -> dict[str, Callable[[], object]]:
	from scheduler_integration.insights.dashboard import dashboard
	from scheduler_integration.insights.funnel import funnel
	from scheduler_integration.insights.history import history
	from scheduler_integration.insights.scope import in_site_zone
	from scheduler_integration.insights.staff import staff_performance

	return {
		"history": lambda: history(in_site_zone(scope, now), now),
		"funnel": lambda: funnel(in_site_zone(scope, now), now),
		"dashboard": lambda: dashboard(scope, now),
		"staff": lambda: staff_performance(scope),
	}


def _measure(label: str, run: Callable[[], object]) -> None:
	import frappe

	times = []
	for _round in range(ROUNDS):
		frappe.db.rollback()
		before = time.perf_counter(), time.process_time(), _database_seconds()
		run()
		after = time.perf_counter(), time.process_time(), _database_seconds()
		times.append([(end - begin) * 1000 for begin, end in zip(before, after, strict=True)])
	wall, processor, database = (sorted(each) for each in zip(*times, strict=True))
	print(
		f"  {label:<28} {median(wall):8.1f} ms, best {wall[0]:.1f}; processor: Python {median(processor):.1f},"
		f" best {processor[0]:.1f}; MariaDB {median(database):.1f}, best {database[0]:.1f}"
	)


def _database_seconds() -> float:
	"""Return how long MariaDB's processor has worked for this connection. SQLite's time is in Python's."""
	import frappe

	if frappe.db.db_type != "mariadb":
		return 0.0
	return float(frappe.db.sql("show session status like 'Cpu_time'")[0][1])


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
