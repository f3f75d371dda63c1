"""The dashboard: totals, trends, top types, peaks, sources, money."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from scheduler_integration.engine import Interval, local_date, local_midnight, wall_clock
from scheduler_integration.insights import counts
from scheduler_integration.insights.formulas import Change, LeadTimes, Money, Tally, percent
from scheduler_integration.insights.offered import Utilisation, total, utilisation
from scheduler_integration.insights.scope import Scope

TOP_TYPES = 10


@dataclass(slots=True)
class TypeFigures:
	"""The figures of a meeting type. `name` is its title, or the record's name if the record is gone; `page` its page's."""

	meeting_type: str
	name: str
	page: str = ""
	tally: Tally = field(default_factory=Tally)
	money: Money = field(default_factory=Money)


@dataclass(slots=True)
class Source:
	"""The bookings that one source brought, and what they are worth."""

	origin: counts.Origin
	bookings: int = 0
	money: Money = field(default_factory=Money)


@dataclass(frozen=True, slots=True)
class Dashboard:
	"""The figures of a scope. Dates and months are of the scope's zone, `peaks` of each host's own.

	`peaks` counts completed, missed and coming meetings by weekday (0 is Sunday) and hour. `by_month` counts bookings by
	the month in which they were made.
	"""

	scope: Scope
	tally: Tally
	leads: LeadTimes
	money: Money
	this_week: Change
	period: Change
	connection_rate: float | None
	utilisation: Utilisation
	by_day: dict[date, Tally]
	by_month: dict[str, int]
	types: list[TypeFigures]
	peaks: Counter[tuple[int, int]]
	sources: list[Source]

	@property
	def top_types(self) -> list[TypeFigures]:
		"""Return the meeting types that are booked most; `types` are all of them, in the same order."""
		return self.types[:TOP_TYPES]


def dashboard(scope: Scope, now: int, *, week_begins: int = 0) -> Dashboard:
	"""Return the figures of the scope. Makes eleven queries.

	`week_begins` is the first day of the reader's week, 0 for Monday to 6 for Sunday.
	"""
	tally, money = Tally(), Money()
	types: dict[str, TypeFigures] = {}
	for each in counts.by_outcome(scope):
		figures = types.setdefault(each.meeting_type, TypeFigures(each.meeting_type, each.meeting_type))
		for sums in (tally, figures.tally):
			sums.add(each.status, each.number, by=each.cancelled_by, is_late=each.is_late, after_start=each.after_start)
		for amounts in (money, figures.money):
			amounts.add(each.status, each.currency, each.price)
	for name, title, page in titles(list(types)):
		types[name].name, types[name].page = title, page or ""
	by_day, peaks = _over_time(scope)
	by_month = dict.fromkeys((f"{day:%Y-%m}" for day in by_day), 0)
	for start, count in counts.made_by_quarter(scope).items():
		by_month[f"{local_date(start, scope.zone):%Y-%m}"] += count
	# Both are compared to the same moment: a whole last week against half of this one would show a fall each Tuesday.
	today = local_date(now, scope.zone)
	week = _beside_before(today - timedelta(days=(today.weekday() - week_begins) % 7), 7, now, scope.zone)
	period = _beside_before(scope.first, len(scope.dates), min(now, scope.span[1]), scope.zone)
	return Dashboard(
		scope=scope,
		tally=tally,
		leads=LeadTimes(counts.lead_times(scope)),
		money=money,
		this_week=Change(*counts.in_spans(scope, "booked_at", week)),
		period=Change(*counts.in_spans(scope, "starts_at", period)),
		connection_rate=_connection_rate([scope.host] if scope.host else _hosts()),
		utilisation=total(utilisation(scope)),
		by_day=by_day,
		by_month=by_month,
		types=sorted(types.values(), key=lambda each: (-each.tally.total, each.name)),
		peaks=peaks,
		sources=_sources(scope),
	)


def _over_time(scope: Scope) -> tuple[dict[date, Tally], Counter[tuple[int, int]]]:
	"""Return the numbers by date, without a gap, and the peaks."""
	by_day = {day: Tally() for day in scope.dates}
	peaks: Counter[tuple[int, int]] = Counter()
	for zone, start, status, after_start, count in counts.by_quarter(scope):
		by_day[local_date(start, scope.zone)].add(status, count, after_start=after_start)
		if status != "Cancelled":
			wall = wall_clock(start, zone or scope.zone)
			peaks[(wall.weekday() + 1) % 7, wall.hour] += count
	return by_day, peaks


def _sources(scope: Scope) -> list[Source]:
	found: dict[counts.Origin, Source] = {}
	for origin, status, currency, count, price in counts.by_source(scope):
		source = found.setdefault(origin, Source(origin))
		source.bookings += count
		source.money.add(status, currency, price)
	return sorted(found.values(), key=lambda each: (-each.bookings, each.origin))


def titles(names: list[str]) -> list[tuple[str, str, str | None]]:
	"""Return the name of each type that exists, its title and that of its page."""
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	return (
		frappe.qb.from_(meeting_type)
		.left_join(page)
		.on(page.name == meeting_type.scheduling_page)
		.select(meeting_type.name, meeting_type.title, page.title)
		.where(meeting_type.name.isin(names or [""]))
		.run()
	)


def _beside_before(first: date, days: int, until: int, zone: str) -> tuple[Interval, Interval]:
	"""Return the time from the date `first` to `until`, and the time `days` days earlier, to the same moment."""
	start, earlier = local_midnight(first, zone), local_midnight(first - timedelta(days=days), zone)
	return (start, max(start, until)), (earlier, earlier + max(0, until - start))


def _connection_rate(users: list[str]) -> float | None:
	"""Return how many of the hosts have a calendar that is read, in percent. For one host it is 0.0 or 100.0."""
	connection = DocType("Calendar Connection")
	query = (
		frappe.qb.from_(connection)
		.select(Count(connection.user).distinct())
		.where(connection.user.isin(users or [""]))
		.where((connection.is_active == 1) & (connection.status == "Connected"))
	)
	return percent(query.run()[0][0], len(users))


def _hosts() -> list[str]:
	"""Return the enabled users who have a page or belong to a team's."""
	page, row, user = DocType("Scheduling Page"), DocType("Scheduling Page Host"), DocType("User")
	team = frappe.qb.from_(row).select(row.user).where(row.is_active == 1)
	own = frappe.qb.from_(page).select(page.user).where(page.page_type == "Personal")
	return (
		frappe.qb.from_(user)
		.select(user.name)
		.where((user.enabled == 1) & (user.name.isin(team) | user.name.isin(own)))
		.run(pluck=True)
	)
