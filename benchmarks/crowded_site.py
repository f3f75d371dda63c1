"""Compares a slots request and a booking on a site with very many bookings with the same on an almost empty site.

It also shows what the jobs cost that run every minute: `python -m benchmarks.crowded_site 100000 100000` for many hosts.

`python -m benchmarks.crowded_site [bookings] [hosts]`: a million and 2,000 by default, on a new embedded site. On a real
one: `make bench-site BENCH= SITE= ARGS="crowded_site 1000000 2000"`. The site keeps the rows until the next run: use one
that can be thrown away.
"""

import math
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import NamedTuple

from benchmarks.slots_request import SLOTS, medians, seconds
from benchmarks.statements import is_scan, plan_of, recorded
from tests.support.server import Client, running
from tests.support.site import opened

ROUNDS = 3
# In its first runs, a job may count years of bookings, a part in each.
RUNS_OF_JOBS = 30
BOOKINGS = 20
BOOK = "scheduler_integration.api.public.book"
# One host's slots are listed and another's are booked, so that the slots request returns the same before and after.
ASKED, BOOKED = 0, 1


class Figure(NamedTuple):
	"""The seconds that something takes, and those of a ping at that time: other load on the machine slows both."""

	taken: float
	ping: float

	@property
	def pings(self) -> float:
		return self.taken / self.ping


class Figures(NamedTuple):
	request: Figure
	booking: Figure


