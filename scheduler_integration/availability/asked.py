"""What a guest asks of a meeting type beside the time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
	"""`duration` in minutes, `party` the seats that are wanted, `hold` the key of the guest's own hold."""

	duration: int
	party: int = 1
	hold: str | None = None
