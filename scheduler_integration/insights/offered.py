"""How much of the time that hosts offer is booked. Offered minutes are stored each night: tomorrow's hours must not change
yesterday's figures. Only this module writes Offered Time.

	utilisation = booked minutes / offered minutes          of the dates that are stored

The offered time is the working hours minus blocked time and minus busy time of the host's own calendars, as for the slots
that visitors see: `availability/load.py` reads them and the engine subtracts. The booked time is that of meetings that
weren't cancelled; a session counts once. A meeting outside the hours counts as booked, so there can be more than 100 %.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Max, Sum

from scheduler_integration import engine
from scheduler_integration.availability.load import load_hosts
from scheduler_integration.availability.schedules import HostSchedule, load_schedules
from scheduler_integration.catalogue.hosts import enabled_hosts_of_all
from scheduler_integration.insights.formulas import percent
from scheduler_integration.insights.scope import Scope
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.sql import insert_rows
from scheduler_integration.times import dates_between

# If nights were missed, at most so many are counted later. Older hours aren't known any more.
MOST_DAYS = 7
BATCH = 50
FIELDS = ("name", "creation", "modified", "owner", "modified_by", "user", "date", "offered_minutes", "booked_minutes")


@dataclass(frozen=True, slots=True)
class Utilisation:
	"""Minutes of the stored dates."""

	offered: int = 0
	booked: int = 0

	@property
	def rate(self) -> float | None:
		"""Return the booked minutes in percent of the offered ones, None if nothing was offered."""
		return percent(self.booked, self.offered)


def utilisation(scope: Scope) -> dict[str, Utilisation]:
	"""Return the utilisation by user, of the dates of the scope that are stored. Makes one query.

	Pages and types share their hosts' time: for one of them, or for a source, it is empty.
	"""
	if scope.page or scope.meeting_type or scope.source:
		return {}
	row = DocType("Offered Time")
	query = frappe.qb.from_(row).select(row.user, Sum(row.offered_minutes), Sum(row.booked_minutes)).groupby(row.user)
	query = query.where((row.date >= scope.first) & (row.date <= scope.last))
	query = query.where(row.user == scope.host) if scope.host else query
	return {user: Utilisation(int(offered), int(booked)) for user, offered, booked in query.run()}


def total(found: dict[str, Utilisation]) -> Utilisation:
	"""Return the sums over all hosts."""
	return Utilisation(sum(each.offered for each in found.values()), sum(each.booked for each in found.values()))


def store_offered(now: int, days: int = MOST_DAYS) -> None:
	"""Store the dates that are over by each host's own clock and aren't stored yet, at most `days` of them.

	Runs nightly. A second run stores nothing. Commits after each batch of hosts, so that a run that was killed goes on there.
	"""
	users = iter([host.user for host in enabled_hosts_of_all()])
	while batch := list(islice(users, BATCH)):
		if rows := list(_rows(batch, now, days)):
			insert_rows("Offered Time", FIELDS, rows)
		frappe.db.commit()


def _rows(users: Sequence[str], now: int, days: int) -> Iterator[tuple]:
	schedules = load_schedules(None, users)
	row = DocType("Offered Time")
	query = frappe.qb.from_(row).select(row.user, Max(row.date)).where(row.user.isin(list(users))).groupby(row.user)
	stored = {user: frappe.utils.getdate(last) for user, last in query.run()}
	wanted = {user: _missing(schedules[user], stored.get(user), now, days) for user in users}
	spans = [_span(each, schedules[user].zone) for user, dates in wanted.items() for each in dates]
	if not spans:
		return
	stamp = to_site_time(now)
	for host in load_hosts(schedules, engine.hull(spans), None, now):
		for day in wanted[host.name]:
			first, last = _span(day, schedules[host.name].zone)
			offered = engine.offered_minutes(replace(host, booked=()), first, last)
			taken = engine.merge((each.start, each.end) for each in host.booked if not each.is_hold)
			booked = sum(end - start for start, end in engine.clip(taken, first, last)) // 60
			record = (frappe.generate_hash(length=10), stamp, stamp, "Administrator", "Administrator")
			yield (*record, host.name, day, offered, booked)


def _missing(schedule: HostSchedule, last: date | None, now: int, days: int) -> list[date]:
	yesterday = engine.local_date(now, schedule.zone) - timedelta(days=1)
	first = yesterday - timedelta(days=days - 1)
	if last:
		first = max(first, last + timedelta(days=1))
	return dates_between(first, yesterday)


def _span(day: date, zone: str) -> engine.Interval:
	return engine.local_midnight(day, zone), engine.local_midnight(day + timedelta(days=1), zone)
