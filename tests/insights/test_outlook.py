"""The database's counts for the forecast, for advice and for round robins equal a recount of random histories."""

import json
from collections import Counter

import frappe
import pytest

from scheduler_integration.engine import BOOKING
from scheduler_integration.insights import counts
from scheduler_integration.insights.advice import LEAST, Missed, advice, is_certain
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.fairness import fairness
from scheduler_integration.insights.forecast import WEEK, Band, Forecast
from scheduler_integration.insights.formulas import wilson
from scheduler_integration.insights.outlook import Outlook
from scheduler_integration.insights.scope import Scope
from tests.insights.leads import bucket_of
from tests.insights.test_figures import FIRST, LAST, NOW, Recount, at, history, origin  # noqa: F401
from tests.support.factories import fresh

SCOPE = Scope(FIRST, LAST, "Europe/Berlin")


@pytest.mark.parametrize(
	("now", "first", "likely"),
	[
		# The weeks begin on 24 November and bring 7, 14, 21 and 28: December has 6 and 7 days of the first two after it.
		("2026-11-24 12:00", "2026-12-01", 14 + 21 + 28 + 10 * 70 / 28),
		# All of February lies in the four weeks.
		("2026-01-31 12:00", "2026-02-01", 6 * 1 + 14 + 21 + 28 + 70 / 28),
		# The longest two months: a day more than two times 31 isn't needed.
		("2026-12-31 12:00", "2027-01-01", 6 * 1 + 14 + 21 + 28 + 4 * 70 / 28),
	],
)
def test_a_month_beyond_the_last_week_goes_on_like_the_weeks(now, first, likely):
	found = Forecast(bands=[Band(week, 0, 7 * (week + 1), 99) for week in range(4)])
	month, value = Outlook(SCOPE, at(now), found, {}).in_next_month(found)
	assert (str(month), value) == (first, pytest.approx(likely))


@pytest.mark.long
def test_the_groups_of_the_forecast_equal_a_recount(history):  # noqa: F811
	for host in (None, history.hosts[2]):
		scope = Scope(FIRST, LAST, "Europe/Berlin", host)
		wanted, prices = Counter(), Counter()
		for row in Recount(scope).rows:
			# A real site may have older rows, which the forecast leaves out.
			if row.starts_at < NOW - counts.OLDEST * WEEK:
				continue
			if row.status in ("Declined", "Rescheduled") or row.booked_at >= NOW or row.starts_at >= NOW + 4 * WEEK:
				continue
			is_gone = row.status == "Cancelled"
			key = (
				(row.starts_at - NOW) // WEEK, (row.booked_at - NOW) // WEEK, (row.cancelled_at - NOW) // WEEK if is_gone else None,
				bucket_of(row.starts_at - row.booked_at), row.status == "Completed",
				row.status in ("Completed", "No Show", "Cancelled"), row.currency,
			)  # fmt: skip
			wanted[key] += 1
			prices[key] += row.price
		found, amounts = Counter(), Counter()
		for each in counts.by_week(scope, NOW):
			found[each[:7]] += each.number
			amounts[each[:7]] += each.price
		assert found == wanted
		assert amounts == pytest.approx(prices)


@pytest.mark.long
def test_reminders_and_lead_times_equal_a_recount(history):  # noqa: F811
	rows = [row for row in Recount(SCOPE).counted() if row.status in ("Completed", "No Show")]
	reminded = Counter()
	for number, row in enumerate(rows):
		# Before it began, after it ended, twice, failed, and another message.
		for purpose, status, shift in (
			[("reminder", "Sent", -600)], [("reminder", "Sent", 7200)], [("reminder", "Sent", -900), ("reminder", "Sent", -60)],
			[("reminder", "Failed", -600)], [("confirmation", "Sent", -600)],
		)[number % 5]:  # fmt: skip
			task = {"booking": row.name, "purpose": purpose, "status": status, "done_at": row.starts_at + shift}
			frappe.get_doc({"doctype": "Outbox Task", "name": fresh("task"), "key": fresh("key"), **task}).db_insert()
		reminded[row.status] += number % 5 in (0, 2)
	assert counts.attended_with_reminder(SCOPE) == reminded
	by_lead = Counter((bucket_of(row.starts_at - row.booked_at), row.status) for row in rows)
	assert {(bucket, status): number for bucket, status, number in counts.attended_by_lead(SCOPE)} == by_lead


