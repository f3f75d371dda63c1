"""`make bench-load`: many guests at once on a real site, served as a bench serves it, by gunicorn.

    make bench-load BENCH=~/frappe-bench SITE=test.localhost ARGS="--bookings 300 --workers 2 --rq-workers 1"
    make bench-load BENCH=... SITE=... ARGS="--rows book-1x1,book-8x20-rq --bookings 5000"

Each row of the table is one mix of clients. They speak HTTP from this machine, so they take a part of its processors
too. One client sends a ping after each request, so that other load on the machine slows both. Lock waits and deadlocks
are those of the whole database server. The last columns say how much processor time a request takes, in ms, of the web
workers, MariaDB, Redis and RQ workers.

The records that this makes are deleted at the end. Use a site that nobody else uses, and stop its RQ workers.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from statistics import median

from benchmarks.cpu import CLIENTS, MARIADB, REDIS, RQ, WEB, Meters
from tests.support.bench import main_on_bench
from tests.support.server import free_port, somebodys_address
from tests.support.site import Site, opened, undoing_commits
from tests.support.smtp import Inbox, sending_to_inbox

BOOK = "/api/method/scheduler_integration.api.public.book"
PING = "/api/method/ping"
HOSTS = 8
# A worker has two minutes for the messages of these bookings.
MOST_DELIVERED = 40
# Not all guests have names of their own.
NAMES = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Jean Bartik")
DOMAIN, MANY = "load.example", 1_000_000
LIMITS = ("slots_per_minute", "bookings_per_hour", "site_requests_per_minute", "site_bookings_per_hour")
COUNTERS = ("Innodb_row_lock_waits", "Innodb_row_lock_time", "Innodb_deadlocks")


@dataclass(frozen=True, slots=True)
class Request:
	path: str
	body: dict[str, str] | None = None


@dataclass(slots=True)
class Measured:
	"""The measurements of one row's clients: seconds for each request, and the number of answers of each status."""

	seconds: list[float] = field(default_factory=list)
	pings: list[float] = field(default_factory=list)
	statuses: Counter[int] = field(default_factory=Counter)
	took: float = 0.0
	locks: dict[str, int] = field(default_factory=dict)
	cpu: dict[str, float] = field(default_factory=dict)

	@property
	def a_second(self) -> float:
		"""Requests a second, without the time of the pings between them."""
		return len(self.seconds) / (self.took - sum(self.pings))

	def count_of(self, *statuses: int) -> int:
		return sum(count for status, count in self.statuses.items() if status // 100 in statuses)


def free_of_caps(domain: str, pages: Iterable[str]) -> None:
	"""Let messages to guests of this domain leave at once in this hour and the next.

	Nobody has confirmed their addresses, so most of their messages would wait for the next hour (`trust/caps.py`).
	"""
	from scheduler_integration.trust.counters import HOUR, count

	for of_what in (f"domain:{domain}", *(f"page:{page}" for page in pages)):
		for hour in (0, HOUR):
			count(f"messages:{of_what}", int(time.time()) + hour, times=-MANY)


class Clients:
	"""Clients of one server. Each has a connection and an address of its own."""

	def __init__(self, port: int, site: str, meters: Meters):
		self.port, self.site, self.meters = port, site, meters

	def run(self, count: int, requests: list[Request]) -> Measured:
		"""Send all requests with `count` clients, each as soon as its last response is there.

		With as many clients as hosts, each client books one host: then nobody has to wait for a lock. A single client
		sends a ping after each request.
		"""
		found, lock = Measured(), threading.Lock()

		def one_client(nth: int) -> None:
			connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
			headers = {"X-Frappe-Site-Name": self.site, "X-Forwarded-For": somebodys_address()}
			for request in requests[nth::count]:
				began = time.perf_counter()
				status = send(connection, headers, request)
				taken = time.perf_counter() - began
				with lock:
					found.seconds.append(taken)
					found.statuses[status] += 1
				if count == 1:
					began = time.perf_counter()
					send(connection, headers, Request(PING))
					found.pings.append(time.perf_counter() - began)

		before, cpu, began = _lock_counters(), self.meters.read(), time.perf_counter()
		with ThreadPoolExecutor(count) as pool:
			for done in [pool.submit(one_client, nth) for nth in range(count)]:
				done.result()
		found.took = time.perf_counter() - began
		found.cpu = {part: (now - cpu[part]) / len(requests) for part, now in self.meters.read().items()}
		found.locks = {name: value - before[name] for name, value in _lock_counters().items()}
		return found


def send(connection: http.client.HTTPConnection, headers: dict[str, str], request: Request) -> int:
	"""Send the request over a connection of its own, as bench's nginx does, and return the status.

	Connections that stay open stay with one web worker: then one may serve most clients, and the other is idle.
	A guest who should come again does so after a second, as the page's script does.
	"""
	while (status := _send_once(connection, headers, request)) == 503:
		time.sleep(1)
	return status


def _send_once(connection: http.client.HTTPConnection, headers: dict[str, str], request: Request) -> int:
	headers = {**headers, "Connection": "close"}
	if request.body is None:
		connection.request("GET", request.path, headers=headers)
	else:
		connection.request(
			"POST", request.path, json.dumps(request.body), {**headers, "Content-Type": "application/json"}
		)
	response = connection.getresponse()
	response.read()
	return response.status


def _lock_counters() -> dict[str, int]:
	import frappe

	names = ", ".join(f"'{name}'" for name in COUNTERS)
	return {name: int(value) for name, value in frappe.db.sql(f"show global status where variable_name in ({names})")}


class Hosts:
	"""Hosts with a personal page each. `bookings(n)` makes requests for free times, taking the first n hosts in turn."""

	def __init__(self, count: int):
		import frappe

		from tests.support.factories import fresh, make_meeting_type, make_page, make_user

		for limit in LIMITS:
			frappe.db.set_single_value("Scheduler Settings", limit, 0)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
		pages = [make_page(make_user("Host")) for _each in range(count)]
		free_of_caps(DOMAIN, [page.name for page in pages])
		self._pages = [(page.slug, make_meeting_type(page).slug) for page in pages]
		self._starts = [_office_hours() for _each in pages]
		# The queue delivers to these addresses later, and may know those of an earlier run.
		self._guests = (f"{fresh('guest')}@{DOMAIN}" for _each in itertools.count())
		self._pages_taken = {"empty": self._pages[0], "busy": self._busy()}
		frappe.db.commit()

	def _busy(self) -> tuple[str, str]:
		"""Make a host with 500 blocked times in the month that is asked for."""
		import frappe

		from scheduler_integration.platform.sql import insert_rows
		from tests.support.factories import make_meeting_type, make_page, make_user

		page = make_page(make_user("Busy"))
		first = int(time.time()) // 86400 * 86400 + 2 * 86400
		starts = [first + each % 31 * 86400 + (8 * 60 + each // 31 * 35) * 60 for each in range(500)]
		rows = [(frappe.generate_hash(length=10), page.user, start, start + 1200) for start in starts]
		insert_rows("Blocked Time", ("name", "user", "starts_at", "ends_at"), rows)
		return page.slug, make_meeting_type(page).slug

	def path(self, host: int = 0) -> str:
		return "/schedule/{}/{}".format(*self._pages[host])

	def slots(self, calendar: str = "empty") -> Request:
		slug, type_slug = self._pages_taken[calendar]
		first = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * 86400))
		last = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 32 * 86400))
		query = f"slug={slug}&meeting_type={type_slug}&start_date={first}&end_date={last}&timezone=UTC"
		return Request(f"/api/method/scheduler_integration.api.public.get_slots?{query}")

	def bookings(self, count: int, hosts: int) -> list[Request]:
		return [self.booking(each % hosts) for each in range(count)]

	def booking(self, host: int) -> Request:
		slug, type_slug = self._pages[host]
		start = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(next(self._starts[host])))
		who = {"attendee_name": random.choice(NAMES), "attendee_email": next(self._guests)}
		return Request(BOOK, {"slug": slug, "meeting_type": type_slug, "start": start, "timezone": "UTC", **who})


