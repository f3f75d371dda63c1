"""Plans tasks in the transaction of the change that needs them.

A task's key makes it unique. If a change plans a key again, the task that is still open moves to the new time. A task
that was done stays done, unless the change gives it a higher generation: then it is due again. So a calendar event is
one task for the booking's whole life, and a confirmation is one task for each change.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import frappe

from scheduler_integration.outbox.failures import MONEY
from scheduler_integration.platform.clock import stamp, to_site_time
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.sql import insert_rows, update_rows

PENDING, SENDING, SENT, FAILED, SKIPPED = "Pending", "Sending", "Sent", "Failed", "Skipped"

# The tasks of one booking that are due together run in this order. The link is in the calendar event, and both are in
# the message.
STAGES = {"video_meeting": 0, "calendar_event": 1}
LAST_STAGE = 2

_FIELDS = (
	"name", "owner", "modified_by", "creation", "modified", "booking", "kind", "purpose", "target", "key", "due_at",
	"due_on", "expires_at", "generation", "stage", "payload", "automation", "status",
)  # fmt: skip


# The fields of a task that was done and is due again.
_AGAIN: dict[str, Any] = {"status": PENDING, "attempts": 0, "error": None, "done_at": None, "done_on": None}


_waiting_seconds = ContextVar("waiting_seconds", default=0)


@contextmanager
def waiting(seconds: int) -> Iterator[None]:
	"""Let the tasks that the block plans wait at least this long, so that its command can be taken back."""
	token = _waiting_seconds.set(seconds)
	try:
		yield
	finally:
		_waiting_seconds.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
	"""Something that is to happen outside.

	- `kind` chooses the handler, `purpose` says what it is for (`attendee_confirmed`), `target` says whom it reaches: an
	e-mail address, or a connected account. Many tasks for one target don't delay the tasks of other targets.
	- `key`: the same key is the same task. At most 140 characters.
	- `due_at`, `expires_at`: epoch seconds. After `expires_at` the task is skipped.
	- `generation`: a higher one makes a task that was done due again.
	- `automation`: the Meeting Automation that asks for it, if one does.
	- `payload`: small facts that aren't stored on the booking, as JSON values.
	"""

	kind: str
	purpose: str
	target: str
	key: str
	due_at: int
	expires_at: int | None = None
	generation: int = 0
	automation: str | None = None
	payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Planned):
	"""A task that a worker has claimed. `attempts` counts this one too; `lease` proves that the worker owns it."""

	name: str
	booking: str
	attempts: int
	external_id: str | None
	lease: str
	due_on: datetime
	modified: datetime

	@property
	def was_planned_for_later(self) -> bool:
		"""Whether it wasn't to run at once. A task is modified when it is planned, and when it is planned again."""
		return self.due_on > self.modified


def plan(booking: str, tasks: Iterable[Planned], now: int, *, is_new: bool = False) -> None:
	"""Store the tasks of the booking, or move those that are known by their key. `now` is in epoch seconds.

	The caller's transaction must hold the booking's row, so that no other one plans the same keys. `is_new`: this
	transaction has made the booking, so none of its tasks is stored yet.
	"""
	plan_all([(booking, task) for task in tasks], now, is_new=is_new)


def plan_all(wanted: Iterable[tuple[str, Planned]], now: int, *, is_new: bool = False) -> None:
	"""Do the same for tasks of several bookings, each with the name of its booking: three statements for any number."""
	planned: dict[str, tuple[str, Planned]] = {}
	earliest = now + _waiting_seconds.get()
	for booking, task in wanted:
		# The attendee may also be named as an additional guest. The first task counts.
		planned.setdefault(task.key, (booking, replace(task, due_at=max(task.due_at, earliest))))
	if not planned:
		return
	stored = {} if is_new else _known(planned)
	_replan({row.name: (row, planned[key][1]) for key, row in stored.items()})
	new, user = [], frappe.session.user
	for key, (booking, task) in planned.items():
		if key not in stored:
			# Each has a moment of its own: tasks that are due at the same time run in the order in which they were planned.
			written_at = stamp()
			values = {
				**picked(task, "kind", "key", "automation"),
				"name": frappe.generate_hash(length=16),
				"owner": user,
				"modified_by": user,
				"creation": written_at,
				"modified": written_at,
				"booking": booking,
				"stage": STAGES.get(task.kind, LAST_STAGE),
				"status": PENDING,
				**_changing(task),
			}
			new.append(tuple(values[name] for name in _FIELDS))
	if new:
		insert_rows("Outbox Task", _FIELDS, new)


