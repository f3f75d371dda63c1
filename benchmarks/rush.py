"""`make bench-rush`: guests who book without a pause, and how long their confirmations take meanwhile.

    make bench-rush BENCH=~/frappe-bench SITE=test.localhost ARGS="--seconds 300 --clients 20 --rq-workers 2"

A confirmation counts from the moment when its guest reads that the booking was made to the moment when the mail server
has the message. The mail server and the guests share this machine with the site.

The records that this makes are deleted at the end. Use a site that nobody else uses, and stop its RQ workers.
"""

import argparse
import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from benchmarks.cpu import RQ, Meters
from benchmarks.load import (
	HOSTS,
	Clients,
	Hosts,
	Request,
	gunicorn,
	percentile,
	process,
	rq_worker,
	send,
	wait_for_worker,
)
from tests.support.bench import main_on_bench
from tests.support.server import somebodys_address
from tests.support.site import Site, opened, undoing_commits
from tests.support.smtp import Inbox, sending_to_inbox

PROMISED = 30


class Clock(Inbox):
	"""An inbox that remembers only when the first message of each recipient came."""

	def __init__(self) -> None:
		super().__init__()
		self.came: dict[str, float] = {}
		self.count = 0

	async def handle_DATA(self, server, session, envelope) -> str:
		self.count += 1
		for recipient in envelope.rcpt_tos:
			self.came.setdefault(recipient, time.monotonic())
		return "250 OK"


class Guests:
	"""Guests who book one meeting after the other until `ends` (on the clock `time.monotonic()`)."""

	def __init__(self, port: int, site: str, requests: Iterator[Request], ends: float):
		self.port, self.site, self.requests, self.ends = port, site, requests, ends
		self.lock = threading.Lock()
		self.booked: dict[str, float] = {}
		self.seconds: list[float] = []
		self.statuses: Counter[int] = Counter()

	def run(self, count: int) -> None:
		with ThreadPoolExecutor(count) as pool:
			for done in [pool.submit(self._one) for _each in range(count)]:
				done.result()

	def _one(self) -> None:
		connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
		headers = {"X-Frappe-Site-Name": self.site, "X-Forwarded-For": somebodys_address()}
		while time.monotonic() < self.ends:
			with self.lock:
				request = next(self.requests)
			began = time.monotonic()
			status = send(connection, headers, request)
			ended = time.monotonic()
			with self.lock:
				self.seconds.append(ended - began)
				self.statuses[status] += 1
				if status == 201:
					self.booked[request.body["attendee_email"]] = ended


def main(arguments: list[str]) -> None:
	parser = argparse.ArgumentParser()
	parser.add_argument("--seconds", type=int, default=300, help="how long the guests book")
	parser.add_argument("--clients", type=int, default=20)
	parser.add_argument("--workers", type=int, default=2, help="gunicorn's processes")
	parser.add_argument("--threads", type=int, default=4, help="gunicorn's threads in each process")
	parser.add_argument("--rq-workers", type=int, default=1)
	parser.add_argument("--niceness", type=int, default=10, help="background_process_niceness; Frappe's default is 10")
	parser.add_argument("--patience", type=int, default=600, help="how long to wait for late confirmations")
	chosen = parser.parse_args(arguments)
	with opened() as site, undoing_commits():
		meters = Meters()
		hosts = Hosts(HOSTS)
		site.forget_jobs()
		try:
			with (
				_niceness(site, chosen.niceness),
				sending_to_inbox(site, clock := Clock()),
				gunicorn(site, chosen.workers, chosen.threads, meters) as port,
				ExitStack() as stack,
			):
				Clients(port, site.name, meters).run(8, hosts.bookings(32, HOSTS))
				site.forget_jobs()
				for _each in range(chosen.rq_workers):
					pid = stack.enter_context(process(site, rq_worker(0)))
					wait_for_worker(pid)
					meters.add(RQ, pid)
				_rush(site, hosts, chosen, meters, port, clock)
		finally:
			site.forget_jobs()


def _rush(site: Site, hosts: Hosts, chosen: argparse.Namespace, meters: Meters, port: int, clock: Clock) -> None:
	turns = (hosts.booking(each % HOSTS) for each in itertools.count())
	before, began, busy = meters.read(), time.monotonic(), _busy_seconds()
	guests = Guests(port, site.name, turns, began + chosen.seconds)
	guests.run(chosen.clients)
	took, cpu, sent = time.monotonic() - began, meters.read(), clock.count
	used = {part: (now - before.get(part, 0)) / took for part, now in cpu.items()}
	used["others"] = (_busy_seconds() - busy) / took - sum(used.values())
	cores = ", ".join(f"{part} {share:.2f}" for part, share in used.items())
	made = len(guests.booked)
	print(f"{made} bookings in {took:.0f} s: {made / took:.1f} a second, answers {dict(guests.statuses)}")
	times = guests.seconds
	print(
		f"a booking: p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, max {max(times) * 1000:.0f} ms"
	)
	print(f"cores: {cores}; {sent} e-mails meanwhile", flush=True)
	if chosen.rq_workers:
		_wait_for_confirmations(guests, clock, chosen.patience)
		_report(guests, clock, took)


def _busy_seconds() -> float:
	"""Return the processor time that all processes of this machine have used since it started."""
	import psutil

	times = psutil.cpu_times()
	return sum(times[:8]) - times.idle - times.iowait


def _wait_for_confirmations(guests: Guests, clock: Clock, seconds: int) -> None:
	until = time.monotonic() + seconds
	while time.monotonic() < until and not guests.booked.keys() <= clock.came.keys():
		time.sleep(0.5)


def _report(guests: Guests, clock: Clock, took: float) -> None:
	delays = [max(0.0, clock.came[guest] - booked) for guest, booked in guests.booked.items() if guest in clock.came]
	lost = len(guests.booked) - len(delays)
	if delays:
		p50, p95 = (percentile(delays, share) / 1000 for share in (0.5, 0.95))
		print(f"confirmations: p50 {p50:.1f} s, p95 {p95:.1f} s, max {max(delays):.1f} s, {lost} still missing")
	kept = sum(delay <= PROMISED for delay in delays)
	print(f"within {PROMISED} s: {kept} of {len(guests.booked)}")


@contextmanager
def _niceness(site: Site, niceness: int) -> Iterator[None]:
	"""Set the niceness of the bench's workers until the end."""
	config = site.sites_path / "common_site_config.json"
	before = config.read_text()
	config.write_text(json.dumps({**json.loads(before), "background_process_niceness": niceness}, indent=1))
	try:
		yield
	finally:
		config.write_text(before)


if __name__ == "__main__":
	main_on_bench("benchmarks.rush", main)
