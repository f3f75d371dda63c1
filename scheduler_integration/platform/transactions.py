"""One try of a command: its transaction, the hosts that it has locked, and how it reads under their locks.

A command decides by what it reads after it has locked its hosts. Such a read must show what others committed while the
command waited for the lock, and nobody may change the rows before the transaction ends. So a read that decides
(`newest`, `require_locked`) refuses to run if its hosts aren't locked. SQLite, which lets only one transaction write,
would hide a forgotten lock otherwise.

Under InnoDB's default, REPEATABLE READ, an ordinary read shows the state from the transaction's first read, which may be
from before the wait for a lock. Only a locking read shows the newest state. But a locking read also locks rows beside
the wanted ones. Example: the bookings of jane@ are read FOR UPDATE. Behind them in the index come those of john@, so the
gap that is locked reaches to John's first booking, and everybody who books John waits for Jane's transaction.

Under READ COMMITTED, an ordinary read shows the newest state, and locking reads lock no gaps. So commands run under READ
COMMITTED (`read_committed`), and read without a lock what the hosts' locks protect already (`newest`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import lru_cache
from typing import Any, NamedTuple

import frappe
from frappe.auth import UNSAFE_HTTP_METHODS

# - QueryDeadlockError: InnoDB rolls back one of two transactions that wait for each other.
# - QueryTimeoutError: a lock wasn't released in time.
# - DuplicateEntryError: two transactions chose one name for a new record, such as the Contacts of two people called
#   alike.
# - UniqueValidationError: two requests with the same idempotency key are stored at the same moment.
# - TimestampMismatchError: another transaction changed a record after this one read it.
LOST_RACES = (
	frappe.QueryDeadlockError,
	frappe.QueryTimeoutError,
	frappe.DuplicateEntryError,
	frappe.UniqueValidationError,
	frappe.TimestampMismatchError,
)
# The driver's own errors for the same, by their number:
# - ER_CHECKREAD: MariaDB from 11.6 on, with innodb_snapshot_isolation, refuses a locking read of rows that changed since the
#   snapshot. Frappe 16 raises QueryDeadlockError for it.
# - ER_DUP_ENTRY: an index refuses a row that a statement of ours inserts, such as a task of the outbox that somebody else has
#   just planned. For a Document, Frappe raises DuplicateEntryError or UniqueValidationError.
ER_CHECKREAD, ER_DUP_ENTRY = 1020, 1062
# The database is away for a while, by the numbers of the server and of the driver (2000 and more; 0 is a closed connection of
# PyMySQL): it can't be reached (2002, 2003), the connection broke (2006, 2013, 0), too many are open (1040), it stops (1053,
# 1927), it takes no writes (1290, 1836), its disk is full (1021, 1030, 1114, 3), a commit failed (1180), or it is a node of a
# Galera cluster that can't reach most of the others (1047).
AWAY = frozenset({0, 3, 1021, 1030, 1040, 1047, 1053, 1114, 1180, 1290, 1836, 1927, 2002, 2003, 2006, 2013})


class HostsNotLocked(Exception):
	"""Raised for a mistake in the code: it decides by what it reads, and hasn't locked the hosts before."""


class DecidesOnReplica(Exception):
	"""Raised for a mistake in the code: a command runs on a read replica, which shows an earlier state."""


class Attempt:
	"""The attempt to carry out a command. If it loses a race, its transaction is rolled back and it tries again.

	- `tries`: the number of the present try, from 1 on. `deadline`: the time of `time.monotonic` after which it gives up.
	- `hosts`: the users that the present transaction has locked. `lock_again`: locks them in the next try.
	"""

	def __init__(self, connection: object = None, deadline: float = math.inf) -> None:
		self.tries, self.deadline = 0, deadline
		self.hosts: set[str] = set()
		self.lock_again: Callable[[], None] = lambda: None
		# Frappe can open another connection later, which has the default level of isolation again.
		self._connection = connection
		self._token: Token[Attempt | None] | None = None

	def __enter__(self) -> Attempt:
		if frappe.local.db is getattr(frappe.local, "replica_db", None):
			raise DecidesOnReplica("This command is within frappe.read_only: it would decide by an earlier state.")
		self._token = _current.set(self)
		return self

	def __exit__(self, *_error: object) -> None:
		if self._token:
			_current.reset(self._token)

	@property
	def sees_commits(self) -> bool:
		"""Whether ordinary reads show what is committed: under READ COMMITTED, on the connection that has this level."""
		return self._connection is not None and self._connection is frappe.db._conn


_current: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def current_attempt() -> Attempt | None:
	"""Return the attempt of the command that runs now, or None outside of commands."""
	return _current.get()


def require_locked(hosts: Iterable[str]) -> Attempt:
	"""Return the attempt that runs now. Raises HostsNotLocked unless it has locked all these hosts."""
	attempt, wanted = current_attempt(), set(hosts)
	if not attempt or not attempt.hosts >= wanted:
		raise HostsNotLocked(f"Lock {sorted(wanted)} before this is read or written (bookings/guard.lock_hosts).")
	return attempt


def newest(query: Any, hosts: Iterable[str]) -> Any:
	"""Return the query (of the query builder), changed so that it reads the newest committed state.

	`hosts` are those whose locks keep others from changing these rows. Raises HostsNotLocked if they aren't locked.
	"""
	return query if require_locked(hosts).sees_commits else query.for_update()


