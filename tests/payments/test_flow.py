"""A booking that must be paid for: its time is kept, paid for, or given back. Each fault of peers is a test of its name."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars.mirror.desired import meeting_of
from scheduler_integration.exceptions import PaymentOpen, PaymentOver, SlotTaken, TransitionNotAllowed, Unreachable
from scheduler_integration.meetings.agenda import count_requests
from scheduler_integration.meetings.lookup import get_for_host
from scheduler_integration.meetings.sessions import host_uid
from scheduler_integration.meetings.tokens import pay_token
from scheduler_integration.outbox.failures import undelivered
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.payments.plan import LOOK_SECONDS
from tests.payments.conftest import DAY, NINE, NOW
from tests.payments.world import (
	HALF_AN_HOUR,
	again,
	book,
	hear,
	make_paid_type,
	pay,
	payment_of,
	planned_mails,
	press_pay,
	run,
	told,
)
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, page_of, payload

HOUR = 3600
pytestmark = pytest.mark.usefixtures("commit_clean", "at_now", "stripe")


@pytest.fixture
def paid_type(stripe):
	return make_paid_type()


def test_a_booking_waits_for_its_payment_and_nobody_hears_of_it(paid_type):
	booking = book(paid_type)
	payment = payment_of(booking)
	assert (booking.status, booking.payment_status, booking.amount_due) == ("Pending", "Awaiting", 50)
	assert (payment.amount_minor, payment.currency, payment.provider, payment.status) == (5000, "EUR", "Stripe", "Open")
	assert booking.pay_until == NOW + HALF_AN_HOUR
	assert told(booking) == []
	assert not booking.contact
	assert not booking.event
	assert frappe.db.count("Booking Slot", {"booking": booking.name}) == 6


@pytest.mark.long
def test_a_paid_booking_is_a_meeting_and_everybody_is_told(stripe, paid_type):
	booking = pay(stripe, book(paid_type))
	assert (booking.status, booking.payment_status, booking.amount_paid) == ("Scheduled", "Paid", 50)
	assert told(booking) == ["attendee_confirmed", "host_confirmed"]
	assert booking.contact
	assert booking.event
	payment = payment_of(booking)
	assert (payment.status, payment.sent_order, payment.checkout_url) == ("Paid", None, None)
	assert stripe.kept(payment.name) == 5000


@pytest.mark.long
def test_a_paid_request_needs_an_answer_then(stripe):
	booking = pay(stripe, book(make_paid_type(requires_confirmation=1)))
	assert (booking.status, booking.payment_status) == ("Pending", "Paid")
	assert "host_requested" in told(booking)
	assert bookings.confirm(booking.name, NOW).status == "Scheduled"


@pytest.mark.long
def test_cal_11278_an_unpaid_booking_and_a_second_guest_were_both_booked(stripe, paid_type):
	first = book(paid_type)
	press_pay(first)
	with pytest.raises(SlotTaken):
		book(paid_type)
	frappe.db.rollback()
	assert pay(stripe, first).status == "Scheduled"


def test_cal_22126_booking_the_same_time_after_leaving_the_checkout_confirmed_it_unpaid(stripe, paid_type):
	first = book(paid_type, attendee_email="ada@guests.example")
	press_pay(first)
	with pytest.raises(SlotTaken):
		book(paid_type, attendee_email="ada@guests.example")
	frappe.db.rollback()
	assert (again(first).status, again(first).payment_status) == ("Pending", "Awaiting")
	assert frappe.db.count("Booking", {"meeting_type": paid_type.name}) == 1


def test_cal_2170_an_unpaid_booking_blocked_its_time_for_ever(stripe, paid_type, at_now):
	first = book(paid_type)
	session = press_pay(first)
	stripe.clock.move_to(first.pay_until)
	at_now.move_to(first.pay_until)
	first = run(first, first.pay_until)
	assert (first.status, first.payment_status) == ("Expired", "Unpaid")
	assert not stripe.pay(session), "the checkout is closed before the time is given back"
	assert told(first) == []
	assert book(paid_type, now=first.pay_until).status == "Pending"


def test_cal_20669_the_same_guest_coming_back_met_a_conflict(stripe, paid_type):
	first = book(paid_type, attendee_email="ada@guests.example", idempotency_key="the-first-form-".ljust(40, "1"))
	with pytest.raises(PaymentOpen) as met:
		book(
			paid_type,
			attendee_email="ada@guests.example",
			idempotency_key="the-second-form-".ljust(40, "2"),
			address_status="Confirmed",
		)
	frappe.db.rollback()
	assert met.value.address.endswith(f"/schedule/pay/{pay_token(first)}")
	assert (
		book(paid_type, attendee_email="ada@guests.example", idempotency_key="the-first-form-".ljust(40, "1")).name
		== first.name
	)
	assert press_pay(first) == press_pay(first), "the open checkout is used again"


def test_cal_10121_moving_asked_for_money_twice(stripe, paid_type):
	booking = pay(stripe, book(paid_type))
	moved = bookings.reschedule_by_host(booking.name, RescheduleRequest(start=NINE + DAY), NOW)
	frappe.db.commit()
	new = frappe.get_doc("Booking", moved.id)
	assert (new.status, new.payment_status, new.amount_paid) == ("Scheduled", "Paid", 50)
	assert payment_of(new).status == "Paid"
	assert not frappe.db.exists("Booking Payment", {"booking": booking.name})
	assert len(stripe.sessions) == 1


def test_cal_16208_payment_could_not_come_before_the_request(stripe):
	booking = book(make_paid_type(requires_confirmation=1))
	assert told(booking) == []
	with pytest.raises(TransitionNotAllowed):
		bookings.confirm(booking.name, NOW)
	frappe.db.rollback()
	assert "host_requested" in told(pay(stripe, booking))


def test_what_the_browser_says_decides_nothing(stripe, paid_type):
	booking = book(paid_type)
	press_pay(booking)
	bookings.look_soon(pay_token(booking), NOW)
	frappe.db.commit()
	assert run(booking).payment_status == "Awaiting"


@pytest.mark.long
def test_a_lost_notice_is_made_up_for_at_the_deadline(stripe, paid_type, at_now):
	booking = book(paid_type)
	stripe.pay(press_pay(booking))
	at_now.move_to(booking.pay_until)
	booking = run(booking, booking.pay_until)
	assert (booking.status, booking.payment_status) == ("Scheduled", "Paid")


@pytest.mark.long
def test_a_notice_that_comes_twice_and_late_changes_nothing(stripe, paid_type):
	booking = book(paid_type)
	stripe.pay(press_pay(booking))
	[event] = stripe.events
	hear(stripe, NOW, event, event)
	booking = run(booking)
	hear(stripe, NOW, event)
	before = booking.as_dict()
	assert run(booking).as_dict() == before
	assert len(told(booking)) == 2
	assert frappe.db.count("Payment Notice", {"event": event["id"]}) == 1


@pytest.mark.long
def test_a_notice_of_the_end_that_overtakes_the_payment_gives_no_time_away(stripe, paid_type):
	booking = book(paid_type)
	session = press_pay(booking)
	stripe.pay(session)
	late = {"id": "evt_late", "type": "checkout.session.expired", "data": {"object": {"id": session}}}
	hear(stripe, NOW, late, *stripe.events)
	assert run(booking).status == "Scheduled"


def test_a_process_that_died_after_the_provider_made_a_page_leaves_no_open_page(stripe, paid_type, at_now):
	booking = book(paid_type)
	stripe.fail("/v1/checkout/sessions", method="POST", lost=True)
	with pytest.raises(Unreachable):
		press_pay(booking)
	frappe.db.rollback()
	[session] = stripe.sessions
	stripe.clock.move_to(booking.pay_until)
	at_now.move_to(booking.pay_until)
	assert run(booking, booking.pay_until).status == "Expired"
	assert not stripe.pay(session)


@pytest.mark.long
def test_a_guest_whose_first_click_failed_pays_with_the_second(stripe, paid_type):
	booking = book(paid_type)
	stripe.fail("/v1/checkout/sessions", method="POST", status=500)
	with pytest.raises(Unreachable):
		press_pay(booking)
	frappe.db.rollback()
	assert pay(stripe, booking).payment_status == "Paid"
	assert len(stripe.sessions) == 1


def break_down(stripe, booking):
	"""Let the provider fail, and look at the payment, so that its tasks wait for the end of the outage."""
	fault = stripe.fail("/v1/", status=503, times=10**6)
	bookings.look_soon(pay_token(booking), NOW)
	frappe.db.commit()
	run(booking)
	return fault


def move_all(clock, stripe, instant):
	clock.move_to(instant)
	stripe.clock.move_to(instant)
	return instant


@pytest.mark.parametrize("is_known", [False, True])
def test_the_time_was_kept_for_days_while_the_provider_was_down(stripe, paid_type, at_now, is_known):
	booking = book(paid_type)
	session = press_pay(booking)
	fault = break_down(stripe, booking) if is_known else stripe.fail("/v1/", status=503, times=10**6)
	now = move_all(at_now, stripe, booking.pay_until)
	booking = run(booking, now)
	assert (booking.status, booking.payment_status) == ("Expired", "Unpaid")
	assert book(paid_type, now=now).status == "Pending", "others can book the time"
	assert stripe.pay(session), "nobody could close the page"
	fault.times = 0
	booking = run(run(booking, now + 2 * HOUR), now + 2 * HOUR)
	assert (booking.status, booking.payment_status, stripe.kept(payment_of(booking).name)) == ("Expired", "Refunded", 0)
	assert told(booking) == ["attendee_refunded"]


def test_who_pays_after_the_deadline_gets_the_money_back_although_the_time_is_free(stripe, paid_type, at_now):
	booking = book(paid_type)
	session = press_pay(booking)
	fault = stripe.fail("/v1/", status=503, times=10**6)
	now = move_all(at_now, stripe, booking.pay_until)
	run(booking, now)
	move_all(at_now, stripe, now + 60)
	assert stripe.pay(session)
	fault.times = 0
	booking = run(run(booking, now + 2 * HOUR), now + 2 * HOUR)
	assert (booking.status, booking.payment_status) == ("Expired", "Refunded")


def test_who_paid_in_time_during_an_outage_gets_the_time_if_it_is_free(stripe, at_now):
	booking = book(make_paid_type(), NINE + DAY)
	session = press_pay(booking)
	fault = stripe.fail("/v1/", status=503, times=10**6)
	assert stripe.pay(session)
	now = move_all(at_now, stripe, booking.pay_until)
	assert run(booking, now).status == "Expired"
	fault.times = 0
	booking = run(booking, now + 2 * HOUR)
	assert (booking.status, booking.payment_status) == ("Scheduled", "Paid")


def test_the_provider_was_down_until_the_meeting_was_over_and_the_money_was_kept(stripe, paid_type, at_now):
	booking = book(paid_type)
	session = press_pay(booking)
	fault = stripe.fail("/v1/", status=503, times=10**6)
	assert stripe.pay(session)
	now = move_all(at_now, stripe, NINE + 7 * HOUR)
	booking = run(booking, now)
	fault.times = 0
	booking = run(run(booking, now + 2 * HOUR), now + 2 * HOUR)
	assert (booking.status, booking.payment_status, stripe.kept(payment_of(booking).name)) == ("Expired", "Refunded", 0)


def test_a_payment_that_was_first_seen_after_the_start_made_a_meeting(stripe, paid_type, at_now):
	booking = book(paid_type, NINE, NINE - 600)
	assert booking.pay_until == NINE
	move_all(at_now, stripe, NINE - 600)
	session = press_pay(booking)
	assert stripe.pay(session)
	move_all(at_now, stripe, NINE + 60)
	booking = run(run(booking, NINE + 60), NINE + 60)
	assert (booking.status, booking.payment_status, stripe.kept(payment_of(booking).name)) == ("Expired", "Refunded", 0)


def test_a_payment_whose_notice_is_lost_is_seen_after_minutes(stripe, paid_type, at_now):
	booking = book(paid_type)
	stripe.pay(press_pay(booking))
	now = move_all(at_now, stripe, NOW + LOOK_SECONDS)
	assert run(booking, now).payment_status == "Paid"


def test_an_open_page_is_looked_at_every_few_minutes_and_a_page_that_nobody_opened_is_not(stripe, paid_type, at_now):
	booking = book(paid_type)
	run(booking, NOW + LOOK_SECONDS)
	assert not stripe.log
	press_pay(booking)
	for turn in range(1, 4):
		run(booking, move_all(at_now, stripe, NOW + turn * LOOK_SECONDS))
	assert len(stripe.requests("GET", "/v1/checkout/sessions/")) == 3


def test_a_payment_that_was_paid_back_before_anybody_looked_made_a_meeting(stripe, paid_type):
	booking = book(paid_type)
	session = press_pay(booking)
	stripe.pay(session)
	stripe.refund_by_hand(session, 5000)
	# Only the notice of the refund arrives. Nothing but the marks of the charge says whose it is.
	hear(stripe, NOW, stripe.events[-1])
	booking = run(booking)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Expired", "Refunded", 50)
	assert frappe.db.count("Booking Slot", {"booking": booking.name}) == 0
	assert told(booking) == ["attendee_refunded"]


@pytest.mark.long
def test_a_part_that_was_paid_back_before_anybody_looked_is_known(stripe, paid_type):
	booking = book(paid_type)
	session = press_pay(booking)
	stripe.pay(session)
	stripe.refund_by_hand(session, 1000)
	hear(stripe)
	booking = run(booking)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Scheduled", "Partly Refunded", 10)


def test_a_page_that_opens_while_the_time_ends_isnt_forgotten(stripe, paid_type, at_now, monkeypatch):
	"""The provider is asked, then the attendee presses "Pay", and only then the answer is stored."""
	from scheduler_integration.bookings import payment_task

	booking = book(paid_type)
	asked, pressed = payment_task._ask, []

	def ask(payment, now):
		seen = asked(payment, now)
		if not pressed:
			at_now.move_to(booking.pay_until - 1)
			pressed.append(press_pay(booking))
		return seen

	monkeypatch.setattr(payment_task, "_ask", ask)
	move_all(at_now, stripe, booking.pay_until)
	run(booking, booking.pay_until)
	booking = run(booking, booking.pay_until + 60)
	assert booking.status == "Expired"
	assert payment_of(booking).status == "Expired"
	assert not stripe.pay(pressed[0]), "the page is closed too"


def test_an_unpaid_attendee_was_asked_for_another_time(paid_type, as_user):
	booking = book(paid_type)
	with as_user(page_of(paid_type).user), pytest.raises(TransitionNotAllowed, match="isn't paid for yet"):
		bookings.ask_to_reschedule(booking.name, "Flu", NOW)


def test_cash_after_the_start_makes_no_meeting(paid_type, at_now):
	booking = book(paid_type, NINE, NINE - 600)
	at_now.move_to(NINE)
	with pytest.raises(TransitionNotAllowed):
		bookings.mark_paid(booking.name, NINE)


def test_a_payment_that_is_awaited_was_called_late(stripe, paid_type):
	booking = book(paid_type)
	press_pay(booking)
	bookings.look_soon(pay_token(booking), NOW)
	frappe.db.commit()
	run(booking)
	assert undelivered([booking.name], NOW) == {}


def test_a_host_neither_sees_a_request_nor_answers_it_before_it_is_paid(stripe, as_user):
	meeting_type = make_paid_type(requires_confirmation=1)
	booking = book(meeting_type)
	host = page_of(meeting_type).user
	with as_user(host):
		assert count_requests(host, NOW) == 0
		actions = get_for_host(booking.name, NOW).actions
		assert "mark_paid" in actions
		assert not {"confirm", "decline", "reschedule"} & set(actions)
	pay(stripe, booking)
	with as_user(host):
		assert count_requests(host, NOW) == 1
		assert {"confirm", "decline", "refund"} <= set(get_for_host(booking.name, NOW).actions)


def test_nobody_pays_after_the_deadline(paid_type, at_now):
	booking = book(paid_type)
	at_now.move_to(booking.pay_until)
	with pytest.raises(PaymentOver):
		press_pay(booking)


def test_a_guest_who_cancels_while_the_checkout_is_open_pays_nothing(stripe, paid_type):
	booking = book(paid_type)
	session = press_pay(booking)
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (booking.status, booking.payment_status) == ("Cancelled", "Unpaid")
	assert told(booking) == []
	assert not stripe.pay(session)


def test_money_for_a_booking_that_was_cancelled_goes_back(stripe, paid_type):
	booking = book(paid_type)
	session = press_pay(booking)
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	stripe.pay(session)
	booking = run(run(booking))
	assert (booking.status, booking.payment_status) == ("Cancelled", "Refunded")
	assert stripe.kept(payment_of(booking).name) == 0


def let_pay_late(stripe, booking, at_now):
	"""Let the booking expire although its checkout was paid: the provider closed it, and then said that it was paid."""
	session = press_pay(booking)
	stripe.fail("/v1/checkout/sessions", method="POST", status=400)
	stripe.fail(f"/v1/checkout/sessions/{session}", method="GET", body={"id": session, "status": "expired"}, status=200)
	at_now.move_to(booking.pay_until)
	assert run(booking, booking.pay_until).status == "Expired"
	stripe.pay(session)
	frappe.db.set_value("Booking Payment", payment_of(booking).name, "status", "Open")
	frappe.db.commit()


def test_a_late_payment_books_again_if_the_time_is_free(stripe, paid_type, at_now):
	booking = book(paid_type)
	let_pay_late(stripe, booking, at_now)
	hear(stripe, booking.pay_until)
	booking = run(booking, booking.pay_until)
	assert (booking.status, booking.payment_status) == ("Scheduled", "Paid")
	assert told(booking) == ["attendee_confirmed", "host_confirmed"]
	assert frappe.db.count("Booking Slot", {"booking": booking.name}) == 6


def test_a_late_payment_goes_back_if_the_time_is_taken(stripe, paid_type, at_now):
	booking = book(paid_type)
	let_pay_late(stripe, booking, at_now)
	second = book(paid_type, now=booking.pay_until)
	hear(stripe, booking.pay_until)
	booking = run(run(booking, booking.pay_until), booking.pay_until)
	assert (booking.status, booking.payment_status) == ("Expired", "Refunded")
	assert stripe.kept(payment_of(booking).name) == 0
	assert again(second).status == "Pending"


def test_a_price_of_nothing_is_not_asked_for(stripe):
	booking = book(make_paid_type(price=0))
	assert (booking.status, booking.payment_status or "") == ("Scheduled", "")


@pytest.mark.long
def test_each_seat_is_paid_for(stripe):
	workshop = make_paid_type(seats=5, price=20)
	first = book(workshop, guests=["ben@guests.example"])
	second = book(workshop)
	assert (first.amount_due, second.amount_due) == (40, 20)
	first = pay(stripe, first)
	assert (first.status, again(second).status) == ("Scheduled", "Pending")
	assert stripe.kept(payment_of(first).name) == 4000


@pytest.mark.long
def test_a_seat_that_is_not_paid_is_free_again(stripe, at_now):
	workshop = make_paid_type(seats=2, price=20)
	first, second = pay(stripe, book(workshop)), book(workshop)
	with pytest.raises(SlotTaken):
		book(workshop)
	frappe.db.rollback()
	at_now.move_to(second.pay_until)
	assert run(second, second.pay_until).status == "Expired"
	assert again(first).status == "Scheduled"
	assert book(workshop, now=second.pay_until).status == "Pending"


@pytest.mark.long
def test_who_shares_a_session_hears_nothing_of_those_who_havent_paid(stripe):
	workshop = make_paid_type(seats=5)
	unpaid, paid = book(workshop), pay(stripe, book(workshop))
	third = pay(stripe, book(workshop))
	assert paid.event
	assert paid.event == third.event
	participants = frappe.get_all("Event Participants", {"parent": paid.event}, pluck="reference_docname")
	assert unpaid.attendee_email not in " ".join(participants)
	host = next(mail for mail in planned_mails(third) if mail.reader.is_hosting)
	invited = host.invitation.calendar.replace("\r\n ", "")
	assert unpaid.attendee_email not in invited
	assert third.attendee_email in invited
	meeting = meeting_of(third, third.host, host_uid(third, third.host), third.session)
	assert {each.name for each in meeting.bookings} == {paid.name, third.name}


@pytest.mark.long
def test_a_session_moves_and_who_hasnt_paid_still_has_to(stripe, at_now):
	workshop = make_paid_type(seats=5)
	paid, unpaid = pay(stripe, book(workshop)), book(workshop)
	session = press_pay(unpaid)
	bookings.reschedule_by_host(paid.name, RescheduleRequest(start=NINE + DAY), NOW, for_all=True)
	frappe.db.commit()
	moved = frappe.get_doc("Booking", {"rescheduled_from": unpaid.name})
	assert (moved.status, moved.payment_status) == ("Pending", "Awaiting")
	assert stripe.pay(session)
	hear(stripe)
	run(unpaid)
	assert again(moved).status == "Scheduled"


@pytest.mark.long
def test_only_the_deposit_is_paid_at_once(stripe):
	booking = pay(stripe, book(make_paid_type(price=100, deposit=30)))
	assert (booking.price, booking.amount_due, booking.amount_paid) == (100, 30, 30)
	assert stripe.kept(payment_of(booking).name) == 3000


@pytest.mark.long
@pytest.mark.parametrize(("price", "currency", "minor"), [(5000, "JPY", 5000), (12.5, "KWD", 12500)])
def test_currencies_without_or_with_three_decimals(stripe, price, currency, minor):
	make_currency(currency)
	booking = pay(stripe, book(make_paid_type(price=price, currency=currency)))
	assert booking.amount_paid == price
	assert stripe.kept(payment_of(booking).name) == minor


def make_currency(code):
	if not frappe.db.exists("Currency", code):
		frappe.get_doc({"doctype": "Currency", "currency_name": code, "enabled": 1}).insert()


def test_a_host_who_books_for_somebody_asks_for_no_money(stripe, paid_type, as_user):
	from dataclasses import replace

	from scheduler_integration.catalogue.lookup import find_bookable
	from scheduler_integration.parsing.booking_request import BookingPayload, OnBehalf, parse_booking_request

	page = page_of(paid_type)
	found = find_bookable(page.slug, paid_type.slug)
	values = payload(page, paid_type, NINE)
	request = parse_booking_request(BookingPayload.of(values), found.page, found.meeting_type)
	made = bookings.book(replace(request, on_behalf=OnBehalf()), found, NOW)
	assert (made.status, made.payment_status or "") == ("Scheduled", "")


def test_a_free_type_costs_no_statement(stripe):
	from tests.support.statements import recorded

	free = make_meeting_type(make_page())
	frappe.db.commit()
	with recorded() as statements:
		door.book(payload(page_of(free), free, NINE), NOW)
	assert not [text for text, _values in statements if "tabBooking Payment" in text or "tabPayment Notice" in text]
