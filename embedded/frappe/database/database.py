"""Stands in for frappe.database.database: one connection, its transactions, and `sql()`, which runs every query."""

import os
import sqlite3
from collections import deque
from typing import Any

import frappe
from frappe.database import dialect
from frappe.database.documents import DocumentQueries
from frappe.database.structure import Structure
from frappe.missing import Refusing
from frappe.types import _dict

_READS = {"select", "with", "pragma", "explain"}
_DDL = {"create", "alter", "drop"}
_closed: dict[tuple[int, str, int, float], list[sqlite3.Connection]] = {}


class Callbacks(deque):
	"""Functions that run after the commit or the rollback, in the order in which they were added."""

	add = deque.append

	@property
	def _functions(self) -> "Callbacks":
		"""The functions that wait, by the name that Frappe has for them."""
		return self

	def run(self) -> None:
		while self:
			self.popleft()()


class Database(DocumentQueries, Structure, Refusing):
	refused_as = "frappe.db"
	db_type = "sqlite"
	DataError = sqlite3.DataError
	OperationalError = sqlite3.OperationalError
	MAX_WRITES_PER_TRANSACTION = 200_000

	def __init__(self, path: str, wait_seconds: float):
		self.path, self.wait_seconds = path, wait_seconds
		self._conn: sqlite3.Connection | None = None
		self._writing = False
		self.transaction_writes = 0
		self.value_cache: dict = {}
		self.after_commit, self.after_rollback = Callbacks(), Callbacks()

	def connect(self) -> None:
		try:
			self._conn = self._idle().pop()
		except IndexError:
			self._conn = self._open()

	def close(self) -> None:
		if self._conn:
			self._end("ROLLBACK")
			self._idle().append(self._conn)
		self._conn, self._writing = None, False

	def _open(self) -> sqlite3.Connection:
		connection = sqlite3.connect(
			self.path, timeout=self.wait_seconds, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES,
			check_same_thread=False, cached_statements=1024,
		)  # fmt: skip
		dialect.prepare(connection)
		connection.execute("PRAGMA journal_mode=WAL")
		connection.execute("PRAGMA synchronous=NORMAL")
		return connection

	def _idle(self) -> list[sqlite3.Connection]:
		"""Return the connections to this file that this process has in reserve. The next request takes one.

		A new connection reads the schema again, which takes longer than most requests.
		"""
		try:
			file = os.stat(self.path).st_ino
		except FileNotFoundError:
			return []
		return _closed.setdefault((os.getpid(), self.path, file, self.wait_seconds), [])

	def sql(self, query: Any, values: Any = (), *, as_dict: bool = False, pluck: bool = False):
		"""Run a query and return its rows: tuples, dicts, or the values of the first column."""
		is_many = isinstance(values, tuple | list | dict)
		query, params = dialect.bind(str(query).strip(), (values or None) if is_many else (values,))
		query, locks = dialect.split_lock(query)
		try:
			self._enter_transaction(query, locks)
			cursor = self._conn.execute(dialect.with_pipes(query), params)
			rows = cursor.fetchall() if cursor.description else []
		except sqlite3.Error as error:
			raise self._as_frappe(error, query) from error
		rows = dialect.convert_derived(query, rows)
		if pluck:
			return [row[0] for row in rows]
		if as_dict:
			names = [column[0] for column in cursor.description]
			return [_dict(zip(names, row, strict=True)) for row in rows]
		return tuple(rows)

	def _as_frappe(self, error: sqlite3.Error, query: str) -> Exception:
		name = getattr(error, "sqlite_errorname", "")
		if name == "SQLITE_BUSY_SNAPSHOT":
			return frappe.QueryDeadlockError(error)
		if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
			return frappe.QueryTimeoutError(error)
		if name == "SQLITE_CONSTRAINT_CHECK":
			return self.DataError(f"Data too long or out of range: {error}")
		if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
			# MariaDB's errors begin with a number: 1062 is ER_DUP_ENTRY.
			error.args = (1062, *error.args)
		error.add_note(query)
		return error

	# Transactions. A read opens a snapshot, as InnoDB's first read does. The first write or locking read ends the
	# snapshot and waits for the one write lock, so that it sees the newest commits, as in InnoDB:
	#
	#     this connection:   read (snapshot 1)        write waits . . . . sees 2
	#     another one:                     write 2            commit

	def _enter_transaction(self, query: str, locks: bool) -> None:
		kind = query.split(None, 1)[0].lower()
		if not self._conn:
			self.connect()
		if kind in ("commit", "rollback", "begin", "start") and "savepoint" not in query:
			raise NotImplementedError(f"Raw {kind.upper()}: use frappe.db.commit() or rollback()")
		if kind in _DDL and self.transaction_writes:
			raise frappe.ImplicitCommitError("This statement can cause implicit commit", query)
		if kind in _READS and not locks:
			if not self._conn.in_transaction:
				self._conn.execute("BEGIN")
			return
		self._take_write_lock()
		self.transaction_writes += kind in ("insert", "update", "delete")
		if self.transaction_writes > self.MAX_WRITES_PER_TRANSACTION:
			raise frappe.TooManyWritesError(frappe._("Too many changes to database in single action."))

	def _take_write_lock(self) -> None:
		if self._writing:
			return
		if not self._conn:
			self.connect()
		if self._conn.in_transaction:
			self._conn.execute("COMMIT")
		try:
			self._conn.execute("BEGIN IMMEDIATE")
		except sqlite3.OperationalError as error:
			raise self._as_frappe(error, "BEGIN IMMEDIATE") from error
		self._writing = True

	def _end(self, how: str) -> None:
		if self._conn and self._conn.in_transaction:
			self._conn.execute(how)
		self._writing, self.transaction_writes = False, 0

	def commit(self) -> None:
		self.after_rollback.clear()
		self._end("COMMIT")
		self.value_cache.clear()
		self.after_commit.run()

	def rollback(self, *, save_point: str | None = None) -> None:
		if save_point:
			self.sql(f"rollback to savepoint {save_point}")
			self.value_cache.clear()
			return
		self.after_commit.clear()
		self._end("ROLLBACK")
		self.value_cache.clear()
		self.after_rollback.run()

	def savepoint(self, save_point: str) -> None:
		"""Take the write lock and set a savepoint. Taking the lock later would end the snapshot and the savepoint."""
		self._take_write_lock()
		self.sql(f"savepoint {save_point}")

	def sql_ddl(self, query: str) -> None:
		"""Change the schema. Commits before and after, as MariaDB does by itself."""
		self.commit()
		self.sql(query)
		self.commit()

	# The meaning of the driver's exceptions

	@staticmethod
	def is_primary_key_violation(error: Exception) -> bool:
		return getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_PRIMARYKEY"

	@staticmethod
	def is_unique_key_violation(error: Exception) -> bool:
		return getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_UNIQUE"

	@staticmethod
	def escape(value: Any, percent: bool = True) -> str:
		text = str(value).replace("'", "''")
		return f"'{text.replace('%', '%%') if percent else text}'"
