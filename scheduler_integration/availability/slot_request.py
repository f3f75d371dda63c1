"""The choices of a visitor who looks for a slot, without the time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotRequest:
	"""`duration` is in minutes, and `party` is the number of seats.

	`hold` is the key of the visitor's own hold. It is ignored, so that visitors still see the slot that they hold.
	`moving` is the name of a Booking that is to be rescheduled: its time counts as free.
	"""

	duration: int
	party: int = 1
	hold: str | None = None
	moving: str | None = None
