"""Every formula of the figures, once. Pure: no database, no clock.

	ended             = completed + no shows + cancelled              Declined, rescheduled and open bookings are out.
	completion rate   = completed / ended
	cancellation rate = cancelled / ended
	no-show rate      = no shows / (completed + no shows)
	lead time         = start - moment of booking                     of bookings made in the range
	change            = (this - before) / before                      before is an equal period, up to the same moment

A cancellation after the start is neither a cancellation nor a no-show. It is counted by itself. Rates are in percent with
one decimal, rounded half up, and None if there is nothing to divide by.
"""

from collections import Counter
from dataclasses import dataclass, field, fields
from math import floor, sqrt


def percent(part: int, whole: int) -> float | None:
	"""Return the part in percent of the whole: 1 of 16 is 6.3. Integers round exactly, floats would give 6.2."""
	return (2 * 1000 * part + whole) // (2 * whole) / 10 if whole else None


def rounded(value: float) -> int:
	"""Return the nearest whole number, half up: Python's own `round` would make 2 of 2.5."""
	return floor(value + 0.5)


@dataclass(frozen=True, slots=True)
class Change:
	"""A number beside that of an equal period before, to the same moment. `change` is in percent, None after nothing."""

	value: int
	before: int

	@property
	def change(self) -> float | None:
		if not self.before:
			return None
		sign = -1 if self.value < self.before else 1
		size = percent(abs(self.value - self.before), self.before)
		return None if size is None else sign * size

	@property
	def trend(self) -> str:
		"""`up`, `down` or `flat`."""
		return "up" if self.value > self.before else "down" if self.value < self.before else "flat"


@dataclass(slots=True)
class Tally:
	"""Numbers of bookings by how they stand. An attendee of a session is one booking.

	`late` are cancellations within the notice of the meeting type, `by_host` and `by_attendee` say who cancelled. They are
	parts of `cancelled`. `cancelled_after_start` is no part of it.
	"""

	pending: int = 0
	scheduled: int = 0
	completed: int = 0
	no_shows: int = 0
	cancelled: int = 0
	late: int = 0
	by_host: int = 0
	by_attendee: int = 0
	cancelled_after_start: int = 0

	@property
	def ended(self) -> int:
		return self.completed + self.no_shows + self.cancelled

	@property
	def total(self) -> int:
		return self.pending + self.scheduled + self.ended + self.cancelled_after_start

	@property
	def completion_rate(self) -> float | None:
		return percent(self.completed, self.ended)

	@property
	def cancellation_rate(self) -> float | None:
		return percent(self.cancelled, self.ended)

	@property
	def no_show_rate(self) -> float | None:
		return percent(self.no_shows, self.completed + self.no_shows)

	def add(self, status: str, count: int, *, by: str = "", is_late: bool = False, after_start: bool = False) -> None:
		"""Count bookings with this status, an option of Booking. Declined and rescheduled ones aren't counted."""
		if status == "Cancelled":
			if after_start:
				self.cancelled_after_start += count
			else:
				self.cancelled += count
				self.late += count * is_late
				self.by_host += count * (by == "Host")
				self.by_attendee += count * (by == "Attendee")
		elif status in _FIELDS:
			setattr(self, _FIELDS[status], getattr(self, _FIELDS[status]) + count)

	def include(self, other: "Tally") -> None:
		"""Add the numbers of another tally."""
		for each in fields(self):
			setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


_FIELDS = {"Pending": "pending", "Scheduled": "scheduled", "Completed": "completed", "No Show": "no_shows"}


@dataclass(slots=True)
class LeadTimes:
	"""How long before the meeting people book, from a histogram: numbers of bookings by seconds of lead time."""

	histogram: Counter[int] = field(default_factory=Counter)

	@property
	def count(self) -> int:
		return self.histogram.total()

	@property
	def mean(self) -> float | None:
		"""Return the mean in hours, with one decimal."""
		seconds = sum(lead * number for lead, number in self.histogram.items())
		return _hours(seconds, self.count) if self.count else None

	@property
	def median(self) -> float | None:
		"""Return the median in hours, the mean of the two middle ones for an even number."""
		if not self.count:
			return None
		return _hours(self._nth((self.count - 1) // 2) + self._nth(self.count // 2), 2)

	@property
	def p90(self) -> float | None:
		"""Return the hours that nine of ten bookings stay within (nearest rank)."""
		return _hours(self._nth(-(-9 * self.count // 10) - 1), 1) if self.count else None

	def _nth(self, index: int) -> int:
		for lead in sorted(self.histogram):
			index -= self.histogram[lead]
			if index < 0:
				return lead
		raise IndexError(index)


def _hours(seconds: int, divisor: int) -> float:
	"""Return the seconds, divided, as hours with one decimal, rounded half up."""
	tenths = 360 * divisor
	return (2 * seconds + tenths) // (2 * tenths) / 10


@dataclass(slots=True)
class Money:
	"""Amounts by currency. They are never added over currencies.

	`revenue` is what completed meetings brought, and what is left of payments for those that were cancelled or to which nobody
	came. `open` is the price of those still to come. See `counts.worth`.
	"""

	revenue: Counter[str] = field(default_factory=Counter)
	open: Counter[str] = field(default_factory=Counter)

	def add(self, status: str, currency: str | None, amount: float) -> None:
		"""Add what bookings with this status are worth. Amounts without a currency or of nothing are left out."""
		cents = round(amount * 1000)
		if not currency or not cents:
			return
		if status in ("Completed", "Cancelled", "No Show"):
			self.revenue[currency] += cents
		elif status in ("Scheduled", "Pending"):
			self.open[currency] += cents

	def rows(self) -> list[tuple[str, float, float]]:
		"""Return currency, revenue and open value, by currency."""
		return [
			(each, self.revenue[each] / 1000, self.open[each] / 1000) for each in sorted({*self.revenue, *self.open})
		]


def wilson(part: int, whole: int) -> tuple[float, float]:
	"""Return the 95 % interval of a rate, 0 to 1, from `part` of `whole`, by Wilson's score (JASA 22, 1927)."""
	z = 1.959964
	rate, square = part / whole, z * z / whole
	middle = rate + square / 2
	half = z * sqrt(rate * (1 - rate) / whole + square / (4 * whole))
	return (middle - half) / (1 + square), (middle + half) / (1 + square)
