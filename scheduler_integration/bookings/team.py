"""Shows how a team stands: whose turn it is, by the rule that assigns, and what each host has of what limits allow."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.load import shared_records
from scheduler_integration.availability.offer import Candidate, Offer, make_offer
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings.assign import Standing, active_since, booked_in, minutes_of, whose_turn
from scheduler_integration.bookings.ledger import Owed, owed_now
from scheduler_integration.catalogue.lookup import bookables
from scheduler_integration.engine import Turn, iso_week
from scheduler_integration.platform.clock import from_site_time

_ALL_MEETINGS = engine.Limit("week", 1, of_host=True)
_ALL_MINUTES = engine.Limit("week", 1, in_minutes=True, of_host=True)


class LimitUse(NamedTuple):
	"""How much of a limit a host has used in the present day, week or month. `title` is the meeting type's."""

	title: str
	limit: engine.Limit
	used: int


@dataclass(frozen=True)
class HostWeek:
	"""A host's meetings of the present ISO week, of the meeting types that were asked about, and the use of limits."""

	meetings: int
	minutes: int
	limits: tuple[LimitUse, ...]


@dataclass(frozen=True)
class TeamWeek:
	"""The turn of each round robin, by the type's name, as if every host were free; and each host's week, by user."""

	turns: dict[str, Turn]
	hosts: dict[str, HostWeek]


def team_week(meeting_types: Sequence[Document], now: int) -> TeamWeek:
	"""Return how the hosts of a page's meeting types stand now. The number of queries is constant.

	Nobody is locked: a booking at the same moment may change whose turn it is.
	"""
	found = bookables(meeting_types)
	if not found:
		return TeamWeek({}, {})
	week = iso_week(now, found[0].page.timezone)
	asked = [(each, SlotRequest(each.meeting_type.duration_minutes)) for each in found]
	records = shared_records(asked, *week, now)
	offers = {
		each.meeting_type: make_offer(each, replace(request, records=records), *week, now) for each, request in asked
	}
	members = defaultdict(list)
	for doc, offer in offers.items():
		for member in offer.pool.members:
			members[member.host.name].append((doc, member))
	hosts = {}
	for user, own in members.items():
		meetings, minutes = (engine.used_of(each, own[0][1].host, now) for each in (_ALL_MEETINGS, _ALL_MINUTES))
		limits = [(doc.title, limit, member.host) for doc, member in own for limit in member.rules.limits]
		used = tuple(LimitUse(title, limit, engine.used_of(limit, host, now)) for title, limit, host in limits)
		hosts[user] = HostWeek(meetings, minutes, used)
	return TeamWeek(_turns(offers, week), hosts)


def _turns(offers: dict[Document, Offer], week: engine.Interval) -> dict[str, Turn]:
	robins = {doc: offer for doc, offer in offers.items() if offer.assignment == "Round Robin" and offer.hosts}
	if not robins:
		return {}
	owed = owed_now([doc.name for doc in robins])
	users = {host.user for offer in robins.values() for host in offer.hosts}
	rows = booked_in(users, week, "creation").run()
	return {
		doc.name: whose_turn(
			offer.candidates(host.user for host in offer.hosts),
			doc.round_robin_mode,
			week,
			_standing(owed[doc.name], rows, week),
		)
		for doc, offer in robins.items()
	}


def _standing(owed: dict[str, Owed], rows: Sequence[tuple[str, int, int, datetime]], week: engine.Interval) -> Standing:
	def loads(running: Sequence[Candidate]) -> dict[str, int]:
		since = active_since(running)
		counted = {row[:3] for row in rows if from_site_time(row[3]) >= since}
		return minutes_of(counted, [each.user for each in running], week)

	return Standing(lambda users: {user: owed.get(user, Owed()) for user in users}, loads)
