"""The outcomes that a handler can return for a task, and the errors that say when to try again."""

from dataclasses import dataclass, field

from scheduler_integration.meetings.changes import Fields


@dataclass(frozen=True, slots=True)
class Done:
	"""The task is done. `external_id` is the other system's id for it; `fields` are to be set on the Booking."""

	external_id: str | None = None
	fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
	"""The task isn't done, and must run again at `at` (epoch seconds)."""

	at: int
	reason: str


@dataclass(frozen=True, slots=True)
class Never:
	"""The task failed, and another attempt would fail too."""

	reason: str


@dataclass(frozen=True, slots=True)
class NotNeeded:
	"""Nothing has to happen any more, for example because the booking was cancelled."""

	reason: str


Outcome = Done | Again | Never | NotNeeded


class RetryLater(Exception):
	"""The other system asks to wait `seconds`, for example with the header Retry-After."""

	def __init__(self, message: str, seconds: int):
		super().__init__(message)
		self.seconds = seconds


class Unavailable(Exception):
	"""The other system can't be reached, so other tasks of this kind would fail too. They wait for the next run."""
