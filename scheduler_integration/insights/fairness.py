"""Whether round robins are fair: what each host was given beside what was promised.

The ledger stores with each booking which share of it every host was given, by weight or by the time that they offered
(`bookings/ledger.py`). A host's promise is the sum of these shares. docs/explanation/round_robin.md says what they mean.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain

import frappe
from frappe.query_builder import DocType

from scheduler_integration.catalogue.hosts import enabled_people
from scheduler_integration.engine import BOOKING
from scheduler_integration.insights import counts
from scheduler_integration.insights.scope import Scope
from scheduler_integration.platform.sql import field_by_name


@dataclass(frozen=True, slots=True)
class HostShare:
	"""How many meetings a host had, and how many were promised, in millionths of a meeting."""

	user: str
	name: str
	had: int
	promised: int

	@property
	def ahead(self) -> float:
		"""Return how many meetings the host had above the promise, negative for too few, with one decimal."""
		return round((self.had * BOOKING - self.promised) / BOOKING, 1)


@dataclass(frozen=True, slots=True)
class Fairness:
	"""The shares of a round robin's hosts, the one who is furthest from the promise first. `title` is the type's."""

	meeting_type: str
	title: str
	hosts: list[HostShare]

	@property
	def largest(self) -> float:
		"""Return how many meetings the host who is furthest from the promise is away from it."""
		return abs(self.hosts[0].ahead)


def fairness(scope: Scope) -> list[Fairness]:
	"""Return the round robins of the scope that gave out a meeting, the least fair first. Makes at most four queries."""
	titles = _round_robins(scope)
	rows = counts.by_shares(scope, sorted(titles)) if titles else []
	had: dict[str, Counter[str]] = defaultdict(Counter)
	promised: dict[str, Counter[str]] = defaultdict(Counter)
	# Shares are stored by the names of Host Calendars, which stay the same if a user is renamed.
	user_of = field_by_name("Host Calendar", (calendar for row in rows for calendar in json.loads(row[2])), "user")
	for meeting_type, host, shares, count in rows:
		had[meeting_type][host] += count
		for calendar, share in json.loads(shares).items():
			promised[meeting_type][user_of.get(calendar, calendar)] += share * count
	people = enabled_people(chain(*had.values(), *promised.values()))
	names = {user: person.full_name or user for user, person in people.items()}
	found = [Fairness(each, titles[each], _shares(had[each], promised[each], names)) for each in had]
	return sorted(found, key=lambda each: (-each.largest, each.title, each.meeting_type))


def _shares(had: Counter[str], promised: Counter[str], names: dict[str, str]) -> list[HostShare]:
	found = [HostShare(user, names.get(user, user), had[user], promised[user]) for user in {*had, *promised}]
	return sorted(found, key=lambda each: (-abs(each.ahead), each.name))


def _round_robins(scope: Scope) -> dict[str, str]:
	row = DocType("Meeting Type")
	query = frappe.qb.from_(row).select(row.name, row.title).where(row.assignment == "Round Robin")
	if scope.page:
		query = query.where(row.scheduling_page == scope.page)
	if scope.meeting_type:
		query = query.where(row.name == scope.meeting_type)
	return dict(query.run())
