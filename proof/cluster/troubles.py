"""Parts that fail while guests book. Each trouble is a block: it begins before the block, and is over after it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pymysql

from proof.cluster.nodes import Cluster, Node, wait_until
from proof.cluster.router import Router
from proof.cluster.servers import Servers

# Longer than the others wait for a node that says nothing (`evs.suspect_timeout`).
_SILENT_SECONDS = 5.0
_CLOCK_AHEAD = 3
DISK_MEGABYTES = 900


class Skipped(Exception):
	"""A trouble that this machine can't have. The text says why."""


@dataclass(slots=True)
class Stage:
	"""Everything that can fail. `router` is None if each web server has a node of its own. `killed_at`: `time.monotonic`."""

	cluster: Cluster
	servers: Servers
	router: Router | None
	killed_at: float = 0.0

	def writer(self) -> Node:
		"""Return the node that gets the writes, or the first of three."""
		number = self.router.writer if self.router else 0
		return self.cluster.nodes[number or 0]


@contextmanager
def writer_killed(stage: Stage) -> Iterator[None]:
	node, stage.killed_at = stage.writer(), time.monotonic()
	node.kill()
	yield
	stage.cluster.start_again(node)


@contextmanager
def writer_cut_off(stage: Stage) -> Iterator[None]:
	"""The writer no longer hears the others, so it has no quorum and takes no statements."""
	node, stage.killed_at = stage.writer(), time.monotonic()
	node.query("set global wsrep_provider_options = 'gmcast.isolate=1'")
	wait_until(lambda: not node.is_ready(), "the node that was cut off still takes statements")
	yield
	node.query("set global wsrep_provider_options = 'gmcast.isolate=0'")


@contextmanager
def writer_silent(stage: Stage) -> Iterator[None]:
	"""The writer keeps its connections and says nothing for some seconds."""
	with _stopped(stage.writer()):
		yield


@contextmanager
def other_silent(stage: Stage) -> Iterator[None]:
	"""A node that nobody writes to says nothing: the others wait for it until they decide that it is gone."""
	with _stopped(next(node for node in reversed(stage.cluster.nodes) if node is not stage.writer())):
		yield


@contextmanager
def _stopped(node: Node) -> Iterator[None]:
	node.signal(signal.SIGSTOP)
	try:
		time.sleep(_SILENT_SECONDS)
	finally:
		node.signal(signal.SIGCONT)
	yield


@contextmanager
def disk_full(stage: Stage) -> Iterator[None]:
	"""The disk of the first node, which writes, has no room left."""
	node = stage.cluster.nodes[0]
	if not os.path.ismount(node.data):
		raise Skipped("the first node has no disk of its own: this needs root, and the right to mount a tmpfs")
	if stage.router:
		stage.router.prefer(0)
		wait_until(lambda: stage.writer() is node, "the first node doesn't write")
	filler = node.data / "filler"
	_fill(filler)
	yield
	filler.unlink()
	# The node gives up if it can't write what the others have committed.
	time.sleep(1)
	if not node.is_ready():
		node.kill()
		stage.cluster.start_again(node)


def _fill(filler: Path) -> None:
	with suppress(OSError), filler.open("wb", buffering=0) as file:
		while True:
			file.write(b"\0" * 65536)


@contextmanager
def redis_empty(stage: Stage) -> Iterator[None]:
	"""Cache and queue die, and come back with nothing in them."""
	for store in stage.servers.stores:
		store.kill()
	time.sleep(1)
	for store in stage.servers.stores:
		store.start()
	yield


@contextmanager
def web_killed(stage: Stage) -> Iterator[None]:
	stage.servers.web[0].kill()
	yield
	stage.servers.web[0].start()
	stage.servers.wait_for_web()


@contextmanager
def clocks_apart(stage: Stage) -> Iterator[None]:
	"""The clock of one web server is three seconds ahead of the others'."""
	web = stage.servers.web[1]
	web.kill()
	web.start(PROOF_CLOCK=str(_CLOCK_AHEAD))
	stage.servers.wait_for_web()
	yield
	web.kill()
	web.start()
	stage.servers.wait_for_web()


TROUBLES: dict[str, Callable[[Stage], object]] = {
	"the writer is killed": writer_killed,
	"the writer is cut off": writer_cut_off,
	"the writer says nothing": writer_silent,
	"another node says nothing": other_silent,
	"a disk is full": disk_full,
	"Redis is killed": redis_empty,
	"a web server is killed": web_killed,
	"clocks are 3 s apart": clocks_apart,
}


@contextmanager
def own_disk(node: Node) -> Iterator[None]:
	"""Give a node that hasn't begun a small disk in memory, if this machine allows that."""
	if os.geteuid():
		yield
		return
	options = f"size={DISK_MEGABYTES}m,uid={os.stat(node.data).st_uid},gid={os.stat(node.data).st_gid},mode=0750"
	done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", node.data], stderr=subprocess.DEVNULL)
	try:
		yield
	finally:
		if not done.returncode:
			subprocess.run(["umount", "--lazy", node.data], check=False)


@contextmanager
def late(node: Node) -> Iterator[None]:
	"""Let a node apply nothing that the others commit, and let them not wait for it."""
	node.query("set global wsrep_desync = on")
	connection = pymysql.connect(unix_socket=node.socket, user="root" if not os.geteuid() else "mysql", autocommit=True)
	try:
		with connection.cursor() as cursor:
			cursor.execute("flush tables with read lock")
		yield
	finally:
		connection.close()
		node.query("set global wsrep_desync = off")
