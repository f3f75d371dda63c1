"""Stands in for frappe.utils.background_jobs: jobs on Redis with RQ if the site has one, else in a thread.

As in Frappe, a job without `now=True` goes into the queue in tests too. `run_queued` does a worker's job. It runs
the jobs that this process has queued.
"""

import os
import pickle
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing

_TIMEOUTS = {"short": 300, "default": 300, "long": 1500}
_REFUSED = {
	"at_front", "at_front_when_starved", "event", "is_async", "job_name", "on_failure", "on_success", "timeout",
}  # fmt: skip
# A longer queue takes no more jobs: so many for the bench, and so many for each of its sites, of which there is one.
MAX_QUEUED_JOBS, MORE_FOR_EACH_SITE = 500, 50
_waiting: Queue[dict] = Queue()
# The ids of the jobs that run in this process now.
_running: list[str | None] = []


def enqueue(
	method: str | Callable,
	queue: str = "default",
	*,
	now: bool = False,
	enqueue_after_commit: bool = False,
	job_id: str | None = None,
	deduplicate: bool = False,
	**kwargs: Any,
) -> Any:
	"""Run a function at once in this transaction (`now`), or in a worker: soon, or after this transaction's commit.

	With `deduplicate`, a job isn't queued again while one with its `job_id` waits or runs. As in Frappe, that is found out
	now, and not after the commit. Raises QueueOverloaded if too many jobs wait.
	"""
	if refused := _REFUSED.intersection(kwargs):
		raise NotImplementedError(f"enqueue({', '.join(refused)}=...) on the embedded site")
	if deduplicate and not job_id:
		frappe.throw(_("`job_id` paramater is required for deduplication."))
	line = _RedisLine(queue) if redis_url() else _OwnLine()
	if deduplicate and line.has(job_id):
		return None
	if now:
		return frappe.call(method, **kwargs)
	most = (local.conf.max_queued_jobs or MAX_QUEUED_JOBS) + MORE_FOR_EACH_SITE
	if line.length() >= most:
		message = _("Too many queued background jobs ({0}). Please retry after some time.")
		frappe.throw(message.format(most), frappe.QueueOverloaded)
	path = method if isinstance(method, str) else f"{method.__module__}.{method.__qualname__}"
	work = {
		"site": local.site, "sites_path": local.sites_path, "user": local.session.user, "method": path,
	}  # fmt: skip

	def enqueue_call() -> None:
		# A worker is another process, so arguments are pickled.
		line.add({**work, "kwargs": pickle.loads(pickle.dumps(kwargs))}, job_id)

	if enqueue_after_commit:
		frappe.db.after_commit.add(enqueue_call)
	else:
		enqueue_call()
	return None


def execute_job(site: str, sites_path: str, user: str, method: str, kwargs: dict, job_id: str | None = None) -> None:
	"""Run a job on its own connection. Commits at the end; if the job fails, stores an Error Log."""
	frappe.init(site, sites_path, force=True)
	frappe.connect()
	frappe.set_user(user)
	for hook in frappe.get_hooks("before_job"):
		frappe.call(hook, method=method, kwargs=kwargs, transaction_type="job")
	try:
		frappe.get_attr(method)(**kwargs)
		frappe.db.commit()
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title=method)
		frappe.db.commit()
		raise
	finally:
		frappe.destroy()


# In this process


class _OwnLine:
	"""The queue of this process."""

	def has(self, job_id: str) -> bool:
		return job_id in [*_running, *(work["job_id"] for work in list(_waiting.queue))]

	def length(self) -> int:
		return _waiting.qsize()

	def add(self, work: dict, job_id: str | None) -> None:
		_waiting.put({**work, "job_id": job_id})


def run_queued(block_seconds: float = 0) -> None:
	"""Run the queued jobs, each in a thread, because a job opens and closes its own connection."""
	while True:
		try:
			work = _waiting.get(block=bool(block_seconds), timeout=block_seconds)
		except Empty:
			return
		_running.append(work["job_id"])
		worker = Thread(target=_run_quietly, kwargs=work)
		worker.start()
		worker.join()
		_running.remove(work["job_id"])


def forget_queued() -> None:
	"""Empty the queue of this process."""
	while not _waiting.empty():
		_waiting.get_nowait()


def _run_quietly(**work: Any) -> None:
	try:
		execute_job(**work)
	except Exception:
		frappe.logger("worker").exception("The job %s failed", work["method"])


# On Redis


def redis_url() -> str | None:
	return os.environ.get("REDIS_URL") or local.conf.redis_queue


def _redis_queue(name: str) -> Any:
	from redis import Redis
	from rq import Queue as RedisQueue

	return RedisQueue(name, connection=Redis.from_url(redis_url()))


class _RedisLine:
	"""A queue of RQ."""

	def __init__(self, name: str):
		self._queue = _redis_queue(name)

	def has(self, job_id: str) -> bool:
		"""Return whether the job waits or runs. Otherwise deletes it, so that its id can be used again."""
		known = self._queue.fetch_job(_id_on_redis(job_id))
		if known and known.get_status() in ("queued", "started"):
			return True
		if known:
			known.delete()
		return False

	def length(self) -> int:
		return self._queue.count

	def add(self, work: dict, job_id: str | None) -> None:
		self._queue.enqueue_call(
			"frappe.utils.background_jobs.execute_job", kwargs=work, timeout=_TIMEOUTS[self._queue.name],
			failure_ttl=7 * 86400, job_id=_id_on_redis(job_id) if job_id else None,
		)  # fmt: skip


def _id_on_redis(job_id: str) -> str:
	"""Return the same id for the same job. RQ 2 refuses colons in an id, and RQ 3 takes letters, digits, - and _ only."""
	return str(uuid5(NAMESPACE_URL, f"{local.site}||{job_id}"))


def work_on_redis(burst: bool = False) -> None:
	"""Run jobs for `python -m embedded worker`, each in a forked child process, as RQ does."""
	from rq import Worker

	queues = [_redis_queue(name) for name in _TIMEOUTS]
	frappe.destroy()
	Worker(queues, connection=queues[0].connection).work(burst=burst)


__getattr__ = missing(__name__)
