"""Gateways of the payments app. Without the app, a small look-alike of it plays its part: the contract of both generations."""

import json
import sys
from types import ModuleType, SimpleNamespace

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.tokens import pay_token
from scheduler_integration.payments.providers import payments_app
from tests.payments.conftest import NOW
from tests.payments.test_flow import make_currency
from tests.payments.world import HALF_AN_HOUR, again, book, make_paid_type, payment_of, press_pay, run, told
from tests.support.stand_ins import field, is_real, standing_in

GATEWAY = "Stripe-Tests"


# Known only once a site is open.
def is_installed():
	return "payments" in frappe.get_installed_apps()


LOOK_ALIKES = {
	"Payment Gateway": {"autoname": "field:gateway", "fields": [field("gateway", "Data")]},
	"Integration Request": {
		"autoname": "hash",
		"fields": [
			field("integration_request_service", "Data"),
			field("reference_doctype", "Data"),
			field("reference_docname", "Data"),
			field("status", "Data"),
			field("data", "Code"),
		],
	},
}
pytestmark = pytest.mark.usefixtures("commit_clean", "at_now")


@pytest.fixture(scope="module", autouse=True)
def _doctypes(site):
	with standing_in(LOOK_ALIKES):
		yield


class Controller:
	"""A gateway as the app has it. `first` is its first generation."""

	doctype = "Stripe Settings"

	def __init__(self, first=True):
		self.meta = SimpleNamespace(has_field=lambda name: name == "checkout_mode" and not first)
		self.asked = []

	def validate_transaction_currency(self, currency):
		if currency == "XAU":
			frappe.throw("Not with sk_live_secret")

	def get_payment_url(self, **asked):
		self.asked.append(asked)
		return f"https://site.example/stripe_checkout?order={asked['order_id']}"


@pytest.fixture
def gateway(monkeypatch):
	controller = Controller()
	if is_installed():
		monkeypatch.setattr("payments.utils.get_payment_gateway_controller", lambda _name: controller)
	else:
		utils = ModuleType("payments.utils")
		utils.get_payment_gateway_controller = lambda _name: controller
		monkeypatch.setitem(sys.modules, "payments", ModuleType("payments"))
		monkeypatch.setitem(sys.modules, "payments.utils", utils)
	monkeypatch.setattr(payments_app, "is_installed", lambda: True)
	if not frappe.db.exists("Payment Gateway", GATEWAY):
		frappe.get_doc({"doctype": "Payment Gateway", "gateway": GATEWAY}).insert()
	choose_gateway()
	yield controller
	frappe.db.rollback()
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")


def choose_gateway():
	settings = frappe.get_doc("Scheduler Settings")
	settings.update({"payment_provider": "Payments App", "payment_gateway": GATEWAY})
	settings.save()


def logged(payment, amount=50, status="Completed", currency="EUR", service="Stripe"):
	"""Log what a gateway does if the money came."""
	data = {"amount": str(amount), "currency": currency, "reference_docname": payment.name}
	frappe.get_doc(
		{
			"doctype": "Integration Request",
			"integration_request_service": service,
			"reference_doctype": "Booking Payment",
			"reference_docname": payment.name,
			"status": status,
			"data": json.dumps(data),
		}
	).insert()
	frappe.db.commit()


def authorise(payment, status="Completed"):
	"""Call the Booking Payment as a gateway does, and return the address to which the guest goes."""
	there = frappe.get_doc("Booking Payment", payment.name).run_method("on_payment_authorized", status)
	frappe.db.commit()
	return there


