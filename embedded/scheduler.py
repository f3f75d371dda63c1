"""Stands in for frappe.utils.scheduler: runs the scheduled jobs of hooks.py and remembers when each one last ran."""

import datetime
import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import frappe
from croniter import croniter
from frappe.utils import background_jobs, get_datetime, now_datetime

# Frappe 16 looks for due jobs this often (seconds) unless the configuration has a `scheduler_tick_interval`. So a job of
# each minute runs every four minutes. Frappe 15 looks each minute.
DEFAULT_TICK = 240
_CRON = {
	"all": "*/4 * * * *", "hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 0", "monthly": "0 0 1 * *",
}  # fmt: skip


def events() -> Iterator[tuple[str, str, str]]:
	"""Return each scheduled function with its cron line and its queue, as (line, function, queue)."""
	for event, value in frappe.get_hooks("scheduler_events", {}).items():
		plain = event.removesuffix("_long")
		if event != "cron" and plain not in _CRON:
			raise NotImplementedError(f"The scheduler event {event!r}")
		lines = value if event == "cron" else {_CRON[plain]: value}
		queue = "long" if event.endswith("_long") else "default"
		yield from ((line, function, queue) for line, functions in lines.items() for function in functions)


def run_due(now: datetime.datetime | None = None) -> list[str]:
	"""Queue the jobs that are due and return their names. Without Redis, run them, one after the other.

	A job that still waits or runs isn't queued again, and it runs at the next tick after it has ended.
	"""
	now = now or now_datetime()
	ran = []
	for line, function, queue in events():
		key = f"scheduled:{line}:{function}"
		last = frappe.db.get_global(key)
		if last and croniter(line, get_datetime(last)).get_next(datetime.datetime) > now:
			continue
		frappe.db.set_global(key, now.strftime("%Y-%m-%d %H:%M:%S"))
		frappe.db.commit()
		background_jobs.enqueue(function, queue, job_id=f"scheduled_job||{function}", deduplicate=True)
		ran.append(function)
	if not background_jobs.redis_url():
		background_jobs.run_queued()
	return ran


def run_forever(folder: Path, stop: Event) -> None:
	tick = 0.0
	while not stop.wait(tick):
		tick = DEFAULT_TICK
		try:
			frappe.init(folder.name, str(folder.parent), force=True)
			frappe.connect()
			tick = frappe.conf.scheduler_tick_interval or DEFAULT_TICK
			run_due()
		except Exception:
			logging.getLogger("frappe.scheduler").exception("The scheduler failed")
		finally:
			frappe.destroy()
