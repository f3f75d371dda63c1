"""Chooses the hosts of a new booking."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.availability.offer import Candidate, Offer
from scheduler_integration.bookings import ledger
from scheduler_integration.bookings.ledger import Owed
from scheduler_integration.crm.records import owner_among
from scheduler_integration.engine import Contender, Turn, highest_tier, iso_week, next_turn, offered_minutes
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.transactions import newest


class Wish(NamedTuple):
	"""The facts that the choice of hosts depends on: the start, the starts of the parts if known, and the attendee.

	`host` is the user who must take a round-robin meeting, if somebody has chosen the host.
	"""

	start: int
	parts: tuple[int, ...]
	attendee_email: str
	host: str | None = None


class Choice(NamedTuple):
	"""The hosts who take a meeting, the main host first. `turn` is set in a round robin only."""

	members: Sequence[engine.Member]
	turn: Turn | None = None


def choose_hosts(
	offer: Offer, starts: Sequence[int], wish: Wish, meeting_type: Document, page: Document
) -> list[Choice]:
	"""Return the hosts who take each of the bookable starts, of one meeting or of a series; empty if nobody can take them all.

	One host takes all dates of a series, and in a round robin a turn for each. The caller must have locked all hosts of the
	meeting type: the choice depends on the ledger of a round robin, and on what the hosts of a collective meeting have in that
	week.
	"""
	week = iso_week(wish.start, page.timezone)
	free = offer.takers_of(starts, wish.parts)
	if offer.assignment == "Collective":
		# A required host comes first and becomes the main host.
		taken = [
			taking_part(able, offer.at_least, start, partial(_loads, week=week))
			for able, start in zip(free, starts, strict=False)
		]
		return [Choice([each.member for each in hosts]) for hosts in taken]
	able = {each.user: each for each in (free or [[]])[0]}
	if wish.host and len(starts) == 1 and wish.host not in able:
		# Others have a session at that time, which would be joined if nobody had been chosen.
		able[wish.host] = offer.candidates([wish.host])[0]
	if not able or wish.host not in {None, *able}:
		return []
	if offer.assignment != "Round Robin":
		return [Choice([next(iter(able.values())).member])] * len(starts)
	favourite = preferred_host(wish.attendee_email, list(able)) if meeting_type.route_to_owner else None
	standing = Standing(partial(ledger.owed_to, meeting_type.name), partial(_loads, week=week))
	turn = whose_turn(able.values(), meeting_type.round_robin_mode, week, standing, wish.host or favourite)
	member, joined = able[turn.host].member, engine.Turn(turn.host, {turn.host: engine.BOOKING})
	# Joining a session changes no host's credit.
	return [Choice([member], joined if engine.session_to_join(member, start) else turn) for start in starts]


def taking_part(
	free: list[Candidate],
	at_least: int,
	start: int,
	loads: Callable[[Sequence[Candidate]], Mapping[str, int]] = lambda _others: {},
) -> list[Candidate]:
	"""Return those of the `free` hosts who take a collective meeting at `start`: the required ones, then the others.

	If `at_least` of the others are needed, that many take part: first those of a session at `start`, then those with a
	higher priority, then those with the smaller of the `loads`, in the order of `free`. Otherwise all free hosts take part.
	"""
	required = [each for each in free if each.host.is_required]
	others = [each for each in free if not each.host.is_required]
	if not 0 < at_least < len(others):
		return [*required, *others]
	sessions = {each.user: engine.session_to_join(each.member, start) for each in free}
	joined = next(filter(None, sessions.values()), None)
	load = loads(others)
	others.sort(key=lambda each: (sessions[each.user] != joined, -each.host.priority, load.get(each.user, 0)))
	return [*required, *others[:at_least]]


def hosts_to_hold(offer: Offer, start: int) -> list[Candidate]:
	"""Return the hosts whose time is held for a meeting at the bookable `start`.

	A collective meeting needs every required host and so many of the others, not all of them. For any other meeting one
	free host is enough.
	"""
	free = offer.free_hosts(start)
	if offer.assignment != "Collective":
		return free[:1]
	return [each for each in taking_part(free, offer.at_least, start) if offer.at_least or each.host.is_required]


class Standing(NamedTuple):
	"""How users stand when the next one is chosen: by name, what the ledger owes them, and their minutes of the week."""

	owed: Callable[[list[str]], Mapping[str, Owed]]
	loads: Callable[[Sequence[Candidate]], Mapping[str, int]]


def whose_turn(
	free: Iterable[Candidate],
	mode: str,
	week: engine.Interval,
	standing: Standing,
	preferred: str | None = None,
) -> Turn:
	"""Return whose turn it is among the `free` users of a round robin, in this ISO week. See `next_turn` for `preferred`."""
	candidates = {each.user: each for each in free}
	# Required hosts come before optional ones, then a higher priority before a lower one.
	tiers = {user: (int(each.host.is_required), each.host.priority) for user, each in candidates.items()}
	running = highest_tier([Contender(user, tier=tier) for user, tier in tiers.items()], preferred)
	users = [contender.name for contender in running]
	owed = standing.owed(users)
	loads = standing.loads([candidates[user] for user in users]) if mode == "Load Balanced" else {}
	running = [
		replace(
			contender,
			weight=_weight(candidates[contender.name], mode, week),
			load=loads.get(contender.name, 0),
			credit=owed[contender.name].credit,
			last_turn=owed[contender.name].last_turn,
		)
		for contender in running
	]
	return next_turn(running, preferred)


def _weight(candidate: Candidate, mode: str, week: engine.Interval) -> int:
	if mode == "Weighted":
		return candidate.host.weight
	if mode == "Availability":
		# Somebody can join a session after its host's hours changed. Such a host may offer 0 minutes, but a weight is 1
		# or more.
		return max(1, offered_minutes(candidate.member.host, *week))
	return 1


def _loads(candidates: Sequence[Candidate], week: engine.Interval) -> dict[str, int]:
	"""Return how many minutes of the week are booked with each user, in meetings of any type."""
	row, users = DocType("Booking Host"), [each.user for each in candidates]
	query = booked_in(users, week).where(row.creation >= to_site_time(active_since(candidates)))
	return minutes_of(newest(query, users).run(), users, week)


def active_since(candidates: Iterable[Candidate]) -> int:
	"""Return since when all these hosts take part, in epoch seconds. Only bookings made since then count as their load.

	If Fay joined on 1 July, bookings made in June don't count; otherwise Fay would get every booking until she had caught up
	with the others.
	"""
	return max(each.host.active_since for each in candidates)


def booked_in(users: Iterable[str], week: engine.Interval, *more: str) -> Any:
	"""Return the query for user, start and end of the users' live meetings in the week, and `more` columns."""
	row = DocType("Booking Host")
	query = frappe.qb.from_(row).select(row.user, row.starts_at, row.ends_at, *(row[name] for name in more)).distinct()
	query = query.where(row.user.isin(list(users)) & (row.is_live == 1))
	return query.where((row.ends_at > week[0]) & (row.starts_at < week[1]))


