"""`make proof-cluster`: guests who book at a Galera cluster of three nodes while its parts fail.

    make proof-cluster BENCH=~/frappe-bench SITE=test.localhost                             a quarter of an hour
    make proof-cluster BENCH=... SITE=... ARGS="--troubles killed,disk --parts troubles"    some troubles only
    make proof-cluster BENCH=... SITE=... ARGS="--topologies 'three writers' --seed 7"

The site's database is copied into the cluster, and the bench stays as it is. The exit code is 1 if something didn't hold, or
if a planted fault wasn't found. Without Galera it says why, and does nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from pathlib import Path

import frappe
from aiosmtpd.controller import Controller

from benchmarks.load import HOSTS, Hosts, free_of_caps
from proof.__main__ import ORDERS_FOR_A_FAULT, Report
from proof.cluster.checks import wrong_everywhere, wrong_messages
from proof.cluster.faults import ONE_WRITER, PLANTED, THREE_WRITERS, Planted
from proof.cluster.guests import Diary, Guests, Offer, offers_of, office_hours, warm_up
from proof.cluster.nodes import Cluster, data_folder, why_not
from proof.cluster.numbers import measure
from proof.cluster.router import Router
from proof.cluster.servers import Servers, any_ready, connect_to, copy_site
from proof.cluster.troubles import TROUBLES, Skipped, Stage, late, own_disk
from proof.real import Proof as RealCommands
from proof.world import World
from scheduler_integration.outbox import pace, wake
from tests.support.bench import main_on_bench
from tests.support.server import free_port
from tests.support.site import Site, opened
from tests.support.smtp import Inbox

GUESTS = 6
# Guests act for some seconds before a trouble, during it, and after it.
BEFORE, DURING, AFTER = 0.3, 0.4, 0.3
SECONDS = 8
WORLDS, DAYS, DUEL_DAYS = 2, 10, 400
FAULT_SECONDS, CONTROL_SECONDS = 60, 15
DRAIN_SECONDS = 240
HISTORY_SECONDS = 60


class Proof:
	"""The cluster with the site's processes, and what was found."""

	def __init__(
		self, cluster: Cluster, servers: Servers, inbox: Inbox, options: argparse.Namespace, report: Report
	) -> None:
		self.cluster, self.servers, self.inbox, self.report = cluster, servers, inbox, report
		self.seed, self.seconds = options.seed, options.seconds
		self.worlds = [World() for _each in range(WORLDS)]
		self.events = set(frappe.get_all("Event", pluck="name"))
		self.hosts = Hosts(HOSTS)

	@contextmanager
	def stage(self, topology: str, fault: str = "") -> Iterator[Stage]:
		"""Start the web servers on this topology, and yield everything that can fail."""
		with ExitStack() as stack:
			ports = [node.port for node in self.cluster.nodes]
			router = None
			if topology == ONE_WRITER:
				router = Router(ports, lambda number: self.cluster.nodes[number].is_ready())
				stack.callback(router.close)
				ports = [router.port] * len(ports)
			stack.callback(self.servers.stop_web)
			self.servers.start(ports, fault)
			warm_up([web.port for web in self.servers.web], self.servers.site.name, offers_of(self.worlds))
			yield Stage(self.cluster, self.servers, router)

	def numbers(self, title: str, topology: str, bookings: int) -> None:
		"""Measure how many bookings a second there are, without RQ workers."""
		with self.stage(topology):
			self.servers.worker.kill()
			# Otherwise some guests are asked to come again, because nobody sends the messages.
			frappe.cache.set_value(pace.KEY, 0, expires_in_sec=3600)
			found = measure([web.port for web in self.servers.web], self.servers.site.name, self.hosts, bookings)
		answers = ", ".join(f"{count} × {status}" for status, count in sorted(found.answers.items()))
		more = f"p50 {found.pings:.1f} pings; {answers}"
		self.report.show(f"  {title}", f"{found.a_second:.1f}", f"{found.p50:.0f}", f"{found.p95:.0f}", more)

	def guests(self) -> Guests:
		return self._guests(offers_of(self.worlds), DAYS)

	def rivals(self) -> Guests:
		"""Return guests who book a type that takes one meeting a day: only a lock and a read keep that, and no index."""
		world = self.worlds[0]
		return self._guests([Offer(world.page.slug, world.daily.slug)], DUEL_DAYS)

	def _guests(self, offers: Sequence[Offer], days: int) -> Guests:
		ports = [web.port for web in self.servers.web]
		return Guests(ports, self.servers.site.name, offers, office_hours(days), self.seed)

	def troubles(self, topology: str, wanted: Sequence[str]) -> None:
		"""Let guests act on this topology, and things fail meanwhile. After each trouble, look at every node."""
		show = self.report.show
		show(f"\n{topology.capitalize()}", "booked", "refused", "answers", "")
		self.reset()
		with self.stage(topology) as stage:
			guests = self.guests()
			for name in ("nothing fails", *TROUBLES):
				if name in TROUBLES and not any(word in name for word in wanted):
					continue
				self._one_trouble(stage, guests, topology, name)
			self.servers.worker.kill()
			self._look_at_messages(guests.diary, topology)

	def _one_trouble(self, stage: Stage, guests: Guests, topology: str, name: str) -> None:
		diary, began, stage.killed_at = guests.diary, time.monotonic(), 0.0
		seen, booked, refused = diary.statuses.copy(), len(diary.of_state("booked")), len(diary.of_state("refused"))
		frappe.db.close()
		guests.begin(GUESTS)
		try:
			time.sleep(BEFORE * self.seconds)
			with TROUBLES.get(name, lambda _stage: nullcontext())(stage):
				time.sleep(DURING * self.seconds)
			time.sleep(AFTER * self.seconds)
		except Skipped as why:
			self.report.show(f"  {name}", "", "", "", f"SKIPPED: {why}")
		finally:
			guests.finish()
		self.servers.keep_running()
		self.cluster.wait_until_whole()
		more = f"{time.monotonic() - began:.0f} s"
		if stage.killed_at:
			recovered = diary.first_booking_after(stage.killed_at + 0.3) + 0.3
			more += f", the next booking after {recovered:.1f} s"
		with self.servers.worker.paused():
			found = wrong_everywhere(self.cluster, self.worlds, diary, self.events)
		answers = ", ".join(f"{count} × {status}" for status, count in sorted((diary.statuses - seen).items()))
		self.report.show(
			f"  {name}", len(diary.of_state("booked")) - booked, len(diary.of_state("refused")) - refused, "",
			f"{answers}; {more}",
		)  # fmt: skip
		for problem in found:
			self.report.fail(f"{topology}, {name}: {problem}")
		diary.wrong.clear()

	def _look_at_messages(self, diary: Diary, topology: str) -> None:
		"""Let the RQ worker send what is due, and compare the messages with the bookings."""
		connect_to(any_ready(self.cluster))
		free_of_caps("guests.example", [world.page.name for world in self.worlds])
		_end_leases()
		until = time.monotonic() + DRAIN_SECONDS
		while (left := _waiting_tasks()) and time.monotonic() < until:
			self.servers.keep_running()
			with suppress(Exception):
				frappe.cache.delete_value(wake.KEY)
			wake.wake_now()
			time.sleep(3)
		recipients = [address for addresses, _message in list(self.inbox.arrived.queue) for address in addresses]
		found = wrong_messages(diary, recipients) + [f"tasks of the outbox are left: {left}"] * bool(left)
		self.report.show("  messages", "", "", "", f"{len(recipients)} messages to {len(set(recipients))} people")
		for problem in found:
			self.report.fail(f"{topology}, messages: {problem}")

	def fault(self, planted: Planted) -> None:
		"""Plant a fault, and let guests book until it is found. Without a fault, nothing may be found."""
		self.reset()
		other, name = self.cluster.nodes[1], planted.fault.name if planted.fault else ""
		os.environ["PROOF_OTHER_PORT"] = str(other.port)
		found: list[str] = []
		with self.stage(planted.topology, name):
			guests, began = self.rivals(), time.monotonic()
			while not found and time.monotonic() - began < (FAULT_SECONDS if name else CONTROL_SECONDS):
				frappe.db.close()
				guests.begin(GUESTS, is_duel=True)
				with late(other) if planted.needs_late else nullcontext():
					time.sleep(DURING * self.seconds)
				guests.finish()
				self.cluster.wait_until_whole()
				with self.servers.worker.paused():
					found = wrong_everywhere(self.cluster, self.worlds, guests.diary, self.events)
		by = f"{time.monotonic() - began:.0f} s: {(found or ['nothing'])[0][:110]}"
		self.report.show(f"  {name or 'none'}", len(guests.diary.meetings), "", planted.topology, by)
		if name and not found:
			self.report.fail(f"the planted fault isn't found: {name}")
		for problem in found if not name else ():
			self.report.fail(f"without a fault: {problem}")

	def reset(self) -> None:
		"""Delete all bookings of the worlds, and what was sent about them."""
		connect_to(any_ready(self.cluster))
		for world in self.worlds:
			world.reset()
		frappe.db.delete("Outbox Task")
		for doctype in ("Event", "Event Participants", "Contact", "Contact Email"):
			frappe.db.delete(doctype)
		frappe.db.commit()
		self.events = set()
		self.inbox.arrived.queue.clear()


