"""The figures of each host: meetings, how they ended, hours, money."""

from dataclasses import dataclass, field

from scheduler_integration.catalogue.hosts import enabled_people
from scheduler_integration.insights import counts
from scheduler_integration.insights.formulas import Money, Tally
from scheduler_integration.insights.offered import Utilisation, utilisation
from scheduler_integration.insights.scope import Scope


@dataclass(slots=True)
class HostFigures:
	"""The figures of one host. `seconds` is the time of completed meetings.

	A collective meeting counts for each of its hosts, its price for the main host only.
	"""

	user: str
	name: str
	tally: Tally = field(default_factory=Tally)
	money: Money = field(default_factory=Money)
	seconds: int = 0
	utilisation: Utilisation = field(default_factory=Utilisation)

	@property
	def hours(self) -> float:
		"""Return the hours of completed meetings, with one decimal."""
		return round(self.seconds / 3600, 1)


def staff_performance(scope: Scope) -> list[HostFigures]:
	"""Return the figures of all hosts of the scope, those with the most meetings first. Makes four queries."""
	rows = counts.by_staff(scope)
	people = enabled_people(row[0] for row in rows)
	by_host: dict[str, HostFigures] = {}
	seconds, used = counts.held_seconds(scope), utilisation(scope)
	for user, is_main, status, after_start, currency, count, price in rows:
		name = people[user].full_name if user in people else user
		figures = by_host.setdefault(
			user,
			HostFigures(user, (name or user), seconds=seconds.get(user, 0), utilisation=used.get(user, Utilisation())),
		)
		figures.tally.add(status, count, after_start=after_start)
		if is_main:
			figures.money.add(status, currency, price)
	return sorted(by_host.values(), key=lambda each: (-each.tally.total, each.name))
