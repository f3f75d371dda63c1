"""Computes the effect of a change of hours, rules or types, before it is saved.

Both sides come from `slots_between`, the function that visitors' pages call: once as things are, and once with the draft.
So the numbers can't differ from what visitors will see.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import frappe
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.away import with_draft
from scheduler_integration.availability.busy_times import of_calendar
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.load import load_hosts, shared_records
from scheduler_integration.availability.records import Records, read_records
from scheduler_integration.availability.schedules import find_schedules, load_schedules
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import slots_between
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.lookup import Bookable, bookables, bookables_named
from scheduler_integration.platform.sql import field_by_name
from scheduler_integration.times import Slot

# The days that are compared, today included.
DAYS = 28
_FARTHEST = 366 * 86400


@dataclass(frozen=True, slots=True)
class TypeImpact:
	"""How many starts a meeting type gains and loses. `meeting_type` is the record's name, empty for a new one."""

	meeting_type: str
	title: str
	gained: int
	lost: int


@dataclass(frozen=True, slots=True)
class Meeting:
	"""A coming booking of the host, `[start, end)` in epoch seconds. `title` is what the host's calendar calls it."""

	booking: str
	start: int
	end: int
	title: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
	"""The starts that four weeks gain and lose, and the bookings that stay although they lie outside the new hours.

	`gained` and `lost` are starts, epoch seconds, at which something can be booked afterwards and not before, or the
	reverse. A start that two types offer counts once.
	"""

	gained: tuple[int, ...]
	lost: tuple[int, ...]
	types: tuple[TypeImpact, ...]
	outside: tuple[Meeting, ...]

	@property
	def sums(self) -> tuple[int, int]:
		"""How many starts the `types` gain and lose together. One that two types offer counts for both."""
		return sum(each.gained for each in self.types), sum(each.lost for each in self.types)


def impact_of_hours(draft: Draft, zone: str, now: int) -> Impact:
	"""Return what a change of a host's hours would do. `zone` decides where the four weeks begin and end.

	Makes a constant number of queries, however many types, bookings and hosts of teams there are.
	"""
	types = types_of(draft)
	after = with_draft(types, draft)
	return _compared(types, after, draft, zone, now, outside_hours(draft, now))


def impact_of_types(changed: Iterable[Document], zone: str, now: int) -> Impact:
	"""Return what Meeting Types with unsaved values would do. A type that is new, or becomes inactive, counts too."""
	after = list(changed)
	before = [frappe.get_doc(doc.doctype, doc.name) for doc in after if not doc.is_new()]
	return _compared(_offered(before), _offered(after), None, zone, now, ())


def outside_hours(draft: Draft, now: int) -> tuple[Meeting, ...]:
	"""Return the coming bookings that lie within the host's hours now and wouldn't with the draft, earliest first.

	Hours are the schedule of the booking's type, overrides and blocked time. Other bookings and calendars don't matter.
	"""
	meetings = _coming(draft.user, now)
	if not meetings:
		return ()
	span = engine.hull((start, end) for _name, start, end, _schedule in meetings)
	names = {schedule for *_rest, schedule in meetings}
	stored = list(find_schedules({name for name in names if name}, [draft.user]))
	lists = {schedule.holiday_list for schedule in draft.schedules(stored)} - {None, ""}
	records = read_records(stored, [draft.user], span, lists)
	fits_before = _fits(draft.user, names, span, now, None, records)
	fits_after = _fits(draft.user, names, span, now, draft, records)
	outside = {
		name: Meeting(name, start, end)
		for name, start, end, schedule in reversed(meetings)
		if fits_before(schedule, start, end) and not fits_after(schedule, start, end)
	}
	# A multi-day meeting has a row for each day, and the earliest that lies outside stands for it.
	titles = field_by_name("Booking", outside, "subject")
	return tuple(replace(each, title=titles.get(each.booking) or "") for each in reversed(outside.values()))


def types_of(draft: Draft) -> list[Bookable]:
	"""Return the active types that the user hosts, and those that use one of the draft's schedules, oldest first."""
	page, row = frappe.qb.DocType("Scheduling Page"), frappe.qb.DocType("Scheduling Page Host")
	meeting_type = frappe.qb.DocType("Meeting Type")
	team = frappe.qb.from_(row).select(row.parent).where((row.user == draft.user) & (row.is_active == 1))
	own = (page.page_type == "Personal") & (page.user == draft.user)
	schedules = [
		doc.name for doc in (*draft.saved, *draft.deleted) if doc.doctype == "Availability Schedule" and doc.name
	]
	names = (
		frappe.qb.from_(meeting_type)
		.join(page)
		.on(page.name == meeting_type.scheduling_page)
		.select(meeting_type.name)
		.where((meeting_type.is_active == 1) & (page.is_active == 1))
		.where(own | page.name.isin(team) | meeting_type.availability_schedule.isin(schedules or [""]))
		.orderby(meeting_type.creation)
		.run(pluck=True)
	)
	return list(bookables_named(names).values())


