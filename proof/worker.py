"""A process that runs commands, and stops before each statement on the guard's tables until it may go on."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Callable
from typing import Any

import frappe

from proof.faults import FAULTS, planted
from proof.protocol import Line
from scheduler_integration import bookings
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import transaction
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform import transactions
from scheduler_integration.waitlist import commands, looks
from tests.support import door

_server = transactions._server
# The tables by which commands decide and that they write. Others can't change who gets a time.
SHARED = (
	"Host Calendar", "Booking", "Booking Host", "Booking Slot", "Booking Seat", "Round Robin Turn", "Offered Time",
	"Booking Series", "Waitlist Entry", "Waitlist Offer",
)  # fmt: skip
_TABLE = re.compile("`?tab(" + "|".join(sorted(SHARED, key=len, reverse=True)) + ")`?(?![ A-Za-z])")
_WRITE = re.compile(r"^\s*(insert|update|delete|replace)", re.IGNORECASE)


def _with_snapshots(_site: str) -> transactions._Server:
	"""As on a server with a binary log of statements, where commands keep REPEATABLE READ."""
	return transactions._Server("", True)


class Gate:
	"""Tells the explorer what comes next, and waits for its word."""

	def __init__(self, line: Line) -> None:
		self.line, self.is_open, self.statements = line, True, 0

	def before(self, kind: str, text: str, values: Any) -> None:
		"""Stop here, unless no command runs."""
		if self.is_open:
			return
		self.statements += 1
		tables = sorted(set(_TABLE.findall(text))) if kind == "sql" else []
		if kind == "sql" and not tables:
			return
		self.line.send(
			{
				"at": _kind_of(text) if kind == "sql" else kind,
				"tables": tables,
				"keys": _keys(text, values),
				"text": " ".join(text.split())[:160],
				"passed": self.statements,
			}
		)
		self.statements = 0
		if self.line.receive()["go"] == "die":
			os._exit(9)


def _kind_of(text: str) -> str:
	if "for update" in text.lower():
		return "lock"
	return "write" if _WRITE.match(text) else "read"


def _keys(text: str, values: Any) -> list[str]:
	"""Return what a locking read locks: the values that it looks up."""
	if "for update" not in text.lower():
		return []
	found = values.values() if isinstance(values, dict) else values if isinstance(values, list | tuple) else [values]
	flat = [each for value in found for each in (value if isinstance(value, list | tuple | set) else [value])]
	written = re.findall(r"'([^']+)'", text)
	return sorted({str(each) for each in (*flat, *written) if isinstance(each, str)})


def main(port: int) -> None:
	"""Run the commands that the explorer names, until it closes the line."""
	with socket.create_connection(("127.0.0.1", port)) as connection:
		line = Line(connection)
		gate = Gate(line)
		_stop_at_statements(gate)
		# The explorer may keep a process waiting for long, and decides itself who waits for whom.
		transaction.DEADLINE_SECONDS = 60
		transaction.random.seed(0)
		transaction.time.sleep = lambda seconds: None
		line.send({"ready": os.getpid(), "connection": _connection_id()})
		while asked := line.receive():
			line.send(_run(gate, asked))


def _connection_id() -> int:
	return frappe.db.sql("select connection_id()")[0][0] if frappe.db.db_type == "mariadb" else 0


def _run(gate: Gate, asked: dict[str, Any]) -> dict[str, Any]:
	frappe.db.rollback()
	frappe.db.value_cache.clear()
	frappe.local.document_cache = {}
	frappe.local.message_log = []
	frappe.flags.currently_saving = []
	frappe.set_user("Administrator")
	act = COMMANDS[asked["command"]]
	transactions._server = _with_snapshots if asked.get("snapshots") else _server
	faults = [fault for fault in FAULTS if fault.name == asked["fault"]]
	gate.is_open, gate.statements = False, 0
	try:
		with planted(faults):
			outcome = _outcome(lambda: act(asked))
	finally:
		gate.is_open = True
		frappe.db.rollback()
	return {"end": outcome}


def _outcome(act: Callable[[], Any]) -> str:
	try:
		act()
		frappe.db.commit()
	except SchedulingError as error:
		frappe.db.rollback()
		return error.code
	except Exception as error:
		frappe.db.rollback()
		return f"{type(error).__name__}: {error}"[:300]
	return "OK"


def _stop_at_statements(gate: Gate) -> None:
	"""Let each statement, commit and rollback of this process pass the gate."""
	database = type(frappe.local.db)
	sql, commit, rollback = database.sql, database.commit, database.rollback

	def gated_sql(self: Any, query: Any, values: Any = (), *args: Any, **kwargs: Any) -> Any:
		text = str(query)
		if text.strip().lower().split(None, 1)[0] not in (
			"commit",
			"rollback",
			"start",
			"begin",
			"savepoint",
			"set",
			"pragma",
		):
			gate.before("sql", text, values)
		return sql(self, query, values, *args, **kwargs)

	def gated_commit(self: Any, *args: Any, **kwargs: Any) -> Any:
		gate.before("commit", "", ())
		return commit(self, *args, **kwargs)

	def gated_rollback(self: Any, *args: Any, **kwargs: Any) -> Any:
		if not kwargs.get("save_point"):
			gate.before("rollback", "", ())
		return rollback(self, *args, **kwargs)

	database.sql, database.commit, database.rollback = gated_sql, gated_commit, gated_rollback


def _book(asked: dict[str, Any]) -> None:
	door.book(asked["wish"], asked["now"])


def _hold_and_book(asked: dict[str, Any]) -> None:
	wish, now = asked["wish"], asked["now"]
	found = find_bookable(wish["slug"], wish["meeting_type"])
	held = bookings.hold_slot(found, SlotRequest(30), asked["start"], None, now)
	door.book({**wish, "hold": held.key}, now)


def _move(asked: dict[str, Any]) -> None:
	bookings.reschedule_by_host(asked["booking"], RescheduleRequest(asked["start"]), asked["now"])


def _move_by_token(asked: dict[str, Any]) -> None:
	request = RescheduleRequest(asked["start"])
	bookings.reschedule_by_token(asked["token"], request, asked["now"])


def _cancel(asked: dict[str, Any]) -> None:
	bookings.cancel_by_host(asked["booking"], "", asked["now"])


def _cancel_by_token(asked: dict[str, Any]) -> None:
	bookings.cancel_by_token(asked["token"], "", asked["now"])


def _reassign(asked: dict[str, Any]) -> None:
	bookings.reassign(asked["booking"], asked["user"], asked["now"])


def _confirm(asked: dict[str, Any]) -> None:
	bookings.confirm(asked["booking"], asked["now"])


def _decline(asked: dict[str, Any]) -> None:
	bookings.decline(asked["booking"], "", asked["now"])


def _look(asked: dict[str, Any]) -> None:
	looks.look_at(asked["meeting_type"], asked["now"])


def _take(asked: dict[str, Any]) -> None:
	commands.take_offer(asked["token"], asked["offer"], asked["now"])


def _pass(asked: dict[str, Any]) -> None:
	commands.pass_offer(asked["token"], asked["offer"], asked["now"])


def _leave(asked: dict[str, Any]) -> None:
	commands.leave_waitlist(asked["token"], asked["now"])


COMMANDS: dict[str, Callable[[dict[str, Any]], None]] = {
	"book": _book,
	"hold and book": _hold_and_book,
	"move": _move,
	"move by token": _move_by_token,
	"cancel": _cancel,
	"cancel by token": _cancel_by_token,
	"reassign": _reassign,
	"confirm": _confirm,
	"decline": _decline,
	"look": _look,
	"take": _take,
	"pass": _pass,
	"leave": _leave,
}

if __name__ == "__main__":
	main(int(sys.argv[1]))
