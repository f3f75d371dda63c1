"""Remembers which accounts can't be used at present, so that one task at a time asks whether an account works again.

	09:00  the calendar of jane@ answers 503 to a task, so its tasks wait until 09:01
	09:01  a task asks, gets 503, and all wait until 09:02
	...    the waits grow with the outage, up to an hour
	15:10  a task succeeds. The record is deleted, and all tasks of the calendar are due

The wait depends on the outage's age and not on the number of tasks: 2,000 tasks ask as seldom as one. A task that has
asked stands behind those that haven't, so a task that fails for a reason of its own doesn't stop the others for long.
"""

import hashlib
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion
from pypika import Case, Table
from pypika.terms import ExistsCriterion

from scheduler_integration.outbox.outcomes import Down
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.platform.clock import stamp, to_site_time
from scheduler_integration.platform.sql import insert_rows

_DOCTYPE = "Outbox Outage"
FIRST_WAIT, LONGEST_WAIT = 60, 3600
# A record that no task has touched for a day after its time is of an earlier outage, whose tasks nobody needs any more.
_FORGOTTEN = 86400


@dataclass(frozen=True, slots=True)
class Outage:
	"""An account that can't be used since the instant `since`, and the `reason` for people."""

	account: str
	since: int
	reason: str


def note(kind: str, down: Down, now: int) -> bool:
	"""Record that the account can't be used at `now`, and when it is asked again. Returns whether that is news."""
	name = _name(kind, down.account)
	outage = frappe.db.get_value(_DOCTYPE, name, ["since", "asks_at"], as_dict=True)
	is_news = not outage or outage.asks_at < now - _FORGOTTEN
	since = now if is_news else outage.since
	# How long to wait, in seconds: about as long as the outage has lasted, so the waits double.
	longest = min(max((now - since), FIRST_WAIT), LONGEST_WAIT)
	wait = random.randint(longest // 2, longest)
	asks_at = now + max(wait, down.after)
	values = {
		"reason": down.reason,
		"asks_at": asks_at,
		"asks_on": to_site_time(asks_at),
		"not_before": now + down.after if down.after else 0,
	}
	if is_news:
		values |= {"since": since, "since_on": to_site_time(since), "told_at": 0}
	if outage:
		frappe.db.set_value(_DOCTYPE, name, values)
	else:
		written_at, user = stamp(), frappe.session.user
		values |= {"name": name, "kind": kind, "account": down.account, "creation": written_at, "modified": written_at}
		values |= {"owner": user, "modified_by": user}
		try:
			insert_rows(_DOCTYPE, list(values), [list(values.values())])
		except Exception as error:
			# Another worker has just noted the same.
			if not frappe.db.is_primary_key_violation(error):
				raise
	return is_news


def seconds_down(kind: str, account: str, now: int) -> int:
	"""Return for how many seconds the account can't be used; 0 if it works, or if its last outage is long ago."""
	going_on = {"name": _name(kind, account), "asks_at": [">=", now - _FORGOTTEN]}
	return now - (frappe.db.get_value(_DOCTYPE, going_on, "since") or now)


def end(kind: str, account: str) -> None:
	"""Note that the account works: its tasks needn't wait any more."""
	frappe.db.delete(_DOCTYPE, {"name": _name(kind, account)})


def of_tasks(tasks: Iterable[Task]) -> set[tuple[str, str]]:
	"""Return the kind and the account of the outages that concern these tasks."""
	names = [_name(task.kind, account) for task in tasks for account in accounts_of(task)]
	rows = frappe.get_all(_DOCTYPE, {"name": ["in", names]}, ["kind", "account"])
	return {(row.kind, row.account) for row in rows}


def is_down(kind: str, account: str, now: int) -> bool:
	"""Whether the account can't be used, and isn't to be asked at `now` whether it works again."""
	waits = {"name": _name(kind, account), "since": ["<=", now], "asks_at": [">", now]}
	return bool(frappe.db.exists(_DOCTYPE, waits))


def ask_soon(kind: str, accounts: Collection[str], now: int, *, obeys: bool = True) -> bool:
	"""Let the next task of these accounts ask now, and return whether one of them can't be used.

	Called when there is reason to hope. If another system asked to wait, it isn't asked earlier. `obeys=False`: it is, for
	a person wants that.
	"""
	row = frappe.qb.DocType(_DOCTYPE)
	names = [_name(kind, account) for account in accounts]
	is_down = bool(frappe.get_all(_DOCTYPE, {"name": ["in", names]}, limit=1))
	if is_down:
		soon = Case().when(row.not_before > now, row.not_before).else_(now) if obeys else now
		frappe.qb.update(row).where(row.name.isin(names) & (row.asks_at > now)).set(row.asks_at, soon).run()
	return is_down


def stop(task: Table, now: int) -> Criterion:
	"""The condition that an outage stops the task of this table: its account isn't to be asked now."""
	outage = frappe.qb.DocType(_DOCTYPE)
	is_its = outage.account.isin([task.target, task.automation, task.kind])
	query = frappe.qb.from_(outage).select(outage.name)
	return ExistsCriterion(query.where((outage.kind == task.kind) & is_its & (outage.asks_at > now)))


def accounts_of(task: Task | Document) -> tuple[str, ...]:
	"""Return the accounts that stop the task if they can't be used. See `outcomes.Down`."""
	return (task.target, task.kind, *([task.automation] if task.automation else []))


def untold(kind: str, before: int) -> list[Outage]:
	"""Return the outages of this kind that began before this instant and that nobody was told of."""
	row = frappe.qb.DocType(_DOCTYPE)
	query = frappe.qb.from_(row).select(row.account, row.since, row.reason)
	query = query.where((row.kind == kind) & (row.since < before) & (row.told_at == 0))
	return [Outage(**outage) for outage in query.run(as_dict=True)]


def note_told(kind: str, account: str, now: int) -> None:
	"""Note that people were told of the outage, if there is one."""
	frappe.db.set_value(_DOCTYPE, {"name": _name(kind, account)}, "told_at", now)


def _name(kind: str, account: str) -> str:
	return hashlib.sha256(f"{kind}\n{account}".encode()).hexdigest()[:20]
