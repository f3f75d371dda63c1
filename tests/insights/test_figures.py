"""The figures equal an independent recount: plain Python over all rows of random histories."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

import frappe
import pytest

from scheduler_integration.engine import local_midnight
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.export import export
from scheduler_integration.insights.scope import Scope
from scheduler_integration.insights.staff import staff_performance
from tests.support.factories import at, fresh, make_host, make_meeting_type, make_page

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe")
STATUSES = (
	"Pending",
	"Scheduled",
	"Completed",
	"Completed",
	"Completed",
	"No Show",
	"Cancelled",
	"Declined",
	"Rescheduled",
	"Expired",
)
# The clocks change on 29 March in Berlin, and on 5 April on Lord Howe Island, there by half an hour.
FIRST, LAST, NOW = date(2026, 3, 20), date(2026, 4, 10), at("2026-04-02 11:40")


@pytest.fixture(params=range(4))
def history(request):
	return History(random.Random(request.param))


class History:
	"""Five hosts in five zones with types, sessions, collective meetings, two currencies, cancellations of all kinds."""

	def __init__(self, dice):
		self.dice = dice
		self.zones = {make_host(f"Host{number}", timezone=zone): zone for number, zone in enumerate(ZONES)}
		self.hosts = list(self.zones)
		self.types = [make_meeting_type(make_page(user), change_notice_hours=24) for user in self.hosts]
		self.pages = [each.scheduling_page for each in self.types]
		for _number in range(300):
			self.add()

	def add(self):
		dice = self.dice
		start = at("2026-03-10 00:00") + dice.randrange(36 * 96) * 900
		status = dice.choice(STATUSES)
		hosts = dice.sample(self.hosts, dice.choice((1, 1, 1, 2)))
		session = f"{self.types[0].name}/{start}" if dice.random() < 0.2 else None
		cancelled_at = start + dice.choice((-90, -30, -3, 0, 2)) * 3600 if status == "Cancelled" else None
		booking = frappe.get_doc(
			{
				"doctype": "Booking",
				"name": fresh("bkg"),
				"status": status,
				"payment_status": dice.choice((None, "Awaiting")) if status == "Pending" else None,
				"meeting_type": dice.choice(self.types).name,
				"scheduling_page": dice.choice(self.pages),
				"host": hosts[0],
				"attendee_email": "ada@guests.example",
				"starts_at": start,
				"ends_at": start + 3600,
				"booked_at": start - dice.choice((600, 3600 * 5, 3600 * 50 + 777, 86400 * 20)),
				"price": dice.choice((0, 49.5, 120)),
				"currency": dice.choice((None, "EUR", "USD")),
				"cancelled_at": cancelled_at,
				"cancelled_by": dice.choice(("Host", "Attendee", "System")) if cancelled_at else None,
				"session": session,
				"source": dice.choice((None, "page", "Page", "embed")),
				"utm_campaign": dice.choice((None, "", "Spring")),
				"utm_source": dice.choice((None, "Newsletter", "newsletter", "ads")),
				"is_forgotten": dice.randrange(2),
			}
		)
		booking.db_insert()
		for index, user in enumerate(hosts):
			row = {"doctype": "Booking Host", "parent": booking.name, "parenttype": "Booking", "parentfield": "hosts"}
			times = {"user": user, "starts_at": start, "ends_at": start + 3600, "is_first_day": 1, "idx": index + 1}
			frappe.get_doc({**row, **times, "name": fresh("row")}).db_insert()


class Recount:
	"""The same figures, counted row by row. Reservations that nobody has paid for are no meetings."""

	def __init__(self, scope):
		names = [each.name for each in frappe.get_all("Booking", fields=["name"])]
		self.hosts = defaultdict(list)
		for row in frappe.get_all("Booking Host", fields=["parent", "user"], order_by="idx"):
			self.hosts[row.parent].append(row.user)
		rows = frappe.get_all("Booking", {"name": ["in", names]}, ["*"])
		self.rows = [
			row
			for row in rows
			if (not scope.host or scope.host in self.hosts[row.name])
			and (not scope.meeting_type or row.meeting_type == scope.meeting_type)
			and (not scope.page or row.scheduling_page == scope.page)
			and (not scope.source or (row.source or "").lower() == scope.source)
		]
		self.rows = [row for row in self.rows if row.payment_status != "Awaiting" and row.status != "Expired"]
		self.scope = scope

	def day(self, instant):
		return datetime.fromtimestamp(instant, ZoneInfo(self.scope.zone)).date()

	def counted(self):
		dead = ("Declined", "Rescheduled")
		return [
			row
			for row in self.rows
			if row.status not in dead and self.scope.first <= self.day(row.starts_at) <= self.scope.last
		]

	def made(self):
		return [
			row
			for row in self.rows
			if row.status != "Rescheduled" and self.scope.first <= self.day(row.booked_at) <= self.scope.last
		]

	def begun(self, start, end):
		return sum(start <= row.starts_at < end and row.status not in ("Declined", "Rescheduled") for row in self.rows)


def outcome(row):
	if row.status == "Cancelled" and row.cancelled_at >= row.starts_at:
		return "too late"
	return row.status


def one_decimal(part, whole):
	"""Round half up, in whole numbers."""
	return int((part * 1000 * 2 + whole) // (whole * 2)) / 10 if whole else None


def scope_of(history, which):
	host = history.hosts[1] if which == "host" else None
	zone = history.zones[host] if host else "America/New_York"
	filters = {"page": history.pages[3], "meeting_type": history.types[2].name, "source": "page"}
	return Scope(FIRST, LAST, zone, host, **{which: filters[which]} if which in filters else {})


@pytest.mark.long
@pytest.mark.parametrize("which", ["all", "host", "page", "meeting_type", "source"])
def test_the_dashboard_equals_a_recount(history, which):
	scope = scope_of(history, which)
	found, plain = dashboard(scope, NOW), Recount(scope)
	rows = plain.counted()
	outcomes = Counter(outcome(row) for row in rows)
	tally = found.tally
	assert (tally.pending, tally.scheduled, tally.completed, tally.no_shows, tally.cancelled) == tuple(
		outcomes[each] for each in ("Pending", "Scheduled", "Completed", "No Show", "Cancelled")
	)
	assert (tally.cancelled_after_start, tally.total) == (outcomes["too late"], len(rows))
	ended = outcomes["Completed"] + outcomes["No Show"] + outcomes["Cancelled"]
	assert tally.completion_rate == one_decimal(outcomes["Completed"], ended)
	assert tally.cancellation_rate == one_decimal(outcomes["Cancelled"], ended)
	assert tally.no_show_rate == one_decimal(outcomes["No Show"], outcomes["Completed"] + outcomes["No Show"])
	cancelled = [row for row in rows if outcome(row) == "Cancelled"]
	assert tally.late == sum(row.starts_at - row.cancelled_at < 24 * 3600 for row in cancelled)
	assert tally.by_host == sum(row.cancelled_by == "Host" for row in cancelled)
	assert tally.by_attendee == sum(row.cancelled_by == "Attendee" for row in cancelled)
	assert outcomes_of(found.by_day.items()) == Counter((plain.day(row.starts_at), outcome(row)) for row in rows)
	assert list(found.by_day) == [FIRST + timedelta(days=number) for number in range(22)]
	assert sum(found.by_month.values()) == len(plain.made())
	assert found.by_month["2026-04"] == sum(plain.day(row.booked_at).month == 4 for row in plain.made())
	assert found.peaks == peaks(rows, history)
	types = outcomes_of((each.meeting_type, each.tally) for each in found.types)
	assert types == Counter((row.meeting_type, outcome(row)) for row in rows)
	assert {each.meeting_type: each.money.rows() for each in found.types} == money_by(
		rows, lambda row: row.meeting_type
	)
	assert {each.origin: each.bookings for each in found.sources} == Counter(map(origin, rows))
	assert {each.origin: each.money.rows() for each in found.sources} == money_by(rows, origin)
	assert found.money.rows() == money(rows)
	start, days = local_midnight(FIRST, scope.zone), len(scope.dates)
	earlier = local_midnight(FIRST - timedelta(days=days), scope.zone)
	assert (found.period.value, found.period.before) == (
		plain.begun(start, NOW), plain.begun(earlier, earlier + NOW - start),
	)  # fmt: skip


@pytest.mark.long
def test_lead_times_equal_a_recount(history):
	scope = Scope(FIRST, LAST, "Asia/Kolkata")
	leads = dashboard(scope, NOW).leads
	hours = sorted((row.starts_at - row.booked_at) / 3600 for row in Recount(scope).made())
	assert leads.count == len(hours)
	assert leads.mean == pytest.approx(fmean(hours), abs=0.051)
	assert leads.median == pytest.approx(median(hours), abs=0.051)
	assert leads.p90 == pytest.approx(hours[-(-9 * len(hours) // 10) - 1], abs=0.051)


@pytest.mark.long
def test_staff_equals_a_recount(history):
	scope = Scope(FIRST, LAST, "Europe/Berlin")
	plain = Recount(scope)
	found = {each.user: each for each in staff_performance(scope)}
	for user in history.hosts:
		rows = [row for row in plain.counted() if user in plain.hosts[row.name]]
		tally = found[user].tally
		assert outcomes_of([(user, tally)]) == Counter((user, outcome(row)) for row in rows)
		assert found[user].money.rows() == money([row for row in rows if row.host == user])
		held = {(row.session or row.name, row.starts_at) for row in rows if row.status == "Completed"}
		assert found[user].hours == len(held)


@pytest.mark.long
def test_this_week_is_compared_to_the_same_moment(history):
	"""Thursday noon beside Thursday noon: a whole last week against a half one would show a fall each week."""
	scope = Scope(FIRST, LAST, "UTC")
	monday, now = at("2026-03-30 00:00"), NOW
	week = 7 * 86400
	booked = [row.booked_at for row in Recount(scope).rows if row.status not in ("Declined", "Rescheduled")]
	change = dashboard(scope, NOW).this_week
	assert change.value == sum(monday <= moment < now for moment in booked)
	assert change.before == sum(monday - week <= moment < now - week for moment in booked)


def outcomes_of(tallies):
	names = {
		"Pending": "pending", "Scheduled": "scheduled", "Completed": "completed", "No Show": "no_shows",
		"Cancelled": "cancelled", "too late": "cancelled_after_start",
	}  # fmt: skip
	found = {(key, each): getattr(tally, name) for key, tally in tallies for each, name in names.items()}
	return {key: count for key, count in found.items() if count}


def origin(row):
	return tuple((row[name] or "").lower() for name in ("source", "utm_source", "utm_medium", "utm_campaign"))


def money_by(rows, key):
	groups = defaultdict(list)
	for row in rows:
		groups[key(row)].append(row)
	return {name: money(each) for name, each in groups.items()}


def peaks(rows, history):
	found = Counter()
	for row in rows:
		if row.status != "Cancelled":
			wall = datetime.fromtimestamp(row.starts_at, ZoneInfo(history.zones[row.host]))
			found[wall.isoweekday() % 7, wall.hour] += 1
	return found


def money(rows):
	revenue, still_open = Counter(), Counter()
	for row in rows:
		if row.currency and row.price:
			(revenue if row.status == "Completed" else still_open)[row.currency] += row.price * (
				row.status in ("Completed", "Scheduled", "Pending")
			)
	both = sorted({each for each in (*revenue, *still_open) if revenue[each] or still_open[each]})
	return [(each, revenue[each], still_open[each]) for each in both]


@pytest.mark.long
def test_a_file_of_types_ended_at_the_tenth(history):
	types = [make_meeting_type(make_page(history.hosts[0])) for _each in range(12)]
	for doc in types:
		frappe.get_doc(
			{
				"doctype": "Booking", "name": fresh("bkg"), "status": "Completed", "meeting_type": doc.name,
				"host": history.hosts[0], "starts_at": at("2026-04-01 10:00"), "ends_at": at("2026-04-01 11:00"),
				"booked_at": at("2026-03-30 10:00"), "attendee_email": "ada@guests.example",
			}
		).db_insert()  # fmt: skip
	scope = Scope(FIRST, LAST, "Europe/Berlin")
	text = export("meeting_types", scope, NOW).decode()
	assert all(doc.name in text for doc in types)
	assert len(dashboard(scope, NOW).top_types) == 10
