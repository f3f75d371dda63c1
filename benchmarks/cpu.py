"""The processor time of what serves a site on this machine, web workers, RQ workers, MariaDB and Redis, and of its clients.

Unlike the time that a client waits, it hardly depends on what else the machine does.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

WEB, RQ, MARIADB, REDIS, CLIENTS = "web", "RQ", "MariaDB", "Redis", "clients"


class Meters:
	"""Reads the processor time since the start of each part, in seconds. A part that isn't on this machine is missing."""

	def __init__(self) -> None:
		self.parts: dict[str, Callable[[], float]] = {}
		if database := _database_pid():
			self.parts[MARIADB] = lambda: seconds_of(database)
		self.parts[REDIS] = _seconds_of_redis
		# This process is the clients and their mail server.
		self.parts[CLIENTS] = time.process_time

	def add(self, part: str, pid: int) -> None:
		"""Measure the process and its children as a part. Several processes can make one part."""
		before = self.parts.get(part, lambda: 0.0)
		self.parts[part] = lambda: before() + seconds_of(pid)

	def read(self) -> dict[str, float]:
		return {part: read() for part, read in self.parts.items()}


def seconds_of(pid: int) -> float:
	"""Return the processor time of a process, of its children, and of those of them that have ended. 0 if it has ended."""
	import psutil

	with suppress(psutil.Error):
		process = psutil.Process(pid)
		return sum(_own_and_ended(each) for each in (process, *process.children(recursive=True)))
	return 0.0


def _own_and_ended(process) -> float:
	import psutil

	with suppress(psutil.Error):
		times = process.cpu_times()
		return times.user + times.system + times.children_user + times.children_system
	return 0.0


def _database_pid() -> int | None:
	import frappe

	if frappe.db.db_type != "mariadb":
		return None
	with suppress(OSError, ValueError):
		return int(Path(frappe.db.sql("select @@pid_file")[0][0]).read_text())
	return None


def _seconds_of_redis() -> float:
	"""Return the time of the servers of cache and queue, which may be one."""
	import frappe
	from frappe.utils.background_jobs import get_redis_conn

	servers = {info["run_id"]: info for info in (frappe.cache.info(), get_redis_conn().info())}
	return sum(info["used_cpu_user"] + info["used_cpu_sys"] for info in servers.values())
