"""Workers that kill themselves at one of their commits, with the signal that nobody can catch."""

import json
from typing import Any

import frappe

from tests.support.forks import Forked
from tests.support.site import Site

_CODE = """
import json, os, signal, sys
import frappe
from scheduler_integration.jobs import outbox
from scheduler_integration.calendars.providers import caldav
from scheduler_integration.calendars.sync import sync
connection, what, now, commit_of_death, moment, conf, is_full = json.loads(sys.argv[1])
frappe.local.conf.update(conf)
# A calendar of some events has several pages.
caldav._BATCH = 2
commit, commits = frappe.db.commit, 0
def counted():
	global commits
	commits += 1
	if commits == commit_of_death and moment == "before":
		os.kill(os.getpid(), signal.SIGKILL)
	commit()
	if commits == commit_of_death and moment == "after":
		os.kill(os.getpid(), signal.SIGKILL)
frappe.db.commit = counted
if what == "read":
	sync(connection, now, full=is_full)
else:
	outbox.run_due_tasks(lambda: now, 20)
"""


def run_killed(
	site: Site,
	connection: str,
	what: str,
	now: int,
	commit: int,
	moment: str,
	conf: dict[str, Any],
	*,
	full: bool = False,
) -> bool:
	"""Read a connection ("read") or write what is due ("write") in a process that dies. Return whether it died.

	It dies "before" or "after" its commit of this number, and ends as usual if there are fewer. `conf` is added to the
	site's configuration.
	"""
	frappe.db.commit()
	worker: Forked = site.python(_CODE, json.dumps([connection, what, now, commit, moment, conf, full]))
	_out, error = worker.communicate(60)
	assert not error, error
	frappe.db.rollback()
	return worker.returncode != 0
