"""Notes every call to a provider in the Video Meeting Log: the request, its result, and how long it took."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import frappe

from scheduler_integration.exceptions import OutsideError, UnexpectedAnswer
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.transactions import roll_back

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
	"""The subject of an entry in the log. `action` is one of the options of Video Meeting Log."""

	action: str
	provider: str
	user: str | None = None
	booking: str | None = None
	meeting: str | None = None


@dataclass(slots=True)
class Stopwatch:
	began: float = field(default_factory=time.monotonic)

	@property
	def milliseconds(self) -> int:
		return int((time.monotonic() - self.began) * 1000)


def logged(entry: Entry, ask: Callable[[], T], is_pending: Callable[[T], bool] = lambda answer: False) -> T:
	"""Return `ask()` and store an entry about it, also if it raises. Commits, so that a rollback can't lose the entry."""
	watch = Stopwatch()
	try:
		answer = ask()
	except Exception as error:
		roll_back()
		note(entry, "Failed", watch.milliseconds, reason(error))
		frappe.db.commit()
		raise
	note(entry, "Pending" if is_pending(answer) else "Success", watch.milliseconds)
	frappe.db.commit()
	return answer


def note(entry: Entry, status: str, milliseconds: int = 0, error: str | None = None) -> None:
	"""Store an entry in the caller's transaction."""
	record = frappe.get_doc(
		{
			**picked(entry, "action", "provider", "user", "booking", "meeting"),
			"doctype": "Video Meeting Log",
			"status": status,
			"milliseconds": milliseconds,
			"error": error,
		}
	)
	# The booking may have been deleted since.
	record.flags.ignore_links = True
	# Runs in the outbox, whose user has no rights. Nobody may write the log by hand.
	record.insert(ignore_permissions=True)


def reason(error: Exception) -> str:
	"""Return why a request failed. An answer's text isn't stored, because it may contain a link or a token."""
	if isinstance(error, UnexpectedAnswer):
		return f"{error.code} {error.status}"
	# Other exceptions are bugs or a lost database. Their text may contain anything, so it isn't stored.
	return error.message if isinstance(error, OutsideError) else type(error).__name__
