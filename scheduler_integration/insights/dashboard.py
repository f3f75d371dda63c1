"""The dashboard: totals, trends, top types, peaks, sources, money."""

from collections import Counter, defaultdict
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
	groups = counts.by_outcome(scope)
	by_day, peaks = _over_time(scope)
	this_week, period = _changes(scope, now, week_begins)
	return Dashboard(
		scope=scope,
		tally=_tally(groups),
		leads=LeadTimes(counts.lead_times(scope)),
		money=_money(groups),
		this_week=this_week,
		period=period,
		connection_rate=_connection_rate(scope),
		utilisation=total(utilisation(scope)),
		by_day=by_day,
		by_month=_by_month(scope),
		types=_types(groups),
		peaks=peaks,
		sources=_sources(scope),
	)


def _tally(groups: list[counts.Group]) -> Tally:
	tally = Tally()
	for each in groups:
		_count(tally, each)
	return tally


def _count(tally: Tally, group: counts.Group) -> None:
	tally.add(
		group.status, group.number, by=group.cancelled_by or "", is_late=group.is_late, after_start=group.after_start
	)


def _money(groups: list[counts.Group]) -> Money:
	money = Money()
	for each in groups:
		money.add(each.status, each.currency, each.price)
	return money


def _types(groups: list[counts.Group]) -> list[TypeFigures]:
	titles = _titles({each.meeting_type for each in groups})
	types: dict[str, TypeFigures] = {}
	for each in groups:
		name = each.meeting_type
		figures = types.setdefault(name, TypeFigures(name, *titles.get(name, (name,))))
		_count(figures.tally, each)
		figures.money.add(each.status, each.currency, each.price)
	return sorted(types.values(), key=lambda meeting_type: (-meeting_type.tally.total, meeting_type.name))


def _sources(scope: Scope) -> list[Source]:
	found: dict[counts.Origin, Source] = {}
	for origin, status, currency, count, price in counts.by_source(scope):
		source = found.setdefault(origin, Source(origin))
		source.bookings += count
		source.money.add(status, currency, price)
	return sorted(found.values(), key=lambda each: (-each.bookings, each.origin))


def _titles(names: set[str]) -> dict[str, tuple[str, str]]:
	"""Return the titles of types and of their pages."""
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	query = (
		frappe.qb.from_(meeting_type)
		.left_join(page)
		.on(page.name == meeting_type.scheduling_page)
		.select(meeting_type.name, meeting_type.title, page.title)
		.where(meeting_type.name.isin(sorted(names) or [""]))
	)
	return {name: (title, page_title or "") for name, title, page_title in query.run()}


def _over_time(scope: Scope) -> tuple[dict[date, Tally], Counter[tuple[int, int]]]:
	"""Return the numbers by date, without a gap, and the peaks."""
	by_day = {scope.first + timedelta(days=day): Tally() for day in range(scope.days)}
	peaks: Counter[tuple[int, int]] = Counter()
	for zone, start, status, after_start, count in counts.by_quarter(scope):
		by_day[local_date(start, scope.zone)].add(status, count, after_start=after_start)
		if status != "Cancelled":
			wall = wall_clock(start, zone or scope.zone)
			peaks[(wall.weekday() + 1) % 7, wall.hour] += count
	return by_day, peaks


def _by_month(scope: Scope) -> dict[str, int]:
	months: dict[str, int] = defaultdict(int)
	day = scope.first
	while day <= scope.last:
		months[f"{day:%Y-%m}"] = 0
		day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
	for start, count in counts.made_by_quarter(scope).items():
		months[f"{local_date(start, scope.zone):%Y-%m}"] += count
	return dict(months)


def _changes(scope: Scope, now: int, week_begins: int) -> tuple[Change, Change]:
	"""Return the bookings made this week beside last week's, and the scope's meetings beside those of as many days before.

	Both are compared to the same moment: a whole last week against half of this one would show a fall each Tuesday.
	"""
	today = local_date(now, scope.zone)
	week = _beside_before(today - timedelta(days=(today.weekday() - week_begins) % 7), 7, now, scope.zone)
	period = _beside_before(scope.first, scope.days, min(now, scope.span[1]), scope.zone)
	return Change(*counts.made_in(scope, week)), Change(*counts.begun_in(scope, period))


def _beside_before(first: date, days: int, until: int, zone: str) -> tuple[Interval, Interval]:
	"""Return the time from the date `first` to `until`, and the time `days` days earlier, to the same moment."""
	start, earlier = local_midnight(first, zone), local_midnight(first - timedelta(days=days), zone)
	return (start, max(start, until)), (earlier, earlier + max(0, until - start))


def _connection_rate(scope: Scope) -> float | None:
	"""Return how many of the hosts have a calendar that is read, in percent. For one host it is 0.0 or 100.0."""
	users = [scope.host] if scope.host else _hosts()
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
