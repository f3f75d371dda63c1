"""A host's absences: which colleagues can stand in for which meeting types, and what visitors read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.draft import Draft
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.lookup import Bookable, bookables
from scheduler_integration.catalogue.stand_ins import absence_of, colleagues_for, load_announced, stand_ins_for
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.times import Absence, Announced

OVERRIDE = "Availability Override"


@dataclass(frozen=True, slots=True)
class Covered:
	"""A meeting type with one host, and the colleagues who could stand in for that host, by name."""

	meeting_type: str
	title: str
	colleagues: tuple[TypeHost, ...]


@dataclass(frozen=True, slots=True)
class Notice:
	"""A host's absence as visitors read it: since when and until when, by the clock of `zone`, and the host's words.

	`colleagues` are the names of those who take the meetings meanwhile, for the meeting type that is shown.
	"""

	host: str
	absence: Absence
	zone: str
	message: str
	colleagues: tuple[str, ...] = ()


def types_to_cover(user: str, types: Iterable[Bookable]) -> list[Covered]:
	"""Return those of the types that the user hosts alone, each with the colleagues who have it too. Makes one query."""
	alone = [each.meeting_type for each in types if is_alone(user, each)]
	found = colleagues_for(user, [each.name for each in alone])
	return [Covered(each.name, each.title, tuple(found.get(each.name, ()))) for each in alone]


def is_alone(user: str, found: Bookable) -> bool:
	"""Whether the user is the only host of the meeting type."""
	return found.meeting_type.assignment == "Single Host" and [host.user for host in found.hosts] == [user]


def check_stand_ins(absence: Document) -> None:
	"""Raise InvalidRequest about `stand_ins` if a colleague of an Availability Override can't stand in for its user.

	A stored row stays out silently if its colleague or type isn't possible any more, so that the absence can be changed.
	"""
	rows = [row for row in absence.stand_ins if row.colleague]
	names = [row.meeting_type for row in rows]
	possible = colleagues_for(absence.user, _hosted_alone(absence.user, names))
	kept = []
	for row in rows:
		if row.colleague in {each.user for each in possible.get(row.meeting_type, ())}:
			kept.append(row)
		elif absence.is_new() or not frappe.db.exists(
			"Stand In", {"parent": absence.name, "meeting_type": row.meeting_type, "colleague": row.colleague}
		):
			told = _("Choose a colleague who hosts this meeting too.")
			raise InvalidRequest(told, details={f"stand_in:{row.meeting_type}": told, "stand_ins": told})
	if len(set(names)) < len(names):
		raise InvalidRequest(details={"stand_ins": _("Choose one colleague for each meeting.")})
	absence.set("stand_ins", kept)


def with_draft(types: Sequence[Bookable], draft: Draft) -> list[Bookable]:
	"""Return the meeting types with the stand-ins that they would have after the draft is saved. Makes one query at most."""
	changed = [doc for doc in draft.saved if doc.doctype == OVERRIDE and doc.is_away]
	if not changed:
		return [*types]
	colleagues = colleagues_for(draft.user, sorted({row.meeting_type for doc in changed for row in doc.stand_ins}))
	return [_with_absences(each, changed, colleagues.get(each.meeting_type.name, ())) for each in types]


def _with_absences(found: Bookable, changed: Iterable[Document], colleagues: Iterable[TypeHost]) -> Bookable:
	new = {absence_of_doc(doc): doc for doc in changed}
	people = {each.user: each for each in colleagues}
	stored = [replace(each, absences=tuple(set(each.absences) - set(new))) for each in found.standing_in]
	is_own = found.page.page_type == "Personal"
	added = [
		replace(people[row.colleague], absences=(absence,), has_own_hours=is_own)
		for absence, doc in new.items()
		for row in doc.stand_ins
		if row.meeting_type == found.meeting_type.name and row.colleague in people
	]
	return replace(found, standing_in=_merged([*stored, *added]))


def notices_of(found: Bookable, now: int) -> list[Notice]:
	"""Return what visitors of a meeting type read about its host, earliest first.

	Nothing is said about types with several hosts: others take over, or the time isn't offered.
	"""
	if found.meeting_type.assignment != "Single Host":
		return []
	return [each for host in found.hosts for each in _of_host(host, found.announced, now, found.standing_in)]


def notices_of_page(page: str, host: TypeHost, now: int) -> list[Notice]:
	"""Return what visitors of a personal page, by its name, read about its host, earliest first. Makes one query."""
	return _of_host(host, load_announced(page, now), now)


def _of_host(
	host: TypeHost, announced: Iterable[Announced], now: int, standing_in: Iterable[TypeHost] = ()
) -> list[Notice]:
	stand_ins = stand_ins_for(host.user, standing_in)
	return [
		Notice(host.name, absence, zone, message, tuple(one.name for one in stand_ins if absence in one.absences))
		for absence, zone, message in announced
		if absence.user == host.user and engine.local_midnight(absence.last, zone) + absence.end * 60 > now
	]


@dataclass(frozen=True, slots=True)
class Duty:
	"""An absence of the host called `host`, in which a colleague takes the meetings with this title."""

	host: str
	absence: Absence
	title: str


def duties_of(user: str, today: date) -> list[Duty]:
	"""Return for whom the user stands in on the date `today` or later, earliest first. Makes one query."""
	row, absence, host = (frappe.qb.DocType(name) for name in ("Stand In", OVERRIDE, "User"))
	meeting_type = frappe.qb.DocType("Meeting Type")
	rows = (
		frappe.qb.from_(row)
		.join(absence)
		.on((absence.name == row.parent) & (absence.is_away == 1))
		.join(host)
		.on(host.name == absence.user)
		.join(meeting_type)
		.on(meeting_type.name == row.meeting_type)
		.select(host.full_name, meeting_type.title, absence.user, absence.date, absence.end_date)
		.select(absence.whole_day, absence.start_time, absence.end_time)
		.where((row.colleague == user) & (absence.end_date >= today))
		.orderby(absence.date)
		.orderby(meeting_type.title)
		.run()
	)
	return [Duty(name or stored[0], absence_of(*stored), title) for name, title, *stored in rows]


def absence_of_doc(row: Document | frappe._dict) -> Absence:
	"""Return the absence of a stored Availability Override, or of one that isn't saved yet."""
	return absence_of(row.user, row.date, row.end_date, row.whole_day, row.start_time, row.end_time)


def _merged(stand_ins: Iterable[TypeHost]) -> tuple[TypeHost, ...]:
	found: dict[str, TypeHost] = {}
	for each in stand_ins:
		known = found.get(each.user)
		found[each.user] = replace(each, absences=(*known.absences, *each.absences)) if known else each
	return tuple(each for each in found.values() if each.absences)


def _hosted_alone(user: str, meeting_types: Sequence[str]) -> list[str]:
	docs = [
		frappe.get_cached_doc("Meeting Type", name)
		for name in meeting_types
		if frappe.db.exists("Meeting Type", {"name": name})
	]
	return [
		each.meeting_type.name
		for each in bookables([doc for doc in docs if doc.scheduling_page])
		if is_alone(user, each)
	]