def minutes_of(rows: Iterable[tuple[str, int, int]], users: Iterable[str], week: engine.Interval) -> dict[str, int]:
	"""Return how many minutes of the week the rows of `booked_in` are for each user."""
	booked = defaultdict(list)
	for user, start, end in rows:
		booked[user].append((start, end))
	# Attendees of one session share its time: two bookings from 09:00 to 10:00 are 60 minutes, not 120.
	return {
		user: sum(end - start for start, end in engine.merge(engine.clip(booked[user], *week))) // 60 for user in users
	}


def preferred_host(email: str, users: Collection[str]) -> str | None:
	"""Return the user of `users` with whom `email` has the latest meeting, past or future; None if there is none.

	Without such a meeting, returns the owner of the deal or lead with this address, if the owner is one of `users`.
	"""
	row, booking = DocType("Booking Host"), DocType("Booking")
	query = frappe.qb.from_(booking).join(row).on(row.parent == booking.name).select(row.user)
	query = query.where((booking.attendee_email == email) & row.user.isin(list(users)))
	query = query.where(booking.status.notin(sorted(RELEASED)))
	# If several of `users` host the latest meeting, the first row counts. The main host comes first.
	hosts = query.orderby(booking.starts_at, order=frappe.qb.desc).orderby(row.idx).limit(1).run(pluck=True)
	last_host = hosts[0] if hosts else None
	return last_host or owner_among(email, users)
