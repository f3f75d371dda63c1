"""Measures the analytics of a consultant with very many engagement rows.

`python -m benchmarks.engagement [rows]`: 100,000 by default, all of one consultant. Runs on a new embedded site, or on a
real one if BENCH and SITE are set (`make bench-site`). The rows are deleted afterwards.
"""

import sys
from collections.abc import Iterator
from datetime import date
from statistics import median
from time import perf_counter

from tests.support.site import opened, undoing_commits

ROUNDS = 20
TYPES, ASSESSMENTS = 12, 500
FIRST = 1_735_689_600  # 1 January 2025, UTC
YEAR = 365 * 86400
PHASES = ("Stabilize", "Organize", "Build", "Grow", "Systemic")
FIELDS = (
	"name", "creation", "modified", "owner", "consultant", "event_type", "status", "from_report", "assessment", "phase",
	"meeting_type", "clicked_at", "booked_at", "scheduled_for", "completed_at",
)  # fmt: skip


def main(rows: int = 100_000) -> None:
	with opened() as site, undoing_commits():
		import frappe

		from tests.support.consultants import make_assessment, make_scheduler, make_type

		consultant = make_scheduler().consultant
		types = [make_type(consultant, title=f"Type {number}").name for number in range(TYPES)]
		assessments = [make_assessment(consultant).name for _number in range(ASSESSMENTS)]
		_insert(rows, consultant, types, assessments)
		if frappe.db.db_type != "sqlite":
			frappe.db.sql("analyze table `tabScheduler Engagement`")
		frappe.db.commit()
		kind = frappe.db.db_type
		print(
			f"\nanalytics of {rows:,} rows of one consultant on {kind} ({'real' if site.is_real else 'embedded'} site)"
		)
		for name, first, last in (
			("all of them", None, None),
			("one year", date(2025, 1, 1), date(2025, 12, 31)),
			("one month", date(2025, 12, 1), date(2025, 12, 31)),
		):
			_measure(name, consultant, first, last)
		_measure("a manager's", None, date(2025, 12, 1), date(2025, 12, 31))
		frappe.db.delete("Scheduler Engagement", {"consultant": consultant})
		frappe.db.commit()


def _measure(name: str, consultant: str | None, first: date | None, last: date | None) -> None:
	import frappe

	from scheduler_integration.engagement.analytics import analytics

	times, ask, asked = [], frappe.db.sql, []
	frappe.db.sql = lambda *args, **kwargs: asked.append(args[0]) or ask(*args, **kwargs)
	try:
		for _round in range(ROUNDS):
			asked.clear()
			frappe.db.rollback()
			began = perf_counter()
			found = analytics(consultant, first, last, None if consultant else "UTC")
			times.append(perf_counter() - began)
	finally:
		frappe.db.sql = ask
	total = found.total
	figures = f"{total.clicks:,} clicks, {total.bookings:,} bookings, {total.completed:,} completed"
	print(
		f"  {name:12} {median(times) * 1000:7.1f} ms (worst {max(times) * 1000:.1f})  {len(asked)} queries  {figures}"
	)


def _insert(rows: int, consultant: str, types: list[str], assessments: list[str]) -> None:
	"""Insert clicks, and for each fourth click a booking. Two years of them, at one time each."""
	import frappe

	frappe.db.bulk_insert("Scheduler Engagement", list(FIELDS), _rows(rows, consultant, types, assessments))
	frappe.db.commit()


def _rows(count: int, consultant: str, types: list[str], assessments: list[str]) -> Iterator[tuple]:
	for number in range(count):
		moment = FIRST + number * 2 * YEAR // count
		is_booking = number % 5 == 4
		is_completed = is_booking and number % 10 == 9
		event = "meeting_completed" if is_completed else "meeting_booked" if is_booking else "link_clicked"
		stamp = "2026-01-01 00:00:00"
		yield (
			f"bench-{number}", stamp, stamp, "Administrator", consultant, event,
			"Completed" if is_completed else "Scheduled" if is_booking else None, 1,
			assessments[number % len(assessments)], PHASES[number % 7 % 5], types[number % len(types)],
			moment, moment + 600 if is_booking else None, moment + 86400 if is_booking else None,
			moment + 90000 if is_completed else None,
		)  # fmt: skip


if __name__ == "__main__":
	main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
