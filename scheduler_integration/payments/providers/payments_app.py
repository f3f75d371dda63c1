"""Gateways of Frappe's app `payments`, if it is installed: Stripe, Razorpay, PayPal and others.

The app has two generations with one contract: `get_payment_url` of a gateway's controller returns the page on which people
pay, and later `on_payment_authorized` of the Booking Payment is called. Errors of that call are swallowed, so it only notes
what it was told, and this module reads what the gateway logged (Integration Request). It can't close a page, so money may come
late, and it can't pay back: hosts do that at the gateway.

The first generation takes the amount for Stripe from the browser, and counts hundredths in every currency. So the logged
amount is compared with the owed one, and currencies without hundredths are refused.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from importlib import import_module
from typing import Any

import frappe
import requests
from frappe import _

from scheduler_integration.exceptions import InvalidRequest, PaymentRefused, Unreachable
from scheduler_integration.payments.provider import Checkout, Order, Provider, Seen, State, asked_for
from scheduler_integration.payments.units import digits, to_major, to_minor

APP, _LOG, _DOCTYPE = "payments", "Integration Request", "Booking Payment"
# Razorpay authorises first and captures by a job of its own. "Verified" is a subscription's.
GOOD = frozenset({"Completed", "Authorized", "Verified"})


class PaymentsApp(Provider):
	REFUNDS = False

	def is_set_up(self) -> bool:
		gateway = frappe.get_cached_doc("Scheduler Settings").payment_gateway
		return bool(gateway and is_installed() and frappe.db.exists("Payment Gateway", gateway))

	def gateway(self) -> str:
		return frappe.get_cached_doc("Scheduler Settings").payment_gateway or ""

	def check(self, amount: float, currency: str) -> None:
		controller = _controller(self.gateway())
		# Whether this is Stripe in the first generation of the app.
		if (controller.doctype == "Stripe Settings" and not controller.meta.has_field("checkout_mode")) and digits(
			currency
		) != 2:
			raise InvalidRequest(
				_("This version of the payments app charges a wrong amount in {0}. Choose another currency.").format(
					currency
				)
			)
		with _as_refusals():
			controller.validate_transaction_currency(currency)
			if hasattr(controller, "validate_minimum_transaction_amount"):
				controller.validate_minimum_transaction_amount(currency, amount)

	def open(self, order: Order) -> Checkout:
		gateway = frappe.db.get_value(_DOCTYPE, order.payment, "payment_gateway")
		amount = to_major(order.amount, order.currency)
		self.check(float(amount), order.currency)
		with _as_refusals():
			url = _controller(gateway).get_payment_url(
				amount=float(amount),
				title=order.title,
				description=order.title,
				reference_doctype=_DOCTYPE,
				reference_docname=order.payment,
				payer_email=order.email,
				payer_name=order.name,
				order_id=order.payment,
				currency=order.currency,
				payment_gateway=gateway,
				redirect_to=order.return_url,
			)
		return Checkout(order.payment, url)

	def look(self, payment: frappe._dict) -> Seen:
		# The gateway's log of money that came, the oldest first.
		wanted = {"reference_doctype": _DOCTYPE, "reference_docname": payment.name, "status": ["in", sorted(GOOD)]}
		fields = ["name", "data", "integration_request_service as service"]
		logged = list(frappe.get_all(_LOG, wanted, fields, order_by="creation"))
		if not logged:
			is_paid = payment.authorised_as in GOOD
			return Seen(State.PAID, asked_for(payment), payment.currency) if is_paid else Seen(State.OPEN)
		amount, currency = _charged(logged[0], payment)
		twice = _("It was paid {0} times. Pay the others back at the gateway.").format(len(logged))
		return Seen(State.PAID, amount, currency, logged[0].name, problem=twice if len(logged) > 1 else "")

	def close(self, payment: frappe._dict) -> Seen:
		seen = self.look(payment)
		return seen if seen.state is State.PAID else Seen(State.CLOSED)


def is_installed() -> bool:
	"""Whether the payments app is on this site."""
	return APP in frappe.get_installed_apps()


def missed() -> list[str]:
	"""Return the payments that were given up although their gateway has logged that the money came."""
	if not is_installed():
		return []
	log, payment = frappe.qb.DocType(_LOG), frappe.qb.DocType(_DOCTYPE)
	query = (
		frappe.qb.from_(log)
		.join(payment)
		.on(payment.name == log.reference_docname)
		.select(payment.name)
		.distinct()
		.where((log.reference_doctype == _DOCTYPE) & log.status.isin(sorted(GOOD)) & (payment.status == "Expired"))
	)
	return list(query.run(pluck=True))


def _controller(gateway: str) -> Any:
	return import_module("payments.utils").get_payment_gateway_controller(gateway)


def _charged(row: frappe._dict, payment: frappe._dict) -> tuple[int, str]:
	"""Return the amount in minor units and the currency that were charged. Only Stripe's may come from a browser."""
	try:
		data = json.loads(row.data or "{}")
		if row.service != "Stripe" or data.get("amount") is None:
			return asked_for(payment), payment.currency
		currency = str(data.get("currency") or payment.currency).upper()
		return to_minor(Decimal(str(data["amount"])), currency), currency
	except (ValueError, InvalidOperation, AttributeError):
		return 0, payment.currency


@contextmanager
def _as_refusals() -> Iterator[None]:
	"""Turn what a gateway throws into an error that holds no secret. Its own sentence may have one."""
	try:
		yield
	except requests.RequestException:
		raise Unreachable from None
	except frappe.ValidationError:
		frappe.clear_last_message()
		raise PaymentRefused from None
