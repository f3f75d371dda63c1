"""Files that are too large for a request: a job makes them, and their owner downloads them as private Files of the site.

	10:00:00   Jane asks for a file         Waiting, `busy` is her name: nobody has two files made at a time
	10:00:01   a job begins                 Running; after each batch of rows it stores how far it is, and commits
	10:02:10   the file is complete         Ready, with a File record of hers; `busy` is empty
	seven days later                        record and file are deleted

If the job dies, its record says so three minutes after its last batch, and Jane can ask again. Until there is a File record,
Frappe gives the half-written file to nobody. Nothing else writes Scheduling Export.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_files_path

from scheduler_integration.exceptions import ExportRunning, NotFound, NotPermitted
from scheduler_integration.insights.export import BATCH, TABLES, check, count_rows
from scheduler_integration.insights.scope import Scope, scope_for
from scheduler_integration.insights.sheets import Row, write
from scheduler_integration.platform.progress import Work
from scheduler_integration.platform.queue import queue_after_commit, queue_job
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.records import record as made_of
from scheduler_integration.platform.transactions import roll_back

DOCTYPE = "Scheduling Export"
JOB = "scheduler_integration.jobs.make_export"
WAITING, RUNNING, READY, FAILED = "Waiting", "Running", "Ready", "Failed"
# Why there is no file: the asker may no longer see the figures, the disk refused it, the job died, or something else.
NO_RIGHTS, NO_SPACE, KILLED, ERROR = "NOT_PERMITTED", "NOT_STORED", "INTERRUPTED", "ERROR"
KEPT_SECONDS = 7 * 86400
# Nobody keeps more files than this: the next one replaces the oldest.
MOST_FILES = 3
# A batch takes a second. A job that has stored none for so long is dead.
_SILENT_SECONDS = 180
# A job that waits for so long may have been lost with the queue. It isn't queued twice.
_LOST_SECONDS = 300
# The arguments that narrow the table of a question, besides the dates.
_NARROWED = ("host", "page", "meeting_type", "source")
_FIELDS = ("name", "user", "status", "question", "rows_written", "reason", "file_name", "file", "asked_at", "alive_at")


@dataclass(frozen=True, slots=True)
class ExportFile:
	"""A file that a user asked for. `first` and `last` are its dates, `reason` is one of those above, or "".

	`address` is where it can be downloaded until `ends_at` (epoch seconds), "" while it isn't ready.
	"""

	name: str
	user: str
	what: str
	format: str
	first: date
	last: date
	status: str
	rows: int
	reason: str
	address: str
	ends_at: int


class _Stopped(Exception):
	"""Raised if the record says meanwhile that this job is dead."""


def ask(what: str, format: str, scope: Scope, user: str, now: int) -> ExportFile:
	"""Note that the user wants this table as a file, and queue the job that makes it.

	Raises InvalidRequest for an unknown table or format, and ExportRunning if a file of the user is being made.
	"""
	check(what, format, scope)
	_end_dead(now, {"user": user})
	question = {"what": what, "format": format, "first": str(scope.first), "last": str(scope.last)}
	question |= picked(scope, *_NARROWED)
	record = frappe.new_doc(DOCTYPE)
	record.update({"user": user, "busy": user, "status": WAITING, "question": json.dumps(question), "asked_at": now})
	record.name = frappe.generate_hash(length=20)
	record.file_name = f"scheduling-{what}-{scope.first}-{scope.last}-{record.name}.{format}"
	try:
		record.db_insert()
	except frappe.UniqueValidationError:
		frappe.clear_messages()
		raise ExportRunning from None
	_queue(record.name, queue_after_commit)
	return _file(record, "", now)


def files_of(user: str, now: int) -> list[ExportFile]:
	"""Return the user's files, the newest first."""
	records = _records({"user": user}, order_by="asked_at desc")
	stored = {"name": ["in", [record.file for record in records if record.file]]}
	addresses = {file.name: file.file_url for file in frappe.get_all("File", stored, ["name", "file_url"])}
	files = [_file(record, addresses.get(record.file, ""), now) for record in records]
	# Somebody can delete their file in the desk.
	return [each for each in files if each.address or each.status != READY]


def make(name: str, clock: Callable[[], int]) -> ExportFile | None:
	"""Make the file. Return what became of it, or None if another job has it, or there is no such record.

	Commits after each batch. So a booking that is made meanwhile may be in the file or not, and no other booking is missing
	or there twice, as its start never changes.
	"""
	# Take the record for this job. Return None if it doesn't wait for one.
	now = clock()
	status = frappe.db.get_value(DOCTYPE, name, "status", for_update=True)
	if status == WAITING:
		frappe.db.set_value(DOCTYPE, name, {"status": RUNNING, "alive_at": now})
	frappe.db.commit()
	record = _records({"name": name})[0] if status == WAITING else None
	if not record:
		return None
	path = _path(record)
	try:
		_write(record, path, clock)
		# Store the File record of a complete file, and return its name. `File.insert` would read the whole file into
		# memory, and refuse it above the size of an upload.
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": path.name,
				"file_url": f"/private/files/{path.name}",
				"is_private": 1,
				"folder": "Home",
				"file_size": path.stat().st_size,
				# Frappe deletes a file from the disk with the last record of this hash. Two files with the same rows are two.
				"content_hash": frappe.generate_hash(length=32),
			}
		)
		file.name = frappe.generate_hash(length=20)
		file.db_insert()
		# The job may run for the scheduler. Only the owner of a File that is attached to nothing may read it.
		frappe.db.set_value("File", file.name, "owner", record.user, update_modified=False)
		registered = file.name
		_end(record, READY, file=registered)
	except Exception as error:
		roll_back()
		path.unlink(missing_ok=True)
		reason = _reason(error)
		if reason in (NO_SPACE, ERROR):
			frappe.log_error(f"The file {record.file_name} could not be made", frappe.get_traceback())
		_end(record, FAILED, reason=reason)
	else:
		for old in _records({"user": record.user, "status": READY}, order_by="asked_at desc")[MOST_FILES:]:
			_delete(old)
	frappe.db.commit()
	return next((each for each in files_of(record.user, clock()) if each.name == name), None)


