"""Stands in for frappe.utils.background_jobs: jobs on Redis with RQ if the site has one, else in a thread.

As in Frappe, a job without `now=True` goes into the queue in tests too. `run_queued` does a worker's job: it runs
the jobs that this process has queued.
"""

import os
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing

_TIMEOUTS = {"short": 300, "default": 300, "long": 1500}
_REFUSED = {
	"at_front", "at_front_when_starved", "event", "is_async", "job_name", "on_failure", "on_success", "timeout",
}  # fmt: skip
_waiting: Queue[dict] = Queue()


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

	With `deduplicate`, a job whose `job_id` waits already isn't queued again.
	"""
	if refused := _REFUSED.intersection(kwargs):
		raise NotImplementedError(f"enqueue({', '.join(refused)}=...) on the embedded site")
	if now:
		return frappe.call(method, **kwargs)
	path = method if isinstance(method, str) else f"{method.__module__}.{method.__qualname__}"
	work = {
		"site": local.site, "sites_path": local.sites_path, "user": local.session.user, "method": path, "kwargs": kwargs,
	}  # fmt: skip

	def enqueue_call() -> None:
		if redis_url():
			_enqueue_on_redis(queue, work, job_id, deduplicate)
		elif not (deduplicate and any(each["job_id"] == job_id for each in list(_waiting.queue))):
			_waiting.put({**work, "job_id": job_id})

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


def run_queued(block_seconds: float = 0) -> None:
	"""Run the queued jobs, each in a thread, because a job opens and closes its own connection."""
	while True:
		try:
			work = _waiting.get(block=bool(block_seconds), timeout=block_seconds)
		except Empty:
			return
		worker = Thread(target=_run_quietly, kwargs=work)
		worker.start()
		worker.join()


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


def _enqueue_on_redis(queue: str, work: dict, job_id: str | None, deduplicate: bool) -> None:
	line = _redis_queue(queue)
	name = f"{local.site}||{job_id}" if job_id else None
	if deduplicate and name and (known := line.fetch_job(name)) and known.get_status() in ("queued", "started"):
		return
	line.enqueue_call(
		"frappe.utils.background_jobs.execute_job", kwargs=work, timeout=_TIMEOUTS[queue], failure_ttl=7 * 86400,
		job_id=name,
	)  # fmt: skip


def work_on_redis(burst: bool = False) -> None:
	"""Run jobs for `python -m embedded worker`, each in a forked child process, as RQ does."""
	from rq import Worker

	queues = [_redis_queue(name) for name in _TIMEOUTS]
	frappe.destroy()
	Worker(queues, connection=queues[0].connection).work(burst=burst)


__getattr__ = missing(__name__)
