"""The processes of the site: web servers, an RQ worker and two Redis, each at a node that it is given.

A process finds its node through FRAPPE_DB_HOST and FRAPPE_DB_PORT, which Frappe reads before its configuration. The site gets
a folder of its own with links to the bench's, so nothing of the bench changes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import frappe
import psutil

from benchmarks.load import rq_worker
from proof.cluster.nodes import Cluster, Node, wait_until
from tests.support.server import free_port
from tests.support.site import Site

CONFIG = "common_site_config.json"
THREADS = 4


@dataclass(slots=True)
class Process:
	"""A process that can be killed and started again. `node_port` is the database that it uses."""

	command: list[str]
	folder: Path
	log: Path
	node_port: int = 0
	more: dict[str, str] = field(default_factory=dict)
	process: subprocess.Popen[bytes] | None = None

	def start(self, **more: str) -> None:
		"""Start the process, with these variables in its environment."""
		database = {"FRAPPE_DB_HOST": "127.0.0.1", "FRAPPE_DB_PORT": str(self.node_port)}
		with self.log.open("ab") as log:
			self.process = subprocess.Popen(
				self.command, cwd=self.folder, env={**os.environ, **database, **self.more, **more},
				stdout=log, stderr=log, start_new_session=True,
			)  # fmt: skip

	def kill(self) -> None:
		"""Kill the process with all that it has started, and wait for the end. RQ's children have a group of their own."""
		if self.process and self.process.poll() is None:
			for each in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
				with suppress(psutil.NoSuchProcess):
					each.kill()
			self.process.wait(timeout=20)

	@contextmanager
	def paused(self) -> Iterator[None]:
		"""Stop the process with all that it has started, while one looks at what it changes. It goes on afterwards."""
		stopped: list[psutil.Process] = []
		if self.process and self.is_running:
			stopped = [psutil.Process(self.process.pid)]
			stopped[0].suspend()
			stopped += stopped[0].children(recursive=True)
		for each in stopped[1:]:
			with suppress(psutil.NoSuchProcess):
				each.suspend()
		try:
			yield
		finally:
			for each in stopped:
				with suppress(psutil.NoSuchProcess):
					each.resume()

	@property
	def is_running(self) -> bool:
		return self.process is not None and self.process.poll() is None


class Web(Process):
	"""A gunicorn with one worker on a port of its own."""

	__slots__ = ("port",)

	def __init__(self, folder: Path, log: Path, number: int) -> None:
		self.port = free_port()
		own = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", str(THREADS), "--timeout", "120"]
		command = [sys.executable, "-W", "ignore", "-m", "gunicorn", *own, "proof.cluster.entry:application"]
		super().__init__(command, folder, log / f"web{number}.log")


class Servers:
	"""All processes of the site. The queue's Redis drops nothing, the cache's may."""

	def __init__(self, folder: Path, site: str, bench_sites: Path, mail_port: int, count: int = 3) -> None:
		self.redis = [_redis(folder, free_port(), kind) for kind in ("cache", "queue")]
		self.sites = _own_sites(folder, site, bench_sites, [each[1] for each in self.redis], mail_port)
		self.site = Site(site, self.sites, is_real=True)
		self.logs = folder
		self.web = [Web(self.sites, folder, number) for number in range(1, count + 1)]
		self.worker = Process(rq_worker(0), self.sites, folder / "rq.log")

	@property
	def stores(self) -> list[Process]:
		return [process for process, _port in self.redis]

	def start(self, ports: list[int], fault: str = "") -> None:
		"""Start the web servers, each at the database port of its place in `ports`, with this fault in their code."""
		for web, port in zip(self.web, ports, strict=True):
			web.node_port, web.more = port, {"PROOF_FAULT": fault}
			web.start()
		self.wait_for_web()
		self.worker.node_port = ports[-1]
		self.worker.start()

	def wait_for_web(self) -> None:
		from proof.cluster.guests import is_up

		for number, web in enumerate(self.web, 1):
			wait_until(
				lambda web=web: is_up(web.port, self.site.name), f"web server {number} didn't start:\n{_end(web.log)}"
			)

	def stop_web(self) -> None:
		for process in (*self.web, self.worker):
			process.kill()

	def stop(self) -> None:
		for process in (*self.web, self.worker, *self.stores):
			process.kill()

	def keep_running(self) -> None:
		"""Start the RQ worker again if it ended, as supervisor does."""
		if not self.worker.is_running:
			self.worker.start()


