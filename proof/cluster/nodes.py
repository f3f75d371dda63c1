"""Three nodes of MariaDB Galera on ports of this machine. Their data is in a temporary folder, in memory if there is room.

A node that is killed and started again copies the data of another one with rsync (a state transfer), or only what it has
missed if the other one still keeps that.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pymysql

from tests.support.server import free_port

COUNT = 3
_LIBRARY = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")
_PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb", "rsync", "redis-server")
# Three nodes and what they keep for a node that was away.
_ENOUGH = 3 * 1024**3
_START_SECONDS = 90


def why_not() -> str:
	"""Return why this machine can't run a cluster, or an empty text."""
	missing = [program for program in _PROGRAMS if not shutil.which(program)]
	if missing:
		return f"there is no {', '.join(missing)} (Debian: apt-get install mariadb-server galera-4 rsync redis-server)"
	if not _library():
		return "there is no libgalera_smm.so (Debian: apt-get install galera-4)"
	try:
		user = pwd.getpwnam("mysql").pw_uid
	except KeyError:
		return "there is no user mysql"
	return "" if os.geteuid() in (0, user) else "it must run as root or as the user mysql"


def _library() -> str:
	return next((path for path in _LIBRARY if Path(path).exists()), "")


@contextmanager
def data_folder() -> Iterator[Path]:
	"""Yield a temporary folder that belongs to the user mysql."""
	shared = Path("/dev/shm")
	where = shared if shared.is_dir() and shutil.disk_usage(shared).free > _ENOUGH else None
	with TemporaryDirectory(prefix="proof-cluster-", dir=where, ignore_cleanup_errors=True) as folder:
		shutil.chown(folder, "mysql", "mysql")
		yield Path(folder)


@dataclass(slots=True)
class Node:
	"""One server. `port` is for clients; the others are for the group, for what a node has missed, and for whole copies."""

	name: str
	data: Path
	port: int
	group_port: int
	missed_port: int
	copy_port: int
	process: subprocess.Popen[bytes] | None = None

	@property
	def socket(self) -> str:
		return str(self.data.parent / f"{self.name}.sock")

	def start(self, members: str) -> None:
		"""Start the server, as the first node of a new cluster if `members` (their addresses) is empty."""
		group = {
			"gmcast.listen_addr": f"tcp://127.0.0.1:{self.group_port}",
			"ist.recv_addr": f"127.0.0.1:{self.missed_port}",
			"gcache.size": "64M",
			# A node that says nothing for three seconds has left. The default of five only makes this proof longer.
			"evs.keepalive_period": "PT0.5S",
			"evs.suspect_timeout": "PT3S",
			"evs.inactive_timeout": "PT6S",
		}
		options = {
			"datadir": self.data,
			"socket": self.socket,
			"port": self.port,
			# A server that starts deletes temporary tables in its folder, which by default is that of all servers.
			"tmpdir": self.data.parent,
			"pid-file": self.data.parent / f"{self.name}.pid",
			"log-error": self.data.parent / f"{self.name}.log",
			"bind-address": "127.0.0.1",
			"character-set-server": "utf8mb4",
			"collation-server": "utf8mb4_unicode_ci",
			"innodb-buffer-pool-size": "192M",
			"innodb-log-file-size": "48M",
			"max-connections": "200",
			"max-allowed-packet": "64M",
			# Galera's own requirements.
			"binlog-format": "ROW",
			"default-storage-engine": "InnoDB",
			"innodb-autoinc-lock-mode": "2",
			# Another node has the transaction if this one dies, so nothing waits for the disk.
			"innodb-flush-log-at-trx-commit": "2",
			"wsrep-on": "ON",
			"wsrep-provider": _library(),
			"wsrep-cluster-name": "proof",
			"wsrep-cluster-address": f"gcomm://{members}",
			"wsrep-node-name": self.name,
			"wsrep-node-address": f"127.0.0.1:{self.group_port}",
			"wsrep-sst-method": "rsync",
			"wsrep-sst-receive-address": f"127.0.0.1:{self.copy_port}",
			"wsrep-slave-threads": "2",
			"wsrep-provider-options": ";".join(f"{name}={value}" for name, value in group.items()),
		}
		command = ["mariadbd", "--no-defaults", *_as_mysql(), *(f"--{name}={value}" for name, value in options.items())]
		with (self.data.parent / f"{self.name}.out").open("ab") as output:
			self.process = subprocess.Popen(
				command, cwd=self.data, stdout=output, stderr=output, start_new_session=True
			)

	def query(self, statement: str, database: str | None = None, seconds: int = 20) -> list[tuple[object, ...]]:
		"""Run a statement as the server's administrator. Raises pymysql.Error if the server refuses it or isn't there."""
		connection = pymysql.connect(
			unix_socket=self.socket, user=_administrator(), database=database, connect_timeout=2, read_timeout=seconds,
			autocommit=True, charset="utf8mb4",
		)  # fmt: skip
		with connection, connection.cursor() as cursor:
			cursor.execute(statement)
			return list(cursor.fetchall())

	def is_ready(self) -> bool:
		"""Whether the node takes statements: it runs, and it belongs to the majority."""
		with suppress(pymysql.Error, OSError):
			return self.query("show status like 'wsrep_ready'", seconds=1) == [("wsrep_ready", "ON")]
		return False

	def size_of_cluster(self) -> int:
		with suppress(pymysql.Error, OSError):
			return int(str(self.query("show status like 'wsrep_cluster_size'")[0][1]))
		return 0

	def signal(self, number: int) -> None:
		"""Send a signal to the server and the programs that it has started."""
		if self.process and self.process.poll() is None:
			os.killpg(self.process.pid, number)

	def kill(self) -> None:
		"""End the server as a power failure does."""
		self.signal(signal.SIGKILL)
		if self.process:
			self.process.wait(timeout=20)

	def log(self) -> str:
		"""Return the last lines of the server's log."""
		with suppress(OSError):
			return "\n".join((self.data.parent / f"{self.name}.log").read_text(errors="replace").splitlines()[-15:])
		return ""