@pytest.mark.long
def test_a_guest_pays_at_a_gateway(gateway):
	booking = book(make_paid_type())
	press_pay(booking)
	[asked] = gateway.asked
	payment = payment_of(booking)
	assert (asked["amount"], asked["currency"], asked["reference_doctype"]) == (50, "EUR", "Booking Payment")
	assert (asked["reference_docname"], asked["payment_gateway"], payment.payment_gateway) == (
		payment.name,
		GATEWAY,
		GATEWAY,
	)
	logged(payment)
	assert f"/schedule/pay/{pay_token(booking)}?returned=1" in authorise(payment)
	booking = run(booking)
	assert (booking.status, booking.payment_status, booking.amount_paid) == ("Scheduled", "Paid", 50)
	assert told(booking) == ["attendee_confirmed", "host_confirmed"]


@pytest.mark.long
def test_money_is_found_at_the_deadline_though_the_call_failed_in_silence(gateway, at_now):
	booking = book(make_paid_type())
	press_pay(booking)
	logged(payment_of(booking), status="Authorized")
	at_now.move_to(booking.pay_until)
	assert run(booking, booking.pay_until).payment_status == "Paid"


def test_money_that_came_after_the_deadline_is_found_by_the_job(gateway, at_now):
	booking = book(make_paid_type())
	press_pay(booking)
	at_now.move_to(booking.pay_until)
	assert run(booking, booking.pay_until).status == "Expired"
	logged(payment_of(booking))
	bookings.look_at_missed_payments(NOW + HALF_AN_HOUR + 60)
	booking = run(booking, booking.pay_until + 60)
	assert (booking.status, booking.payment_status) == ("Scheduled", "Paid")


def test_an_amount_that_the_browser_has_changed_books_nothing(gateway):
	booking = book(make_paid_type())
	press_pay(booking)
	logged(payment_of(booking), amount="0.50")
	authorise(payment_of(booking))
	booking = run(run(booking))
	assert booking.status == "Expired"
	assert told(booking) == ["attendee_refunded"]
	assert "by hand" in payment_of(booking).problem


@pytest.mark.long
def test_a_series_is_paid_at_a_gateway_with_its_sum(gateway):
	booking = book(make_paid_type(repeats="Fixed", repeat_weeks=1, repeat_count=3))
	press_pay(booking)
	assert [asked["amount"] for asked in gateway.asked] == [150]
	payment = payment_of(booking)
	logged(payment, amount=150)
	authorise(payment)
	run(booking)
	dates = frappe.get_all("Booking", {"series": booking.series}, ["status", "amount_paid"])
	assert [(row.status, row.amount_paid) for row in dates] == [("Scheduled", 50)] * 3


@pytest.mark.long
def test_a_series_whose_gateway_logs_no_amount_is_paid(gateway):
	booking = book(make_paid_type(repeats="Fixed", repeat_weeks=1, repeat_count=3))
	press_pay(booking)
	authorise(payment_of(booking))
	run(booking)
	assert set(frappe.get_all("Booking", {"series": booking.series}, pluck="status")) == {"Scheduled"}


@pytest.mark.long
def test_the_price_of_one_date_books_no_series(gateway):
	booking = book(make_paid_type(repeats="Fixed", repeat_weeks=1, repeat_count=3))
	press_pay(booking)
	logged(payment_of(booking), amount=50)
	authorise(payment_of(booking))
	run(run(booking))
	assert set(frappe.get_all("Booking", {"series": booking.series}, pluck="status")) == {"Expired"}


@pytest.mark.long
def test_money_for_a_series_that_came_after_the_deadline_is_found_by_the_job(gateway, at_now):
	booking = book(make_paid_type(repeats="Fixed", repeat_weeks=1, repeat_count=3))
	press_pay(booking)
	at_now.move_to(booking.pay_until)
	assert run(booking, booking.pay_until).status == "Expired"
	logged(payment_of(booking), amount=150)
	bookings.look_at_missed_payments(NOW + HALF_AN_HOUR + 60)
	run(booking, booking.pay_until + 60)
	states = frappe.get_all("Booking", {"series": booking.series}, ["status", "payment_status"])
	assert [(row.status, row.payment_status) for row in states] == [("Scheduled", "Paid")] * 3


