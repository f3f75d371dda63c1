"""Counts bookings in the database. Every function makes one query, whatever the numbers of bookings, hosts and types.

Instants are epoch seconds. If a number depends on a zone, bookings are counted by quarters of an hour: every zone's days
and hours begin with one (Kathmandu's at +05:45), and Python converts them exactly, over clock changes too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from pypika import Case, Criterion, Table
from pypika.functions import Coalesce, Floor, NullIf

from scheduler_integration.engine import Interval, hull
from scheduler_integration.insights.forecast import HORIZON, LEAD_BUCKETS, OLDEST, WEEK
from scheduler_integration.insights.forecast import Group as Weeks
from scheduler_integration.insights.scope import Scope
from scheduler_integration.meetings.payment import AWAITING

QUARTER = 900
_EPOCH = 520  # Weeks.
# PyPika's builder has no `run`: Frappe adds it.
Query: TypeAlias = Any
# Bookings that aren't counted; see `formulas`.
NOT_COUNTED = ("Declined", "Rescheduled", "Expired")
_ATTENDED = ("Completed", "No Show")


class Group(NamedTuple):
	"""Bookings that share these values. `price` is the sum of what they are `worth`."""

	meeting_type: str
	status: str
	currency: str | None
	cancelled_by: str
	is_late: bool
	after_start: bool
	number: int
	price: float


def is_counted(booking: Table) -> Criterion:
	"""Return whether a booking is counted. A reservation that waits for its payment isn't a meeting yet."""
	return booking.status.notin(NOT_COUNTED) & _is_booked(booking)


def was_made(booking: Table) -> Criterion:
	"""Return whether a booking counts at the moment at which it was made. A moved one is counted by its successor."""
	return booking.status.notin(("Rescheduled", "Expired")) & _is_booked(booking)


def _is_booked(booking: Table) -> Criterion:
	return Coalesce(booking.payment_status, "") != AWAITING


def worth(booking: Table) -> Any:
	"""Return the money of a booking, as a term of a query.

	A meeting to come is worth its price. A completed meeting is worth its price too, or the payments minus the refunds if
	attendees pay for it on this site. A cancelled or missed meeting is worth the payments minus the refunds.
	"""
	kept = booking.amount_paid - booking.amount_refunded
	return (
		Case()
		.when(booking.status.isin(("Cancelled", "No Show")), kept)
		.when((booking.status == "Completed") & (booking.amount_due + booking.amount_paid > 0), kept)
		.else_(booking.price)
	)


def is_late(booking: Table, meeting_type: Table) -> Case:
	"""Return 1 if a booking was cancelled within its type's change notice, as a term of a query, and otherwise 0."""
	# A comparison with NULL is NULL, which isn't true: bookings that weren't cancelled aren't late.
	notice = Coalesce(meeting_type.change_notice_hours, 0) * 3600
	return Case().when(booking.cancelled_at > booking.starts_at - notice, 1).else_(0)


def after_start(booking: Table) -> Case:
	"""Return 1 if a booking was cancelled after its start, as a term of a query, and otherwise 0."""
	return Case().when(booking.cancelled_at >= booking.starts_at, 1).else_(0)


def by_outcome(scope: Scope) -> list[Group]:
	"""Return the bookings of the scope by type, host and outcome."""
	booking, meeting_type = DocType("Booking"), DocType("Meeting Type")
	keys = (
		booking.meeting_type, booking.status, booking.currency, booking.cancelled_by, is_late(booking, meeting_type),
		after_start(booking),
	)  # fmt: skip
	query = (
		_of(scope, booking)
		.left_join(meeting_type)
		# Only a cancelled booking needs its type's notice, so the others look up no type.
		.on(meeting_type.name == Case().when(booking.cancelled_at.isnotnull(), booking.meeting_type))
		.select(*keys, Count("*"), Sum(worth(booking)))
		.groupby(*keys)
	)
	return [
		Group(meeting_type, status, currency, by or "", bool(late), bool(too_late), number, float(price or 0))
		for meeting_type, status, currency, by, late, too_late, number, price in query.run()
	]


def by_quarter(scope: Scope) -> Iterator[tuple[str | None, int, str, bool, int]]:
	"""Yield host's zone, start of the quarter of an hour, status, whether it was cancelled after its start, and the number."""
	booking, schedule = DocType("Booking"), DocType("Availability Schedule")
	quarter = Floor(booking.starts_at / QUARTER)
	keys = (schedule.timezone, quarter, booking.status, after_start(booking))
	query = (
		_of(scope, booking)
		.left_join(schedule)
		.on((schedule.user == booking.host) & (schedule.is_default == 1))
		.select(*keys, Count("*"))
		.groupby(*keys)
	)
	for zone, slot, status, too_late, count in query.run():
		yield zone, int(slot) * QUARTER, status, bool(too_late), count