def main(bookings: int = 1_000_000, hosts: int = 2_000) -> None:
	with opened() as site:
		import frappe

		from benchmarks.crowd import Crowd, connect, fill, remove

		now, each = int(time.time()), max(bookings // hosts, 1)
		for field in ("slots_per_minute", "bookings_per_hour"):
			frappe.db.set_single_value("Scheduler Settings", field, 0)
		remove()
		fill(Crowd(range(2), each, now))
		empty = _measure(site)
		began = time.perf_counter()
		fill(Crowd(range(2, hosts), each, now))
		filled = time.perf_counter() - began
		full = _measure(site)
		print(f"\n{bookings:,} bookings of {hosts:,} hosts on {frappe.db.db_type}, filled in {filled:.0f} s")
		_report(empty, full)
		connect(Crowd(range(hosts), each, now))
		_show_jobs()
		_show_plans(_request)
		_show_plans(_book, scans_only=True)
		frappe.db.rollback()


def _measure(site) -> Figures:
	"""Measure the request and the booking. The request's figure is the best of several medians."""
	with running(site) as server, server.client() as client:
		rounds = [Figure(*medians(client, _query(ASKED))) for _each in range(ROUNDS)]
		return Figures(min(rounds, key=lambda figure: figure.pings), _median_booking(client))


def _median_booking(client: Client) -> Figure:
	days = client.get(f"/api/method/{SLOTS}", params=_query(BOOKED)).json()["data"]["days"]
	starts = [slot["start"] for slots in days.values() for slot in slots][:BOOKINGS]
	times = [(_seconds_to_book(client, start), seconds(client, "ping", {})) for start in starts]
	return Figure(median(booking for booking, _ping in times), median(ping for _booking, ping in times))


def _seconds_to_book(client: Client, start: str) -> float:
	began = time.perf_counter()
	answer = client.post(f"/api/method/{BOOK}", json=_payload(start))
	taken = time.perf_counter() - began
	if answer.status_code == 503:
		# No worker runs here, so messages are late, and of many guests in a second some come again.
		time.sleep(1)
		return _seconds_to_book(client, start)
	answer.raise_for_status()
	return taken


def _payload(start: str) -> dict[str, str]:
	"""Return a booking by a new attendee with a new name: if a contact has namesakes, Frappe reads all of them."""
	nth = time.time_ns()
	return {
		"slug": f"crowd-{BOOKED}",
		"meeting_type": "call",
		"start": start,
		"attendee_name": f"Grace Hopper the {nth}th",
		"attendee_email": f"grace-{nth}@guests.example",
		"timezone": "America/New_York",
	}


def _query(host: int) -> dict[str, str]:
	import frappe

	first = frappe.utils.getdate() + timedelta(days=2)
	days = {"start_date": str(first), "end_date": str(first + timedelta(days=30))}
	return {"slug": f"crowd-{host}", "meeting_type": "call", "timezone": "America/New_York", **days}


def _report(empty: Figures, full: Figures) -> None:
	print(f"{'p50':<26}{'almost empty':>22}{'full':>22}{'ratio':>8}")
	for label, before, after in zip(("slots request, 31 days", "booking"), empty, full, strict=True):
		print(f"{label:<26}{_words(before):>22}{_words(after):>22}{after.pings / before.pings:>8.2f}")


def _words(figure: Figure) -> str:
	return f"{figure.taken * 1000:.1f} ms, {figure.pings:.2f} pings"


def _request() -> None:
	from scheduler_integration.parsing.fields import parse_date
	from scheduler_integration.platform import clock
	from tests.support.door import slots_between

	query = _query(ASKED)
	days = parse_date("start_date", query["start_date"]), parse_date("end_date", query["end_date"])
	slots_between(query["slug"], query["meeting_type"], *days, query["timezone"], None, clock.now())


def _book() -> None:
	from scheduler_integration.parsing.fields import parse_date
	from scheduler_integration.platform import clock
	from scheduler_integration.platform.clock import iso
	from tests.support.door import book, slots_between

	query, now = _query(BOOKED), clock.now()
	days = parse_date("start_date", query["start_date"]), parse_date("end_date", query["end_date"])
	found = slots_between(query["slug"], query["meeting_type"], *days, query["timezone"], None, now).days
	book(_payload(next(iso(slot.start, "UTC") for slots in found.values() for slot in slots)), now)


def _show_jobs() -> None:
	"""Print what each job costs that runs every minute or every five, when it has counted the past and has little left to do.

	Each host has a calendar that is due: the job of each minute queues jobs for them, and each of these claims one after the other.
	"""
	import frappe

	from scheduler_integration.calendars.queue import claim_due
	from scheduler_integration.hooks import scheduler_events
	from scheduler_integration.platform import clock

	rows = frappe.db.sql("select count(*) from `tabHost Calendar`")[0][0]
	print(f"\n{'a job, with ' + format(rows, ',') + ' hosts':<40}{'ms':>9}{'of Python':>11}{'statements':>12}")
	for schedule in ("* * * * *", "*/5 * * * *"):
		for job in map(frappe.get_attr, scheduler_events["cron"][schedule]):
			_show_job(job.__name__, job)
	_show_job("a worker claims a calendar", lambda: claim_due(clock.now()))
	print(f"memory of this process at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _show_job(name: str, job: Callable[[], object]) -> None:
	import frappe

	taken = math.inf
	for _run in range(RUNS_OF_JOBS):
		before = taken
		with recorded() as seen:
			began, used = time.perf_counter(), time.process_time()
			job()
			taken, used = time.perf_counter() - began, time.process_time() - used
		frappe.db.commit()
		if taken > before / 2:
			break
	print(f"{name:<40}{taken * 1000:>9.1f}{used * 1000:>11.1f}{len(seen):>12}")


def _show_plans(run: Callable[[], None], *, scans_only: bool = False) -> None:
	"""Print the database's plan for each query of the run, or for those queries that read a whole table."""
	import frappe

	# This transaction still shows the state from before the server's bookings.
	frappe.db.rollback()
	run()
	frappe.db.rollback()
	with recorded() as seen:
		run()
	print(
		f"\n{len(seen)} statements in {run.__name__.strip('_')}"
		+ (", those that read a whole table:" if scans_only else ":")
	)
	for text, args in seen:
		if text.lower().startswith("select") and "from" in text.lower():
			plan = plan_of(text, args)
			if not scans_only or any(is_scan(row) for row in plan):
				print(f"\n{' '.join(text.split())[:400]}")
				print(*(f"    {row}" for row in plan), sep="\n")


if __name__ == "__main__":
	main(*map(int, sys.argv[1:]))
