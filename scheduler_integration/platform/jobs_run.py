"""Whether the site's scheduled jobs run."""

from datetime import timedelta

import frappe
from frappe.utils import get_datetime

from scheduler_integration.platform.clock import site_now

# The job that runs each minute, and how late it may be. Frappe 16 looks for due jobs every four minutes by default.
_EACH_MINUTE = "scheduler_integration.jobs.run_due_tasks"
_LATE = timedelta(minutes=15)


def do_jobs_run() -> bool:
	"""Whether the site's scheduled jobs have run lately. Without them, no reminder is sent and no calendar is read.

	Frappe notes when each job began. A site that has just been installed has a quarter of an hour for the first time.
	"""
	job = frappe.db.get_value("Scheduled Job Type", {"method": _EACH_MINUTE}, ["last_execution", "creation"])
	return not job or site_now() - get_datetime(job[0] or job[1]) < _LATE
