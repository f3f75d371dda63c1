"""The waitlists as hosts see them: who waits for a time of their meeting types, in order, and what came of past offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Sum

from scheduler_integration.catalogue.lookup import Bookable, bookables_named, is_hosted
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.permissions import looked_after
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.rows import Entry, Offered
from scheduler_integration.waitlist.used import is_used

RESULT_DAYS = 30
DAY = 86400


@dataclass(frozen=True, slots=True)
class Line:
	"""Somebody who waits. `offer` is the time that is held for them now. `moves_from` is the start of the meeting that they
	want to move earlier, in epoch seconds."""

	entry: Entry
	offer: Offered | None
	moves_from: int | None


@dataclass(frozen=True, slots=True)
class Results:
	"""How many times were offered in the last RESULT_DAYS days, and how many of them were taken.

	A time that was offered to several people counts once. Offers that are open don't count yet.
	"""

	offered: int = 0
	taken: int = 0


@dataclass(frozen=True, slots=True)
class Waitlist:
	"""The list of a meeting type, in its order."""

	found: Bookable
	lines: Sequence[Line]
	results: Results = field(default_factory=Results)

	@property
	def name(self) -> str:
		return str(self.found.meeting_type.name)

	@property
	def is_on(self) -> bool:
		return bool(self.found.meeting_type.has_waitlist)


def concerns(user: str, is_manager: bool) -> bool:
	"""Whether the user looks after a meeting type with a waitlist, or on whose list somebody waits.

	Makes one statement, and none for managers or if nobody can wait on this site.
	"""
	if not is_used() or is_manager:
		return is_used()
	meeting_type = frappe.qb.DocType("Meeting Type")
	query = _with_lists().where(meeting_type.name.isin(looked_after(user)))
	return bool(query.limit(1).run())


def own_lists(now: int) -> list[Waitlist]:
	"""Return the waitlists of the meeting types that the signed-in user hosts, by page.

	Makes seven statements, however many types there are and people wait. `now` is in epoch seconds.
	"""
	table = frappe.qb.DocType("Meeting Type")
	query = _with_lists().orderby(table.scheduling_page).orderby(table.sort_order).orderby(table.creation)
	found = bookables_named(query.run(pluck=True))
	return lists_of([*filter(is_hosted, found.values())], now)


def lists_of(found: Sequence[Bookable], now: int) -> list[Waitlist]:
	"""Return the waitlists of these meeting types. `now` is in epoch seconds."""
	names = [str(each.meeting_type.name) for each in found]
	if not names:
		return []
	entries = records.waiting_of(*names)
	offers = records.offers_to([each.name for each in entries], records.OPEN)
	held = {name: next((each for each in found if each.expires_at > now), None) for name, found in offers.items()}
	starts = _starts({each.booking for each in entries if each.booking})
	results = _results(names, now - RESULT_DAYS * DAY)
	lines = [Line(each, held.get(each.name), starts.get(each.booking or "")) for each in entries]
	return [
		Waitlist(each, [line for line in lines if line.entry.meeting_type == name], results.get(name, Results()))
		for name, each in zip(names, found, strict=True)
	]


def _with_lists() -> Any:
	"""Select the meeting types of this site's pages that have a waitlist, or on whose list somebody waits."""
	meeting_type, entry = frappe.qb.DocType("Meeting Type"), frappe.qb.DocType(records.ENTRY)
	waited_for = frappe.qb.from_(entry).select(entry.meeting_type).where(entry.status == records.WAITING)
	query = frappe.qb.from_(meeting_type).select(meeting_type.name).where(meeting_type.scheduling_page != "")
	return query.where((meeting_type.has_waitlist == 1) | meeting_type.name.isin(waited_for))


def _starts(bookings: Iterable[str]) -> dict[str, int]:
	"""Return the starts of those of the bookings that can still be moved."""
	names = sorted(bookings)
	if not names:
		return {}
	rows = frappe.get_all("Booking", {"name": ["in", names], "status": ["in", list(OPEN)]}, ["name", "starts_at"])
	return {row.name: row.starts_at for row in rows}


def _results(names: Sequence[str], since: int) -> Mapping[str, Results]:
	offer = frappe.qb.DocType(records.OFFER)
	taken = Sum(Case().when(offer.status == records.TAKEN, 1).else_(0))
	query = frappe.qb.from_(offer).select(offer.meeting_type, Count(offer.starts_at).distinct(), taken)
	query = query.where(offer.meeting_type.isin(names) & (offer.offered_at >= since) & (offer.status != records.OPEN))
	query = query.groupby(offer.meeting_type)
	# Two hosts of a team may give the same time to two people.
	return {name: Results(max(offered, int(taken)), int(taken)) for name, offered, taken in query.run()}
