"""What a meeting type asks of a slot."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InvalidRule
from .zones import MINUTE


@dataclass(frozen=True, slots=True)
class MeetingRules:
	"""One meeting type, in minutes, days and numbers of bookings.

	`slot_interval` None steps by the duration. None for `max_days_in_advance` or a limit means no bound;
	`max_days_in_advance` 0 means today only, a limit of 0 would mean never and is refused.
	Raises InvalidRule for a value that makes no sense.
	"""

	duration: int
	buffer_before: int = 0
	buffer_after: int = 0
	minimum_notice: int = 0
	max_days_in_advance: int | None = None
	slot_interval: int | None = None
	daily_limit: int | None = None
	weekly_limit: int | None = None

	def __post_init__(self) -> None:
		_at_least(1, duration=self.duration)
		_at_least(
			0,
			buffer_before=self.buffer_before,
			buffer_after=self.buffer_after,
			minimum_notice=self.minimum_notice,
			max_days_in_advance=self.max_days_in_advance,
		)
		_at_least(
			1,
			slot_interval=self.slot_interval,
			daily_limit=self.daily_limit,
			weekly_limit=self.weekly_limit,
		)

	@property
	def seconds(self) -> int:
		"""How long the meeting lasts, in elapsed seconds."""
		return self.duration * MINUTE

	@property
	def step(self) -> int:
		"""Seconds from one start of the grid to the next."""
		return (self.slot_interval or self.duration) * MINUTE


def _at_least(smallest: int, **fields: int | None) -> None:
	for field, value in fields.items():
		if value is not None and value < smallest:
			raise InvalidRule(field, value, f"{smallest} or more")