def _end_leases() -> None:
	"""Let the tasks of a worker that died come back now. They would after a quarter of an hour."""
	task = frappe.qb.DocType("Outbox Task")
	frappe.qb.update(task).set(task.lease_until, int(time.time())).where(task.status == "Sending").run()
	frappe.db.commit()


def _waiting_tasks() -> str:
	"""Return how many tasks of the outbox wait, by their status. Tasks that couldn't be done, and wait for longer, are due now."""
	frappe.db.rollback()
	now, task = int(time.time()), frappe.qb.DocType("Outbox Task")
	is_late = (task.status == "Pending") & (task.attempts > 0) & (task.due_at > now)
	with suppress(frappe.QueryDeadlockError):
		frappe.qb.update(task).set(task.due_at, now).where(is_late).run()
		frappe.db.commit()
	frappe.db.rollback()
	statuses = [
		*frappe.get_all("Outbox Task", {"status": "Pending", "due_at": ["<=", now]}, pluck="status"),
		*frappe.get_all("Outbox Task", {"status": "Sending"}, pluck="status"),
	]
	return ", ".join(f"{count} {status}" for status, count in Counter(statuses).items())


def main(arguments: list[str]) -> int:
	options = _options(arguments)
	report = Report()
	# Whoever ends this also ends the nodes.
	signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
	with ExitStack() as stack:
		folder = stack.enter_context(data_folder())
		cluster = Cluster(folder)
		stack.enter_context(own_disk(cluster.nodes[0]))
		stack.callback(cluster.stop)
		inbox = Inbox()
		controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
		controller.start()
		stack.callback(controller.stop)
		bench_sites, site = Path(os.environ["SITES_PATH"]), os.environ["SITE"]
		servers = Servers(folder, site, bench_sites, controller.port)
		stack.callback(_keep_logs, folder, options.keep)
		stack.callback(servers.stop)
		for store in servers.stores:
			store.start()
		cluster.start_first(lambda node: copy_site(bench_sites / site, node))
		os.environ.update(
			SITES_PATH=str(servers.sites), FRAPPE_DB_HOST="127.0.0.1", FRAPPE_DB_PORT=str(cluster.nodes[0].port)
		)
		with opened() as site:
			try:
				_run(Proof(cluster, servers, inbox, options, report), site, options)
			finally:
				connect_to(any_ready(cluster))
	report.show(f"\n{len(report.failures)} failures")
	return int(bool(report.failures))


