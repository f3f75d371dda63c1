"""Measures a slots request against the site's own ping on the same server, and counts its database statements.

Runs on a new embedded site, or on a real one if BENCH and SITE are set (`make bench-site` sets them). The rows differ
in the host's calendar. Each is the median of many requests of 31 days.
"""

from datetime import timedelta
from statistics import median
from time import perf_counter

from tests.support.server import Client, running
from tests.support.site import opened, undoing_commits

REQUESTS = 60
SLOTS = "scheduler_integration.api.public.get_slots"


def main() -> None:
	with opened() as site, undoing_commits():
		import frappe

		queries = _seed()
		frappe.db.commit()
		with running(site) as server, server.client() as client:
			_report(client, queries)


def _seed() -> dict[str, tuple[dict[str, str], int]]:
	"""Make pages with fuller and fuller calendars. Return the query of each and the number of statements it takes."""
	import frappe

	for field in ("slots_per_minute", "bookings_per_hour"):
		frappe.db.set_single_value("Scheduler Settings", field, 0)
	alone = {f"{busy} busy times": _seed_one(busy) for busy in (0, 50, 500)}
	own = {"500 busy times of the host's own calendar": _seed_calendar(500)}
	return {**alone, **own, "50 hosts in a round robin": _seed_team(50)}


def _seed_one(busy: int) -> tuple[dict[str, str], int]:
	import frappe

	from tests.support.factories import make_meeting_type, make_page

	page = make_page()
	meeting_type = make_meeting_type(page, daily_limit=9)
	first = frappe.utils.getdate() + timedelta(days=2)
	for each in range(busy):
		_block(page.user, first + timedelta(days=each % 31), each // 31)
	return _query(page, meeting_type)


def _seed_calendar(busy: int) -> tuple[dict[str, str], int]:
	"""Make a page whose host has a connected calendar that was just read."""
	import frappe

	from scheduler_integration.calendars.busy_store import Place, apply
	from scheduler_integration.calendars.listing import store_calendars
	from scheduler_integration.calendars.provider import BusyTime, Changes, ProviderCalendar, RemoteEvent
	from scheduler_integration.platform.clock import now
	from tests.support.factories import make_meeting_type, make_page

	page = make_page()
	meeting_type = make_meeting_type(page, daily_limit=9)
	values = {
		"doctype": "Calendar Connection",
		"user": page.user,
		"provider": "ICS",
		"address": "https://feed.example/",
	}
	name = frappe.get_doc(values).insert().name
	store_calendars(name, [ProviderCalendar(id="feed", name="Own", is_primary=True)])
	window = (now(), now() + 90 * 86400)
	calendar = frappe.db.get_value("Connected Calendar", {"parent": name})
	frappe.db.set_value("Connected Calendar", calendar, {"synced_at": now(), "window_until": window[1]})
	first = now() - now() % 86400 + 2 * 86400
	starts = (first + each % 31 * 86400 + (8 * 60 + each // 31 * 35) * 60 for each in range(busy))
	events = tuple(RemoteEvent(id=str(start), busy=(BusyTime(start, start + 1200),)) for start in starts)
	apply(Place(page.user, name, calendar, 1, window), Changes(events=events), ())
	return _query(page, meeting_type)


def _seed_team(hosts: int) -> tuple[dict[str, str], int]:
	from tests.support.factories import make_meeting_type, make_team_page, make_user

	page = make_team_page([make_user("Ann") for _each in range(hosts)])
	return _query(page, make_meeting_type(page, assignment="Round Robin"))


def _query(page, meeting_type) -> tuple[dict[str, str], int]:
	import frappe

	first = frappe.utils.getdate() + timedelta(days=2)
	query = {
		"slug": page.slug,
		"meeting_type": meeting_type.slug,
		"start_date": str(first),
		"end_date": str(first + timedelta(days=30)),
		"timezone": "America/New_York",
	}
	return query, _count_statements(query)


def _block(user: str, day: object, nth: int) -> None:
	import frappe

	start, end = (f"{day} {8 + minutes // 60:02}:{minutes % 60:02}:00" for minutes in (nth * 35, nth * 35 + 20))
	frappe.get_doc({"doctype": "Blocked Time", "user": user, "start_time": start, "end_time": end}).insert()


def _count_statements(query: dict[str, str]) -> int:
	import frappe

	from scheduler_integration.parsing.fields import parse_date
	from scheduler_integration.platform import clock
	from tests.support.door import slots_between

	days = parse_date("start_date", query["start_date"]), parse_date("end_date", query["end_date"])

	def ask() -> None:
		slots_between(query["slug"], query["meeting_type"], *days, query["timezone"], None, clock.now())

	ask()
	seen = []
	original = frappe.db.sql
	frappe.db.sql = lambda *args, **kwargs: (seen.append(args), original(*args, **kwargs))[1]
	try:
		ask()
	finally:
		frappe.db.sql = original
	return len(seen)


def _report(client: Client, queries: dict[str, tuple[dict[str, str], int]]) -> None:
	print(f"\n{'slots request, 31 days':<28}{'p50 ms':>9}{'ping ms':>9}{'x ping':>9}{'statements':>12}")
	for label, (query, statements) in queries.items():
		taken, ping = medians(client, query)
		print(f"{label:<28}{taken * 1000:>9.2f}{ping * 1000:>9.2f}{taken / ping:>9.2f}{statements:>12}")


def medians(client: Client, query: dict[str, str]) -> tuple[float, float]:
	"""Return the medians of the request and of the ping, asked in turn: other load on the machine slows both."""
	times = [(seconds(client, SLOTS, query), seconds(client, "ping", {})) for _each in range(REQUESTS)]
	return median(request for request, _ping in times), median(ping for _request, ping in times)


def seconds(client: Client, method: str, query: dict[str, str]) -> float:
	start = perf_counter()
	answer = client.get(f"/api/method/{method}", params=query)
	taken = perf_counter() - start
	answer.raise_for_status()
	return taken


if __name__ == "__main__":
	main()
