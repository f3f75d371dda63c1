"""Money goes back: by the rule when a meeting ends, by hand, once, and never more than was paid."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.exceptions import InvalidRequest, PaymentsUnderWay, TransitionNotAllowed, Unreachable
from scheduler_integration.meetings.tokens import manage_token
from tests.payments.conftest import DAY, NINE, NOW, enter_keys
from tests.payments.world import again, book, hear, make_paid_type, pay, payment_of, planned_mails, press_pay, run, told
from tests.support.factories import make_meeting_type, make_page, page_of
from tests.support.outbox import tasks

pytestmark = pytest.mark.usefixtures("commit_clean", "at_now", "stripe")
HOUR = 3600


def cancel_as_attendee(booking, now):
	bookings.cancel_by_token(manage_token(booking), "", now)
	frappe.db.commit()
	return run(booking, now)


def kept(stripe, booking):
	return stripe.kept(payment_of(booking, provider="Stripe").name)


@pytest.mark.long
def test_who_cancels_in_time_gets_everything_back(stripe):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=50)))
	booking = cancel_as_attendee(booking, NINE - 2 * HOUR)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Cancelled", "Refunded", 50)
	assert kept(stripe, booking) == 0


@pytest.mark.long
@pytest.mark.parametrize(("percent", "left", "status"), [(50, 2500, "Partly Refunded"), (0, 5000, "Paid")])
def test_who_cancels_later_gets_what_the_rule_says(stripe, at_now, percent, left, status):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=percent)))
	at_now.move_to(NINE - HOUR)
	booking = cancel_as_attendee(booking, NINE - HOUR)
	assert (kept(stripe, booking), booking.payment_status) == (left, status)


@pytest.mark.long
def test_if_the_host_cancels_everything_goes_back_at_any_time(stripe):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=24)))
	bookings.cancel_by_host(booking.name, "", NINE - 60)
	frappe.db.commit()
	assert kept(stripe, run(booking, NINE - 60)) == 0


@pytest.mark.long
def test_a_declined_request_costs_nothing(stripe):
	booking = pay(stripe, book(make_paid_type(requires_confirmation=1)))
	bookings.decline(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (booking.status, kept(stripe, booking)) == ("Declined", 0)


@pytest.mark.long
def test_a_request_that_nobody_answers_costs_nothing(stripe):
	booking = pay(stripe, book(make_paid_type(requires_confirmation=1)))
	bookings.decline_unanswered_requests(NINE)
	booking = run(booking, NINE)
	assert (booking.status, kept(stripe, booking)) == ("Declined", 0)


@pytest.mark.long
def test_the_mails_say_what_was_paid_and_goes_back(stripe):
	booking = pay(stripe, book(make_paid_type(price=80, deposit=50, refund_notice_hours=0)))
	confirmed = {mail.reader.role: mail.text for mail in planned_mails(booking)}
	assert set(confirmed) == {"attendee", "host"}
	assert all("Paid: " in text and "Still to pay when you meet: " in text for text in confirmed.values())
	booking = cancel_as_attendee(booking, NOW)
	cancelled = {mail.reader.role: mail.text for mail in planned_mails(booking) if "cancelled" in mail.template}
	assert all("Paid back" in text for text in cancelled.values())
	assert "attendee" in cancelled


@pytest.mark.long
def test_a_refund_whose_answer_is_lost_is_made_once(stripe):
	booking = pay(stripe, book(make_paid_type()))
	stripe.fail("/v1/refunds", method="POST", lost=True)
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	run(booking)
	assert kept(stripe, run(booking, NOW + DAY)) == 0
	assert len(stripe.refunds) == 1


@pytest.mark.long
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


@pytest.mark.long
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


def test_paying_back_a_meeting_that_costs_nothing_was_an_error_500():
	booking = book(make_meeting_type(make_page()))
	with pytest.raises(InvalidRequest):
		act(parse_command("refund", booking.name, amount="12"))


@pytest.mark.long
def test_what_a_host_paid_back_isnt_paid_back_again(stripe):
	booking = pay(stripe, book(make_paid_type()))
	act(parse_command("refund", booking.name, amount="20"))
	frappe.db.commit()
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (kept(stripe, booking), booking.amount_refunded) == (0, 50)


@pytest.mark.long
def test_money_that_was_paid_back_at_the_provider_is_known_here(stripe):
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


@pytest.mark.long
def test_who_paid_online_and_in_cash_gets_the_online_money_back(stripe):
	booking = book(make_paid_type())
	session = press_pay(booking)
	act(parse_command("mark_paid", booking.name))
	frappe.db.commit()
	assert stripe.pay(session)
	booking = run(run(booking))
	assert (booking.status, kept(stripe, booking)) == ("Scheduled", 0)


@pytest.mark.long
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


def cancelled_and_undone(stripe, at_now):
	from scheduler_integration.entry.commands import act_undoably, undo

	booking = pay(stripe, book(make_paid_type()))
	at_now.move_to(NOW + 1)
	_done, facts = act_undoably(parse_command("cancel", booking.name))
	frappe.db.commit()
	undo(facts)
	frappe.db.commit()
	return booking


@pytest.mark.long
def test_a_cancellation_that_is_undone_pays_nothing_back(stripe, at_now):
	booking = cancelled_and_undone(stripe, at_now)
	booking = run(booking, NOW + DAY)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Scheduled", "Paid", 0)
	assert kept(stripe, booking) == 5000
	assert not payment_of(booking).refunds


@pytest.mark.long
def test_a_session_is_cancelled_for_all_who_paid_and_all_who_didnt(stripe):
	workshop = make_paid_type(seats=5)
	paid, unpaid = pay(stripe, book(workshop)), book(workshop)
	session = press_pay(unpaid)
	bookings.cancel_by_host(paid.name, "", NOW, for_all=True)
	frappe.db.commit()
	paid, unpaid = run(paid), run(unpaid)
	assert (kept(stripe, paid), unpaid.payment_status, told(unpaid)) == (0, "Unpaid", [])
	assert not stripe.pay(session)


@pytest.mark.long
def test_an_erased_person_still_gets_the_money_back(stripe):
	booking = pay(stripe, book(make_paid_type()))
	bookings.cancel_by_host(booking.name, "", NOW)
	bookings.forget_bookings([booking.name])
	frappe.db.commit()
	assert kept(stripe, run(booking)) == 0


@pytest.mark.long
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


@pytest.mark.long
def test_nobody_deletes_a_payment(stripe):
	booking = pay(stripe, book(make_paid_type()))
	with pytest.raises(frappe.ValidationError):
		frappe.delete_doc("Booking Payment", payment_of(booking).name, force=True, ignore_permissions=True)


def pay_back_there(stripe, booking, amount):
	return stripe.refund_by_hand(payment_of(booking, provider="Stripe").external_id, amount)


def cancel_as_host(booking, now=NOW):
	bookings.cancel_by_host(booking.name, "", now)
	frappe.db.commit()
	return run(booking, now)


def refunds_of(booking):
	return [(row.amount, row.status) for row in payment_of(booking, provider="Stripe").refunds]


def mails_of(booking, template):
	"""Return the mails with this template, the text for the attendee and the hosts by their role."""
	return {mail.reader.role: mail for mail in planned_mails(booking) if mail.template == template}


@pytest.mark.long
def test_after_a_refund_at_the_dashboard_that_nobody_told_every_refund_failed(stripe):
	booking = pay(stripe, book(make_paid_type()))
	pay_back_there(stripe, booking, 1000)
	booking = cancel_as_host(booking)
	assert (booking.payment_status, booking.amount_refunded, kept(stripe, booking)) == ("Refunded", 50, 0)
	assert sorted(refunds_of(booking)) == [(10, "Done"), (40, "Done")]
	assert [task.status for task in tasks(booking.name, kind="payment", purpose="refund")] == ["Sent"]
	assert payment_of(booking).problem is None


@pytest.mark.long
def test_what_was_paid_back_at_the_dashboard_counts_for_what_the_terms_say(stripe, at_now):
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=50)))
	pay_back_there(stripe, booking, 1000)
	at_now.move_to(NINE - HOUR)
	booking = cancel_as_attendee(booking, NINE - HOUR)
	assert (booking.amount_refunded, kept(stripe, booking)) == (25, 2500)


@pytest.mark.long
def test_a_refund_at_the_dashboard_in_the_same_moment_lowers_ours(stripe, monkeypatch):
	from scheduler_integration.payments.providers.stripe import Stripe

	booking = pay(stripe, book(make_paid_type()))
	asked = Stripe.refunds

	def listed(provider, payment):
		found = asked(provider, payment)
		if not stripe.refunds:
			pay_back_there(stripe, booking, 1000)
		return found

	monkeypatch.setattr(Stripe, "refunds", listed)
	booking = cancel_as_host(booking)
	assert (booking.amount_refunded, kept(stripe, booking)) == (50, 0)
	assert sorted(refunds_of(booking)) == [(10, "Done"), (40, "Done")]


@pytest.mark.long
def test_a_refused_refund_said_more_than_was_sent_and_the_next_attempt_paid_it(stripe, at_now):
	from scheduler_integration.outbox.steer import try_again

	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=50)))
	pay_back_there(stripe, booking, 1000)
	stripe.fail("/v1/refunds", method="POST", status=400, body={"error": {"code": "insufficient_funds"}})
	at_now.move_to(NINE - HOUR)
	booking = cancel_as_attendee(booking, NINE - HOUR)
	assert (booking.amount_refunded, sorted(refunds_of(booking))) == (10, [(10, "Done"), (15, "Failed")])
	assert payment_of(booking).problem.startswith("15.00 EUR")
	[task] = tasks(booking.name, kind="payment", purpose="refund")
	try_again(task.name, NINE - HOUR)
	frappe.db.commit()
	booking = run(run(booking, NINE - HOUR), NINE - HOUR)
	assert (booking.amount_refunded, kept(stripe, booking)) == (25, 2500)


@pytest.mark.long
def test_all_was_paid_back_at_the_dashboard_and_nothing_is_left_for_us(stripe):
	booking = pay(stripe, book(make_paid_type()))
	pay_back_there(stripe, booking, 5000)
	booking = cancel_as_host(booking)
	assert (booking.amount_refunded, kept(stripe, booking)) == (50, 0)
	assert [task.status for task in tasks(booking.name, kind="payment", purpose="refund")] == ["Sent"]
	assert told(booking).count("attendee_refund_failed") == 0


@pytest.mark.long
def test_our_own_refund_was_counted_as_one_from_the_dashboard(stripe):
	"""A worker dies after Stripe has carried the refund out. The next look finds it, and it is the planned one."""
	booking = pay(stripe, book(make_paid_type(refund_notice_hours=2, late_refund_percent=40)))
	stripe.fail("/v1/refunds", method="POST", lost=True)
	act(parse_command("refund", booking.name, amount="20"))
	frappe.db.commit()
	run(booking)
	stripe.events.append(event_about(stripe, booking))
	hear(stripe)
	booking = run(booking, NOW + HOUR)
	assert (booking.payment_status, booking.amount_refunded, kept(stripe, booking)) == ("Partly Refunded", 20, 3000)
	assert refunds_of(booking) == [(20, "Done")]
	assert told(booking).count("attendee_refunded") == 1


def event_about(stripe, booking):
	intent = payment_of(booking, provider="Stripe").external_payment
	about = {"id": f"ch_{intent}", "payment_intent": intent}
	return {"id": f"evt_{frappe.generate_hash()}", "type": "charge.refunded", "data": {"object": about}}


@pytest.mark.long
def test_a_refund_that_waits_isnt_done_and_then_it_is(stripe):
	stripe.refunds_begin_as = "pending"
	booking = cancel_as_host(pay(stripe, book(make_paid_type())))
	assert refunds_of(booking) == [(50, "Sent")]
	[task] = tasks(booking.name, kind="payment", purpose="refund")
	assert (task.status, task.error) == ("Pending", None)
	[refund] = stripe.refunds
	stripe.end_refund(refund, "succeeded")
	booking = run(booking, NOW + DAY)
	assert refunds_of(booking) == [(50, "Done")]


@pytest.mark.long
@pytest.mark.parametrize("begins_as", ["pending", "succeeded"])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_refund_that_failed_later_stayed_refunded(stripe, begins_as, is_told):
	stripe.refunds_begin_as = begins_as
	booking = cancel_as_host(pay(stripe, book(make_paid_type(), language="de")))
	assert booking.payment_status == "Refunded"
	stripe.events.clear()
	[refund] = stripe.refunds
	stripe.end_refund(refund, "failed")
	if is_told:
		hear(stripe)
		now = NOW
	else:
		now = NOW + DAY
		bookings.look_at_missed_refunds(now)
	booking = run(booking, now)
	assert (booking.status, booking.payment_status, booking.amount_refunded) == ("Cancelled", "Paid", 0)
	assert refunds_of(booking) == [(50, "Failed")]
	[task] = tasks(booking.name, kind="payment", purpose="refund")
	assert (task.status, "expired_or_canceled_card" in task.error) == ("Failed", True)
	assert mails_of(booking, "attendee_refund_failed")["attendee"].subject.startswith("Ihr Geld ist nicht angekommen")
	assert "/scheduling/meeting/" in mails_of(booking, "host_refund_failed")["host"].text


@pytest.mark.long
def test_a_person_tries_a_failed_refund_again(stripe):
	from scheduler_integration.outbox.steer import try_again

	stripe.refunds_begin_as = "pending"
	booking = cancel_as_host(pay(stripe, book(make_paid_type())))
	[refund] = stripe.refunds
	stripe.end_refund(refund, "failed")
	booking = run(booking, NOW + DAY)
	[task] = tasks(booking.name, kind="payment", purpose="refund")
	assert task.status == "Failed"
	assert frappe.db.exists("Notification Log", {"document_name": booking.name, "subject": ["like", "%back%"]})
	stripe.refunds_begin_as = "succeeded"
	try_again(task.name, NOW + DAY)
	frappe.db.commit()
	booking = run(run(booking, NOW + DAY), NOW + DAY)
	assert (booking.payment_status, kept(stripe, booking)) == ("Refunded", 0)
	assert refunds_of(booking) == [(50, "Failed"), (50, "Done")]
	assert payment_of(booking).problem is None
	assert "Failed" not in {task.status for task in tasks(booking.name, kind="payment")}
	assert told(booking).count("attendee_refunded") == 1


@pytest.mark.long
def test_a_refund_at_the_dashboard_that_fails_is_owed_by_us_if_we_had_promised_it(stripe):
	booking = pay(stripe, book(make_paid_type()))
	stripe.refunds_begin_as = "pending"
	refund = pay_back_there(stripe, booking, 5000)
	booking = cancel_as_host(booking)
	assert kept(stripe, booking) == 0
	stripe.refunds_begin_as = "succeeded"
	stripe.end_refund(refund, "failed")
	hear(stripe)
	booking = run(run(booking))
	assert (booking.amount_refunded, kept(stripe, booking)) == (50, 0)
	assert refunds_of(booking)[-1] == (50, "Done")
	assert told(booking).count("attendee_refund_failed") == 0


@pytest.mark.long
def test_a_refund_at_the_dashboard_that_fails_is_nothing_that_we_owe_otherwise(stripe):
	booking = pay(stripe, book(make_paid_type()))
	refund = pay_back_there(stripe, booking, 1000)
	hear(stripe)
	booking = run(booking)
	assert (booking.status, booking.amount_refunded) == ("Scheduled", 10)
	assert told(booking).count("attendee_refunded") == 1
	stripe.end_refund(refund, "failed")
	hear(stripe)
	booking = run(run(booking))
	assert (booking.status, booking.amount_refunded, kept(stripe, booking)) == ("Scheduled", 0, 5000)
	assert told(booking).count("attendee_refund_failed") == 1


@pytest.mark.long
def test_a_refund_at_the_dashboard_whose_notice_is_lost_is_found_with_one_request(stripe):
	first, second = (pay(stripe, book(make_paid_type())) for _each in range(2))
	pay_back_there(stripe, first, 1500)
	stripe.events.clear()
	stripe.log.clear()
	bookings.look_at_missed_refunds(NOW)
	assert len(stripe.log) == 1
	first, second = run(first), run(second)
	assert [(each.payment_status, each.amount_refunded) for each in (first, second)] == [
		("Partly Refunded", 15),
		("Paid", 0),
	]
	stripe.log.clear()
	bookings.look_at_missed_refunds(NOW)
	run(first)
	assert len(stripe.log) == 1, "what is known needs no second look"


@pytest.mark.long
def test_the_message_about_a_failed_refund_leaves_though_the_meeting_is_over(stripe):
	booking = cancel_as_host(pay(stripe, book(make_paid_type())))
	[refund] = stripe.refunds
	stripe.end_refund(refund, "failed")
	hear(stripe, NOW)
	run(booking)
	[task] = tasks(booking.name, purpose="attendee_refund_failed")
	assert task.expires_at is None


@pytest.mark.long
def test_a_cancellation_whose_refund_was_taken_back_owes_nothing(stripe, at_now):
	booking = cancelled_and_undone(stripe, at_now)
	refund = pay_back_there(stripe, booking, 1000)
	stripe.end_refund(refund, "failed")
	hear(stripe)
	booking = run(run(booking, NOW + DAY), NOW + DAY)
	assert (booking.amount_refunded, kept(stripe, booking), payment_of(booking).owed_minor) == (0, 5000, 0)


@pytest.mark.long
def test_a_cancellation_that_was_undone_left_a_promise_to_pay_back_what_the_dashboard_had(stripe, at_now):
	from scheduler_integration.entry.commands import act_undoably, undo

	booking = pay(stripe, book(make_paid_type()))
	stripe.refunds_begin_as = "pending"
	refund = pay_back_there(stripe, booking, 1000)
	hear(stripe)
	assert run(booking).amount_refunded == 10
	at_now.move_to(NOW + 1)
	_done, facts = act_undoably(parse_command("cancel", booking.name))
	frappe.db.commit()
	undo(facts)
	frappe.db.commit()
	stripe.refunds_begin_as = "succeeded"
	stripe.end_refund(refund, "failed")
	hear(stripe)
	booking = run(run(booking, NOW + DAY), NOW + DAY)
	assert (booking.status, booking.amount_refunded, kept(stripe, booking)) == ("Scheduled", 0, 5000)


class TestAnotherAccount:
	@staticmethod
	def enter(key):
		settings = frappe.get_doc("Scheduler Settings")
		settings.stripe_secret_key = key
		settings.save()

	def test_open_payments_waited_for_ever_after_the_account_was_changed(self, stripe):
		booking = book(make_paid_type())
		press_pay(booking)
		stripe.keys_of_others.add("sk_test_of_another_account")
		with pytest.raises(PaymentsUnderWay, match=booking.name):
			self.enter("sk_test_of_another_account")
		frappe.db.rollback()
		with pytest.raises(PaymentsUnderWay):
			self.enter("")

	def test_a_lost_answer_let_the_account_change_while_its_page_could_still_be_paid(self, stripe):
		pay(stripe, book(make_paid_type()))
		booking = book(make_paid_type())
		stripe.fail("/v1/checkout/sessions", method="POST", lost=True)
		with pytest.raises(Unreachable):
			press_pay(booking)
		frappe.db.rollback()
		stripe.keys_of_others.add("sk_test_of_another_account")
		with pytest.raises(PaymentsUnderWay, match=booking.name):
			self.enter("sk_test_of_another_account")
		frappe.db.rollback()
		stripe.key = "sk_test_rolled"
		self.enter("sk_test_rolled")
		assert pay(stripe, booking).payment_status == "Paid"
		assert len(stripe.sessions) == 2

	def test_a_new_key_of_the_same_account_is_taken_at_once(self, stripe):
		press_pay(book(make_paid_type()))
		stripe.key = "sk_test_rolled"
		self.enter("sk_test_rolled")

	@pytest.mark.long
	def test_refunds_under_way_keep_the_account_and_others_dont(self, stripe):
		stripe.refunds_begin_as = "pending"
		booking = cancel_as_host(pay(stripe, book(make_paid_type())))
		stripe.keys_of_others.add("sk_test_of_another_account")
		with pytest.raises(PaymentsUnderWay):
			self.enter("sk_test_of_another_account")
		frappe.db.rollback()
		[refund] = stripe.refunds
		stripe.end_refund(refund, "succeeded")
		run(booking, NOW + DAY)
		self.enter("sk_test_of_another_account")
		enter_keys(stripe)
