"""Meeting types that repeat: attendees book several dates at once, every few weeks at the same time of day."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest

FIXED, CHOSEN = "Fixed", "Attendee Chooses"
MOST_DATES = 26
# From the first to the last date. Hosts' own calendars are read for a year (`calendars/sync.py`).
MOST_WEEKS = 46


@dataclass(frozen=True, slots=True)
class Repeat:
	"""How a meeting type repeats: every `weeks` weeks, `most` times, or with `is_chosen` as often as the attendee wants up to
	that."""

	weeks: int
	most: int
	is_chosen: bool

	@property
	def least(self) -> int:
		"""The fewest dates that can be asked for."""
		return 1 if self.is_chosen else self.most

	@property
	def longest_weeks(self) -> int:
		"""The weeks from the first date to the last."""
		return self.weeks * (self.most - 1)


@dataclass(frozen=True, slots=True)
class WantedSeries:
	"""Several dates that are booked at once: `count` of them, every `weeks` weeks.

	`agreed` has for each of them the start (epoch seconds) that the person has agreed to, or None for one that is left out. If
	it is empty, all dates must be free.
	"""

	weeks: int
	count: int
	agreed: tuple[int | None, ...] = ()

	@property
	def dates(self) -> int:
		"""How many dates are booked."""
		return sum(each is not None for each in self.agreed) or self.count


def repeat_of(meeting_type: Document | frappe._dict) -> Repeat | None:
	"""Return how the meeting type repeats, or None if it doesn't."""
	how = meeting_type.get("repeats")
	if how not in (FIXED, CHOSEN):
		return None
	return Repeat(meeting_type.repeat_weeks or 1, meeting_type.repeat_count or 2, how == CHOSEN)


def check_repeat(meeting_type: Document) -> None:
	"""Raise InvalidRequest if the fields about repeating make no sense, or don't fit the other fields."""
	meeting_type.repeat_weeks, meeting_type.repeat_count = (
		meeting_type.repeat_weeks or 1,
		meeting_type.repeat_count or 6,
	)
	repeat = repeat_of(meeting_type)
	if not repeat:
		return
	if (meeting_type.number_of_days or 1) > 1:
		raise InvalidRequest(
			_("A meeting over several days can't repeat."),
			details={"repeats": _("Choose one day, or don't let it repeat.")},
		)
	if not 2 <= repeat.most <= MOST_DATES:
		sentence = _("A meeting repeats between 2 and {0} times.").format(MOST_DATES)
		raise InvalidRequest(sentence, details={"repeat_count": sentence})
	if repeat.longest_weeks > MOST_WEEKS:
		sentence = _("The last date can be at most {0} weeks after the first.").format(MOST_WEEKS)
		raise InvalidRequest(sentence, details={"repeat_count": sentence})
