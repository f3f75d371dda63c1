"""A series that is paid for in advance: one checkout for all dates, and each date's share goes back by its own terms."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry.commands import act, act_undoably, parse_command, undo
from scheduler_integration.exceptions import PaymentOpen, PaymentOver
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.tokens import manage_token, pay_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.payments.conftest import DAY, NINE, NOW
from tests.payments.test_flow import let_pay_late
from tests.payments.world import (
	HALF_AN_HOUR,
	again,
	hear,
	make_paid_type,
	pay,
	payment_of,
	planned_mails,
	press_pay,
	run,
	told,
)
from tests.payments.world import book as book_date
from tests.support.factories import page_of
from tests.support.outbox import tasks

pytestmark = pytest.mark.usefixtures("commit_clean", "at_now", "stripe")
HOUR, WEEK = 3600, 7 * DAY


def make_series_type(**fields):
	return make_paid_type(**{"repeats": "Attendee Chooses", "repeat_weeks": 1, "repeat_count": 6, **fields})


def book(meeting_type, times=4, **fields):
	return dates_of(book_date(meeting_type, times=times, **fields))


def dates_of(booking):
	"""Return the present dates of the series, in order."""
	frappe.db.rollback()
	names = frappe.get_all("Booking", {"series": booking.series}, ["name", "rescheduled_from"], order_by="starts_at")
	replaced = {row.rescheduled_from for row in names}
	return [frappe.get_doc("Booking", row.name) for row in names if row.name not in replaced]


def book_and_pay(stripe, meeting_type, times=4, **fields):
	return dates_of(pay(stripe, book(meeting_type, times, **fields)[0]))


def run_all(dates, now=NOW):
	for each in dates:
		run(each, now)
	return dates_of(dates[0])


def states(dates):
	return [(each.status, each.payment_status) for each in dates]


def kept(stripe):
	return sum(stripe.kept(each["client_reference_id"]) for each in stripe.sessions.values())


def test_all_dates_wait_for_one_payment_of_the_sum_and_nobody_hears_of_them(stripe):
	dates = book(make_series_type())
	assert states(dates) == [("Pending", "Awaiting")] * 4
	assert {each.pay_until for each in dates} == {NOW + HALF_AN_HOUR}
	assert [told(each) for each in dates] == [[]] * 4
	assert not any(each.event or each.contact for each in dates)
	assert frappe.db.count("Booking Slot", {"booking": ["in", [each.name for each in dates]]}) == 24
	press_pay(dates[0])
	[session] = stripe.sessions.values()
	assert (session["amount_total"], session["title"].endswith(" × 4")) == (20000, True)
	assert sorted(each.purpose for each in tasks(dates[0].name, kind="payment")) == ["deadline", "settle"]
	assert not any(tasks(each.name) for each in dates[1:])


@pytest.mark.long
def test_a_paid_series_is_booked_and_one_invitation_goes_out(stripe):
	dates = book_and_pay(stripe, make_series_type())
	assert states(dates) == [("Scheduled", "Paid")] * 4
	assert [each.amount_paid for each in dates] == [50] * 4
	assert [told(each) for each in dates] == [["attendee_confirmed", "host_confirmed"], [], [], []]
	assert len({each.event for each in dates}) == 4
	assert {payment_of(each).external_payment for each in dates} == {stripe.sessions.popitem()[1]["payment_intent"]}


def test_all_dates_are_paid_before_the_first_one_starts(stripe, at_now):
	soon = NINE - 20 * 60
	at_now.move_to(soon)
	dates = book(make_series_type(uses_host_defaults=0, minimum_notice=0), now=soon)
	assert {each.pay_until for each in dates} == {NINE}


@pytest.mark.long
def test_the_link_of_any_date_leads_to_the_same_checkout(stripe):
	dates = book(make_series_type())
	assert len({press_pay(each) for each in dates}) == 1
	assert states(dates_of(pay(stripe, dates[2]))) == [("Pending", "Awaiting")] * 4
	assert states(run_all(dates)) == [("Scheduled", "Paid")] * 4


def test_only_the_dates_that_were_agreed_to_are_paid_for(stripe):
	from scheduler_integration.platform.clock import iso

	advisory = make_series_type()
	agreed = [iso(NINE, "UTC"), None, iso(NINE + 2 * WEEK, "UTC")]
	dates = book(advisory, 3, dates=agreed)
	press_pay(dates[0])
	assert [each["amount_total"] for each in stripe.sessions.values()] == [10000]


@pytest.mark.long
def test_a_request_for_a_series_needs_one_answer_once_it_is_paid(stripe):
	dates = book_and_pay(stripe, make_series_type(requires_confirmation=1))
	assert states(dates) == [("Pending", "Paid")] * 4
	bookings.decline(dates[0].name, "", NOW, scope="all")
	frappe.db.commit()
	assert states(run_all(dates)) == [("Declined", "Refunded")] * 4
	assert kept(stripe) == 0


@pytest.mark.long
def test_the_deposit_of_each_date_is_paid_at_once(stripe):
	dates = book_and_pay(stripe, make_series_type(price=80, deposit=30), 3)
	assert [(each.price, each.amount_paid) for each in dates] == [(80, 30)] * 3
	assert kept(stripe) == 9000


@pytest.mark.long
def test_each_seat_of_each_date_is_paid_for(stripe):
	course = make_series_type(repeats="Fixed", repeat_count=3, seats=3, price=20)
	dates = book(course, None, guests=["ben@guests.example"])
	dates = dates_of(pay(stripe, dates[0]))
	assert states(dates) == [("Scheduled", "Paid")] * 3
	assert kept(stripe) == 3 * 4000
	assert [told(each) for each in dates][1:] == [[], []]


def test_all_dates_are_given_back_together_if_nobody_pays(stripe, at_now):
	advisory = make_series_type()
	dates = book(advisory)
	session = press_pay(dates[0])
	stripe.clock.move_to(dates[0].pay_until)
	at_now.move_to(dates[0].pay_until)
	dates = run_all(dates, dates[0].pay_until)
	assert states(dates) == [("Expired", "Unpaid")] * 4
	assert not stripe.pay(session)
	assert {payment_of(each).status for each in dates} == {"Expired"}
	assert not any(told(each) for each in dates)
	assert book(advisory, now=dates[0].pay_until)[0].status == "Pending"


def test_who_comes_back_to_the_form_gets_the_open_payment_of_the_series(stripe):
	advisory = make_series_type()
	dates = book(advisory, attendee_email="ada@guests.example")
	with pytest.raises(PaymentOpen) as met:
		book(advisory, attendee_email="ada@guests.example", address_status="Confirmed")
	frappe.db.rollback()
	assert met.value.address.endswith(pay_token(dates[0]))


@pytest.mark.parametrize("place", [0, 2])
def test_a_series_that_isnt_paid_is_given_up_as_a_whole(stripe, place):
	dates = book(make_series_type())
	session = press_pay(dates[0])
	bookings.cancel_by_host(dates[place].name, "", NOW)
	frappe.db.commit()
	assert states(run_all(dates)) == [("Cancelled", "Unpaid")] * 4
	assert not stripe.pay(session)
	with pytest.raises(PaymentOver):
		press_pay(dates[1])


@pytest.mark.long
def test_a_session_that_is_cancelled_takes_unpaid_series_with_it(stripe):
	course = make_series_type(repeats="Fixed", repeat_count=3, seats=3, price=20)
	paid, unpaid = book_and_pay(stripe, course, None), book(course, None)
	bookings.cancel_by_host(paid[1].name, "", NOW, for_all=True)
	frappe.db.commit()
	assert states(run_all(unpaid)) == [("Cancelled", "Unpaid")] * 3
	assert [each.status for each in run_all(paid)] == ["Scheduled", "Cancelled", "Scheduled"]
	assert kept(stripe) == 4000


@pytest.mark.long
@pytest.mark.parametrize("for_all", [False, True])
def test_an_unpaid_series_that_was_cancelled_by_mistake_can_still_be_paid(stripe, at_now, for_all):
	course = make_series_type(repeats="Fixed", repeat_count=3, seats=3, price=20)
	paid, unpaid = book_and_pay(stripe, course, None), book(course, None)
	session = press_pay(unpaid[0])
	at_now.move_to(NOW + 1)
	name, action = (paid[1].name, "cancel_for_all") if for_all else (unpaid[1].name, "cancel")
	_done, facts = act_undoably(parse_command(action, name))
	frappe.db.commit()
	assert states(dates_of(unpaid[0])) == [("Cancelled", "Unpaid")] * 3
	undo(facts)
	frappe.db.commit()
	assert states(run_all(unpaid, NOW + 60)) == [("Pending", "Awaiting")] * 3
	assert states(dates_of(paid[0])) == [("Scheduled", "Paid")] * 3
	assert stripe.pay(session)
	hear(stripe, NOW + 60)
	assert states(run_all(unpaid, NOW + 60)) == [("Scheduled", "Paid")] * 3
	assert kept(stripe) == 2 * 3 * 2000


@pytest.mark.long
def test_a_paid_series_that_was_cancelled_by_mistake_pays_nothing_back(stripe, at_now):
	dates = book_and_pay(stripe, make_series_type())
	at_now.move_to(NOW + 1)
	_done, facts = act_undoably(parse_command("cancel", dates[1].name, scope="later"))
	frappe.db.commit()
	undo(facts)
	frappe.db.commit()
	dates = run_all(dates, NOW + DAY)
	assert states(dates) == [("Scheduled", "Paid")] * 4
	assert kept(stripe) == 20000


@pytest.mark.long
def test_money_for_a_series_that_was_cancelled_meanwhile_goes_back(stripe):
	dates = book(make_series_type())
	session = press_pay(dates[0])
	bookings.cancel_by_host(dates[1].name, "", NOW)
	frappe.db.commit()
	stripe.pay(session)
	run_all(dates)
	dates = run_all(dates)
	assert states(dates) == [("Cancelled", "Refunded")] * 4
	assert kept(stripe) == 0


@pytest.mark.long
@pytest.mark.parametrize(("scope", "left"), [("one", 3), ("later", 1), ("all", 0)])
def test_each_cancelled_date_gives_its_share_back_once(stripe, scope, left):
	dates = book_and_pay(stripe, make_series_type(refund_notice_hours=0))
	bookings.cancel_by_token(manage_token(dates[1]), "", NOW, scope=scope)
	frappe.db.commit()
	run_all(dates)
	dates = run_all(dates)
	assert sum(each.status == "Scheduled" for each in dates) == left
	assert kept(stripe) == left * 5000
	assert [each.payment_status for each in dates] == [
		"Paid" if each.status == "Scheduled" else "Refunded" for each in dates
	]
	assert len(stripe.refunds) == 4 - left


@pytest.mark.long
def test_each_date_has_its_own_notice(stripe, at_now):
	dates = book_and_pay(stripe, make_series_type(refund_notice_hours=24, late_refund_percent=40))
	late = NINE - HOUR
	at_now.move_to(late)
	bookings.cancel_by_token(manage_token(dates[0]), "", late, scope="all")
	frappe.db.commit()
	dates = run_all(dates, late)
	assert [each.amount_refunded for each in dates] == [20, 50, 50, 50]
	assert kept(stripe) == 3000


@pytest.mark.long
def test_a_refund_whose_answer_is_lost_is_made_once_for_its_date(stripe):
	dates = book_and_pay(stripe, make_series_type())
	stripe.fail("/v1/refunds", method="POST", lost=True)
	bookings.cancel_by_host(dates[0].name, "", NOW, scope="all")
	frappe.db.commit()
	run_all(dates)
	run_all(dates, NOW + DAY)
	assert (kept(stripe), len(stripe.refunds)) == (0, 4)


@pytest.mark.long
def test_dates_that_move_keep_their_payment(stripe):
	dates = book_and_pay(stripe, make_series_type())
	wish = RescheduleRequest(start=dates[1].starts_at + DAY)
	bookings.reschedule_by_token(manage_token(dates[1]), wish, NOW, "later")
	frappe.db.commit()
	dates = run_all(dates)
	assert states(dates) == [("Scheduled", "Paid")] * 4
	assert [payment_of(each).status for each in dates] == ["Paid"] * 4
	bookings.cancel_by_host(dates[3].name, "", NOW)
	frappe.db.commit()
	assert run(dates[3]).payment_status == "Refunded"
	assert (kept(stripe), len(stripe.sessions)) == (15000, 1)


@pytest.mark.long
def test_a_host_pays_one_date_back(stripe):
	dates = book_and_pay(stripe, make_series_type())
	act(parse_command("refund", dates[2].name, amount="12.50"))
	frappe.db.commit()
	dates = run_all(dates)
	assert [each.amount_refunded for each in dates] == [0, 0, 12.5, 0]
	assert kept(stripe) == 18750


def test_money_by_hand_is_for_all_dates(stripe):
	dates = book(make_series_type())
	session = press_pay(dates[0])
	act(parse_command("mark_paid", dates[1].name))
	frappe.db.commit()
	dates = run_all(dates)
	assert states(dates) == [("Scheduled", "Paid")] * 4
	assert not stripe.pay(session)
	assert sorted(purpose for each in dates for purpose in told(each)) == ["attendee_confirmed", "host_confirmed"]


@pytest.mark.long
def test_who_paid_a_series_online_and_by_hand_gets_the_online_money_back(stripe):
	dates = book(make_series_type())
	session = press_pay(dates[0])
	act(parse_command("mark_paid", dates[1].name))
	frappe.db.commit()
	stripe.pay(session)
	run_all(dates)
	dates = run_all(dates)
	assert states(dates) == [("Scheduled", "Partly Refunded")] * 4
	assert (kept(stripe), [each.amount_paid - each.amount_refunded for each in dates]) == (0, [50] * 4)


@pytest.mark.long
def test_money_that_was_paid_back_at_the_provider_counts_for_the_cancelled_dates_first(stripe, at_now):
	dates = book_and_pay(stripe, make_series_type(refund_notice_hours=8 * 24))
	late = NINE - HOUR
	at_now.move_to(late)
	stripe.clock.move_to(late)
	bookings.cancel_by_token(manage_token(dates[1]), "", late)
	frappe.db.commit()
	assert run(dates[1], late).amount_refunded == 0
	stripe.refund_by_hand(payment_of(dates[0]).external_id, 7000)
	hear(stripe, late)
	assert not any(tasks(each.name, kind="payment", purpose="settle") for each in dates[1:])
	dates = run_all(dates, late)
	assert [each.amount_refunded for each in dates] == [0, 50, 0, 20]
	bookings.cancel_by_host(dates[0].name, "", late, scope="all")
	frappe.db.commit()
	run_all(dates, late)
	assert kept(stripe) == 0


@pytest.mark.long
def test_a_late_payment_books_all_dates_again_if_they_are_free(stripe, at_now):
	dates = book(make_series_type())
	let_pay_late(stripe, dates[0], at_now)
	hear(stripe, dates[0].pay_until)
	dates = run_all(dates, dates[0].pay_until)
	assert states(dates) == [("Scheduled", "Paid")] * 4
	assert [told(each) for each in dates] == [["attendee_confirmed", "host_confirmed"], [], [], []]
	assert frappe.db.count("Booking Slot", {"booking": ["in", [each.name for each in dates]]}) == 24


@pytest.mark.long
def test_a_late_payment_goes_back_if_one_date_is_taken(stripe, at_now):
	advisory = make_series_type()
	dates = book(advisory)
	let_pay_late(stripe, dates[0], at_now)
	other = book_date(advisory, dates[2].starts_at, dates[0].pay_until)
	hear(stripe, dates[0].pay_until)
	for _round in range(2):
		dates = run_all(dates, dates[0].pay_until)
	assert states(dates) == [("Expired", "Refunded")] * 4
	assert kept(stripe) == 0
	assert again(other).status == "Pending"
	assert [told(each) for each in dates] == [["attendee_refunded"], [], [], []]


@pytest.mark.long
def test_money_goes_back_if_one_of_the_dates_is_gone(stripe):
	dates = book(make_series_type())
	session = press_pay(dates[0])
	# No command does so: an unpaid series is given up as a whole.
	frappe.db.set_value("Booking", dates[1].name, {"status": "Cancelled", "payment_status": "Unpaid"})
	stripe.pay(session)
	hear(stripe)
	for _round in range(2):
		dates = run_all(dates)
	assert [each.status for each in dates] == ["Expired", "Cancelled", "Expired", "Expired"]
	assert kept(stripe) == 0


@pytest.mark.long
def test_another_amount_books_nothing_and_goes_back(stripe):
	dates = book(make_series_type())
	session = press_pay(dates[0])
	stripe.sessions[session]["amount_total"] = 5000
	stripe.pay(session)
	hear(stripe)
	for _round in range(2):
		dates = run_all(dates)
	assert [each.status for each in dates] == ["Expired"] * 4
	assert kept(stripe) == 0


def test_a_host_who_books_a_series_for_somebody_asks_for_no_money(stripe, as_user):
	from scheduler_integration.catalogue.lookup import find_bookable
	from scheduler_integration.parsing.booking_request import BookingPayload, OnBehalf, parse_booking_request
	from tests.support.factories import payload

	advisory = make_series_type()
	page = page_of(advisory)
	found = find_bookable(page.slug, advisory.slug)
	from dataclasses import replace

	request = parse_booking_request(
		BookingPayload.of(payload(page, advisory, NINE, times=3)), found.page, found.meeting_type
	)
	made = bookings.book(replace(request, on_behalf=OnBehalf()), found, NOW)
	assert {(each.status, each.payment_status or "") for each in dates_of_uncommitted(made)} == {("Scheduled", "")}


def dates_of_uncommitted(booking):
	return [
		frappe.get_doc("Booking", name) for name in frappe.get_all("Booking", {"series": booking.series}, pluck="name")
	]


@pytest.mark.long
def test_the_mails_say_the_sum_and_what_goes_back(stripe):
	dates = book_and_pay(stripe, make_series_type(refund_notice_hours=0))
	confirmed = {mail.reader.role: mail.text for mail in planned_mails(dates[0])}
	assert set(confirmed) == {"attendee", "host"}
	assert "Paid: 200,00\u00a0€" in confirmed["attendee"]
	assert "Paid: €200.00" in confirmed["host"]
	bookings.cancel_by_token(manage_token(dates[1]), "", NOW, scope="later")
	frappe.db.commit()
	dates = run_all(dates)
	cancelled = [mail.text for mail in planned_mails(dates[1]) if mail.template == "attendee_cancelled"]
	assert len(cancelled) == 1
	assert cancelled[0].count("150,00\u00a0€") == 2


@pytest.mark.long
def test_more_dates_take_few_more_statements_when_they_are_paid(stripe, queries):
	counts = []
	for times in (3, 6):
		dates = book(make_series_type(), times)
		stripe.pay(press_pay(dates[0]))
		hear(stripe)
		queries.clear()
		run(dates[0])
		counts.append(len(queries))
	# Each date has an Event, which Frappe stores by itself.
	assert (counts[1] - counts[0]) / 3 <= 16, counts


@pytest.mark.long
def test_all_dates_of_a_paid_series_take_their_time(stripe):
	dates = book_and_pay(stripe, make_series_type())
	assert all(each.status in LIVE for each in dates)
	assert frappe.db.count("Booking Slot", {"booking": ["in", [each.name for each in dates]]}) == 24
