"""Lists what one booking asks the database, in order, and marks each statement that reads a whole table. Then counts
what each command and message of a session with 5 and with 100 attendees asks.

    make bench-statements BENCH=~/frappe-bench SITE=test.localhost

One host, a new attendee, over WSGI, in a process that has booked before, as a worker has. Each request has a connection of
its own, so this counts what Frappe asks in each of them, too.
"""

from collections.abc import Iterator
from typing import Any

from tests.support.bench import main_on_bench
from tests.support.server import somebodys_address
from tests.support.site import Site, opened, undoing_commits
from tests.support.statements import recorded, statements_of_a_session

BOOK = "/api/method/scheduler_integration.api.public.book"
# MariaDB's access types that read a whole table or index, and SQLite's word for it.
SCANS = ("ALL", "index", "SCAN")
WIDTH = 170
SESSIONS = (5, 100)


def plan_of(text: str, args: tuple[Any, ...]) -> list[str]:
	"""Return the rows of the database's plan for a query."""
	import frappe

	explain = "explain" if frappe.db.db_type == "mariadb" else "explain query plan"
	rows = frappe.db.sql(f"{explain} {text}", *args)
	return [" | ".join(str(value) for value in row if value is not None) for row in rows]


def is_scan(row: str) -> bool:
	"""Whether a row of a plan reads a whole table or index."""
	return any(cell in SCANS or cell.startswith("SCAN ") for cell in row.split(" | "))


def bookings_of_new_attendees() -> Iterator[dict[str, Any]]:
	"""Make a host, and yield requests to book this host's free times, each of an attendee whom nobody knows."""
	import frappe

	from scheduler_integration.platform import clock
	from tests.support.factories import make_meeting_type, make_page, make_user, payload

	for limit in ("bookings_per_hour", "site_bookings_per_hour"):
		frappe.db.set_single_value("Scheduler Settings", limit, 0)
	page = make_page(make_user("Host"))
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	# 1 January 1970 was a Thursday, so a Monday is four days after a multiple of seven.
	monday = (clock.now() // 86400 // 7 + 2) * 7 * 86400 + 4 * 86400
	for start in range(monday + 9 * 3600, monday + 16 * 3600, 1800):
		yield payload(page, meeting_type, start)


def book(site: Site, wanted: dict[str, Any]) -> None:
	"""Book as a visitor does, by a request that this process answers. Frappe makes a connection for each request."""
	from werkzeug.test import Client

	headers = {"X-Frappe-Site-Name": site.name, "X-Forwarded-For": somebodys_address()}
	response = Client(site.application()).post(BOOK, json=wanted, headers=headers)
	assert response.status_code == 201, response.get_data(as_text=True)


def statements_of_a_booking(site: Site) -> list[tuple[str, tuple[Any, ...]]]:
	"""Return what one booking asks the database, with the values."""
	requests = bookings_of_new_attendees()
	# The first requests of a process read definitions of DocTypes, translations and settings.
	for wanted in [next(requests) for _each in range(3)]:
		book(site, wanted)
	wanted = next(requests)
	with recorded() as seen:
		book(site, wanted)
	# The request has closed this process's connection.
	site.connect()
	return seen


def main() -> None:
	with opened() as site, undoing_commits():
		import frappe

		seen = statements_of_a_booking(site)
		scans = 0
		for number, (text, args) in enumerate(seen, 1):
			words = " ".join(text.split())
			is_read = words[:6].lower() == "select" and " from " in words.lower()
			found = [row for row in plan_of(text, args) if is_scan(row)] if is_read else []
			scans += bool(found)
			print(f"{number:>3} {words[:WIDTH]}")
			print(*(f"    SCAN {row}" for row in found), sep="\n", end="\n" if found else "")
		print(f"{len(seen)} statements on {frappe.db.db_type}, {scans} of them read a whole table")
		# The first session warms the process up.
		counts = {size: statements_of_a_session(size) for size in (3, *SESSIONS)}
		for label in counts[3]:
			asked = (
				f"{size} attendees: {len(counts[size][label].statements)} in {counts[size][label].ms:.0f} ms"
				for size in SESSIONS
			)
			print(f"{label}: {', '.join(asked)}")


if __name__ == "__main__":
	main_on_bench("benchmarks.statements", lambda _arguments: main())
