"""The forecast of a scope: reads the bookings that `forecast.py` learns from."""

from dataclasses import dataclass
from datetime import date, timedelta

from scheduler_integration.engine import local_date
from scheduler_integration.insights import counts
from scheduler_integration.insights.forecast import WEEK, Forecast, foretell, foretell_money
from scheduler_integration.insights.scope import Scope


@dataclass(frozen=True, slots=True)
class Outlook:
	"""The forecasts of the scope's host, page, type and source: of meetings, and of money by currency.

	The scope's dates don't matter: the weeks begin at `now` (epoch seconds) and at the same time of the weeks around it.
	"""

	scope: Scope
	now: int
	meetings: Forecast
	money: dict[str, Forecast]

	def dates(self, week: int) -> tuple[date, date]:
		"""Return the first and the last date of a week, 0 for the next seven days, by the scope's zone."""
		first = local_date(self.now + week * WEEK, self.scope.zone)
		return first, first + timedelta(days=6)


def outlook(scope: Scope, now: int) -> Outlook:
	"""Return the forecasts. Makes one query."""
	groups = counts.by_week(scope, now)
	return Outlook(scope, now, foretell(groups), foretell_money(groups))
