"""The outcomes that a handler can return for a task."""

from dataclasses import dataclass, field

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.platform.records import Fields


@dataclass(frozen=True, slots=True)
class Done:
	"""The task is done. `external_id` is the other system's id for it; `fields` are to be set on the Booking."""

	external_id: str | None = None
	fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
	"""The task isn't done, and must run again at `at` (epoch seconds).

	Without a `reason` nothing is wrong, and nobody is told. `counts`: the attempt counts, because after a number of these the task fails.
	"""

	at: int
	reason: str
	counts: bool = False


@dataclass(frozen=True, slots=True)
class Down:
	"""The account can't be used at present, so the tasks that need it wait, and one at a time asks whether it works again.

	`account` is the task's target (a calendar, a host's Zoom), its automation (a webhook's receiver), or its kind (the mail
	server, through which all e-mails go). If it is something else, the task gets it as its target. `after` are the seconds
	that the other system asks to wait, if it does; `fields` are to be set on the Booking.
	"""

	account: str
	reason: str
	after: int = 0
	fields: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Never:
	"""The task failed, and another attempt would fail too."""

	reason: str


@dataclass(frozen=True, slots=True)
class NotNeeded:
	"""Nothing has to happen any more, for example because the booking was cancelled."""

	reason: str


Outcome = Done | Again | Down | Never | NotNeeded


def down_by(account: str, error: OutsideError) -> Down:
	"""Return that the account is down because of this error."""
	return Down(account, error.message, error.after or 0)
