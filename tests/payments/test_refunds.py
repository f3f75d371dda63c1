"""Money goes back: by the rule when a meeting ends, by hand, once, and never more than was paid."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.exceptions import InvalidRequest, TransitionNotAllowed
from scheduler_integration.meetings.tokens import manage_token
from tests.payments.conftest import DAY, NINE, NOW
from tests.payments.world import again, book, make_paid_type, pay, payment_of, planned_mails, press_pay, run, told
from tests.support.factories import page_of
from tests.support.outbox import tasks

pytestmark = pytest.mark.usefixtures("commit_clean", "at_now", "stripe")
HOUR = 3600


@pytest.fixture
def at_now(frozen):
	return frozen(NOW)


def cancel_as_attendee(booking, now):
	bookings.cancel_by_token(manage_token(booking), "", now)
	frappe.db.commit()
	return run(booking, now)


def kept(stripe, booking):
	return stripe.kept(payment_of(booking, provider="Stripe").name)


def test_who_cancels_in_time_gets_everything_back(stripe):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=50)))
	booking = cancel_as_attendee(booking, NINE - 2 * HOUR)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Cancelled", "Refunded", 50)
	assert kept(stripe, booking) == 0


@pytest.mark.parametrize(("percent", "left", "status"), [(50, 2500, "Partly Refunded"), (0, 5000, "Paid")])
def test_who_cancels_later_gets_what_the_rule_says(stripe, at_now, percent, left, status):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=percent)))
	at_now.move_to(NINE - HOUR)
	booking = cancel_as_attendee(booking, NINE - HOUR)
	assert (kept(stripe, booking), booking.payment_status) == (left, status)


def test_if_the_host_cancels_everything_goes_back_at_any_time(stripe):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=24)))
	bookings.cancel_by_host(booking.name, "", NINE - 60)
	frappe.db.commit()
	assert kept(stripe, run(booking, NINE - 60)) == 0


def test_a_declined_request_costs_nothing(stripe):
	booking = pay(stripe, book(make_paid_type(requires_confirmation=1)))
	bookings.decline(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (booking.status, kept(stripe, booking)) == ("Declined", 0)


def test_a_request_that_nobody_answers_costs_nothing(stripe):
	booking = pay(stripe, book(make_paid_type(requires_confirmation=1)))
	bookings.decline_unanswered_requests(NINE)
	booking = run(booking, NINE)
	assert (booking.status, kept(stripe, booking)) == ("Declined", 0)


def test_the_mails_say_what_was_paid_and_goes_back(stripe):
	booking = pay(stripe, book(make_paid_type(price=80, deposit=50, refund_notice_hours=0)))
	confirmed = {mail.reader.role: mail.text for mail in planned_mails(booking)}
	assert set(confirmed) == {"attendee", "host"}
	assert all("Paid: " in text and "Still to pay when you meet: " in text for text in confirmed.values())
	booking = cancel_as_attendee(booking, NOW)
	cancelled = {mail.reader.role: mail.text for mail in planned_mails(booking) if "cancelled" in mail.template}
	assert all("Paid back" in text for text in cancelled.values())
	assert "attendee" in cancelled


def test_a_refund_whose_answer_is_lost_is_made_once(stripe):
	booking = pay(stripe, book(make_paid_type()))
	stripe.fail("/v1/refunds", method="POST", lost=True)
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	run(booking)
	assert kept(stripe, run(booking, NOW + DAY)) == 0
	assert len(stripe.refunds) == 1


def test_a_refund_that_the_provider_refuses_is_told_to_the_hosts(stripe):
	booking = pay(stripe, book(make_paid_type()))
	stripe.fail("/v1/refunds", method="POST", status=400, body={"error": {"code": "insufficient_funds"}})
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (booking.payment_status, booking.amount_refunded) == ("Paid", 0)
	[task] = tasks(booking.name, kind="payment", purpose="refund")
	assert task.status == "Failed"
	assert "insufficient_funds" in task.error
	assert "insufficient_funds" in payment_of(booking).problem
	act(parse_command("refund", booking.name, amount="50"))
	frappe.db.commit()
	assert kept(stripe, run(booking)) == 0


def test_a_host_pays_a_part_back_and_then_the_rest(stripe):
	booking = pay(stripe, book(make_paid_type()))
	act(parse_command("refund", booking.name, amount="12,50"))
	frappe.db.commit()
	booking = run(booking)
	assert (booking.status, booking.payment_status, kept(stripe, booking)) == ("Scheduled", "Partly Refunded", 3750)
	assert "attendee_refunded" in told(booking)
	act(parse_command("refund", booking.name))
	frappe.db.commit()
	booking = run(booking)
	assert (booking.payment_status, kept(stripe, booking)) == ("Refunded", 0)
	with pytest.raises(InvalidRequest):
		act(parse_command("refund", booking.name, amount="1"))


@pytest.mark.parametrize("amount", ["0", "-1", "50.01", "a lot", "1e3", "nan"])
def test_a_host_cant_pay_back_what_wasnt_paid(stripe, amount):
	booking = pay(stripe, book(make_paid_type()))
	with pytest.raises(InvalidRequest):
		act(parse_command("refund", booking.name, amount=amount))


def test_what_a_host_paid_back_isnt_paid_back_again(stripe):
	booking = pay(stripe, book(make_paid_type()))
	act(parse_command("refund", booking.name, amount="20"))
	frappe.db.commit()
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (kept(stripe, booking), booking.amount_refunded) == (0, 50)


def test_money_that_was_paid_back_at_the_provider_is_known_here(stripe):
	from tests.payments.world import hear

	booking = pay(stripe, book(make_paid_type()))
	stripe.refund_by_hand(payment_of(booking).external_id, 1500)
	hear(stripe)
	booking = run(booking)
	assert (booking.payment_status, booking.amount_refunded) == ("Partly Refunded", 15)
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	assert kept(stripe, run(booking)) == 0


def test_a_booking_that_was_paid_in_cash_is_a_meeting_and_its_checkout_is_closed(stripe):
	booking = book(make_paid_type())
	session = press_pay(booking)
	act(parse_command("mark_paid", booking.name))
	frappe.db.commit()
	booking = run(booking)
	assert (booking.status, booking.payment_status, booking.amount_paid) == ("Scheduled", "Paid", 50)
	assert not stripe.pay(session)
	assert told(booking) == ["attendee_confirmed", "host_confirmed"]


def test_who_paid_online_and_in_cash_gets_the_online_money_back(stripe):
	booking = book(make_paid_type())
	session = press_pay(booking)
	act(parse_command("mark_paid", booking.name))
	frappe.db.commit()
	assert stripe.pay(session)
	booking = run(run(booking))
	assert (booking.status, kept(stripe, booking)) == ("Scheduled", 0)


def test_the_rest_after_a_deposit_is_paid_in_cash(stripe):
	booking = pay(stripe, book(make_paid_type(price=80, deposit=50)))
	act(parse_command("mark_paid", booking.name))
	frappe.db.commit()
	booking = again(booking)
	assert (booking.amount_paid, booking.payment_status) == (80, "Paid")
	with pytest.raises(TransitionNotAllowed):
		act(parse_command("mark_paid", booking.name))


def test_cash_goes_back_by_hand(stripe):
	booking = book(make_paid_type())
	act(parse_command("mark_paid", booking.name))
	act(parse_command("refund", booking.name, amount="50"))
	frappe.db.commit()
	booking = run(booking)
	assert booking.payment_status == "Refunded"
	assert not stripe.refunds


def test_a_cancellation_that_is_undone_pays_nothing_back(stripe, at_now):
	from scheduler_integration.entry.commands import act_undoably, undo

	booking = pay(stripe, book(make_paid_type()))
	at_now.move_to(NOW + 1)
	_done, facts = act_undoably(parse_command("cancel", booking.name))
	frappe.db.commit()
	undo(facts)
	frappe.db.commit()
	booking = run(booking, NOW + DAY)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Scheduled", "Paid", 0)
	assert kept(stripe, booking) == 5000
	assert not payment_of(booking).refunds


def test_a_session_is_cancelled_for_all_who_paid_and_all_who_didnt(stripe):
	workshop = make_paid_type(seats=5)
	paid, unpaid = pay(stripe, book(workshop)), book(workshop)
	session = press_pay(unpaid)
	bookings.cancel_by_host(paid.name, "", NOW, for_all=True)
	frappe.db.commit()
	paid, unpaid = run(paid), run(unpaid)
	assert (kept(stripe, paid), unpaid.payment_status, told(unpaid)) == (0, "Unpaid", [])
	assert not stripe.pay(session)


def test_an_erased_person_still_gets_the_money_back(stripe):
	booking = pay(stripe, book(make_paid_type()))
	bookings.cancel_by_host(booking.name, "", NOW)
	bookings.forget_bookings([booking.name])
	frappe.db.commit()
	assert kept(stripe, run(booking)) == 0


def test_strangers_and_colleagues_move_no_money(stripe, as_user):
	from tests.support.factories import make_user

	booking = pay(stripe, book(make_paid_type()))
	for user in (make_user("Eve"), "Guest"):
		with as_user(user):
			for action in ("refund", "mark_paid"):
				with pytest.raises(frappe.PermissionError):
					act(parse_command(action, booking.name))
				frappe.db.rollback()
	with as_user(page_of(frappe.get_doc("Meeting Type", booking.meeting_type)).user):
		assert frappe.get_list("Booking Payment", pluck="booking") == [booking.name]
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("Booking Payment", payment_of(booking).name)


def test_nobody_deletes_a_payment(stripe):
	booking = pay(stripe, book(make_paid_type()))
	with pytest.raises(frappe.ValidationError):
		frappe.delete_doc("Booking Payment", payment_of(booking).name, force=True, ignore_permissions=True)
