"""What a visitor asks of a meeting type, apart from the time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotRequest:
	"""`duration` in minutes, `party` the number of seats, `hold` the key of the visitor's own hold, which hides nothing from them."""

	duration: int
	party: int = 1
	hold: str | None = None