def slots_of(types: Sequence[tuple[Bookable, Draft | None]], days: int, zone: str, now: int) -> list[list[Slot]]:
	"""Return for each type, with its draft, the slots of this many days from today, earliest first.

	`zone` decides where days begin. Makes five queries at most.
	"""
	today = engine.local_date(now, zone)
	last = today + timedelta(days=days - 1)
	asked = [
		(bookable, SlotRequest(chosen_duration(bookable.meeting_type, None), draft=draft)) for bookable, draft in types
	]
	span = engine.local_midnight(today, zone), engine.local_midnight(last + timedelta(days=1), zone)
	records = shared_records(asked, *span, now)
	return [
		[
			slot
			for slots in slots_between(
				bookable, replace(request, records=records), today, last, zone, now
			).days.values()
			for slot in slots
		]
		for bookable, request in asked
	]


def _offered(types: Iterable[Document]) -> list[Bookable]:
	return bookables([doc for doc in types if doc.is_active and doc.scheduling_page])


def _compared(
	before: Sequence[Bookable],
	after: Sequence[Bookable],
	draft: Draft | None,
	zone: str,
	now: int,
	outside: tuple[Meeting, ...],
) -> Impact:
	both = [*((each, None) for each in before), *((each, draft) for each in after)]
	starts = [{slot.start for slot in slots} for slots in slots_of(both, DAYS, zone, now)]
	starts_before = {_key(each): own_starts for each, own_starts in zip(before, starts, strict=False)}
	starts_after = {_key(each): own_starts for each, own_starts in zip(after, starts[len(before) :], strict=True)}
	titles = {_key(each): each.meeting_type.title for each in (*before, *after)}
	all_before = set().union(*starts_before.values())
	all_after = set().union(*starts_after.values())
	types = []
	for name, title in titles.items():
		old, new = starts_before.get(name, set()), starts_after.get(name, set())
		if old != new:
			types.append(TypeImpact(name, title, len(new - old), len(old - new)))
	return Impact(tuple(sorted(all_after - all_before)), tuple(sorted(all_before - all_after)), tuple(types), outside)


def _key(bookable: Bookable) -> str:
	return bookable.meeting_type.name or ""


def _coming(user: str, now: int) -> list[tuple[str, int, int, str | None]]:
	"""Return name, start, end and the type's own schedule of the user's coming meetings within a year."""
	row, meeting_type = frappe.qb.DocType("Booking Host"), frappe.qb.DocType("Meeting Type")
	query = (
		frappe.qb.from_(row)
		.left_join(meeting_type)
		.on(meeting_type.name == row.meeting_type)
		.select(row.parent, row.starts_at, row.ends_at, meeting_type.availability_schedule)
		.where((row.user == user) & (row.is_live == 1))
		.where((row.ends_at > now) & (row.starts_at < now + _FARTHEST))
		.orderby(row.starts_at)
		.orderby(row.parent)
		.run()
	)
	return [(name, start, end, schedule or None) for name, start, end, schedule in query]


def _fits(
	user: str, schedules: set[str | None], span: engine.Interval, now: int, draft: Draft | None, records: Records
) -> Callable[[str | None, int, int], bool]:
	"""Return whether a meeting lies within the hours of one of these schedules and outside blocked time."""
	open_times = {}
	for name in schedules:
		schedule = load_schedules(name, [user], draft, records.schedules)[user]
		(host,) = load_hosts({user: schedule}, span, None, now, draft=draft, records=records)
		# A whole day around the meetings, so that the hours at both ends aren't cut.
		hours = engine.working_intervals(host.hours, span[0] - 86400, span[1] + 86400)
		blocked = [
			(busy[0], busy[1])
			for busy in host.busy
			if isinstance(busy, engine.Busy) and of_calendar(busy.label) is None
		]
		open_times[name] = engine.subtract(hours, engine.merge(blocked))
	return lambda name, start, end: any(first <= start and end <= last for first, last in open_times[name])
