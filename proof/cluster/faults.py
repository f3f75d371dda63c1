"""Faults of a cluster's own. Each is planted into the web servers, and the guests must run into it."""

from __future__ import annotations

from dataclasses import dataclass

from proof.faults import Fault

ONE_WRITER, THREE_WRITERS = "one writer", "three writers"
_ELSEWHERE = '__import__("proof.cluster.elsewhere", fromlist=["sql"]).sql'


@dataclass(frozen=True, slots=True)
class Planted:
	"""A fault or None, the topology in which it shows, and whether it needs a node that is late with what the others have committed."""

	fault: Fault | None
	topology: str
	needs_late: bool = False


PLANTED: tuple[Planted, ...] = (
	Planted(None, ONE_WRITER, needs_late=True),
	Planted(None, THREE_WRITERS),
	Planted(
		Fault(
			"nobody checks whether the commit succeeded",
			"platform.transactions", "commit_request",
			"frappe.db.commit()", 'with __import__("contextlib").suppress(Exception): frappe.db.commit()',
		),
		THREE_WRITERS,
	),
	Planted(
		Fault(
			"the lock holds on its own node only",
			"bookings.guard", "_lock",
			"if found and is_cluster():", "if not found:",
		),
		THREE_WRITERS,
	),
	Planted(
		Fault(
			"the lock is taken on another node",
			"bookings.guard", "_lock",
			'found = list(frappe.db.sql(_lock_query(frappe.db.db_type), {"users": tuple(users)}, pluck=True))',
			f'return list({_ELSEWHERE}(_lock_query(frappe.db.db_type), {{"users": tuple(users)}}, pluck=True))',
		),
		ONE_WRITER,
	),
	Planted(
		Fault(
			"a read that decides goes to another node",
			"platform.packed", "packed_together",
			"return _by_query(queries, frappe.db.sql(statement, values))",
			f"return _by_query(queries, {_ELSEWHERE}(statement, values))",
		),
		ONE_WRITER,
		needs_late=True,
	),
)  # fmt: skip
FAULTS = tuple(each.fault for each in PLANTED if each.fault)
