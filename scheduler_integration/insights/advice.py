"""Finds a change that the figures suggest: which meetings are missed more often than others.

It says nothing unless it is certain: each side needs LEAST meetings, and the 95 % intervals of the two rates (Wilson) must
not overlap. That is stricter than a test at 5 %, because several questions are asked at once.
"""

from dataclasses import dataclass

from scheduler_integration.insights import counts
from scheduler_integration.insights.dashboard import Dashboard
from scheduler_integration.insights.formulas import Tally, percent, wilson

LEAST = 30


@dataclass(frozen=True, slots=True)
class Missed:
	"""How many of some meetings that weren't cancelled were missed."""

	part: int
	whole: int

	@property
	def rate(self) -> float | None:
		return percent(self.part, self.whole)


@dataclass(frozen=True, slots=True)
class Advice:
	"""`worse` meetings are missed more often than `better` ones. `kind` says which they are:

	`reminders`   without a reminder, and with one
	`early`       booked eight days or more before, and less than two
	`type`        of the meeting type with the title `name`, and of all others
	"""

	kind: str
	worse: Missed
	better: Missed
	name: str = ""


def advice(found: Dashboard) -> list[Advice]:
	"""Return the advice on the dashboard's meetings. Makes two queries."""
	reminded = counts.attended_with_reminder(found.scope)
	missed, came = reminded.get("No Show", 0), reminded.get("Completed", 0)
	total = _missed(found.tally)
	without = Missed(total.part - missed, total.whole - missed - came)
	reminders = Advice("reminders", without, Missed(missed, missed + came))
	tallies = [Tally() for _bucket in range(3)]
	for bucket, status, number in counts.attended_by_lead(found.scope):
		tallies[bucket].add(status, number)
	early = Advice("early", _missed(tallies[2]), _missed(tallies[0]))
	candidates = [reminders, early, _type(found)]
	return [each for each in candidates if each and is_certain(each.worse, each.better)]


def is_certain(worse: Missed, better: Missed) -> bool:
	"""Whether the first rate is higher beyond doubt."""
	if min(worse.whole, better.whole) < LEAST:
		return False
	return wilson(worse.part, worse.whole)[0] > wilson(better.part, better.whole)[1]


def _type(found: Dashboard) -> Advice | None:
	"""Return the most booked type that is missed most often, beside all other types."""
	sides = [
		(each, _missed(each.tally)) for each in found.top_types if each.tally.completed + each.tally.no_shows >= LEAST
	]
	if not sides:
		return None
	worst, missed = max(sides, key=lambda side: side[1].part / side[1].whole)
	total = _missed(found.tally)
	return Advice("type", missed, Missed(total.part - missed.part, total.whole - missed.whole), worst.name)


def _missed(tally: Tally) -> Missed:
	return Missed(tally.no_shows, tally.no_shows + tally.completed)
