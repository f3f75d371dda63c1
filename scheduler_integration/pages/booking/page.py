"""The data that a booking page shows: the meeting type, its slots of a month, the visitor, and a refused form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from scheduler_integration.availability.away import Notice
from scheduler_integration.catalogue.booking_links import LinkTerms
from scheduler_integration.catalogue.public import PublicMeetingType, PublicPage
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError, SlotTaken
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.booking.slots import MonthOfSlots
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.series import Dates
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.times import Slot


@dataclass(frozen=True)
class Attempt:
	"""A submitted form: the typed `values`, and the error why it was refused. Empty if no form was submitted.

	Without an error, the form only asked to see the dates of a series.
	"""

	values: dict[str, Any] = field(default_factory=dict)
	error: SchedulingError | None = None

	@property
	def lost_race(self) -> bool:
		return isinstance(self.error, SlotTaken)

	@property
	def suggestions(self) -> tuple[Slot, ...]:
		return self.error.suggestions if isinstance(self.error, SlotTaken) else ()


@dataclass(frozen=True)
class BookingPage:
	"""The data of a meeting type's page. `now` is in epoch seconds, `attempt` is the form that was just refused.

	`moving` is the booking for which the attendee chooses another time, `again` one that isn't any more, whose details the form
	begins with. `counts`: the script reports the visitor's steps. `asks`: a booking may need a proof or a code.
	`notices` say when the host is away. `link` are the terms of the booking link that leads here. `series` are the dates
	of a meeting that repeats.
	"""

	page: PublicPage
	meeting: PublicMeetingType
	query: Query
	visitor: Visitor
	slots: MonthOfSlots
	now: int
	attempt: Attempt = Attempt()
	moving: AttendeeBooking | None = None
	again: AttendeeBooking | None = None
	counts: bool = False
	asks: bool = False
	notices: Sequence[Notice] = ()
	link: LinkTerms | None = None
	series: Dates | None = None

	@property
	def zone(self) -> str:
		return self.slots.zone

	@property
	def style(self) -> dates.TimeStyle:
		return self.visitor.style(self.zone)

	@property
	def locale(self) -> dates.Locale:
		return self.visitor.locale

	@cached_property
	def start(self) -> int | None:
		"""The start in the address, if it is free. After a refused form, a start that isn't free is kept too."""
		return self.query.start if self.slots.find(self.query.start) or self.attempt.error else None

	@cached_property
	def day(self) -> date | None:
		"""The chosen day, even if nothing is free on it, or else the first day with a free time."""
		wanted = self.start or self.query.start
		day = local_date(wanted, self.zone) if wanted else self.query.day
		first, last = self.slots.sheet
		is_shown = day and max(self.today, first) <= day <= last and self.slots.first_free_day
		return day if is_shown else self.slots.first_free_day

	@property
	def nearest(self) -> list[Slot]:
		"""The free slots of the loaded days nearest to the start in the address, at most three; empty if that one is free."""
		wanted = self.query.start
		if not wanted or self.start:
			return []
		free = [slot for slots in self.slots.offered.days.values() for slot in slots]
		return sorted(sorted(free, key=lambda slot: abs(slot.start - wanted))[:3], key=lambda slot: slot.start)

	@property
	def step(self) -> str:
		if self.start:
			return "details"
		return "time" if self.query.day or self.query.start else "day"

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)
