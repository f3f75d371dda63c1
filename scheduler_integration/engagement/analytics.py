"""Analytics of a consultant's reports: clicks, bookings and completed meetings, booked on this site or elsewhere.

Everything is counted in the database, with a constant number of queries, from indexes with all columns. A click counts on
its date, a booking on the date on which it was made (even if it is cancelled later), a completed meeting on the date on
which it was completed. Only bookings to which a report led count.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from scheduler_integration import engine
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.catalogue.phases import PHASES
from scheduler_integration.engagement.rows import LINK_CLICKED
from scheduler_integration.platform.sql import field_by_name

RECENT = 10
# Later than every instant: the year 2200.
_NO_END = 7_258_118_400


@dataclass(slots=True)
class Counts:
	"""Numbers of clicks, bookings and completed meetings."""

	clicks: int = 0
	bookings: int = 0
	completed: int = 0

	def conversion_rate(self, decimals: int) -> float:
		"""Return the bookings of a hundred clicks, rounded half up to one or two decimals; 0.0 without a click.

		12 bookings of 47 clicks are 25.53…%, which is 25.5 with one decimal. 2 of 15 are 13.33 with two.
		"""
		if not self.clicks:
			return 0.0
		scale = 10**decimals
		# Integers round exactly: 1 of 16 is 6.25, with one decimal 6.3. Floats would round it to 6.2.
		return (2 * 100 * scale * self.bookings + self.clicks) // (2 * self.clicks) / scale


@dataclass(frozen=True, slots=True)
class TypeCounts:
	"""The counts of a meeting type; `name` is its title. Both are None for links and bookings without a known type."""

	meeting_type: str | None
	name: str | None
	counts: Counts


@dataclass(frozen=True, slots=True)
class RecentBooking:
	"""A booking that a report led to. Instants are epoch seconds; `status` is an option of Scheduler Engagement."""

	assessment: str | None
	client_name: str | None
	meeting_type: str | None
	booked_at: int
	scheduled_for: int | None
	status: str


@dataclass(frozen=True, slots=True)
class Analytics:
	"""The numbers of one consultant, or of all. `by_type` has the most clicks first, `by_phase` the order of PHASES."""

	zone: str
	total: Counts
	by_type: list[TypeCounts] = field(default_factory=list)
	by_phase: dict[str, Counts] = field(default_factory=dict)
	recent: list[RecentBooking] = field(default_factory=list)


def analytics(consultant: str | None, first: date | None, last: date | None, zone: str | None = None) -> Analytics:
	"""Return the numbers from `first` to `last`, both included, as dates of the consultant's zone.

	A missing date is no limit. Without a consultant, the numbers are those of all, and `zone` is needed.
	"""
	zone = zone or rule_zone(str(consultant))
	start, end = _span(first, last, zone)
	groups = {
		name: _counted(moment, event, consultant, start, end)
		for name, moment, event in (
			("clicks", "clicked_at", LINK_CLICKED),
			("bookings", "booked_at", None),
			("completed", "completed_at", None),
		)
	}
	total = Counts()
	by_type: dict[str | None, Counts] = defaultdict(Counts)
	by_phase: dict[str | None, Counts] = defaultdict(Counts)
	for name, rows in groups.items():
		for meeting_type, phase, number in rows:
			for counts in (total, by_type[meeting_type or None], by_phase[phase or None]):
				setattr(counts, name, getattr(counts, name) + number)
	by_phase.pop(None, None)
	return Analytics(
		zone=zone,
		total=total,
		by_type=_named(by_type),
		by_phase={phase: by_phase[phase] for phase in PHASES if phase in by_phase},
		recent=_recent(consultant, start, end),
	)


def _span(first: date | None, last: date | None, zone: str) -> engine.Interval:
	"""Return the dates as instants, half-open. Rows without an instant (NULL) are never in a span, even without dates."""
	start = engine.local_midnight(first, zone) if first else 0
	return start, engine.local_midnight(last + timedelta(days=1), zone) if last else _NO_END


def _counted(moment: str, event: str | None, consultant: str | None, start: int, end: int) -> list[tuple]:
	"""Return the numbers of rows by meeting type and phase. `moment` is the field with the time of the counted event."""
	row = DocType("Scheduler Engagement")
	# A booking's row has the time of its click too, so clicks are counted by their own rows. Every click is in a report, so
	# only bookings need `from_report`.
	of_kind = row.event_type == event if event else row.from_report == 1
	query = (
		frappe.qb.from_(row)
		.select(row.meeting_type, row.phase, Count("*"))
		.where(of_kind & (row[moment] >= start) & (row[moment] < end))
		.groupby(row.meeting_type, row.phase)
	)
	return (query.where(row.consultant == consultant) if consultant else query).run()


def _named(by_type: dict[str | None, Counts]) -> list[TypeCounts]:
	titles = field_by_name("Meeting Type", by_type, "title")
	types = [TypeCounts(name, titles.get(name or ""), counts) for name, counts in by_type.items()]
	return sorted(types, key=lambda each: (-each.counts.clicks, -each.counts.bookings, each.name or ""))


def _recent(consultant: str | None, start: int, end: int) -> list[RecentBooking]:
	"""Return the latest bookings of the span, the newest first."""
	row, assessment, meeting_type = (
		DocType("Scheduler Engagement"),
		DocType("Client Assessment"),
		DocType("Meeting Type"),
	)
	query = (
		frappe.qb.from_(row)
		.left_join(assessment)
		.on(assessment.name == row.assessment)
		.left_join(meeting_type)
		.on(meeting_type.name == row.meeting_type)
		.select(
			row.assessment, assessment.client_name, meeting_type.title, row.booked_at, row.scheduled_for, row.status
		)
		.where((row.from_report == 1) & (row.booked_at >= start) & (row.booked_at < end))
		.orderby(row.booked_at, order=frappe.qb.desc)
		.limit(RECENT)
	)
	if consultant:
		query = query.where(row.consultant == consultant)
	return [RecentBooking(*values) for values in query.run()]