def _as_mysql() -> list[str]:
	return ["--user=mysql"] if os.geteuid() == 0 else []


def _administrator() -> str:
	"""Return who may do everything through the socket: the system user who started the server."""
	return "root" if os.geteuid() == 0 else "mysql"


class Cluster:
	"""The nodes. The first one begins the cluster, and the others copy its data."""

	def __init__(self, folder: Path) -> None:
		self.nodes = [
			Node(f"node{number}", folder / f"node{number}" / "data", *(free_port() for _each in range(4)))
			for number in range(1, COUNT + 1)
		]
		for node in self.nodes:
			node.data.mkdir(parents=True)
			for made in (node.data.parent, node.data):
				shutil.chown(made, "mysql", "mysql")

	def start_first(self, prepare: Callable[[Node], None]) -> None:
		"""Start the first node as a cluster of one, and `prepare` its data."""
		first = self.nodes[0]
		command = ["mariadb-install-db", "--no-defaults", *_as_mysql(), f"--datadir={first.data}", "--skip-test-db"]
		subprocess.run(
			# It starts a server too (see `Node.start` about its folder).
			[*command, f"--tmpdir={first.data.parent}", "--auth-root-authentication-method=socket"],
			check=True,
			cwd=first.data,
			stdout=subprocess.DEVNULL,
		)
		first.start("")
		wait_until(first.is_ready, f"{first.name} didn't start", first)
		prepare(first)

	def join_others(self) -> None:
		"""Start the other nodes, which copy the data of the first one."""
		for node in self.nodes[1:]:
			self.start_again(node)

	def start_again(self, node: Node) -> None:
		"""Start a node that isn't running, and wait until it has what the others have."""
		node.start(",".join(f"127.0.0.1:{other.group_port}" for other in self.nodes))
		wait_until(node.is_ready, f"{node.name} didn't join", node)

	def wait_until_whole(self) -> None:
		"""Wait until all nodes belong to the cluster, and each has applied what was committed before this call."""
		for node in self.nodes:
			wait_until(lambda node=node: node.is_ready() and node.size_of_cluster() == COUNT, "a node is missing", node)
		# A read that waits for all earlier writes of the cluster.
		for node in self.nodes:
			node.query("set statement wsrep_sync_wait = 1 for select 1 from mysql.user limit 1")

	def stop(self) -> None:
		for node in self.nodes:
			with suppress(subprocess.TimeoutExpired):
				node.kill()


def wait_until(
	is_so: Callable[[], bool], otherwise: str, node: Node | None = None, seconds: float = _START_SECONDS
) -> float:
	"""Wait until something is so, and return how long it took. Raises RuntimeError if it takes too long."""
	began = time.monotonic()
	while not is_so():
		if time.monotonic() - began > seconds:
			raise RuntimeError(f"{otherwise}\n{node.log() if node else ''}")
		time.sleep(0.1)
	return time.monotonic() - began
