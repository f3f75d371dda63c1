"""`make bench-load`: many guests at once on a real site, served as a bench serves it, by gunicorn.

    make bench-load BENCH=~/frappe-bench SITE=test.localhost ARGS="--bookings 300 --workers 2 --rq-workers 1"

Each row of the table is one mix of clients. They speak HTTP from this machine, so they take a part of its processors
too. The records that this makes are deleted at the end. Use a site that nobody else uses, and stop its RQ workers.
"""

import argparse
import http.client
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.support.bench import run_on_bench
from tests.support.server import free_port, somebodys_address
from tests.support.site import Site, opened, undoing_commits

BOOK = "/api/method/scheduler_integration.api.public.book"
PING = "/api/method/ping"
HOSTS = 8
# Not all guests have names of their own.
NAMES = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Jean Bartik")
LIMITS = ("slots_per_minute", "bookings_per_hour", "site_requests_per_minute", "site_bookings_per_hour")
COUNTERS = ("Innodb_row_lock_waits", "Innodb_row_lock_time", "Innodb_deadlocks")


@dataclass(frozen=True, slots=True)
class Request:
	path: str
	body: dict[str, str] | None = None


@dataclass(slots=True)
class Measured:
	"""What the clients of one row saw: seconds for each request, how many there were of each status."""

	seconds: list[float] = field(default_factory=list)
	statuses: Counter[int] = field(default_factory=Counter)
	took: float = 0.0
	locks: dict[str, int] = field(default_factory=dict)


class Clients:
	"""Clients of one server. Each has a connection and an address of its own."""

	def __init__(self, port: int, site: str):
		self.port, self.site = port, site

	def run(self, count: int, requests: list[Request]) -> Measured:
		"""Send all requests with `count` clients, each as soon as its last response is there.

		With as many clients as hosts, each client books one host: then nobody has to wait for a lock.
		"""
		found, lock = Measured(), threading.Lock()

		def one_client(nth: int) -> None:
			connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
			headers = {"X-Frappe-Site-Name": self.site, "X-Forwarded-For": somebodys_address()}
			for request in requests[nth::count]:
				began = time.perf_counter()
				status = _send(connection, headers, request)
				taken = time.perf_counter() - began
				with lock:
					found.seconds.append(taken)
					found.statuses[status] += 1

		before, began = _lock_counters(), time.perf_counter()
		with ThreadPoolExecutor(count) as pool:
			for done in [pool.submit(one_client, nth) for nth in range(count)]:
				done.result()
		found.took = time.perf_counter() - began
		found.locks = {name: value - before[name] for name, value in _lock_counters().items()}
		return found


def _send(connection: http.client.HTTPConnection, headers: dict[str, str], request: Request) -> int:
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

		from tests.support.factories import make_meeting_type, make_page, make_user

		for limit in LIMITS:
			frappe.db.set_single_value("Scheduler Settings", limit, 0)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
		pages = [make_page(make_user("Host")) for _each in range(count)]
		self._pages = [(page.slug, make_meeting_type(page).slug) for page in pages]
		self._starts = [_office_hours() for _each in pages]
		self._guests = itertools.count()
		frappe.db.commit()

	def path(self, host: int = 0) -> str:
		return "/schedule/{}/{}".format(*self._pages[host])

	def slots(self) -> Request:
		slug, type_slug = self._pages[0]
		first = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * 86400))
		last = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 32 * 86400))
		query = f"slug={slug}&meeting_type={type_slug}&start_date={first}&end_date={last}&timezone=UTC"
		return Request(f"/api/method/scheduler_integration.api.public.get_slots?{query}")

	def bookings(self, count: int, hosts: int) -> list[Request]:
		return [self._booking(each % hosts) for each in range(count)]

	def _booking(self, host: int) -> Request:
		slug, type_slug = self._pages[host]
		guest = next(self._guests)
		start = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(next(self._starts[host])))
		who = {"attendee_name": NAMES[guest % len(NAMES)], "attendee_email": f"guest-{guest}@load.example"}
		return Request(BOOK, {"slug": slug, "meeting_type": type_slug, "start": start, "timezone": "UTC", **who})