def trouble(reason: str) -> str:
	"""Return the sentence that says why there is no file, for a reason of an ExportFile."""
	return {
		NO_RIGHTS: _("You may no longer see these figures."),
		NO_SPACE: _("The site could not store the file. Tell your administrator, who finds it in the Error Log."),
		KILLED: _("The site was stopped while it made the file. Please ask for it again."),
	}.get(reason, _("Something went wrong. Please ask for the file again, or for fewer days."))


def keep(now: int) -> None:
	"""Delete the files that are seven days old, end those whose job died, and queue the jobs that got lost."""
	for old in _records({"asked_at": ["<=", now - KEPT_SECONDS]}):
		_delete(old)
	_end_dead(now, {})
	for lost in _records({"status": WAITING, "asked_at": ["<=", now - _LOST_SECONDS]}):
		_queue(lost.name, queue_job)


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User: delete their files."""
	for record in _records({"user": user.name}):
		_delete(record)


def forget_all() -> None:
	"""Delete the files of everybody, those on the disk after the commit: a dry run of the uninstallation is rolled back."""
	for record in _records({}):
		frappe.db.delete("File", {"name": record.file or ""})
		frappe.db.delete(DOCTYPE, {"name": record.name})
		frappe.db.after_commit.add(partial(_path(record).unlink, missing_ok=True))


def _records(filters: dict[str, Any], order_by: str = "asked_at") -> list[Any]:
	return frappe.get_all(DOCTYPE, filters, _FIELDS, order_by=order_by)


def _file(record: Any, address: str, now: int) -> ExportFile:
	asked, (first, last) = json.loads(record.question), _dates(record)
	is_dead = record.status == RUNNING and record.alive_at <= now - _SILENT_SECONDS
	return made_of(
		ExportFile,
		record,
		**({"status": FAILED, "reason": KILLED} if is_dead else {}),
		what=asked["what"],
		format=asked["format"],
		first=first,
		last=last,
		rows=record.rows_written or 0,
		address=address,
		ends_at=record.asked_at + KEPT_SECONDS,
	)


def _dates(record: Any) -> tuple[date, date]:
	asked = json.loads(record.question)
	return date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])


def _path(record: Any) -> Path:
	return Path(get_files_path(record.file_name, is_private=True))


def _queue(name: str, how: Callable[..., None]) -> None:
	how(JOB, "long", export=name, job_id=f"{JOB} {name}", deduplicate=True)


def _end_dead(now: int, filters: dict[str, Any]) -> None:
	"""Say of the files whose jobs died that there won't be any, and delete what was written of them."""
	for record in _records({**filters, "status": RUNNING, "alive_at": ["<=", now - _SILENT_SECONDS]}):
		_end(record, FAILED, reason=KILLED)
		_path(record).unlink(missing_ok=True)


def _write(record: Any, path: Path, clock: Callable[[], int]) -> None:
	"""Write the file, if the user may still see these figures."""
	asked, now = json.loads(record.question), clock()
	if not frappe.db.get_value("User", record.user, "enabled"):
		raise NotPermitted
	scope = scope_for(record.user, *_dates(record), now, **{name: asked[name] for name in _NARROWED})
	work = Work(record.user, record.name, count_rows(asked["what"], scope))
	path.parent.mkdir(parents=True, exist_ok=True)
	with path.open("wb") as target:
		write(_telling(TABLES[asked["what"]](scope, now), record.name, work, clock), asked["format"], target)


def _telling(rows: Iterable[Row], name: str, work: Work, clock: Callable[[], int]) -> Iterator[Row]:
	"""Yield the rows, and store after each batch how many they are without the header.

	Raises _Stopped if nobody waits for the file any more.
	"""
	number = 0
	for number, row in enumerate(rows):
		yield row
		work.reach(number)
		if number and number % BATCH == 0:
			if frappe.db.get_value(DOCTYPE, name, "status", for_update=True) != RUNNING:
				raise _Stopped
			frappe.db.set_value(DOCTYPE, name, {"rows_written": number, "alive_at": clock()})
			frappe.db.commit()
	frappe.db.set_value(DOCTYPE, name, "rows_written", number)


def _reason(error: Exception) -> str:
	if isinstance(error, _Stopped):
		return KILLED
	if isinstance(error, NotPermitted | NotFound):
		return NO_RIGHTS
	return NO_SPACE if isinstance(error, OSError) else ERROR


def _end(record: Any, status: str, **values: object) -> None:
	frappe.db.set_value(DOCTYPE, record.name, {"status": status, "busy": None, **values})


def _delete(record: Any) -> None:
	# The file belongs to this record, whoever looks.
	if record.file:
		frappe.delete_doc(
			"File", record.file, ignore_missing=True, ignore_permissions=True, force=True, delete_permanently=True
		)
	_path(record).unlink(missing_ok=True)
	frappe.db.delete(DOCTYPE, {"name": record.name})
