"""Single-line faults, and how they are planted into the running code.

A fault changes one line of a function. The function gets the code of the changed source, in place, so that every module
that has imported it runs the changed line. Nothing in the app knows of this.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from types import CodeType, FunctionType
from typing import Any

APP = "scheduler_integration"


@dataclass(frozen=True, slots=True)
class Fault:
	"""`line` of the `function` in a module becomes `wrong`. `scenarios` are those that are searched for it, all by default.

	`mariadb_only`: SQLite, where one transaction writes at a time, behaves the same with the fault. `under_snapshots`: so does
	a MariaDB that lets commands read what is committed. `hidden_on_cluster`: so does a Galera node, where locking a host also
	changes its row, which locks it too.
	"""

	name: str
	module: str
	function: str
	line: str
	wrong: str
	scenarios: tuple[str, ...] = ()
	mariadb_only: bool = False
	under_snapshots: bool = False
	hidden_on_cluster: bool = False


@contextmanager
def planted(faults: Iterable[Fault]) -> Iterator[None]:
	"""Plant the faults for the time of the block."""
	with ExitStack() as stack:
		for fault in faults:
			stack.enter_context(_planted(fault))
		yield


@contextmanager
def _planted(fault: Fault) -> Iterator[None]:
	module = importlib.import_module(f"{APP}.{fault.module}")
	function = function_of(module, fault.function)
	right = function.__code__
	function.__code__ = changed_code(module, function, fault)
	_forget_cached(module)
	try:
		yield
	finally:
		function.__code__ = right
		_forget_cached(module)


def function_of(module: Any, path: str) -> FunctionType:
	"""Return the function itself, without what decorates it."""
	found = module
	for name in path.split("."):
		found = getattr(found, name)
	function = inspect.unwrap(found)
	assert isinstance(function, FunctionType)
	return function


def changed_code(module: Any, function: FunctionType, fault: Fault) -> CodeType:
	"""Return the function's code with the changed line. Raises ValueError unless exactly one line of it is like that."""
	source = inspect.getsource(module)
	first = function.__code__.co_firstlineno - 1
	own = inspect.getblock(source.splitlines(keepends=True)[first:])
	if "".join(own).count(fault.line) != 1:
		raise ValueError(f"{fault.name}: {fault.function} has no such line, or several: {fault.line}")
	lines = source.splitlines(keepends=True)
	lines[first : first + len(own)] = "".join(own).replace(fault.line, fault.wrong).splitlines(keepends=True)
	flags = function.__code__.co_flags & _FUTURE
	code = compile("".join(lines), inspect.getfile(module), "exec", flags=flags, dont_inherit=True)
	return _find(code, function.__code__.co_name, function.__code__.co_firstlineno)


_FUTURE = 0x1000000  # from __future__ import annotations


def _find(code: CodeType, name: str, line: int) -> CodeType:
	for constant in code.co_consts:
		if isinstance(constant, CodeType):
			if constant.co_name == name and constant.co_firstlineno == line:
				return constant
			try:
				return _find(constant, name, line)
			except LookupError:
				continue
	raise LookupError(name)


def _forget_cached(module: Any) -> None:
	"""Forget results that functions of the module have kept, such as the text of a query."""
	for value in vars(module).values():
		if isinstance(value, _lru_cache_wrapper) and value.__module__ == module.__name__:
			value.cache_clear()