@pytest.mark.long
def test_sources_have_their_revenue(history):  # noqa: F811
	rows = Recount(SCOPE).counted()
	revenue = Counter()
	for row in rows:
		if row.status == "Completed" and row.currency:
			revenue[(*origin(row), row.currency)] += row.price
	found = {
		(*each.origin, currency): amount
		for each in dashboard(SCOPE, NOW).sources
		for currency, amount, _open in each.money.rows()
		if amount
	}
	assert found == {key: amount for key, amount in revenue.items() if amount}


@pytest.mark.long
def test_round_robins_equal_a_recount(history):  # noqa: F811
	"""Each host's promise is the sum of the shares that bookings stored, by the name of the host's calendar."""
	kind = history.types[0].name
	frappe.db.set_value("Meeting Type", kind, "assignment", "Round Robin")
	for number, user in enumerate(history.hosts):
		frappe.db.set_value("Host Calendar", {"user": user}, "name", f"calendar-{number}")
	had, promised = Counter(), Counter()
	for number, row in enumerate(row for row in Recount(SCOPE).counted() if row.meeting_type == kind):
		if number % 4 == 0:
			continue
		shares = {"calendar-0": BOOKING // 2, f"calendar-{1 + number % 3}": BOOKING // 2}
		frappe.db.set_value("Booking", row.name, "turn_shares", json.dumps(shares))
		had[row.host] += 1
		for calendar, share in shares.items():
			promised[history.hosts[int(calendar[-1])]] += share
	(found,) = fairness(SCOPE)
	assert {each.user: each.had for each in found.hosts if each.had} == had
	assert {each.user: each.promised for each in found.hosts if each.promised} == promised
	away = [abs(had[user] - promised[user] / BOOKING) for user in history.hosts]
	assert found.largest == pytest.approx(max(away), abs=0.051)
	assert fairness(Scope(FIRST, LAST, "UTC", None, None, history.types[1].name)) == []


@pytest.mark.parametrize(
	("part", "whole", "low", "high"),
	# The intervals of R's binom.confint(method = "wilson").
	[(0, 10, 0.0, 0.2775), (18, 100, 0.1170, 0.2667), (10, 10, 0.7225, 1.0)],
)
def test_wilson(part, whole, low, high):
	assert wilson(part, whole) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize(
	("worse", "better", "wanted"),
	[
		(Missed(36, 200), Missed(14, 200), True),
		(Missed(18, 100), Missed(7, 100), False),  # The intervals overlap.
		(Missed(20, LEAST - 1), Missed(0, 500), False),  # Too few.
		(Missed(20, 500), Missed(20, LEAST - 1), False),
		(Missed(14, 200), Missed(36, 200), False),  # The other way round.
		(Missed(0, 0), Missed(0, 0), False),
	],
)
def test_advice_needs_numbers_that_are_certain(worse, better, wanted):
	assert is_certain(worse, better) is wanted


@pytest.mark.long
def test_advice_is_silent_about_a_random_history(history):  # noqa: F811
	assert advice(dashboard(SCOPE, NOW)) == []


@pytest.mark.long
def test_missed_meetings_without_a_reminder_are_named(history):  # noqa: F811
	rows = [row for row in Recount(SCOPE).counted() if row.status in ("Completed", "No Show")]
	for number, row in enumerate(rows):
		frappe.db.set_value("Booking", row.name, "status", "No Show" if number % 2 and number % 4 == 1 else "Completed")
		if number % 2 == 0:
			task = {"booking": row.name, "purpose": "reminder", "status": "Sent", "done_at": row.starts_at - 600}
			frappe.get_doc({"doctype": "Outbox Task", "name": fresh("task"), "key": fresh("key"), **task}).db_insert()
	found = {each.kind: each for each in advice(dashboard(SCOPE, NOW))}
	assert found["reminders"].better.part == 0
	assert found["reminders"].worse.rate == pytest.approx(50, abs=2)