def is_lost_race(error: Exception) -> bool:
	"""Whether the error comes from a race, so that the same work can succeed when it is done again."""
	return isinstance(error, LOST_RACES) or error.args[:1] in ((ER_CHECKREAD,), (ER_DUP_ENTRY,))


def is_away(error: BaseException) -> bool:
	"""Whether the error says that the database can't answer for a while: see AWAY."""
	number = error.args[0] if error.args else None
	is_drivers = type(error).__module__.partition(".")[0] in ("pymysql", "MySQLdb")
	return is_drivers and number in AWAY


def is_cluster() -> bool:
	"""Whether the site's database server is a node of a Galera cluster: its locks don't hold on the other nodes."""
	return frappe.db.db_type == "mariadb" and _server(frappe.local.site).is_cluster


def commit_request() -> None:
	"""Commit where Frappe would after this: in a request that may change data, and not in a rehearsal.

	In a cluster a commit fails if another node was quicker. Here a command can be repeated then, and a door can refuse with a
	sentence. Frappe would answer with its own page.
	"""
	request = getattr(frappe.local, "request", None)
	if request is not None and request.method in UNSAFE_HTTP_METHODS and not frappe.flags.rehearses:
		frappe.db.commit()


def roll_back() -> None:
	"""End this transaction and begin the next one. Nothing of it is stored.

	In a cluster, another node that was quicker ends a transaction early. The next statement fails then, whichever it is: if it is
	the ROLLBACK, the one after it works.
	"""
	try:
		frappe.db.rollback()
	except frappe.QueryDeadlockError:
		frappe.db.rollback()


@contextmanager
def apart(title: str) -> Iterator[None]:
	"""Commit what is done inside. If it fails, nothing of it is stored, an Error Log has the `title`, and the caller goes on.

	For jobs that take one record after the other, so that one that fails doesn't stop the others.
	"""
	try:
		yield
		frappe.db.commit()
	except Exception:
		roll_back()
		frappe.log_error(title, frappe.get_traceback())
		frappe.db.commit()


def read_committed(wait: float | None = None) -> object:
	"""Begin a transaction in which each statement sees what is committed, and waits at most `wait` seconds for a lock.

	Returns the connection, or None if its level couldn't be changed: if this transaction has written something already, on
	SQLite (one writer at a time), or if the server writes a binary log of statements: InnoDB then refuses to write under
	READ COMMITTED. The connection keeps level and limit until Frappe closes it, at the end of the request or job.
	"""
	if frappe.db.db_type != "mariadb" or has_written() or _server(frappe.local.site).logs_statements:
		if wait is not None:
			limit_waits(wait)
		return None
	_set_session({_server(frappe.local.site).level: "READ-COMMITTED", **({} if wait is None else _waits(wait))})
	# The level applies to the next transaction. This one has only read, so beginning the next one loses nothing.
	frappe.db.begin()
	return frappe.db._conn


def has_written() -> bool:
	"""Whether this transaction has written something: beginning another transaction would commit that.

	Frappe counts the writes, but sets the count to zero after a rollback to a savepoint, which undoes only the later writes:
	insert (1), savepoint, insert (2), rollback to the savepoint (0): the first insert is still there. For each record that it
	writes, Frappe also registers callbacks for the commit, and these stay until the transaction ends. So the only write that
	isn't noticed is one by plain SQL before such a rollback.
	"""
	return bool(frappe.db.transaction_writes or frappe.db.after_commit._functions)


def limit_waits(seconds: float) -> None:
	"""Limit how long this connection waits for one lock on a row or table, from now on.

	MariaDB counts whole seconds, so 9.2 becomes 10. SQLite counts milliseconds.
	"""
	if frappe.db.db_type == "sqlite":
		frappe.db.sql(f"pragma busy_timeout = {max(1, int(seconds * 1000))}")
	else:
		_set_session(_waits(seconds))


def _waits(seconds: float) -> dict[str, object]:
	return dict.fromkeys(("innodb_lock_wait_timeout", "lock_wait_timeout"), max(1, math.ceil(seconds)))


def _set_session(variables: dict[str, object]) -> None:
	"""Set variables of the connection with one statement."""
	frappe.db.sql("set session " + ", ".join(f"{name} = %s" for name in variables), tuple(variables.values()))


class _Server(NamedTuple):
	"""Facts about the database server that a command needs: its name for the isolation level, how it logs, and if it's one of many."""

	level: str
	logs_statements: bool
	is_cluster: bool = False


@lru_cache
def _server(_site: str) -> _Server:
	"""Ask the site's database server for these facts, once in each process."""
	names = ("log_bin", "binlog_format", "tx_isolation", "transaction_isolation", "wsrep_on")
	variables = dict(frappe.db.sql("show variables where variable_name in %s", (names,)))
	# MariaDB has renamed the variable in 11.1, and keeps the old name for a while.
	level = "transaction_isolation" if "transaction_isolation" in variables else "tx_isolation"
	logs_statements = (variables["log_bin"], variables["binlog_format"]) == ("ON", "STATEMENT")
	return _Server(level, logs_statements, variables.get("wsrep_on") == "ON")