FAULTS: tuple[Fault, ...] = (
	Fault(
		"no lock when booking",
		"bookings.commands.book", "book",
		"guard.lock_takers(bookable)", "pass",
	),
	Fault(
		"the lock remembers hosts that it never locked",
		"bookings.guard", "_lock",
		'found = list(frappe.db.sql(_lock_query(frappe.db.db_type), {"users": tuple(users)}, pluck=True))', "found = users",
		mariadb_only=True, hidden_on_cluster=True,
	),
	Fault(
		"a lock that doesn't lock",
		"bookings.guard", "_lock_query",
		"query.orderby(calendar.user).for_update().get_sql()", "query.orderby(calendar.user).get_sql()",
		mariadb_only=True, hidden_on_cluster=True,
	),
	Fault(
		"hosts are read before they are locked",
		"bookings.commands.reschedule", "_to_free_time",
		"guard.lock_hosts([*booking.host_users(), *bookable.users])", "pass",
		("move against book", "two moves to one time"),
	),
	Fault(
		"the new host isn't locked",
		"bookings.commands.reassign", "_take_over",
		"guard.lock_hosts([*booking.host_users(), new_host.user])", "guard.lock_hosts(booking.host_users())",
		("reassign against book",),
	),
	Fault(
		"a state change locks no host",
		"bookings.change_status", "change_status",
		"guard.lock_hosts(users_of(bookings))", "pass",
		("cancel against book", "decline against confirm"),
	),
	Fault(
		"the transaction keeps its first snapshot",
		"platform.transactions", "read_committed",
		'"READ-COMMITTED"', '"REPEATABLE-READ"', mariadb_only=True,
	),
	Fault(
		"times are read without lock under snapshots",
		"availability.load", "load_hosts",
		"lock and not require_locked(schedules).sees_commits", "False", mariadb_only=True, under_snapshots=True,
	),
	Fault(
		"no buckets are stored",
		"bookings.guard", "_insert_buckets",
		"if not buckets:", "if buckets:",
	),
	Fault(
		"buckets begin too late",
		"bookings.guard", "_buckets_of",
		"for bucket in range(row.starts_at // BUCKET_SECONDS,", "for bucket in range(row.starts_at // BUCKET_SECONDS + 1,",
	),
	Fault(
		"buckets end too early",
		"bookings.guard", "_buckets_of",
		"-(-row.ends_at // BUCKET_SECONDS))", "row.ends_at // BUCKET_SECONDS - 1)",
	),
	Fault(
		"a cancelled meeting keeps its time",
		"bookings.guard", "store_buckets",
		"if held:", "if held and wanted:",
		("cancel against book",),
	),
	Fault(
		"a session gives its time back while others attend",
		"bookings.guard", "_wanted_by",
		"(together[:1] if others_in_session(together) else [])", "[]",
		("one of two leaves against book",),
	),
	Fault(
		"a session never gives its time back",
		"bookings.guard", "others_in_session",
		"if not bookings[0].session:", "if bookings[0].session: return True\n\tif not bookings[0].session:",
		("two leave a session",),
	),
	Fault(
		"a seat that is taken is given again",
		"bookings.guard", "_free_numbers",
		"[number for number in range(seats) if number not in taken]", "list(range(seats))",
		("the first seats",),
	),
	Fault(
		"a seat that is left stays taken",
		"bookings.guard", "take_seats",
		"release_seats([each for each in changed if held[each.name]])", "pass",
		("two leave a session", "leave and join a session"),
	),
	Fault(
		"a double booking is overlooked",
		"availability.booked_times", "_booking",
		"start, end, before, after, counts", "start, start, before, after, counts",
	),
	Fault(
		"only meetings of the same type count",
		"availability.booked_times", "read_booked",
		"if row[0] not in without:", "if row[0] not in without and row[5] == meeting_type:",
	),
	Fault(
		"buffers are forgotten",
		"availability.booked_times", "_booking",
		"start, end, before, after, counts", "start, end, 0, 0, counts",
		("a buffer after", "book against book of another length"),
	),
	Fault(
		"a booking that was sent twice is stored twice",
		"bookings.commands.book", "_earlier",
		"if not request.idempotency_key:", "if request.idempotency_key or not request.idempotency_key:",
		("the same request twice",),
	),
	Fault(
		"credits are overwritten",
		"bookings.ledger", "_change",
		"row.credit + change.else_(0)", "change.else_(0)",
		("a pool of two", "cancel of a pool"),
	),
	Fault(
		"an offer holds nothing",
		"waitlist.offers", "make_offers",
		"put_offers(holds)", "pass",
		("look against book",),
	),
	Fault(
		"who has left takes an offer",
		"waitlist.commands", "take_offer",
		"_waiting(entry)", "pass",
		("take against leave",),
	),
	Fault(
		"a look locks no host",
		"waitlist.looks", "look_at",
		"lock_takers(found)", "sorted({host.user for host in found.takers})",
		("look against book", "two looks"),
	),
	Fault(
		"who has an offer is offered another time",
		"waitlist.looks", "_known",
		"any(each.status == records.OPEN for each in offers)", "False",
		("two looks",),
	),
	Fault(
		"a lost race isn't tried again",
		"platform.transactions", "is_lost_race",
		"return isinstance(error, LOST_RACES) or error.args[:1] in ((ER_CHECKREAD,), (ER_DUP_ENTRY,))", "return False",
		mariadb_only=True,
	),
)  # fmt: skip
