"""Measures each page of a host with 500 bookings: `python -m benchmarks.host_pages [BOOKINGS]`.

Runs on a new embedded site, or on a real one if BENCH and SITE are set. A page is its view and its HTML. Half of the
bookings are over. The time ends when the HTML is there, and includes the database.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from tests.support.site import opened, undoing_commits

BOOKINGS = 500
RUNS = 7
# The page's file in pages/, and the arguments of its address. "{type}" and "{booking}" are records of the host.
PAGES: tuple[tuple[str, dict[str, str]], ...] = (
	("host/agenda", {}),
	("host/agenda", {"show": "past"}),
	("host/meeting", {"meeting": "{booking}"}),
	("host/hours/page", {}),
	("host/types_list", {}),
	("host/type_editor", {"type": "{type}"}),
	("preview/type", {"type": "{type}"}),
	("host/page_form", {}),
	("host/calendars", {}),
	("host/video", {}),
	("host/insights", {}),
	("host/why", {}),
	("host/book", {}),
	("host/waitlist", {}),
)


def main() -> None:
	count = int(sys.argv[1]) if len(sys.argv) > 1 else BOOKINGS
	with opened(), undoing_commits():
		few, many = seed(1), seed(count)
		print(f"| page | statements, 1 booking | {count} bookings | ms |\n| --- | --- | --- | --- |")
		for page, arguments in PAGES:
			_took, least = measure(page, arguments, few)
			took, statements = measure(page, arguments, many)
			name = " ".join([page, *arguments.values()])
			print(f"| {name} | {least} | {statements} | {1000 * took:.0f} |")


def measure(page: str, arguments: dict[str, str], names: dict[str, str], runs: int = RUNS) -> tuple[float, int]:
	"""Draw the page as the host of `seed`. Returns the seconds that it takes, and its statements."""
	import frappe

	from scheduler_integration.pages.routes import answer
	from tests.support.statements import recorded

	frappe.set_user(names["user"])
	frappe.local.form_dict = frappe._dict({name: text.format(**names) for name, text in arguments.items()})

	def show() -> None:
		_html, status = answer(page)
		assert status == 200, page

	show()
	with recorded() as statements:
		show()
	took = _seconds(show, runs)
	frappe.set_user("Administrator")
	return took, len(statements)


def _seconds(work: Callable[[], None], runs: int) -> float:
	took = []
	for _run in range(runs):
		began = perf_counter()
		work()
		took.append(perf_counter() - began)
	return median(took) if took else 0.0


def seed(count: int) -> dict[str, str]:
	"""Make a host with this many bookings, copies of one that was made as a visitor does. Returns the names of records."""
	import frappe

	from scheduler_integration.platform.clock import now
	from tests.pages.offer import make_offer, wish_for
	from tests.support import door

	meeting_type = make_offer()
	booked = frappe.get_doc("Booking", door.book(wish_for(meeting_type), now()).id)
	for number in range(1, count):
		_copy(booked, (number // 2 + 1) * 3600 * (-1 if number % 2 else 1))
	page = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)
	return {"user": page.user, "type": meeting_type.name, "booking": booked.name}


def _copy(booked: Any, later: int) -> None:
	"""Store a copy of the booking so many seconds later, without what follows from a booking."""
	import frappe

	copied = frappe.copy_doc(booked, ignore_no_copy=False)
	copied.name = frappe.generate_hash(length=10)
	copied.idempotency_key = None
	copied.ical_uid = frappe.generate_hash(length=20)
	for row in (copied, *copied.hosts):
		row.starts_at, row.ends_at = row.starts_at + later, row.ends_at + later
	copied.db_insert()
	for row in copied.hosts:
		row.parent, row.name = copied.name, frappe.generate_hash(length=10)
		row.db_insert()


if __name__ == "__main__":
	main()
