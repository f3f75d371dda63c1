"""What a command has done to a booking, as those rooms are told that react to it."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from frappe.model.document import Document

from scheduler_integration.engine import Turn

# Fields of the booking and their new values.
Fields = dict[str, Any]


class Kind(Enum):
	BOOKED = "booked"
	CONFIRMED = "confirmed"
	CANCELLED = "cancelled"
	DECLINED = "declined"
	REASSIGNED = "reassigned"


@dataclass(frozen=True, slots=True)
class Change:
	"""`booking` as it is now, saved; `now` in epoch seconds.

	`turn` is the round-robin turn by which a new booking was given to its host. `leaving` is the user whom a colleague replaces, and `former_host` is set if that was the main host. `is_first` is False for the further bookings of a session that one command
	changes together: what they share, such as the Event, follows the first one.
	"""

	kind: Kind
	booking: Document
	now: int
	turn: Turn | None = None
	leaving: str | None = None
	former_host: str | None = None
	is_first: bool = True

	@property
	def gives_time_back(self) -> bool:
		"""Whether the meeting doesn't take place any more."""
		return self.kind in (Kind.CANCELLED, Kind.DECLINED)
