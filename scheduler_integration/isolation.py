"""How commands read under the hosts' locks: they see what is committed, and wait for nobody's rows.

Under InnoDB's default, REPEATABLE READ, an ordinary read shows the state from the transaction's first read, which may be
from before the wait for a lock. Only a locking read shows the newest state. But a locking read also locks rows beside
the wanted ones. Example: the bookings of jane@ are read FOR UPDATE. Behind them in the index come those of john@, so the
gap that is locked reaches to John's first booking, and whoever books John waits for Jane's transaction.

Under READ COMMITTED, an ordinary read shows the newest state, and locking reads lock no gaps. So commands run under READ
COMMITTED (`read_committed`), and read without a lock what the hosts' locks protect already (`newest`).
"""

from functools import lru_cache
from typing import Any

import frappe


def read_committed() -> None:
	"""Begin a transaction in which each statement sees what is committed.

	The connection keeps this level until it is closed, which Frappe does at the end of a request or job. Nothing changes
	if this transaction has written something already, on SQLite (one writer at a time), or if the server writes a binary
	log of statements: InnoDB refuses to write under READ COMMITTED then.
	"""
	if frappe.db.db_type != "mariadb" or frappe.db.transaction_writes or _logs_statements(frappe.local.site):
		return
	frappe.db.sql("set session transaction isolation level read committed")
	# The level applies to the next transaction. This one has only read, so beginning the next one loses nothing.
	frappe.db.begin()
	frappe.db.sees_commits = True


def newest(query: Any) -> Any:
	"""Return the query (of the query builder), so that it reads the newest committed state.

	The caller has locked the hosts whose rows it reads, so nobody changes these rows before the transaction ends.
	"""
	return query if sees_commits() else query.for_update()


def sees_commits() -> bool:
	"""Whether ordinary reads of this connection see what is committed: if `read_committed` has changed the level."""
	return frappe.db.db_type == "mariadb" and getattr(frappe.db, "sees_commits", False)


@lru_cache
def _logs_statements(_site: str) -> bool:
	"""Whether the site's database server writes a binary log of statements. Asked once in each process."""
	return frappe.db.sql("select @@log_bin, @@binlog_format")[0] == (1, "STATEMENT")
