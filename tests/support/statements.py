"""Records what a command asks the database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import frappe

from scheduler_integration import bookings
from scheduler_integration.bookings.transaction import retried
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_team_page, make_user, payload, token_of
from tests.support.outbox import mails

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


class Asked(NamedTuple):
	"""The statements of a command, in order, and how long the command took."""

	statements: list[str]
	ms: float


@contextmanager
def recorded() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
	"""Yield a list that gets each statement that this process sends meanwhile, with its values. Any connection counts."""
	seen: list[tuple[str, tuple[Any, ...]]] = []
	database = type(frappe.local.db)
	ask = database.sql

	def ask_and_note(self: Any, text: object, *args: Any, **kwargs: Any) -> Any:
		seen.append((str(text), args))
		return ask(self, text, *args, **kwargs)

	database.sql = ask_and_note
	try:
		yield seen
	finally:
		database.sql = ask


def statements_of_a_session(size: int) -> dict[str, Asked]:
	"""Return what each command and message asks for a session with `size` attendees."""
	page = make_team_page([make_user("Ann"), make_user("Ben")])
	workshop = make_meeting_type(page, assignment="Round Robin", seats=size + 10)
	asked = {}

	def ask(label: str, act: Callable[[], Any]) -> Any:
		# Frappe forgets much between requests.
		frappe.db.value_cache.clear()
		with recorded() as seen:
			begin = time.perf_counter()
			done = retried(act)
			asked[label] = Asked([text for text, _values in seen], (time.perf_counter() - begin) * 1000)
		return done

	def book() -> Any:
		return door.book(payload(page, workshop, NINE), NOW)

	first, second, *_others = [book() for _each in range(size)]
	last = ask("join", book)
	ask("messages to one who joined", lambda: mails(last.id, NOW))
	ask("leave", lambda: bookings.cancel_by_token(token_of(last), "", NOW))
	ask("move alone", lambda: bookings.reschedule_by_token(token_of(second), RescheduleRequest(NINE + 7200), NOW))
	(other,) = {host.user for host in page.hosts} - {frappe.db.get_value("Booking", first.id, "host")}
	ask("reassign all", lambda: bookings.reassign(first.id, other, NOW))
	later = RescheduleRequest(NINE + 3600)
	moved = ask("move all", lambda: bookings.reschedule_by_host(first.id, later, NOW, for_all=True))
	ask("messages of the move", lambda: mails(moved.id, NOW))
	ask("cancel all", lambda: bookings.cancel_by_host(moved.id, "", NOW, for_all=True))
	return asked