def _run_histories(site: Site, seed: int, report: Report) -> None:
	"""Run what `make proof-bench` runs, at the first node: random histories, and the planted faults of one server."""
	report.show("\nReal commands at one node", "runs", "", "", "")
	with closing(RealCommands(site)) as real:
		real.histories(report, seed, time.monotonic() + HISTORY_SECONDS)
		real.faults(report, ORDERS_FOR_A_FAULT)


def _run(proof: Proof, site: Site, options: argparse.Namespace) -> None:
	parts, report = options.parts.split(","), proof.report
	if "numbers" in parts:
		report.show("Bookings, eight clients", "a second", "p50 ms", "p95 ms", "")
		proof.numbers("one node", ONE_WRITER, options.bookings)
	proof.cluster.join_others()
	proof.cluster.wait_until_whole()
	for topology in options.topologies.split(","):
		if "numbers" in parts:
			proof.numbers(f"three nodes, {topology}", topology, options.bookings)
	for topology in options.topologies.split(","):
		if "troubles" in parts:
			proof.troubles(topology, options.troubles.split(","))
	if "histories" in parts:
		connect_to(proof.cluster.nodes[0])
		_run_histories(site, options.seed, report)
	if "faults" in parts:
		report.show("\nPlanted faults", "bookings", "", "topology", "found by")
		for planted in PLANTED:
			proof.fault(planted)


def _options(arguments: list[str]) -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="make proof-cluster")
	parser.add_argument("--parts", default="numbers,troubles,histories,faults", help="which parts to run")
	parser.add_argument("--topologies", default=f"{ONE_WRITER},{THREE_WRITERS}")
	parser.add_argument("--troubles", default=",".join(TROUBLES), help="words in the names of those to run")
	parser.add_argument("--seconds", type=float, default=SECONDS, help="how long guests act in each trouble")
	parser.add_argument("--bookings", type=int, default=240, help="for each row of the numbers")
	parser.add_argument("--seed", type=int, default=1, help="of what the guests do")
	parser.add_argument("--keep", default="", help="a folder for the logs of all processes")
	return parser.parse_args(arguments)


def _keep_logs(folder: Path, where: str) -> None:
	if where:
		for log in (*folder.glob("*.log"), *folder.glob("node*/*.log")):
			shutil.copy(log, Path(where) / log.name)


def _run_on_bench(arguments: list[str]) -> None:
	sys.exit(main(arguments))


if __name__ == "__main__":
	if reason := why_not():
		sys.stdout.write(f"SKIPPED: {reason}\n")
	else:
		main_on_bench("proof.cluster", _run_on_bench)
