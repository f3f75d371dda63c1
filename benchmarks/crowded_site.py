"""A slots request on a site with very many bookings against the same request on an almost empty one.

`python -m benchmarks.crowded_site [bookings] [hosts]`, a million and 2,000 by default; on a real site when BENCH and SITE
are set (as `make test-bench` sets them). The site keeps the rows: use one that is to be thrown away.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT, ROOT / "embedded"):
	if str(folder) not in sys.path:
		sys.path.insert(0, str(folder))

from benchmarks.slots_request import medians  # noqa: E402
from tests.support.server import running  # noqa: E402
from tests.support.site import opened  # noqa: E402

ROUNDS = 3


def main(bookings: int = 1_000_000, hosts: int = 2_000) -> None:
	with opened() as site:
		import frappe

		from benchmarks.crowd import Crowd, fill

		now = int(time.time())
		for field in ("slots_per_minute", "bookings_per_hour"):
			frappe.db.set_single_value("Scheduler Settings", field, 0)
		fill(Crowd(1, max(bookings // hosts, 1), now))
		frappe.db.commit()
		empty, ping = _measure(site)
		began = time.perf_counter()
		_clear(frappe)
		fill(Crowd(hosts, max(bookings // hosts, 1), now))
		filled = time.perf_counter() - began
		full, ping_full = _measure(site)
		print(f"\n{bookings:,} bookings of {hosts:,} hosts, filled in {filled:.0f} s")
		print(f"{'slots request, 31 days':<32}{'p50 ms':>9}{'x ping':>9}")
		print(f"{'almost empty site':<32}{empty * 1000:>9.2f}{empty / ping:>9.2f}")
		print(f"{'full site':<32}{full * 1000:>9.2f}{full / ping_full:>9.2f}")
		print(f"{'full / almost empty':<32}{full / empty:>9.2f}")
		_show_plans(frappe)


def _query() -> dict[str, str]:
	import frappe

	first = frappe.utils.getdate() + timedelta(days=2)
	days = {"start_date": str(first), "end_date": str(first + timedelta(days=30))}
	return {"slug": "crowd-0", "meeting_type": "call", "timezone": "America/New_York", **days}


def _measure(site) -> tuple[float, float]:
	"""The best of some medians of the request and of the ping, taken in turn."""
	with running(site) as server, server.client() as client:
		rounds = [medians(client, _query()) for _each in range(ROUNDS)]
	return min(request for request, _ping in rounds), min(ping for _request, ping in rounds)


def _clear(frappe) -> None:
	"""The one host of the almost empty site comes again with the crowd."""
	doctypes = (
		"User", "Host Calendar", "Availability Schedule", "Availability Rule", "Scheduling Page", "Meeting Type",
		"Booking", "Booking Host", "Booking Slot",
	)  # fmt: skip
	for doctype in doctypes:
		frappe.db.delete(doctype, {"name": ["like", "%crowd%"]})
	frappe.db.commit()


def _show_plans(frappe) -> None:
	"""How the database answers each statement of the request."""
	from scheduler_integration import clock
	from scheduler_integration.api.parse import parse_date
	from scheduler_integration.availability import slots_between

	query, seen, ask = _query(), [], frappe.db.sql
	days = parse_date("start_date", query["start_date"]), parse_date("end_date", query["end_date"])

	def request() -> None:
		slots_between(query["slug"], query["meeting_type"], *days, query["timezone"], None, clock.now())

	request()
	frappe.db.sql = lambda text, *args, **kwargs: (seen.append((str(text), args)), ask(text, *args, **kwargs))[1]
	try:
		request()
	finally:
		frappe.db.sql = ask
	explain = "explain" if frappe.db.db_type == "mariadb" else "explain query plan"
	for text, args in seen:
		print(f"\n{text[:300]}")
		for row in ask(f"{explain} {text}", *args):
			print("   ", *(value for value in row if value is not None))


if __name__ == "__main__":
	main(*map(int, sys.argv[1:]))
