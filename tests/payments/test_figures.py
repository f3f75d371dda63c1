"""Revenue is what was paid less what was paid back."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.history import Which, count_days
from scheduler_integration.insights.scope import Scope
from scheduler_integration.meetings.tokens import manage_token
from tests.payments.conftest import NINE, NOW
from tests.payments.world import book, make_paid_type, pay, run

pytestmark = pytest.mark.usefixtures("commit_clean", "at_now", "stripe")
DAY = date(2036, 3, 3)
HOUR = 3600


def figures(meeting_type, now):
	"""Return currency, revenue and value to come of the type, as the dashboard and the daily stats have them."""
	money = dashboard(Scope(DAY, DAY, "UTC", meeting_type=meeting_type.name), now).money.rows()
	rows = count_days(DAY, DAY, "UTC", Which(meeting_type=meeting_type.name)).get(DAY, {}).values()
	assert sorted({row for each in rows for row in each.money.rows()}) == money
	return money


@pytest.mark.long
def test_revenue_is_what_was_paid_less_what_was_paid_back(stripe, at_now):
	meeting_type = make_paid_type(price=80, deposit=50, refund_notice_hours=24, late_refund_percent=50)
	came = pay(stripe, book(meeting_type))
	cancelled = pay(stripe, book(meeting_type, NINE + HOUR))
	missed = pay(stripe, book(meeting_type, NINE + 2 * HOUR))
	unpaid = book(meeting_type, NINE + 3 * HOUR)
	assert figures(meeting_type, NOW) == [("EUR", 0.0, 240.0)], "who hasn't paid yet counts for nothing"
	at_now.move_to(unpaid.pay_until)
	run(unpaid, unpaid.pay_until)
	bookings.cancel_by_token(manage_token(cancelled), "", NOW + HOUR)
	act(parse_command("refund", came.name, amount="10"))
	frappe.db.commit()
	at_now.move_to(NINE + 3 * HOUR)
	bookings.complete(came.name, NINE + 3 * HOUR)
	bookings.mark_no_show(missed.name, "", NINE + 3 * HOUR)
	frappe.db.commit()
	# 50 - 10 of the one who came, half of 50 of the one who cancelled late, all of 50 of the one who didn't come.
	assert figures(meeting_type, NINE + 3 * HOUR) == [("EUR", 115.0, 0.0)]


def test_a_booking_that_was_never_paid_is_in_no_rate(stripe, at_now):
	meeting_type = make_paid_type()
	unpaid = book(meeting_type)
	at_now.move_to(unpaid.pay_until)
	run(unpaid, unpaid.pay_until)
	found = dashboard(Scope(DAY, DAY, "UTC", meeting_type=meeting_type.name), unpaid.pay_until)
	assert found.money.rows() == []
	assert found.tally.cancelled == 0
