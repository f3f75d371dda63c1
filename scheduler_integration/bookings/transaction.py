"""Runs commands as transactions, and repeats a transaction that lost a race against another one.

The database rolls a transaction back if it and another one wait for each other, or if it waits too long for a lock. The
request isn't wrong then: the same work succeeds when it is done again.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import frappe

from scheduler_integration.exceptions import Busy
from scheduler_integration.platform.transactions import (
	Attempt,
	commit_request,
	current_attempt,
	has_written,
	is_lost_race,
	limit_waits,
	read_committed,
	roll_back,
)

T = TypeVar("T")
P = ParamSpec("P")

# Nobody waits longer for a page, and a waiting worker can't serve anybody else.
DEADLINE_SECONDS = 10
# If the cause isn't a race, the work fails each time. Then it shouldn't be repeated for ten seconds.
ATTEMPTS = 30
LONGEST_PAUSE = 0.3


def command(act: Callable[P, T]) -> Callable[P, T]:
	"""Make a command a transaction that is repeated if it loses a race (`retried`).

	Within another command, or within `retried`, it is a part of that transaction. If the caller has written something before,
	it has one try, because a rollback would undo that too.
	"""

	@wraps(act)
	def run(*args: P.args, **kwargs: P.kwargs) -> T:
		if current_attempt():
			return act(*args, **kwargs)
		if not has_written():
			return retried(lambda: act(*args, **kwargs))
		with Attempt():
			return act(*args, **kwargs)

	return run


def retried(work: Callable[[], T]) -> T:
	"""Run `work`, several commands in one transaction, again if it lost a race, and return its result.

	In a request that may change data it commits, because a commit can lose a race too: in a Galera cluster, against a node that
	has changed the same rows. Elsewhere the caller commits.

	`work` must be all that the transaction does: a rollback also undoes everything the transaction did before it.
	Raises Busy if the work still loses after DEADLINE_SECONDS or ATTEMPTS. Other errors aren't caught.

	The pause after an attempt is random, and its upper limit doubles: 10 ms after the first attempt, then 20, 40, 80
	and 160 ms, then always 300 ms. Two transactions that stopped each other rarely wait equally long, so they don't
	meet again.
	"""
	connection = read_committed(wait=DEADLINE_SECONDS)
	with Attempt(connection, time.monotonic() + DEADLINE_SECONDS) as attempt:
		while True:
			try:
				attempt.tries += 1
				attempt.hosts.clear()
				if attempt.tries > 1:
					limit_waits(attempt.deadline - time.monotonic())
					# The hosts come first now. A command that locks its booking first and then waits for a host may meet the same
					# rival again, who has the host and waits for the booking.
					attempt.lock_again()
				done = work()
				commit_request()
				return done
			except Exception as error:
				if not is_lost_race(error):
					raise
				roll_back()
				frappe.clear_messages()
				pause = random.uniform(0, min(LONGEST_PAUSE, 0.005 * 2**attempt.tries))
				if attempt.tries == ATTEMPTS or time.monotonic() + pause >= attempt.deadline:
					raise Busy from error
			time.sleep(pause)