class Origin(NamedTuple):
	"""The origin of bookings. All names are in lower case, and empty if unknown."""

	source: str
	utm_source: str
	utm_medium: str
	utm_campaign: str

	@property
	def place(self) -> str:
		"""The place of the booking, in words. Sources that a link names stay as they are."""
		known = {"page": _("Booking page"), "host": _("Booked by a host"), "": _("Unknown")}
		return known.get(self.source, self.source)

	@property
	def words(self) -> str:
		"""The names of the campaign, or else where people booked."""
		return " · ".join(part for part in self[1:] if part) or self.place


def by_source(scope: Scope) -> Iterator[tuple[Origin, str, str | None, int, float]]:
	"""Yield the origin of bookings, their status and currency, their number and the sum of their prices.

	The same values may come several times, from names that differ in upper and lower case or are empty in two ways.
	"""
	booking = DocType("Booking")
	# Coalesce would take MariaDB a third longer.
	keys = [booking[field] for field in (*Origin._fields, "status", "currency")]
	for *names, status, currency, count, price in (
		_of(scope, booking).select(*keys, Count("*"), Sum(worth(booking))).groupby(*keys).run()
	):
		yield Origin(*((name or "").strip().lower() for name in names)), status, currency, count, float(price or 0)


def by_shares(scope: Scope, meeting_types: Sequence[str]) -> list[tuple[str, str, str, int]]:
	"""Return type, main host and stored shares (JSON) of the bookings that a round robin gave out, with their number."""
	booking = DocType("Booking")
	keys = (booking.meeting_type, booking.host, booking.turn_shares)
	query = _of(scope, booking).where(booking.meeting_type.isin(list(meeting_types)) & booking.turn_shares.isnotnull())
	return query.select(*keys, Count("*")).groupby(*keys).run()


def by_week(scope: Scope, now: int) -> list[Weeks]:
	"""Return the bookings around `now` in the groups that a forecast needs. The scope's dates don't matter."""
	booking = DocType("Booking")
	# Floor of a negative quotient differs between databases. Ten years before, all of them are positive.
	origin = now - _EPOCH * WEEK
	starts, made, gone = (Floor((booking[each] - origin) / WEEK) for each in ("starts_at", "booked_at", "cancelled_at"))
	keys = (starts, made, gone, _bucket(booking), booking.status, booking.currency)
	first, last = now - OLDEST * WEEK, now + HORIZON * WEEK
	query = _by_fields(scope, frappe.qb.from_(booking), booking).where(is_counted(booking))
	query = query.where((booking.starts_at >= first) & (booking.starts_at < last) & (booking.booked_at < now))
	return [
		Weeks(
			week=int(week) - _EPOCH,
			made=int(made_in_week) - _EPOCH,
			# A cancellation without a moment never was a known booking.
			gone=int(made_in_week if gone_in_week is None else gone_in_week) - _EPOCH
			if status == "Cancelled"
			else None,
			bucket=bucket,
			came=status == "Completed",
			has_ended=status in (*_ATTENDED, "Cancelled"),
			currency=currency,
			number=number,
			price=float(price or 0),
		)
		for week, made_in_week, gone_in_week, bucket, status, currency, number, price in query.select(
			*keys, Count("*"), Sum(booking.price)
		)
		.groupby(*keys)
		.run()
	]


def attended_by_lead(scope: Scope) -> list[tuple[int, str, int]]:
	"""Return the numbers of meetings that took place or were missed, by bucket of lead time (`forecast.py`) and status."""
	booking = DocType("Booking")
	bucket = _bucket(booking)
	query = _of(scope, booking, only=_ATTENDED).select(bucket, booking.status, Count("*"))
	return query.groupby(bucket, booking.status).run()


def attended_with_reminder(scope: Scope) -> dict[str, int]:
	"""Return how many of the meetings that took place or were missed had a reminder before they began, by status."""
	booking, task = DocType("Booking"), DocType("Outbox Task")
	query = (
		_of(scope, booking, only=_ATTENDED)
		.join(task)
		.on((task.booking == booking.name) & (task.purpose == "reminder") & (task.status == "Sent"))
		# Messages after a meeting, such as thanks, have the same purpose.
		.where(task.done_at < booking.starts_at)
		.select(booking.status, Count(booking.name).distinct())
		.groupby(booking.status)
	)
	return dict(query.run())


def _bucket(booking: Table) -> Case:
	lead = booking.starts_at - booking.booked_at
	return Case().when(lead < LEAD_BUCKETS[0], 0).when(lead < LEAD_BUCKETS[1], 1).else_(2)


def lead_times(scope: Scope) -> Counter[int]:
	"""Return the numbers of bookings that were MADE in the scope's dates, by their lead time in seconds.

	A meeting that was rescheduled counts once: from its first booking to its last start.
	"""
	booking = DocType("Booking")
	lead = booking.starts_at - booking.booked_at
	query = _made(scope, booking).where(booking.starts_at >= booking.booked_at).select(lead, Count("*")).groupby(lead)
	return Counter({int(seconds): count for seconds, count in query.run()})


