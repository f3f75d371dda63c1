"""Stripe's interface against the stand-in: each request once, whatever happens to its answer."""

import frappe
import pytest

from scheduler_integration.exceptions import AccessRevoked, PaymentRefused, SignatureRefused, Unreachable
from scheduler_integration.payments.provider import DONE, FAILED, SENT, Order, State
from scheduler_integration.payments.providers import stripe as provider
from tests.payments.conftest import NOW


def order(**fields):
	values = {
		"payment": frappe.generate_hash(length=10),
		"title": "Advice",
		"amount": 5000,
		"currency": "EUR",
		"email": "ada@guests.example",
		"name": "Ada",
		"language": "de",
		"expires_at": provider.session_ends(NOW + 1800),
		"return_url": "https://site.example/schedule/pay/x?returned=1",
		"back_url": "https://site.example/schedule/pay/x",
	}
	return Order(**{**values, **fields})


@pytest.fixture
def opened(stripe):
	"""Return an open payment as its record has it."""
	asked = order()
	checkout = provider.Stripe().open(asked)
	return frappe._dict(name=asked.payment, external_id=checkout.external_id, external_payment="")


def paid(stripe, opened):
	assert stripe.pay(opened.external_id)
	seen = provider.Stripe().look(opened)
	return frappe._dict(opened, external_payment=seen.reference)


def test_a_session_is_asked_for_once_though_the_answer_is_lost(stripe):
	stripe.fail("/v1/checkout/sessions", method="POST", lost=True)
	asked = order()
	with pytest.raises(Unreachable):
		provider.Stripe().open(asked)
	checkout = provider.Stripe().open(asked)
	[session] = stripe.sessions_of(asked.payment)
	assert checkout.external_id == session["id"]
	assert (session["amount_total"], session["currency"], session["locale"]) == (5000, "eur", "de")


def test_a_payment_is_seen(stripe, opened):
	assert provider.Stripe().look(opened).state is State.OPEN
	seen = provider.Stripe().look(paid(stripe, opened))
	assert (seen.state, seen.amount, seen.currency, seen.paid_at, seen.refunds) == (State.PAID, 5000, "EUR", NOW, ())


def test_a_closed_session_takes_no_money(stripe, opened):
	assert provider.Stripe().close(opened).state is State.CLOSED
	assert not stripe.pay(opened.external_id)
	assert provider.Stripe().close(opened).state is State.CLOSED


def test_a_session_that_was_paid_cant_be_closed_and_says_so(stripe, opened):
	stripe.pay(opened.external_id)
	assert provider.Stripe().close(opened).state is State.PAID


def test_a_refund_is_made_once_though_the_answer_is_lost(stripe, opened):
	payment = paid(stripe, opened)
	stripe.fail("/v1/refunds", method="POST", lost=True)
	with pytest.raises(Unreachable):
		provider.Stripe().refund(payment, "refund-1", 2000)
	made = provider.Stripe().refund(payment, "refund-1", 2000)
	assert list(stripe.refunds) == [made.external_id]


def test_a_refund_is_found_by_its_mark_when_stripe_has_forgotten_the_key(stripe, opened):
	payment = paid(stripe, opened)
	made = provider.Stripe().refund(payment, "refund-1", 2000)
	assert (made.key, made.status) == ("refund-1", DONE)
	assert provider.Stripe().refunds(payment) == (made,)


@pytest.mark.parametrize(
	("status", "here"), [("pending", SENT), ("requires_action", SENT), ("failed", FAILED), ("canceled", FAILED)]
)
def test_a_refund_that_isnt_there_yet_was_taken_for_done(stripe, opened, status, here):
	stripe.refunds_begin_as = status
	assert provider.Stripe().refund(paid(stripe, opened), "refund-1", 2000).status == here


def test_all_pages_of_recent_refunds_are_read(stripe, opened):
	payment = paid(stripe, opened)
	stripe.refund_by_hand(opened.external_id, 1)
	stripe.clock.move_to(NOW + 60)
	for _refund in range(101):
		stripe.refund_by_hand(opened.external_id, 2)
	found = provider.Stripe().recent_refunds(NOW + 60)
	assert len({each.external_id for each in found}) == 101
	assert {each.reference for each in found} == {payment.external_payment}


def test_more_than_was_paid_cant_be_paid_back(stripe, opened):
	payment = paid(stripe, opened)
	provider.Stripe().refund(payment, "refund-1", 5000)
	with pytest.raises(PaymentRefused) as refused:
		provider.Stripe().refund(payment, "refund-2", 1)
	assert refused.value.reason == "charge_already_refunded"


def test_a_wrong_key_is_no_part_of_the_error(stripe, opened):
	stripe.key = "sk_live_changed"
	with pytest.raises(AccessRevoked) as refused:
		provider.Stripe().look(opened)
	assert "sk_" not in str(refused.value)


def test_stripes_own_sentences_arent_passed_on(stripe, opened):
	stripe.fail("/v1/checkout", status=400)
	with pytest.raises(PaymentRefused) as refused:
		provider.Stripe().look(opened)
	assert "sk_" not in str(refused.value)


def test_a_signed_notice_is_read(stripe, opened):
	stripe.pay(opened.external_id)
	body, headers = stripe.notification(stripe.events[-1])
	notice = provider.read_notice(body, headers["Stripe-Signature"], NOW)
	assert notice.kind == "checkout.session.completed"
	assert opened.name in notice.about


@pytest.mark.parametrize("how", [{"secret": "whsec_other"}, {"age": 301}, {"age": -301}])
def test_a_notice_that_is_forged_or_old_is_refused(stripe, opened, how):
	stripe.pay(opened.external_id)
	body, headers = stripe.notification(stripe.events[-1], **how)
	with pytest.raises(SignatureRefused):
		provider.read_notice(body, headers["Stripe-Signature"], NOW)


@pytest.mark.parametrize("signature", ["", "t=1", "v1=ab", f"t={NOW},v1=", f"t={NOW},v1=é", "t=²,v1=ab", "nonsense"])
def test_a_signature_that_cant_be_read_is_refused(stripe, signature):
	with pytest.raises(SignatureRefused):
		provider.read_notice(b"{}", signature, NOW)


def test_without_a_secret_nobody_can_sign(stripe):
	settings = frappe.get_doc("Scheduler Settings")
	settings.stripe_webhook_secret = ""
	settings.save()
	body, headers = stripe.notification({"id": "evt_1", "type": "x", "data": {"object": {}}}, secret=" ")
	with pytest.raises(SignatureRefused):
		provider.read_notice(body, headers["Stripe-Signature"], NOW)