def _office_hours() -> Iterator[int]:
	"""Yield half hours of office hours. Each is on another weekday than the last, so that no calendar gets full."""
	monday = (int(time.time()) // 86400 + 7) * 86400
	# 1 January 1970 was a Thursday.
	monday += (-(monday // 86400 + 3) % 7) * 86400
	for half_hour in range(16):
		for week in range(150):
			for day in range(5):
				yield monday + (week * 7 + day) * 86400 + 9 * 3600 + half_hour * 1800


@contextmanager
def gunicorn(site: Site, workers: int, threads: int, meters: Meters) -> Iterator[int]:
	"""Serve the site as a bench in production does, and yield the port."""
	port = free_port()
	own = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads), "--preload"]
	command = [sys.executable, "-W", "ignore", "-m", "gunicorn", *own, "--timeout", "120", "frappe.app:application"]
	with process(site, command) as pid:
		_wait_for(port, site.name)
		meters.add(WEB, pid)
		yield port


@contextmanager
def process(site: Site, command: list[str]) -> Iterator[int]:
	with tempfile.TemporaryFile() as log:
		process = subprocess.Popen(command, cwd=site.working_directory, env=site.environment, stdout=log, stderr=log)
		try:
			yield process.pid
		finally:
			process.terminate()
			# Otherwise what the rows committed would stay: the error would end the clean-up.
			try:
				process.wait(timeout=60)
			except subprocess.TimeoutExpired:
				process.kill()
				process.wait()


def rq_worker(nice: int) -> list[str]:
	"""Return the command of a worker that leaves the processors to guests, as docs/how-to/scaling.md recommends."""
	cli = [sys.executable, "-W", "ignore", "-m", "frappe.utils.bench_helper", "frappe", "worker"]
	return ["nice", "-n", str(nice), *cli, "--queue", "short,default,long", "--quiet"]


def _wait_for(port: int, site: str) -> None:
	deadline = time.monotonic() + 60
	while time.monotonic() < deadline:
		try:
			send(http.client.HTTPConnection("127.0.0.1", port, timeout=30), {"X-Frappe-Site-Name": site}, Request(PING))
			return
		except OSError:
			time.sleep(0.2)
	raise RuntimeError("The server didn't start.")


def wait_for_worker(pid: int) -> None:
	"""Wait until the RQ worker takes jobs. Its own start isn't measured."""
	from frappe.utils.background_jobs import get_redis_conn
	from rq import Worker

	deadline = time.monotonic() + 60
	while pid not in [worker.pid for worker in Worker.all(get_redis_conn())]:
		if time.monotonic() > deadline:
			raise RuntimeError("The RQ worker didn't start.")
		time.sleep(0.2)


def percentile(values: list[float], share: float) -> float:
	return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


CPU_COLUMNS = (WEB, MARIADB, REDIS, RQ, CLIENTS)
COLUMNS = (
	"what", "clients", "a second", "p50 ms", "pings", "p95", "max", "responses", "lock waits", "deadlocks",
	*(f"{part} CPU" for part in CPU_COLUMNS),
)  # fmt: skip


def _row(what: str, clients: int, found: Measured, ping: Measured) -> str:
	p50, unit = median(found.seconds) * 1000, median(found.pings or ping.seconds) * 1000
	answers = ", ".join(f"{count} × {status}" for status, count in sorted(found.statuses.items()))
	waits, waited, deadlocks = (found.locks[name] for name in COUNTERS)
	cells = (
		what,
		clients,
		f"{found.a_second:.1f}",
		f"{p50:.1f}",
		f"{p50 / unit:.1f}",
		f"{percentile(found.seconds, 0.95):.0f}",
		f"{max(found.seconds) * 1000:.0f}",
		answers,
		f"{waits} ({waited} ms)",
		deadlocks,
		*(_cpu_of(part, found, ping) for part in CPU_COLUMNS),
	)
	return _line(cells)


def _cpu_of(part: str, found: Measured, ping: Measured) -> str:
	"""Return the processor time of one request in ms. The pings of a single client are left out."""
	if part not in found.cpu:
		return "–"
	of_pings = ping.cpu.get(part, 0.0) / 2 if found.pings and found is not ping else 0.0
	# In the first row, the requests are pings, and so are those between them.
	share = 2 if found is ping else 1
	return f"{max(0.0, found.cpu[part] / share - of_pings) * 1000:.1f}"


def _of_rq(found: Measured, workers: int, sent: int) -> str:
	"""Return what the RQ workers took from the guests, and how far they came, until the last response."""
	cores, each = found.cpu[RQ] * len(found.seconds) / found.took, found.cpu[RQ] * len(found.seconds) / max(1, sent)
	return f"{workers} RQ workers meanwhile: {cores:.2f} cores, {sent} e-mails, {each * 1000:.0f} ms CPU for each"


def _line(cells: tuple) -> str:
	return "| " + " | ".join(map(str, cells)) + " |"


@dataclass(frozen=True, slots=True)
class Row:
	"""One row of the table. `of` is the number of hosts that are booked; 0 for a row without bookings."""

	name: str
	what: str
	clients: int
	of: int = 0
	rq: bool = False


ROWS = (
	Row("ping", "ping", 1),
	Row("login", "Frappe's login page", 1),
	Row("page", "booking page", 1),
	Row("slots", "slots of 31 days", 1),
	Row("slots-500", "slots of 31 days, 500 busy times", 1),
	Row("book-1x1", "book, one host", 1, of=1),
	Row("book-2x2", "book, two hosts", 2, of=2),
	Row("book-8x8", "book, eight hosts", 8, of=8),
	Row("book-8x20", "book, eight hosts", 20, of=8),
	Row("book-1x20", "book, one host", 20, of=1),
	Row("book-8x20-rq", "book, eight hosts, RQ workers", 20, of=8, rq=True),
)


def main(arguments: list[str]) -> None:
	parser = argparse.ArgumentParser()
	parser.add_argument("--bookings", type=int, default=200, help="for each row of the table")
	parser.add_argument("--requests", type=int, default=100, help="for each row without bookings")
	parser.add_argument("--workers", type=int, default=2, help="gunicorn's processes")
	parser.add_argument("--threads", type=int, default=4, help="gunicorn's threads in each process")
	parser.add_argument("--rq-workers", type=int, default=1, help="for the last row")
	parser.add_argument(
		"--nice", type=int, default=0, help="niceness of RQ workers beside the 10 that Frappe gives them"
	)
	parser.add_argument("--rows", default="", help="only these, of " + ",".join(row.name for row in ROWS))
	chosen = parser.parse_args(arguments)
	with opened() as site, undoing_commits():
		meters = Meters()
		hosts = Hosts(HOSTS)
		site.forget_jobs()
		try:
			# Messages go to a mail server on this machine.
			with sending_to_inbox(site) as inbox, gunicorn(site, chosen.workers, chosen.threads, meters) as port:
				clients = Clients(port, site.name, meters)
				_report(clients, hosts, chosen, lambda: process(site, rq_worker(chosen.nice)), inbox)
				_deliver(site, clients, hosts.bookings(min(chosen.bookings, MOST_DELIVERED), HOSTS), inbox)
		finally:
			site.forget_jobs()


def _deliver(site: Site, clients: Clients, bookings: list[Request], inbox: Inbox) -> None:
	"""Book with no RQ worker, and measure then what one needs for each e-mail. Some are of earlier bookings."""
	site.forget_jobs()
	clients.run(4, bookings)
	inbox.arrived.queue.clear()
	began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
	with suppress(subprocess.TimeoutExpired):
		site.run_jobs(stderr=subprocess.DEVNULL)
	took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
	used, sent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, inbox.arrived.qsize()
	each = f"{took / max(1, sent) * 1000:.0f} ms, {used / max(1, sent) * 1000:.0f} ms CPU for each"
	print(f"one RQ worker, without guests: {sent} e-mails, {each}, its start included")


def _report(clients: Clients, hosts: Hosts, chosen: argparse.Namespace, rq_worker: Callable, inbox: Inbox) -> None:
	single = {
		"ping": Request(PING),
		"login": Request("/login"),
		"page": Request(hosts.path()),
		"slots": hosts.slots(),
		"slots-500": hosts.slots("busy"),
	}
	# Each process and thread has imported everything before it is measured.
	for warm in single.values():
		clients.run(8, [warm] * 40)
	clients.run(8, hosts.bookings(32, HOSTS))
	wanted = {name for name in chosen.rows.split(",") if name} or {row.name for row in ROWS}
	print(f"{chosen.workers} web workers of {chosen.threads} threads, {os.cpu_count()} processors")
	print(_line(COLUMNS), _line(("---",) * len(COLUMNS)), sep="\n")
	ping, found = clients.run(1, [single["ping"]] * max(100, chosen.requests)), {}
	for row in ROWS:
		if row.name not in wanted:
			continue
		with ExitStack() as stack:
			for _each in range(chosen.rq_workers if row.rq else 0):
				pid = stack.enter_context(rq_worker())
				wait_for_worker(pid)
				clients.meters.add(RQ, pid)
			requests = hosts.bookings(chosen.bookings, row.of) if row.of else [single[row.name]] * chosen.requests
			inbox.arrived.queue.clear()
			found[row.name] = ping if row.name == "ping" else clients.run(row.clients, requests)
			sent = inbox.arrived.qsize()
		print(_row(row.what, row.clients, found[row.name], ping), flush=True)
		if row.rq:
			print(_of_rq(found[row.name], chosen.rq_workers, sent), flush=True)
	for promise, value, is_kept in _promises(found):
		print(f"{'kept' if is_kept else 'NOT KEPT'}: {promise}: {value}")


def _promises(found: dict[str, Measured]) -> Iterator[tuple[str, str, bool]]:
	"""Yield what must hold, what was measured, and whether it holds. See docs/explanation/performance.md."""
	for name in (row.name for row in ROWS if row.name in found):
		failed = found[name].count_of(5)
		yield f"{name}: no 5xx", f"{failed} of {len(found[name].seconds)}", not failed
	for name, most in (("page", 5.5), ("slots-500", 2.5), ("book-1x1", 12.0)):
		if name in found:
			yield f"{name}: at most {most} pings", f"{_in_pings(found[name]):.1f}", _in_pings(found[name]) <= most
	if "page" in found and "login" in found:
		ratio = median(found["page"].seconds) / median(found["login"].seconds)
		yield "page: at most 1.2 of Frappe's login page", f"{ratio:.2f}", ratio <= 1.2
	for name in ("book-8x20", "book-8x20-rq"):
		if name in found:
			ratio = percentile(found[name].seconds, 0.95) / (median(found[name].seconds) * 1000)
			yield f"{name}: p95 under 5 times p50", f"{ratio:.1f}", ratio < 5
		if name in found and "book-1x1" in found:
			gain = found[name].a_second / found["book-1x1"].a_second
			yield f"{name}: 1.7 times the bookings of one client", f"{gain:.2f}", gain >= 1.7


def _in_pings(found: Measured) -> float:
	return median(found.seconds) / median(found.pings)


if __name__ == "__main__":
	main_on_bench("benchmarks.load", main)