def _office_hours() -> Iterator[int]:
	"""Yield half hours of office hours. Each is on another weekday than the last, so that no calendar gets full."""
	monday = (int(time.time()) // 86400 + 7) * 86400
	# 1 January 1970 was a Thursday.
	monday += (-(monday // 86400 + 3) % 7) * 86400
	for half_hour in range(16):
		for week in range(50):
			for day in range(5):
				yield monday + (week * 7 + day) * 86400 + 9 * 3600 + half_hour * 1800


@contextmanager
def _gunicorn(site: Site, workers: int, threads: int) -> Iterator[int]:
	"""Serve the site as a bench in production does, and yield the port."""
	port = free_port()
	own = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads), "--preload"]
	command = [sys.executable, "-W", "ignore", "-m", "gunicorn", *own, "--timeout", "120", "frappe.app:application"]
	with _process(site, command):
		_wait_for(port, site.name)
		yield port


@contextmanager
def _process(site: Site, command: list[str]) -> Iterator[None]:
	with tempfile.TemporaryFile() as log:
		process = subprocess.Popen(command, cwd=site.working_directory, env=site.environment, stdout=log, stderr=log)
		try:
			yield
		finally:
			process.terminate()
			process.wait(timeout=60)


def _rq_worker(site: Site) -> list[str]:
	cli = [sys.executable, "-W", "ignore", "-m", "frappe.utils.bench_helper", "frappe", "worker"]
	return [*cli, "--queue", "short,default,long", "--quiet"]


def _wait_for(port: int, site: str) -> None:
	deadline = time.monotonic() + 60
	while time.monotonic() < deadline:
		try:
			_send(
				http.client.HTTPConnection("127.0.0.1", port, timeout=30), {"X-Frappe-Site-Name": site}, Request(PING)
			)
			return
		except OSError:
			time.sleep(0.2)
	raise RuntimeError("The server didn't start.")


def _percentile(values: list[float], share: float) -> float:
	return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def _row(name: str, clients: int, found: Measured, unit: float) -> str:
	p50 = median(found.seconds) * 1000
	answers = ", ".join(f"{count} × {status}" for status, count in sorted(found.statuses.items()))
	waits, waited, deadlocks = (found.locks[name] for name in COUNTERS)
	cells = (
		name,
		clients,
		f"{len(found.seconds) / found.took:.1f}",
		f"{p50:.1f}",
		f"{p50 / unit:.1f}",
		f"{_percentile(found.seconds, 0.95):.0f}",
		f"{max(found.seconds) * 1000:.0f}",
		answers,
		f"{waits} ({waited} ms)",
		deadlocks,
	)
	return "| " + " | ".join(map(str, cells)) + " |"


def main(arguments: list[str]) -> None:
	parser = argparse.ArgumentParser()
	parser.add_argument("--bookings", type=int, default=200, help="for each row of the table")
	parser.add_argument("--workers", type=int, default=2, help="gunicorn's processes")
	parser.add_argument("--threads", type=int, default=4, help="gunicorn's threads in each process")
	parser.add_argument("--rq-workers", type=int, default=1, help="for the last row")
	chosen = parser.parse_args(arguments)
	with opened() as site, undoing_commits():
		hosts = Hosts(HOSTS)
		site.forget_jobs()
		try:
			with _gunicorn(site, chosen.workers, chosen.threads) as port:
				_report(Clients(port, site.name), hosts, chosen, lambda: _process(site, _rq_worker(site)))
		finally:
			site.forget_jobs()


def _report(clients: Clients, hosts: Hosts, chosen: argparse.Namespace, rq_worker: Callable) -> None:
	count = chosen.bookings
	# Each process and thread has imported everything before it is measured.
	for warm in (Request(PING), hosts.slots(), Request(hosts.path()), Request("/login")):
		clients.run(8, [warm] * 40)
	clients.run(8, hosts.bookings(16, HOSTS))
	ping = clients.run(1, [Request(PING)] * 200)
	unit = median(ping.seconds) * 1000
	print(
		f"{chosen.workers} web workers of {chosen.threads} threads, {os.cpu_count()} processors, {count} bookings a row"
	)
	print("| what | clients | a second | p50 ms | pings | p95 | max | responses | lock waits | deadlocks |")
	print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	print(_row("ping", 1, ping, unit))
	for name, request in (
		("Frappe's login page", Request("/login")),
		("booking page", Request(hosts.path())),
		("slots of 31 days", hosts.slots()),
	):
		print(_row(name, 1, clients.run(1, [request] * 100), unit), flush=True)
	for name, several, of in (
		("book, one host", 1, 1),
		("book, two hosts", 2, 2),
		("book, eight hosts", 8, HOSTS),
		("book, eight hosts", 20, HOSTS),
		("book, one host", 20, 1),
	):
		print(_row(name, several, clients.run(several, hosts.bookings(count, of)), unit), flush=True)
	with ExitStack() as stack:
		for _each in range(chosen.rq_workers):
			stack.enter_context(rq_worker())
		found = clients.run(20, hosts.bookings(count, HOSTS))
	print(_row(f"book, eight hosts, {chosen.rq_workers} RQ worker", 20, found, unit))


if __name__ == "__main__":
	# The run on the bench has a sites folder of its own.
	if os.environ.get("SITES_PATH"):
		main(sys.argv[1:])
	else:
		bench, its_site, *rest = sys.argv[1:]
		sys.exit(run_on_bench(Path(bench).expanduser().resolve(), its_site, ["benchmarks.load", *rest]))