def test_an_answer_that_isnt_good_books_nothing(gateway):
	booking = book(make_paid_type())
	press_pay(booking)
	authorise(payment_of(booking), "Failed")
	assert run(booking).payment_status == "Awaiting"


@pytest.mark.long
def test_a_cancelled_meeting_is_paid_back_by_hand_and_the_host_notes_it(gateway):
	from scheduler_integration.entry.commands import act, parse_command

	booking = book(make_paid_type())
	press_pay(booking)
	logged(payment_of(booking))
	authorise(payment_of(booking))
	booking = run(booking)
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.commit()
	booking = run(booking)
	assert (booking.status, booking.payment_status) == ("Cancelled", "Paid")
	assert "by hand" in payment_of(booking).problem
	act(parse_command("refund", booking.name))
	frappe.db.commit()
	assert again(booking).payment_status == "Refunded"


@pytest.mark.long
def test_who_pays_twice_is_seen(gateway):
	booking = book(make_paid_type())
	press_pay(booking)
	for _twice in range(2):
		logged(payment_of(booking))
	authorise(payment_of(booking))
	booking = run(booking)
	assert booking.amount_paid == 50
	assert "2 times" in payment_of(booking).problem


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_the_first_generation_would_charge_a_hundred_times_the_yen(gateway, currency):
	make_currency(currency)
	with pytest.raises(InvalidRequest) as refused:
		make_paid_type(currency=currency)
	assert "wrong amount" in str(refused.value)


def test_what_a_gateway_throws_is_not_passed_on(gateway):
	make_currency("XAU")
	with pytest.raises(InvalidRequest) as refused:
		make_paid_type(currency="XAU")
	assert "sk_live" not in str(refused.value)


def test_without_a_gateway_no_type_can_ask_for_money(gateway):
	settings = frappe.get_doc("Scheduler Settings")
	settings.payment_gateway = "Nobody's"
	settings.save()
	with pytest.raises(InvalidRequest):
		make_paid_type()


def forget_real_gateway():
	"""Delete the gateway of the test below. Its DocType belongs to another app."""
	for doctype, name in (("Stripe Settings", "Tests"), ("Payment Gateway", GATEWAY)):
		frappe.db.delete(doctype, {"name": name})
	frappe.db.commit()


def test_a_guest_pays_with_the_real_app_in_its_first_generation(stripe, monkeypatch, request):
	if not is_installed():
		pytest.skip("the payments app isn't installed here")
	library = pytest.importorskip("stripe")
	from payments.templates.pages.stripe_checkout import make_payment

	monkeypatch.setattr(library, "api_base", stripe.url)
	assert is_real("Payment Gateway")
	forget_real_gateway()
	request.addfinalizer(forget_real_gateway)
	settings = frappe.get_doc(
		{
			"doctype": "Stripe Settings",
			"gateway_name": "Tests",
			"publishable_key": "pk_test_1",
			"secret_key": stripe.key,
		}
	)
	# It would ask Stripe itself whether the key is right.
	settings.flags.ignore_mandatory = True
	settings.insert()
	choose_gateway()
	booking = book(make_paid_type())
	press_pay(booking)
	payment = payment_of(booking)
	data = {
		"amount": "50.0",
		"currency": "EUR",
		"title": "Intro call",
		"description": "Intro call",
		"payer_email": booking.attendee_email,
		"payer_name": booking.attendee_name,
		"reference_doctype": "Booking Payment",
		"reference_docname": payment.name,
		"payment_gateway": GATEWAY,
	}
	answer = make_payment("tok_visa", json.dumps(data), "Booking Payment", payment.name, GATEWAY)
	assert answer["status"] == "Completed", answer
	[charge] = stripe.charges
	assert (charge["amount"], charge["currency"]) == (5000, "EUR")
	booking = run(booking)
	assert (booking.status, booking.payment_status, booking.amount_paid) == ("Scheduled", "Paid", 50)
