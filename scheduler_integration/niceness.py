"""Lets guests go first on processors that web workers and jobs share."""

import os
from contextlib import suppress
from pathlib import Path

_SESSION = Path("/proc/self/autogroup")


def yield_to_guests() -> None:
	"""Give the session of this job the niceness of its process. Runs before each job of the site.

	Frappe gives its workers a niceness of 10 for this. But RQ 1, which Frappe 15 uses, starts a session for each job, and
	Linux shares the processors equally among sessions (`kernel.sched_autogroup_enabled`, on in most distributions): niceness
	counts only between processes of one session. Example: two web workers in one session and a job in another want one core.
	The job gets half of it, whatever its niceness. If its session has niceness 10 as well, it gets a tenth. RQ 2, which
	Frappe 16 uses, leaves a job in the worker's session.

	A session has a niceness of its own, see "The autogroup feature" in sched(7). Other systems have no such file.
	"""
	niceness = os.getpriority(os.PRIO_PROCESS, 0)
	# Otherwise other processes belong to the session too.
	if niceness > 0 and os.getsid(0) == os.getpid():
		# Linux allows one change in a tenth of a second. The next job tries again.
		with suppress(OSError):
			_SESSION.write_text(str(niceness))
