"""The refund of attendees who move a meeting late and then cancel it."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.meetings.payment import payment_of as facts
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.payments.conftest import DAY, NINE
from tests.payments.world import book, make_paid_type, pay, payment_of, run

pytestmark = pytest.mark.usefixtures("commit_clean", "at_now", "stripe")
HOUR = 3600
LATE = NINE - HOUR
FAR = NINE + 7 * DAY


@pytest.fixture
def paid(stripe):
	"""A paid booking at nine o'clock. Until two hours before, everything goes back; then nothing."""
	return pay(stripe, book(make_paid_type(refund_notice_hours=2)))


def move(booking, start, now):
	moved = bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(start), now)
	frappe.db.commit()
	return frappe.get_doc("Booking", moved.id)


def move_as_host(booking, start, now):
	moved = bookings.reschedule_by_host(booking.name, RescheduleRequest(start), now)
	frappe.db.commit()
	return frappe.get_doc("Booking", moved.id)


def cancel(booking, now):
	bookings.cancel_by_token(manage_token(booking), "", now)
	frappe.db.commit()
	return run(booking, now)


def facts_of(booking):
	return facts(frappe.get_doc("Booking", booking.name))


def kept(stripe, booking):
	return stripe.kept(payment_of(booking, provider="Stripe").name)


@pytest.mark.long
@pytest.mark.parametrize(("percent", "left"), [(0, 5000), (50, 2500), (100, 0)])
def test_who_moved_a_meeting_late_and_far_away_cancelled_it_for_free(stripe, at_now, percent, left):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=percent)))
	at_now.move_to(LATE)
	booking = cancel(move(booking, FAR, LATE), LATE)
	assert (booking.status, kept(stripe, booking)) == ("Cancelled", left)


@pytest.mark.long
def test_a_late_move_stays_late_however_often_it_is_moved_again(stripe, at_now, paid):
	at_now.move_to(LATE)
	booking = move(move(paid, FAR, LATE), FAR + 7 * DAY, LATE + 60)
	assert kept(stripe, cancel(booking, LATE + 120)) == 5000


@pytest.mark.long
def test_a_move_in_time_costs_nothing(stripe, paid):
	assert kept(stripe, cancel(move(paid, FAR, NINE - 2 * HOUR), FAR - 2 * HOUR)) == 0


@pytest.mark.long
def test_a_host_who_moves_it_takes_the_lateness_away(stripe, at_now, paid):
	at_now.move_to(LATE)
	booking = move_as_host(move(paid, FAR, LATE), FAR + 7 * DAY, LATE)
	assert kept(stripe, cancel(booking, LATE)) == 0


@pytest.mark.long
def test_a_late_move_that_a_host_asked_for_isnt_the_attendees(stripe, at_now, paid):
	at_now.move_to(LATE)
	bookings.ask_to_reschedule(paid.name, "Flu", LATE)
	assert kept(stripe, cancel(move(paid, FAR, LATE), LATE)) == 0


@pytest.mark.long
def test_until_the_host_withdraws_a_request_for_another_time_nothing_is_late(at_now, paid):
	at_now.move_to(LATE)
	booking = move(paid, FAR, LATE)
	bookings.ask_to_reschedule(booking.name, "Flu", LATE)
	assert facts_of(booking).percent_back(LATE) == 100
	bookings.withdraw_ask(booking.name, LATE)
	assert facts_of(booking).percent_back(LATE) == 0


@pytest.mark.long
def test_if_the_host_cancels_after_a_late_move_everything_goes_back(stripe, at_now, paid):
	at_now.move_to(LATE)
	booking = move(paid, FAR, LATE)
	bookings.cancel_by_host(booking.name, "", LATE)
	frappe.db.commit()
	assert kept(stripe, run(booking, LATE)) == 0


@pytest.mark.long
def test_of_a_series_only_the_dates_that_were_moved_late_are_late(stripe, at_now):
	series = make_paid_type(refund_notice_hours=2, repeats="Attendee Chooses", repeat_weeks=1, repeat_count=3)
	first = pay(stripe, book(series, times=3))
	at_now.move_to(LATE)
	request = RescheduleRequest(NINE + DAY)
	moved = bookings.reschedule_by_token(manage_token(first), request, LATE, "all")
	frappe.db.commit()
	dates = frappe.get_all("Booking", {"series": first.series, "status": "Scheduled"}, ["name", "moved_late"])
	assert {row.name: row.moved_late for row in dates if row.moved_late} == {moved.id: 1}
	bookings.cancel_by_token(manage_token(frappe.get_doc("Booking", moved.id)), "", LATE, scope="all")
	frappe.db.commit()
	for row in dates:
		run(frappe._dict(name=row.name), LATE)
	assert sum(stripe.kept(each["client_reference_id"]) for each in stripe.sessions.values()) == 5000
