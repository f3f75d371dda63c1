"""Jobs leave the processors to guests: the session that RQ starts for each one is as nice as Frappe's workers."""

import os
from pathlib import Path

import frappe
import pytest

# The tests may be run with `nice`.
OWN = os.getpriority(os.PRIO_PROCESS, 0)
SESSION = Path("/proc/self/autogroup")
# What a worker's process does before a job: Frappe makes it nice, RQ starts the session. Linux lets people other than root
# change one session in a tenth of a second, so this tries again until the session has the expected niceness.
OF_A_JOB = """
import os, time
from scheduler_integration.niceness import yield_to_guests
from tests.outbox.test_niceness import SESSION, niceness_of
os.nice(%d)
%s
until = time.monotonic() + 5
yield_to_guests()
while niceness_of(SESSION.read_text()) != %d and time.monotonic() < until:
	yield_to_guests()
print(SESSION.read_text())
"""

pytestmark = pytest.mark.skipif(
	not SESSION.exists() or not SESSION.read_text(), reason="this kernel doesn't share processors among sessions"
)


def write_niceness(path: str) -> None:
	"""Write the niceness that counts between this job and web workers. A test queues this function as a job.

	It is that of the session if the job has one of its own, as with RQ 1 on Frappe 15. RQ 2 on Frappe 16 leaves the job in
	the worker's session, where the niceness of processes counts.
	"""
	is_alone = os.getsid(0) == os.getpid()
	found = niceness_of(SESSION.read_text()) if is_alone else os.getpriority(os.PRIO_PROCESS, 0)
	Path(path).write_text(str(found))


def niceness_of(text):
	"""Read `/autogroup-1804 nice 10`."""
	return int(text.split()[-1])


def in_a_process(site, nice, expected, starts_session=True):
	code = OF_A_JOB % (nice, "os.setsid()" if starts_session else "", expected)
	out, error = site.python(code).communicate(60)
	assert not error, error
	return niceness_of(out)


def test_the_session_of_a_job_is_as_nice_as_its_process(site):
	assert in_a_process(site, 10, OWN + 10) == OWN + 10
	assert in_a_process(site, 4, OWN + 4) == OWN + 4


def test_a_session_with_other_processes_stays_as_it_is(site):
	before = niceness_of(SESSION.read_text())
	assert in_a_process(site, 10, before, starts_session=False) == before
	assert niceness_of(SESSION.read_text()) == before


def test_a_web_workers_session_stays_as_it_is(site):
	assert in_a_process(site, 0, OWN) == OWN


@pytest.mark.slow
def test_frappe_calls_it_before_each_job(site, commit_clean, tmp_path):
	if not site.is_real:
		pytest.skip("the embedded site's jobs have no process of their own without Redis")
	frappe.enqueue(write_niceness, path=str(tmp_path / "niceness"))
	site.run_jobs()
	assert int((tmp_path / "niceness").read_text()) == OWN + 10
