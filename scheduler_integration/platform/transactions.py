"""How commands read under the hosts' locks: they see the newest committed state and don't wait for rows of other hosts.

Under InnoDB's default, REPEATABLE READ, an ordinary read shows the state from the transaction's first read, which may be
from before the wait for a lock. Only a locking read shows the newest state. But a locking read also locks rows beside
the wanted ones. Example: the bookings of jane@ are read FOR UPDATE. Behind them in the index come those of john@, so the
gap that is locked reaches to John's first booking, and everybody who books John waits for Jane's transaction.

Under READ COMMITTED, an ordinary read shows the newest state, and locking reads lock no gaps. So commands run under READ
COMMITTED (`read_committed`), and read without a lock what the hosts' locks protect already (`newest`).
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import frappe


def read_committed(wait: float | None = None) -> None:
	"""Begin a transaction in which each statement sees what is committed, and waits at most `wait` seconds for a lock.

	The connection keeps the level and the limit until Frappe closes it, at the end of the request or job. The level
	doesn't change if this transaction has written something already, on SQLite (one writer at a time), or if the server
	writes a binary log of statements: InnoDB then refuses to write under READ COMMITTED.
	"""
	if frappe.db.db_type != "mariadb" or _has_written() or _server(frappe.local.site).logs_statements:
		if wait is not None:
			limit_waits(wait)
		return
	_set_session({_server(frappe.local.site).level: "READ-COMMITTED", **({} if wait is None else _waits(wait))})
	# The level applies to the next transaction. This one has only read, so beginning the next one loses nothing.
	frappe.db.begin()
	# Frappe can open another connection later, which has the default level again.
	frappe.db.read_committed_on = frappe.db._conn


def limit_waits(seconds: float) -> None:
	"""Limit how long this connection waits for one lock on a row or table, from now on.

	MariaDB counts whole seconds, so 9.2 becomes 10. SQLite counts milliseconds.
	"""
	if frappe.db.db_type == "sqlite":
		frappe.db.sql(f"pragma busy_timeout = {max(1, int(seconds * 1000))}")
	else:
		_set_session(_waits(seconds))


def newest(query: Any) -> Any:
	"""Return the query (of the query builder), changed so that it reads the newest committed state.

	The caller has locked the hosts whose rows it reads, so nobody changes these rows before the transaction ends.
	"""
	return query if sees_commits() else query.for_update()


def sees_commits() -> bool:
	"""Whether ordinary reads of this connection see what is committed: if `read_committed` has changed the level."""
	if frappe.db.db_type != "mariadb" or not frappe.db._conn:
		return False
	return getattr(frappe.db, "read_committed_on", None) is frappe.db._conn


def _has_written() -> bool:
	"""Whether this transaction has written something: beginning another transaction would commit that.

	Frappe counts the writes, but sets the count to zero after a rollback to a savepoint, which undoes only the later
	writes:

		insert (1), savepoint, insert (2), rollback to the savepoint (0): the first insert is still there

	For each record that it writes, Frappe also registers callbacks for the commit, and these stay until the transaction
	ends. So the only write that isn't noticed is one by plain SQL before such a rollback.
	"""
	return bool(frappe.db.transaction_writes or frappe.db.after_commit._functions)


def _waits(seconds: float) -> dict[str, object]:
	return dict.fromkeys(("innodb_lock_wait_timeout", "lock_wait_timeout"), max(1, math.ceil(seconds)))


def _set_session(variables: dict[str, object]) -> None:
	"""Set variables of the connection with one statement."""
	frappe.db.sql("set session " + ", ".join(f"{name} = %s" for name in variables), tuple(variables.values()))


class _Server(NamedTuple):
	"""Facts about the database server that a command needs: its name for the isolation level, and how it logs."""

	level: str
	logs_statements: bool


@lru_cache
def _server(_site: str) -> _Server:
	"""Ask the site's database server for these facts, once in each process."""
	names = ("log_bin", "binlog_format", "tx_isolation", "transaction_isolation")
	found = dict(frappe.db.sql("show variables where variable_name in %s", (names,)))
	# MariaDB has renamed the variable in 11.1, and keeps the old name for a while.
	level = "transaction_isolation" if "transaction_isolation" in found else "tx_isolation"
	return _Server(level, (found["log_bin"], found["binlog_format"]) == ("ON", "STATEMENT"))
