"""The meeting types that a consultant offers to clients: on pages of this site, or on an external scheduler."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import frappe
from frappe.query_builder import Criterion, DocType
from pypika import Table

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.phases import PHASES
from scheduler_integration.domains.links import page_url
from scheduler_integration.platform.clock import from_site_time
from scheduler_integration.platform.records import record, set_or_none


@dataclass(frozen=True, slots=True)
class ConsultantType:
	"""A meeting type of a consultant. `created_at` is in epoch seconds, `durations` are all that attendees may choose.

	`scheduler_event_url` is the type's own link on an external scheduler, `page_url` its address on this site if it can
	be booked there now. `phases` are in the order of PHASES.
	"""

	name: str
	consultant: str
	title: str
	duration_minutes: int
	durations: tuple[int, ...]
	number_of_days: int
	description: str
	scheduler_event_url: str | None
	page_url: str | None
	phases: tuple[str, ...]
	priority: int
	is_active: bool
	sort_order: int
	created_at: int
	scheduling_page: str | None


def types_of_consultant(consultant: str, *, only_active: bool = True) -> list[ConsultantType]:
	"""Return the consultant's meeting types, highest priority first, then by sort order, then the oldest first.

	Makes two queries.
	"""
	return _load(lambda meeting_type: meeting_type.consultant == consultant, only_active)


def types_of_page(page: str) -> list[ConsultantType]:
	"""Return the meeting types of a page in the same order, inactive ones too. Makes two queries."""
	return _load(lambda meeting_type: meeting_type.scheduling_page == page, only_active=False, of_anybody=True)


def consultant_type(name: str) -> ConsultantType | None:
	"""Return one meeting type, active or not; None if it doesn't exist or has no consultant."""
	types = _load(lambda meeting_type: meeting_type.name == name, only_active=False)
	return types[0] if types else None


def next_sort_order(consultant: str) -> int:
	"""Return the sort order that puts a new type after the consultant's others."""
	highest = frappe.get_all(
		"Meeting Type", {"consultant": consultant}, pluck="sort_order", order_by="sort_order desc", limit=1
	)
	return highest[0] + 1 if highest else 0


def _load(which: Callable[[Table], Criterion], only_active: bool, *, of_anybody: bool = False) -> list[ConsultantType]:
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	condition = which(meeting_type)
	if not of_anybody:
		# The condition that a type really is the consultant's. The owner of a page can enter any consultant in the
		# types of that page. A type counts as the consultant's if it has no page, or if the consultant owns the page
		# or is one of its active hosts.
		host = DocType("Scheduling Page Host")
		hosted = (
			frappe.qb.from_(host)
			.select(host.parent)
			.where((host.parent == page.name) & (host.user == meeting_type.consultant) & (host.is_active == 1))
		)
		is_the_consultants_own = page.name.isnull() | (page.user == meeting_type.consultant) | page.name.isin(hosted)
		condition &= is_the_consultants_own
	if only_active:
		condition &= meeting_type.is_active == 1
	rows = (
		frappe.qb.from_(meeting_type)
		.left_join(page)
		.on(page.name == meeting_type.scheduling_page)
		.select(meeting_type.star, page.slug.as_("page_slug"), page.is_active.as_("page_is_active"))
		.where(condition)
		.orderby(meeting_type.priority, order=frappe.qb.desc)
		.orderby(meeting_type.sort_order, meeting_type.creation, meeting_type.name)
		.run(as_dict=True)
	)
	phases = _phases_of([row.name for row in rows])
	return [_of_row(row, phases.get(row.name, set())) for row in rows]


def _phases_of(names: list[str]) -> dict[str, set[str]]:
	phases: dict[str, set[str]] = {}
	rows = frappe.get_all(
		"Meeting Type Phase",
		filters={"parenttype": "Meeting Type", "parent": ["in", names]},
		fields=["parent", "phase"],
		limit_page_length=0,
	)
	for row in rows if names else ():
		phases.setdefault(row.parent, set()).add(row.phase)
	return phases


def _of_row(row: frappe._dict, phases: Iterable[str]) -> ConsultantType:
	has_page = row.page_slug and row.page_is_active
	return record(
		ConsultantType,
		row,
		**set_or_none(row, "scheduler_event_url", "scheduling_page"),
		durations=tuple(durations_of(row)),
		number_of_days=row.number_of_days or 1,
		page_url=page_url(row.page_slug, row.slug) if has_page else None,
		phases=tuple(phase for phase in PHASES if phase in phases),
		created_at=from_site_time(row.creation),
	)