def made_for_records(scope: Scope, doctypes: Sequence[str]) -> list[tuple[str, str, str]]:
	"""Return the bookings that were MADE in the scope's dates and belong to a record of these DocTypes, and that record."""
	booking = DocType("Booking")
	query = _made(scope, booking).where(booking.reference_doctype.isin(list(doctypes)) & (booking.reference_name != ""))
	return query.select(booking.name, booking.reference_doctype, booking.reference_name).run()


def made_by_quarter(scope: Scope) -> Counter[int]:
	"""Return the numbers of bookings that were MADE in the scope's dates, by the quarter of an hour of the booking."""
	booking = DocType("Booking")
	quarter = Floor(booking.booked_at / QUARTER)
	query = _made(scope, booking).select(quarter, Count("*")).groupby(quarter)
	return Counter({int(slot) * QUARTER: count for slot, count in query.run()})


def in_spans(scope: Scope, moment: str, spans: tuple[Interval, Interval]) -> tuple[int, int]:
	"""Return how many counted bookings were made (`moment` is `booked_at`) or begin (`starts_at`) in each of the spans.

	The scope's dates don't matter.
	"""
	booking = DocType("Booking")
	at = booking[moment]
	sums = [Sum(Case().when((at >= start) & (at < end), 1).else_(0)) for start, end in spans]
	first, last = hull(spans)
	query = _by_fields(scope, frappe.qb.from_(booking), booking).where((at >= first) & (at < last))
	((this, before),) = query.where(is_counted(booking)).select(*sums).run()
	return int(this or 0), int(before or 0)


def by_staff(scope: Scope) -> list[tuple[str, bool, str, bool, str | None, int, float]]:
	"""Return user, whether the user is the main host, status, cancelled after its start, currency, number and price.

	A collective meeting counts for each of its hosts.
	"""
	booking, row = DocType("Booking"), DocType("Booking Host")
	is_main = Case().when(booking.host == row.user, 1).else_(0)
	keys = (row.user, is_main, booking.status, after_start(booking), booking.currency)
	query = (
		_of(scope, booking, by_row=False)
		.join(row)
		.on((row.parent == booking.name) & (row.is_first_day == 1))
		.select(*keys, Count("*"), Sum(worth(booking)))
		.groupby(*keys)
	)
	return [
		(user, bool(main), status, bool(too_late), currency, count, float(price or 0))
		for user, main, status, too_late, currency, count, price in _of_staff(scope, row, query).run()
	]


def held_seconds(scope: Scope) -> dict[str, int]:
	"""Return how long each host's completed meetings lasted. A session counts once, a multi-day meeting by its days."""
	booking, row = DocType("Booking"), DocType("Booking Host")
	# Bookings of one session have the same times. Coalesce(NULLIF) takes the name of a booking that shares its slot with nobody.
	meeting = Coalesce(NullIf(booking.session, ""), booking.name)
	times = (
		_of(scope, booking, by_row=False, only=("Completed",))
		.join(row)
		.on(row.parent == booking.name)
		.select(
			row.user.as_("user"), meeting.as_("meeting"), row.starts_at.as_("starts_at"), row.ends_at.as_("ends_at")
		)
		.distinct()
	)
	times = _of_staff(scope, row, times).as_("times")
	query = frappe.qb.from_(times).select(times.user, Sum(times.ends_at - times.starts_at)).groupby(times.user)
	return {user: int(seconds) for user, seconds in query.run()}


def _of_staff(scope: Scope, row: Table, query: Query) -> Query:
	return query.where(row.user == scope.host) if scope.host else query


def _of(scope: Scope, booking: Table, *, by_row: bool = True, only: tuple[str, ...] = ()) -> Query:
	"""Return a query of the counted bookings that begin in the scope's dates, or of those with the statuses `only`.

	Bookings with the statuses `only` don't wait for payment. Without that check, MariaDB needs only the figures' index.
	"""
	start, end = scope.span
	query = _by_fields(scope, frappe.qb.from_(booking), booking, by_row=by_row)
	wanted = booking.status.isin(only) if only else is_counted(booking)
	return query.where((booking.starts_at >= start) & (booking.starts_at < end) & wanted)


def _made(scope: Scope, booking: Table) -> Query:
	"""Return a query of the bookings that were made in the scope's dates. A successor has its predecessor's moment."""
	start, end = scope.span
	query = _by_fields(scope, frappe.qb.from_(booking), booking)
	return query.where((booking.booked_at >= start) & (booking.booked_at < end)).where(was_made(booking))


def _by_fields(scope: Scope, query: Query, booking: Table, *, by_row: bool = True) -> Query:
	if scope.host and by_row:
		row = DocType("Booking Host").as_("of_host")
		query = query.join(row).on((row.parent == booking.name) & (row.user == scope.host) & (row.is_first_day == 1))
	for field in ("page", "meeting_type", "source"):
		value = getattr(scope, field)
		if value:
			query = query.where(booking["scheduling_page" if field == "page" else field] == value)
	return query
