"""The forecast of a scope: reads the bookings that `forecast.py` learns from."""

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

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

	def in_next_month(self, found: Forecast) -> tuple[date, float]:
		"""Return the first date of the next month, by the scope's zone, and the number or amount that it will most likely bring.

		A day brings a seventh of its week. Days after the last week bring as much as an average day of the four weeks: on 24
		November the weeks end on 21 December, and 11 of December's 31 days lie after them. `found` has bands.
		"""
		today, likely = local_date(self.now, self.scope.zone), [band.likely for band in found.bands]
		first, after = ((today.replace(day=1) + timedelta(days=days)).replace(day=1) for days in (31, 62))
		weeks = [days // 7 for days in range((first - today).days, (after - today).days)]
		return first, sum(likely[week] if week < len(likely) else fmean(likely) for week in weeks) / 7


def outlook(scope: Scope, now: int) -> Outlook:
	"""Return the forecasts. Makes one query."""
	groups = counts.by_week(scope, now)
	return Outlook(scope, now, foretell(groups), foretell_money(groups))
