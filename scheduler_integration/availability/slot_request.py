"""The choices of a visitor who looks for a slot, without the time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotRequest:
	"""`duration` is in minutes, and `party` is the number of seats.

	`hold` is the key of the visitor's own hold. It is ignored, so that visitors still see the slot that they hold.
	`by_host` says that a host or manager looks for somebody: minimum notice and booking window don't apply to them.
	`moving` is the name of a Booking that is to be rescheduled: its time counts as free. `besides` is its present start in
	epoch seconds, which isn't listed.
	"""

	duration: int
	party: int = 1
	hold: str | None = None
	by_host: bool = False
	moving: str | None = None
	besides: int | None = None
