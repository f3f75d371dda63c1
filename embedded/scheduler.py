"""Stands in for frappe.utils.scheduler: runs the scheduled jobs of hooks.py and remembers when each one last ran."""

import datetime
import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import frappe
from croniter import croniter
from frappe.utils import background_jobs, get_datetime, now_datetime

# `all` runs every minute here. A bench runs it every four minutes by default.
_CRON = {
	"all": "* * * * *", "hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 0", "monthly": "0 0 1 * *",
}  # fmt: skip


def events() -> Iterator[tuple[str, str]]:
	"""Return each scheduled function with its cron line, as (line, function)."""
	for event, value in frappe.get_hooks("scheduler_events", {}).items():
		plain = event.removesuffix("_long")
		if event != "cron" and plain not in _CRON:
			raise NotImplementedError(f"The scheduler event {event!r}")
		lines = value if event == "cron" else {_CRON[plain]: value}
		yield from ((line, function) for line, functions in lines.items() for function in functions)


def run_due(now: datetime.datetime | None = None) -> list[str]:
	"""Run the jobs that are due, one after the other, and return their names."""
	now = now or now_datetime()
	ran = []
	for line, function in events():
		key = f"scheduled:{line}:{function}"
		last = frappe.db.get_global(key)
		if last and croniter(line, get_datetime(last)).get_next(datetime.datetime) > now:
			continue
		frappe.db.set_global(key, now.strftime("%Y-%m-%d %H:%M:%S"))
		frappe.db.commit()
		background_jobs.enqueue(function)
		ran.append(function)
	if not background_jobs.redis_url():
		background_jobs.run_queued()
	return ran


def run_forever(folder: Path, stop: Event) -> None:
	while not stop.wait(20):
		try:
			frappe.init(folder.name, str(folder.parent), force=True)
			frappe.connect()
			run_due()
		except Exception:
			logging.getLogger("frappe.scheduler").exception("The scheduler failed")
		finally:
			frappe.destroy()
