"""`frappe.db`: one connection, Frappe's transactions, and `sql()`, through which every query goes."""

import sqlite3
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import frappe
from frappe.database import dialect
from frappe.database.documents import DocumentQueries
from frappe.database.structure import Structure
from frappe.types import _dict

_READS = {"select", "with", "pragma", "explain"}
_DDL = {"create", "alter", "drop", "truncate"}
_NO_VALUES = ()


class CallbackManager:
	"""What waits for the commit or the rollback, in the order it was added."""

	def __init__(self) -> None:
		self._functions: deque[Callable] = deque()

	def add(self, function: Callable) -> None:
		self._functions.append(function)

	__call__ = add

	def run(self) -> None:
		while self._functions:
			self._functions.popleft()()

	def reset(self) -> None:
		self._functions.clear()


class Database(DocumentQueries, Structure):
	db_type = "sqlite"
	type_map: ClassVar = dialect.TYPE_MAP
	VARCHAR_LEN = dialect.VARCHAR_LENGTH
	Error = sqlite3.Error
	SQLError = ProgrammingError = OperationalError = InternalError = sqlite3.OperationalError
	TableMissingError = sqlite3.OperationalError
	DataError = sqlite3.DataError

	def __init__(self, path: str, wait_seconds: float):
		self.path, self.wait_seconds = path, wait_seconds
		self._conn: sqlite3.Connection | None = None
		self._writing = False
		self.transaction_writes = 0
		self.value_cache: dict = {}
		self._disable_transaction_control = 0
		self.before_commit, self.after_commit = CallbackManager(), CallbackManager()
		self.before_rollback, self.after_rollback = CallbackManager(), CallbackManager()

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		raise NotImplementedError(f"The embedded site doesn't implement frappe.db.{name}")

	def connect(self) -> None:
		self._conn = sqlite3.connect(
			self.path, timeout=self.wait_seconds, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES,
			check_same_thread=False,
		)  # fmt: skip
		dialect.prepare(self._conn)
		self._conn.execute("PRAGMA journal_mode=WAL")
		self._conn.execute("PRAGMA synchronous=NORMAL")

	def close(self) -> None:
		if self._conn:
			self._conn.close()
		self._conn, self._writing = None, False

	def sql(
		self,
		query: Any,
		values: Any = _NO_VALUES,
		*,
		as_dict: bool | int = 0,
		as_list: bool | int = 0,
		debug: bool | int = 0,
		ignore_ddl: bool | int = 0,
		update: dict | None = None,
		run: bool = True,
		pluck: bool = False,
		**unknown: Any,
	) -> Any:
		"""Run a query and fetch its rows as tuples, dicts, lists or the first column."""
		if unknown:
			raise NotImplementedError(f"frappe.db.sql({', '.join(unknown)}=...) on the embedded site")
		query = str(query).strip()
		if not run:
			return query
		is_many = isinstance(values, tuple | list | dict | set)
		query, params = dialect.bind(query, (values or None) if is_many else (values,))
		query, lock = dialect.translate(query)
		try:
			self._enter_transaction(query, lock)
			cursor = self._conn.execute(query, params)
			rows = cursor.fetchall() if cursor.description else []
		except sqlite3.Error as error:
			if ignore_ddl and self.is_missing_table_or_column(error):
				return ()
			raise self._as_frappe(error, query) from error
		if not cursor.description:
			return ()
		rows = dialect.convert_derived(query, rows)
		if pluck:
			return [row[0] for row in rows]
		if as_dict:
			names = [column[0] for column in cursor.description]
			found = [_dict(zip(names, row, strict=True)) for row in rows]
			for row in found if update else ():
				row.update(update)
			return found
		return [list(row) for row in rows] if as_list else tuple(rows)

	def _as_frappe(self, error: sqlite3.Error, query: str) -> Exception:
		name = getattr(error, "sqlite_errorname", "")
		if name == "SQLITE_BUSY_SNAPSHOT":
			return frappe.QueryDeadlockError(error)
		if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
			return frappe.QueryTimeoutError(error)
		if name == "SQLITE_CONSTRAINT_CHECK":
			return self.DataError(f"Data too long or out of range: {error}")
		error.add_note(query)
		return error

	# Transactions. A read opens a snapshot, as InnoDB's first read does. The first write or locking read ends it and
	# waits for the one write lock, so that it sees what others have committed meanwhile, as InnoDB's does.

	def _enter_transaction(self, query: str, lock: str | None) -> None:
		kind = query.split(None, 1)[0].lower()
		if not self._conn:
			self.connect()
		if kind in ("commit", "rollback", "begin", "start") and "savepoint" not in query:
			raise NotImplementedError(f"Raw {kind.upper()}: use frappe.db.commit() or rollback()")
		if kind in _DDL and self.transaction_writes:
			raise frappe.exceptions.ImplicitCommitError("This statement can cause implicit commit", query)
		if kind in _READS and not lock:
			if not self._conn.in_transaction:
				self._conn.execute("BEGIN")
			return
		self._take_write_lock(wait=lock != "nowait")
		self.transaction_writes += kind in ("insert", "update", "delete", "replace")

	def _take_write_lock(self, wait: bool = True) -> None:
		if self._writing:
			return
		if not self._conn:
			self.connect()
		if self._conn.in_transaction:
			self._conn.execute("COMMIT")
		if not wait:
			self._conn.execute("PRAGMA busy_timeout=0")
		try:
			self._conn.execute("BEGIN IMMEDIATE")
			self._writing = True
		except sqlite3.OperationalError as error:
			raise self._as_frappe(error, "BEGIN IMMEDIATE") from error
		finally:
			if not wait:
				self._conn.execute(f"PRAGMA busy_timeout={int(self.wait_seconds * 1000)}")

	def begin(self, *, read_only: bool = False) -> None:
		"""A transaction begins by itself with the first query."""

	def _end(self, how: str) -> None:
		if self._conn and self._conn.in_transaction:
			self._conn.execute(how)
		self._writing, self.transaction_writes = False, 0

	def commit(self) -> None:
		if self._disable_transaction_control:
			warnings.warn("Transaction control is disabled inside document hooks", stacklevel=2)
			return
		self.before_rollback.reset()
		self.after_rollback.reset()
		self.before_commit.run()
		self._end("COMMIT")
		self.after_commit.run()

	def rollback(self, *, save_point: str | None = None) -> None:
		if save_point:
			self.sql(f"rollback to savepoint {save_point}")
		elif self._disable_transaction_control:
			warnings.warn("Transaction control is disabled inside document hooks", stacklevel=2)
		else:
			self.before_commit.reset()
			self.after_commit.reset()
			self.before_rollback.run()
			self._end("ROLLBACK")
			self.after_rollback.run()

	def savepoint(self, save_point: str) -> None:
		"""Takes the write lock first: a savepoint made in a read snapshot would be lost with it."""
		self._take_write_lock()
		self.sql(f"savepoint {save_point}")

	def release_savepoint(self, save_point: str) -> None:
		self.sql(f"release savepoint {save_point}")

	def sql_ddl(self, query: str, debug: bool = False) -> None:
		"""Change the schema, committing before and after, as MariaDB does by itself."""
		disabled, self._disable_transaction_control = self._disable_transaction_control, 0
		self.commit()
		self.sql(query)
		self.commit()
		self._disable_transaction_control = disabled

	# What an exception of the driver means.

	@staticmethod
	def is_primary_key_violation(error: Exception) -> bool:
		return getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_PRIMARYKEY"

	@staticmethod
	def is_unique_key_violation(error: Exception) -> bool:
		return getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_UNIQUE"

	def is_duplicate_entry(self, error: Exception) -> bool:
		return self.is_primary_key_violation(error) or self.is_unique_key_violation(error)

	@staticmethod
	def is_table_missing(error: Exception) -> bool:
		return "no such table" in str(error)

	@staticmethod
	def is_missing_column(error: Exception) -> bool:
		return "no such column" in str(error) or "has no column named" in str(error)

	def is_missing_table_or_column(self, error: Exception) -> bool:
		return self.is_table_missing(error) or self.is_missing_column(error)

	@staticmethod
	def is_deadlocked(error: Exception) -> bool:
		return "SNAPSHOT" in getattr(error, "sqlite_errorname", "")

	@staticmethod
	def is_timedout(error: Exception) -> bool:
		return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")

	@staticmethod
	def escape(value: Any, percent: bool = True) -> str:
		return dialect.quoted(value, percent)


def savepoint(catch: type[Exception] | tuple[type[Exception], ...] = Exception):
	"""Context manager or decorator: what fails inside is undone, and the transaction goes on."""
	from contextlib import contextmanager

	@contextmanager
	def guarded() -> Iterator[None]:
		name = f"sp_{frappe.generate_hash(length=10)}"
		frappe.db.savepoint(name)
		try:
			yield
		except catch:
			frappe.db.rollback(save_point=name)
		else:
			frappe.db.release_savepoint(name)

	return guarded()
