"""Queues the job that runs new tasks right after a commit: one job for the tasks of many bookings.

An RQ worker forks for each job, and the child opens the site. That takes more of a processor than two messages. So the
first commit queues a job, and a key in the site's cache says that this job is still to look for tasks:

	10:00:00.0   Ann's booking is committed, sets the key, and queues a job
	10:00:00.5   Ben's booking is committed, finds the key, and queues nothing
	10:00:01.0   the job starts, deletes the key, and then claims the tasks of both
	10:00:01.1   Eve's booking is committed, sets the key, and queues a job, since the first one may have looked already

A job claims tasks only after it has deleted the key, so it sees the tasks of each commit that found the key. The second
job waits behind the first one, or a free worker takes it. Either may run Eve's tasks.

The key only saves work. If it is deleted too early, there is a job too many. If the cache can't be reached, each commit
queues a job. If a job dies before it deletes the key, or the queue can't be reached, the key expires, and the job that
runs each minute finds the tasks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec

import frappe
from frappe.utils import get_datetime

from scheduler_integration.outbox.tasks import PENDING, SENDING
from scheduler_integration.platform.clock import site_now
from scheduler_integration.platform.queue import queue_job

JOB = "scheduler_integration.jobs.run_new_tasks"
KEY = "scheduler_integration_tasks_wait"
# With a single worker, this job may wait longer, for another run and for `jobs.run_due_tasks`. Then there is a job too
# many. If this job is lost, commits queue another one after this time.
WAITING_SECONDS = 60
# A running job looks again after a second. If it is killed in that second, commits queue a job again after this time.
LOOKING_SECONDS = 5


def wake() -> None:
	"""Let a job run the tasks that this transaction planned, soon after its commit. After a rollback there is no job."""
	frappe.db.after_commit.add(wake_now)


def wake_now() -> None:
	"""Let a job run the tasks that are due: a job that waits already, or a new one. Raises nothing."""
	if _announce(WAITING_SECONDS):
		queue_job(JOB, "short")


def begin_to_look() -> None:
	"""Announce that this job looks for tasks now. Tasks that are committed later need another job."""
	try:
		frappe.cache.delete_value(KEY)
	except Exception:
		_cache_is_down()


def waiting_seconds() -> int:
	"""Return for how many seconds a job has been waiting to look for tasks, or 0 if none waits."""
	left = frappe.cache.ttl(frappe.cache.make_key(KEY))
	return max(0, WAITING_SECONDS - left) if left > 0 else 0


@contextmanager
def about_to_look() -> Iterator[None]:
	"""Announce that this job looks for tasks at the end of the block. Until then, commits needn't queue another job."""
	is_mine = _announce(LOOKING_SECONDS)
	yield
	if is_mine:
		begin_to_look()


def _announce(seconds: int) -> bool:
	"""Set the key. Return False if it was set already, and True otherwise, also if the cache can't be reached."""
	try:
		return bool(frappe.cache.set(frappe.cache.make_key(KEY), 1, nx=True, ex=seconds))
	except Exception:
		_cache_is_down()
		return True


def _cache_is_down() -> None:
	# Redis has many classes of errors, and none of them may stop what was stored already, or the tasks.
	frappe.logger("scheduler_integration").exception("The cache doesn't know whether a job waits for tasks")


# Keeps the scheduler of a quiet site running while tasks wait.
#
# Frappe 15 runs the scheduled jobs of a dormant site only once a day. A site is dormant if its Activity Log has no entry of
# the last four days. Later versions do so on Frappe Cloud only, by the last activity of any User. Visitors who book make no
# such activity, so a site that only visitors use would send its reminders a day late. This module records activity for
# them.

QUIET = timedelta(days=1)


def keep_awake() -> None:
	"""Record activity if something waits and nothing was recorded for a day. Safe to call each minute."""
	# Whether there are open tasks or connected calendars. A calendar that is read only once a day closes its
	# host's times.
	tasks = {"status": ["in", [PENDING, SENDING]]}
	something_waits = bool(
		frappe.db.exists("Outbox Task", tasks) or frappe.db.exists("Calendar Connection", {"is_active": 1})
	)
	if not something_waits:
		return
	if _is_old(_newest("Activity Log", "modified")):
		entry = {
			"doctype": "Activity Log",
			"subject": "Messages about meetings wait to be sent, or calendars to be read",
			"status": "Success",
		}
		# The scheduler acts here, for no user.
		frappe.get_doc(entry).insert(ignore_permissions=True)
	if _is_old(_newest("User", "last_active")):
		# Visitors book as the user Guest.
		frappe.db.set_value("User", "Guest", "last_active", site_now(), update_modified=False)
		# Later versions of Frappe remember for an hour that the site is dormant: delete that.
		if find_spec("frappe.utils.scheduler"):
			is_dormant = frappe.get_attr("frappe.utils.scheduler.is_dormant")
			if hasattr(is_dormant, "clear_cache"):
				is_dormant.clear_cache()


def _newest(doctype: str, field: str) -> object:
	rows = frappe.get_all(doctype, {field: ["is", "set"]}, pluck=field, order_by=f"{field} desc", limit=1)
	return rows[0] if rows else None


def _is_old(moment: object) -> bool:
	return not moment or site_now() - get_datetime(moment) > QUIET