def skip_open(
	bookings: Collection[str],
	now: int,
	reason: str,
	*,
	kinds: Collection[str] = (),
	purposes: Collection[str] = (),
	targets: Collection[str] = (),
	keep: Collection[str] = (),
) -> None:
	"""Skip the bookings' tasks that wait: of these kinds, purposes and targets (empty: all), but not the keys `keep`.

	A task that runs at this moment isn't touched. Its handler reads the booking and finds out by itself.
	"""
	task = frappe.qb.DocType("Outbox Task")
	query = frappe.qb.update(task).where(task.booking.isin(list(bookings)) & (task.status == PENDING))
	for column, values in ((task.kind, kinds), (task.purpose, purposes), (task.target, targets)):
		if values:
			query = query.where(column.isin(sorted(values)))
	if keep:
		query = query.where(task.key.notin(sorted(keep)))
	query.set(task.status, SKIPPED).set(task.error, reason).set(task.done_at, now).set(
		task.done_on, to_site_time(now)
	).run()


def skip_failed(bookings: Collection[str], kind: str, purpose: str, now: int) -> None:
	"""Skip the bookings' tasks of this kind and purpose that failed, because another task does what they didn't."""
	failed = {"booking": ["in", list(bookings)], "kind": kind, "purpose": purpose, "status": FAILED}
	over = {"status": SKIPPED, "done_at": now, "done_on": to_site_time(now)}
	frappe.db.set_value("Outbox Task", failed, over, update_modified=False)


def fail(key: str, reason: str, now: int) -> None:
	"""Let the task with this key be one that failed, because what it did was undone outside. A person may try it again.

	A task that runs at this moment isn't touched. Its handler finds out by itself.
	"""
	over = {"status": FAILED, "error": reason, "done_at": now, "done_on": to_site_time(now)}
	frappe.db.set_value("Outbox Task", {"key": key, "status": ["in", [PENDING, SENT]]}, over, update_modified=False)


def reopen_failed_events() -> None:
	"""Let tasks for calendar events run again that failed. They could fail in versions of 2026; now they keep trying."""
	failed = {"kind": "calendar_event", "status": FAILED}
	frappe.db.set_value("Outbox Task", failed, {"status": PENDING, "attempts": 0}, update_modified=False)


def delete_tasks_of(bookings: Collection[str], *, keep: str = "") -> None:
	"""Delete the tasks of the bookings, because tasks contain people's names and messages.

	Those about money have none, and a refund is owed even if nobody knows any more to whom. Tasks of the kind `keep` that wait or run are left.
	"""
	frappe.db.delete(
		"Outbox Task", {"booking": ["in", list(bookings)], "kind": ["not in", [MONEY, *filter(None, [keep])]]}
	)
	if keep:
		over = {"booking": ["in", list(bookings)], "kind": keep, "status": ["not in", [PENDING, SENDING]]}
		frappe.db.delete("Outbox Task", over)


def with_open_tasks(bookings: Collection[str]) -> set[str]:
	"""Return those of the bookings of which a task waits or runs."""
	still_open = {"booking": ["in", list(bookings)], "status": ["in", [PENDING, SENDING]]}
	return set(frappe.get_all("Outbox Task", still_open, pluck="booking")) if bookings else set()


def statuses_of(booking: str, target: str, purposes: Collection[str]) -> list[str]:
	"""Return the statuses of the booking's tasks with this target and one of these purposes."""
	messages = {"booking": booking, "target": target, "purpose": ["in", list(purposes)]}
	return list(frappe.get_all("Outbox Task", messages, pluck="status"))


def generations_of(keys: Iterable[str]) -> dict[str, int]:
	"""Return the generation of each of these tasks that is stored, by its key."""
	return {key: row.generation or 0 for key, row in _known(keys).items()}


def _known(keys: Iterable[str]) -> dict[str, frappe._dict]:
	asked = list(keys)
	if not asked:
		return {}
	rows = frappe.get_all("Outbox Task", {"key": ["in", asked]}, ["name", "key", "status", "generation", "is_stopped"])
	return {row.key: row for row in rows}


def _replan(stored: dict[str, tuple[frappe._dict, Planned]]) -> None:
	moved, again = {}, {}
	for name, (row, task) in stored.items():
		# A change may plan a task again that an earlier change skipped. A task that a person stopped stays stopped.
		is_wanted_again = task.generation > (row.generation or 0) or (row.status == SKIPPED and not row.is_stopped)
		if is_wanted_again and row.status != SENDING:
			again[name] = _changing(task) | _AGAIN
		elif is_wanted_again or row.status == PENDING:
			# A worker that runs the task now finds the higher generation when it stores the outcome. The task is due again.
			moved[name] = _changing(task)
	update_rows("Outbox Task", moved)
	update_rows("Outbox Task", again)


def _changing(task: Planned) -> dict[str, Any]:
	return {
		**picked(task, "target", "purpose", "due_at", "expires_at", "generation"),
		"due_on": to_site_time(task.due_at),
		"payload": json.dumps(task.payload),
	}
