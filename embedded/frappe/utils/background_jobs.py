"""Queued jobs: on Redis through RQ when the site has one, else in a worker thread of this process.

In tests a job without `now=True` goes the same way as in Frappe: into the queue. `run_queued` runs what this process
has queued, which is what a worker would do.
"""

import os
import re
import time
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict

_TIMEOUTS = {"short": 300, "default": 300, "long": 1500}
_waiting: deque[tuple[str | None, dict]] = deque()
_arrived = Condition()


def enqueue(
	method: str | Callable, queue: str = "default", timeout: int | None = None, event: str | None = None,
	is_async: bool = True, job_name: str | None = None, now: bool = False, enqueue_after_commit: bool = False, *,
	on_success: Callable | None = None, on_failure: Callable | None = None, at_front: bool = False,
	job_id: str | None = None, deduplicate: bool = False, at_front_when_starved: bool = False, **kwargs: Any,
) -> Any:  # fmt: skip
	"""Run a function in a worker, at once if nothing says otherwise, or when the transaction has committed."""
	if on_success or on_failure:
		raise NotImplementedError("enqueue with on_success or on_failure on the embedded site")
	if queue not in _TIMEOUTS:
		raise NotImplementedError(f"The queue {queue!r}")
	if deduplicate:
		if not job_id:
			frappe.throw(frappe._("`job_id` paramater is required for deduplication."))
		if is_job_enqueued(job_id):
			return None
	if now or (not is_async and not local.flags.in_test):
		return frappe.call(method, **kwargs)
	work = {
		"site": local.site, "sites_path": local.sites_path, "user": local.session.user, "method": _path_of(method),
		"kwargs": kwargs, "is_async": is_async,
	}  # fmt: skip
	if not is_async:
		return execute_job(**work)

	def enqueue_call() -> Any:
		full_id = create_job_id(job_id) if job_id else None
		if redis_url():
			return _enqueue_on_redis(queue, timeout or _TIMEOUTS[queue], full_id, at_front, work)
		with _arrived:
			(_waiting.appendleft if at_front else _waiting.append)((full_id, work))
			_arrived.notify()
		return None

	if enqueue_after_commit:
		frappe.db.after_commit.add(enqueue_call)
		return None
	return enqueue_call()


def enqueue_doc(
	doctype: str, name: str | None = None, method: str | None = None, queue: str = "default", timeout: int = 300,
	now: bool = False, **kwargs: Any,
) -> Any:  # fmt: skip
	return enqueue(
		run_doc_method, queue=queue, timeout=timeout, now=now, doctype=doctype, name=name, doc_method=method, **kwargs
	)


def run_doc_method(doctype: str, name: str, doc_method: str, **kwargs: Any) -> None:
	getattr(frappe.get_doc(doctype, name), doc_method)(**kwargs)


def _path_of(method: str | Callable) -> str:
	return method if isinstance(method, str) else f"{method.__module__}.{method.__qualname__}"


def create_job_id(job_id: str) -> str:
	"""Two sites on one Redis don't share their jobs."""
	return re.sub(r"[^\w-]", "_", f"{local.site}--{job_id}")


def is_job_enqueued(job_id: str) -> bool:
	full_id = create_job_id(job_id)
	if redis_url():
		from rq.exceptions import NoSuchJobError
		from rq.job import Job

		try:
			return Job.fetch(full_id, connection=redis_connection()).get_status() in ("queued", "started")
		except NoSuchJobError:
			return False
	return any(full_id == known for known, _work in _waiting)


def execute_job(
	site: str,
	sites_path: str,
	method: str,
	kwargs: dict,
	user: str | None = None,
	is_async: bool = True,
	retry: int = 0,
) -> Any:
	"""A job has its own connection, commits at its end, and leaves an Error Log when it fails."""
	if is_async:
		frappe.init(site, sites_path, force=True)
		frappe.connect()
		if user:
			frappe.set_user(user)
	local.job = _dict(site=site, method=method, job_name=method, kwargs=kwargs, user=user)
	for hook in frappe.get_hooks("before_job"):
		frappe.call(hook, method=method, kwargs=kwargs, transaction_type="job")
	result = None
	try:
		result = frappe.get_attr(method)(**kwargs)
		frappe.db.commit()
		return result
	except frappe.RetryBackgroundJobError:
		frappe.db.rollback()
		if retry >= 5:
			frappe.log_error(title=method)
			frappe.db.commit()
			raise
		frappe.destroy()
		time.sleep(retry + 1)
		return execute_job(site, sites_path, method, kwargs, user, is_async, retry + 1)
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title=method)
		frappe.db.commit()
		raise
	finally:
		if getattr(local, "db", None):
			for hook in frappe.get_hooks("after_job"):
				frappe.call(hook, method=method, kwargs=kwargs, result=result)
		if is_async:
			frappe.destroy()


# In this process.


def run_queued(block_seconds: float | None = None) -> int:
	"""Run what waits, in a thread each so that the caller's connection stays its own; answer how many ran."""
	done = 0
	while True:
		with _arrived:
			if not _waiting and block_seconds is not None:
				_arrived.wait(block_seconds)
			if not _waiting:
				return done
			_job_id, work = _waiting.popleft()
		worker = Thread(target=_run_quietly, kwargs=work)
		worker.start()
		worker.join()
		done += 1


def _run_quietly(**work: Any) -> None:
	try:
		execute_job(**work)
	except Exception:
		frappe.logger("worker").exception("The job %s failed", work["method"])


def forget_queued() -> None:
	_waiting.clear()


# On Redis.


def redis_url() -> str | None:
	return os.environ.get("REDIS_URL") or local.conf.redis_queue


def redis_connection() -> Any:
	from redis import Redis

	return Redis.from_url(redis_url())


def _enqueue_on_redis(queue: str, timeout: int, job_id: str | None, at_front: bool, work: dict) -> Any:
	from rq import Queue

	return Queue(queue, connection=redis_connection()).enqueue_call(
		"frappe.utils.background_jobs.execute_job", kwargs=work, timeout=timeout, job_id=job_id, at_front=at_front,
		result_ttl=600, failure_ttl=7 * 86400,
	)  # fmt: skip


def work_on_redis(burst: bool = False) -> None:
	"""What `python -m embedded worker` runs; each job in a forked child, as RQ does."""
	from rq import Queue, Worker

	connection = redis_connection()
	frappe.destroy()
	Worker([Queue(name, connection=connection) for name in _TIMEOUTS], connection=connection).work(burst=burst)


__getattr__ = missing(__name__)