def _redis(folder: Path, port: int, kind: str) -> tuple[Process, int]:
	policy = "allkeys-lru" if kind == "cache" else "noeviction"
	own = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", policy]
	return Process(["redis-server", *own], folder, folder / f"redis-{kind}.log"), port


def _own_sites(folder: Path, site: str, bench_sites: Path, redis: list[int], mail_port: int) -> Path:
	"""Make a sites folder with links to the bench's, and with a configuration of its own for Redis and e-mails."""
	sites, own = folder / "sites", folder / "sites" / site
	for made in (own / "logs", own / "locks", folder / "logs"):
		made.mkdir(parents=True)
	for real in bench_sites.iterdir():
		if real.name not in (CONFIG, site):
			(sites / real.name).symlink_to(real.resolve())
	for real in (bench_sites / site).iterdir():
		if real.name not in ("site_config.json", "logs", "locks"):
			(own / real.name).symlink_to(real.resolve())
	cache, queue = (f"redis://127.0.0.1:{port}" for port in redis)
	stores = {"redis_cache": cache, "redis_queue": queue, "redis_socketio": cache}
	# The RQ worker gets its share of the processors, so that the messages don't take longer than the rest.
	_write(bench_sites / CONFIG, sites / CONFIG, {**stores, "background_process_niceness": 0})
	mail = {
		"mail_server": "127.0.0.1",
		"mail_port": mail_port,
		"disable_mail_smtp_authentication": 1,
		"auto_email_id": "scheduler@site.example",
	}
	_write(bench_sites / site / "site_config.json", own / "site_config.json", mail)
	return sites


def _write(real: Path, own: Path, more: dict[str, object]) -> None:
	own.write_text(json.dumps({**json.loads(real.read_text()), **more}, indent=1))


def _end(log: Path) -> str:
	return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""


def copy_site(site: Path, node: Node) -> None:
	"""Copy the site's database into the node, and let the same user in with the same password.

	Frappe has some tables of MyISAM, such as the one of its search. A cluster doesn't copy those from node to node, so
	they become tables of InnoDB.
	"""
	config = json.loads((site.parent / CONFIG).read_text()) | json.loads((site / "site_config.json").read_text())
	name, user, secret = config["db_name"], config.get("db_user") or config["db_name"], config["db_password"]
	where = ["--host", config.get("db_host") or "127.0.0.1", "--port", str(config.get("db_port") or 3306)]
	dump = ["mariadb-dump", "--no-defaults", *where, "--user", user, "--single-transaction", "--no-tablespaces", name]
	done = subprocess.run(dump, env={**os.environ, "MYSQL_PWD": secret}, check=True, stdout=subprocess.PIPE)
	node.query(f"create database `{name}` character set utf8mb4 collate utf8mb4_unicode_ci")
	load = ["mariadb", "--no-defaults", f"--socket={node.socket}", name]
	subprocess.run(load, input=done.stdout.replace(b"ENGINE=MyISAM", b"ENGINE=InnoDB"), check=True)
	for host in ("localhost", "%"):
		node.query(f"create user '{user}'@'{host}' identified by '{secret}'")
		node.query(f"grant all on `{name}`.* to '{user}'@'{host}'")


def connect_to(node: Node) -> None:
	"""Connect this process to a node."""
	if frappe.db:
		try:
			frappe.db.close()
		except Exception:
			# The node may be gone.
			frappe.db._conn = None
	frappe.local.conf["db_host"], frappe.local.conf["db_port"] = "127.0.0.1", node.port
	frappe.connect()
	frappe.set_user("Administrator")


def any_ready(cluster: Cluster) -> Node:
	"""Return a node that takes statements. Waits until one does."""
	until = time.monotonic() + 60
	while time.monotonic() < until:
		for node in cluster.nodes:
			if node.is_ready():
				return node
		time.sleep(0.2)
	raise RuntimeError("No node takes statements.")
