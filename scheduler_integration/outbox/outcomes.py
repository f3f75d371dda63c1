"""The outcomes that a handler can return for a task, and the errors that say when to try again."""

from dataclasses import dataclass, field

from scheduler_integration.meetings.changes import Fields


@dataclass(frozen=True, slots=True)
class Done:
	"""It happened. `external_id` is the other side's name for it, `fields` are fields of the Booking to be set."""

	external_id: str | None = None
	fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
	"""Not finished, but nothing went wrong. Run again at `at` (epoch seconds)."""

	at: int
	reason: str


@dataclass(frozen=True, slots=True)
class Never:
	"""It failed, and another attempt would fail too."""

	reason: str


@dataclass(frozen=True, slots=True)
class NotNeeded:
	"""Nothing has to happen any more, for example because the booking was cancelled."""

	reason: str


Outcome = Done | Again | Never | NotNeeded


class RetryLater(Exception):
	"""The other side asks to wait, as with the header Retry-After. `seconds` is how long."""

	def __init__(self, message: str, seconds: int):
		super().__init__(message)
		self.seconds = seconds


class Unavailable(Exception):
	"""The other side can't be reached at all, so other tasks of this kind would fail too. They wait for the next run."""
