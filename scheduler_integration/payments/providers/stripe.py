"""Stripe Checkout: an attendee pays on Stripe's own page (docs.stripe.com/api/checkout/sessions).

Each POST carries an idempotency key, so an attempt whose answer was lost is repeated and does nothing twice. Stripe forgets
keys after a day. A refund therefore has a mark too, by which it is found among the refunds of the payment.

Stripe's own sentences aren't passed on: they may contain parts of a key.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import frappe

from scheduler_integration.exceptions import (
	AccessRevoked,
	InvalidRequest,
	PaymentRefused,
	SignatureRefused,
	UnexpectedAnswer,
	VendorNotSetUp,
)
from scheduler_integration.http.addresses import relocated
from scheduler_integration.http.client import Answer, Client, Limits, patience
from scheduler_integration.payments.provider import (
	DONE,
	FAILED,
	SENT,
	Back,
	Checkout,
	Notice,
	Order,
	Provider,
	Seen,
	State,
)
from scheduler_integration.platform.records import text_at

# The path to which Stripe sends notices.
NOTICES = "/api/method/scheduler_integration.api.webhooks.stripe"
_API = "https://api.stripe.com"
_VERSION = "2024-06-20"
# A session must live for 30 minutes. One that is opened in the last moment does too.
_SHORTEST = 31 * 60
# How far a notice's time may be from now, in seconds.
_WINDOW = 5 * 60
_CODE = re.compile(r"[a-z_]{1,60}")
# The language of Stripe's page: it finds out by itself if it doesn't know ours.
_LANGUAGES = frozenset({"de", "en", "es", "fr", "id", "it", "ja", "nl", "pl", "pt", "tr"})
# How many refunds a page of a list has. A payment never has more.
_PAGE = 100
# https://docs.stripe.com/refunds: `pending` and `requires_action` become one of the others.
_ENDS = {"succeeded": DONE, "failed": FAILED, "canceled": FAILED}


class Stripe(Provider):
	def __init__(self) -> None:
		# Somebody waits for the page, or a task is repeated anyway: no long waits here.
		self._client = Client(
			limits=Limits(connect=4, read=10, whole=12, bytes=1024 * 1024, redirects=0, attempts=1), budget=patience(40)
		)

	def is_set_up(self) -> bool:
		return bool(frappe.get_cached_doc("Scheduler Settings").get("stripe_secret_key"))

	def open(self, order: Order) -> Checkout:
		item = "line_items[0]"
		form = {
			"mode": "payment",
			# Other means of payment take days, and nobody's time is kept so long.
			"payment_method_types[0]": "card",
			"client_reference_id": order.payment,
			"metadata[payment]": order.payment,
			"payment_intent_data[metadata][payment]": order.payment,
			"customer_email": order.email,
			"locale": order.language if order.language in _LANGUAGES else "auto",
			f"{item}[quantity]": "1",
			f"{item}[price_data][currency]": order.currency.lower(),
			f"{item}[price_data][unit_amount]": str(order.amount),
			f"{item}[price_data][product_data][name]": order.title[:250],
			"expires_at": str(order.expires_at),
			"success_url": order.return_url,
			"cancel_url": order.back_url,
		}
		session = self._post("/v1/checkout/sessions", form, f"open-{order.payment}")
		return Checkout(session["id"], session.get("url") or "")

	def look(self, payment: frappe._dict) -> Seen:
		params = {"expand[]": "payment_intent.latest_charge"}
		seen = _seen(self._get(f"/v1/checkout/sessions/{payment.external_id}", params))
		return replace(seen, refunds=self._refunds(seen.reference)) if seen.state is State.PAID else seen

	def close(self, payment: frappe._dict) -> Seen:
		# It may have been paid, or have expired already. The session says which.
		with suppress(PaymentRefused):
			self._post(f"/v1/checkout/sessions/{payment.external_id}/expire", {}, "")
		return self.look(payment)

	def refund(self, payment: frappe._dict, key: str, amount: int) -> Back:
		form = {"payment_intent": payment.external_payment, "amount": str(amount), "metadata[refund]": key}
		# The amount is part of the key: Stripe refuses a key that it knows with another amount.
		return _back(self._post("/v1/refunds", form, f"{key}-{amount}"))

	def refunds(self, payment: frappe._dict) -> tuple[Back, ...]:
		return self._refunds(payment.external_payment)

	def recent_refunds(self, since: int) -> tuple[Back, ...]:
		found: list[Any] = []
		while True:
			after = {"starting_after": found[-1]["id"]} if found else {}
			page = self._get("/v1/refunds", {"created[gte]": str(since), "limit": str(_PAGE), **after})
			found += page["data"]
			if not page.get("has_more") or not page["data"]:
				return tuple(map(_back, found))

	def _refunds(self, intent: str) -> tuple[Back, ...]:
		return tuple(map(_back, self._get("/v1/refunds", {"payment_intent": intent, "limit": str(_PAGE)})["data"]))

	def pages(self) -> tuple[str, ...]:
		elsewhere = relocated("stripe", _API)
		return ("https:",) if elsewhere == _API else ("https:", elsewhere)

	def _get(self, path: str, params: Mapping[str, str]) -> Any:
		return _read(self._client.send("GET", relocated("stripe", _API + path), params=params, headers=_headers()))

	def _post(self, path: str, form: Mapping[str, str], key: str) -> Any:
		headers = {**_headers(), **({"Idempotency-Key": key} if key else {})}
		return _read(self._client.send("POST", relocated("stripe", _API + path), form=form, headers=headers))


def is_same_account(secret: str, session: str) -> bool:
	"""Whether this key belongs to the account in which the session was opened. Raises OutsideError."""
	address = relocated("stripe", f"{_API}/v1/checkout/sessions/{session}")
	try:
		_read(Stripe()._client.send("GET", address, headers=_signed(secret)))
	except PaymentRefused:
		return False
	return True


def session_ends(pay_until: int) -> int:
	"""Return when a session ends by itself that is opened before `pay_until`, epoch seconds. It is closed earlier."""
	return pay_until + _SHORTEST


def read_notice(body: bytes, signature: str, now: int) -> Notice:
	"""Return the notice in the raw body of a request with this header `Stripe-Signature`. `now` is in epoch seconds.

	The header is `t=<epoch seconds>,v1=<hex>`, with several `v1` while a key is changed: the HMAC-SHA256 of `<t>.<body>`.
	Raises SignatureRefused, also if the notice is older than five minutes, and InvalidRequest for a body that isn't an event.
	"""
	secret = frappe.get_cached_doc("Scheduler Settings").get_password("stripe_webhook_secret", raise_exception=False)
	parts = [part.strip().partition("=")[::2] for part in signature.split(",")]
	stamp = next((value for name, value in parts if name == "t"), "")
	if not secret or not stamp.isdecimal() or abs(now - int(stamp[:12])) > _WINDOW:
		raise SignatureRefused
	expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
	if not any(name == "v1" and hmac.compare_digest(value.encode(), expected.encode()) for name, value in parts):
		raise SignatureRefused
	return _notice(body)


def _notice(body: bytes) -> Notice:
	try:
		event = json.loads(body)
		about = event["data"]["object"]
		# A charge has the marks of its payment. Nothing else tells whose it is before the first look at the payment.
		mark = (about.get("metadata") or {}).get("payment")
		ids = (about.get("id"), about.get("payment_intent"), about.get("client_reference_id"), mark)
		is_checkout = event["type"].startswith("checkout.session.")
		return Notice(
			str(event["id"])[:140],
			str(event["type"])[:140],
			tuple(str(each) for each in ids if each),
			text_at(about, "id") if is_checkout else "",
		)
	except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
		raise InvalidRequest from None


def _headers() -> dict[str, str]:
	secret = frappe.get_cached_doc("Scheduler Settings").get_password("stripe_secret_key", raise_exception=False)
	if not secret:
		raise VendorNotSetUp("Stripe")
	return _signed(secret)


def _signed(secret: str) -> dict[str, str]:
	return {"Authorization": f"Bearer {secret}", "Stripe-Version": _VERSION}


def _read(answer: Answer) -> Any:
	if answer.status in (401, 403):
		raise AccessRevoked(host=answer.host)
	if 400 <= answer.status < 500 and answer.status != 409:
		raise PaymentRefused(_code_of(answer), host=answer.host)
	if not 200 <= answer.status < 300:
		# 409: another request with this key is under way.
		raise UnexpectedAnswer(answer.status, host=answer.host)
	return answer.json()


def _code_of(answer: Answer) -> str:
	try:
		error = answer.json().get("error") or {}
		return _code(error.get("code") or error.get("type"))
	except (UnexpectedAnswer, AttributeError):
		return ""


def _code(text: object) -> str:
	return text if isinstance(text, str) and _CODE.fullmatch(text) else ""


def _back(refund: Any) -> Back:
	return Back(
		external_id=str(refund["id"]),
		amount=refund["amount"],
		status=_ENDS.get(refund.get("status"), SENT),
		key=text_at(refund, "metadata", "refund"),
		reference=text_at(refund, "payment_intent"),
		reason=_code(refund.get("failure_reason")),
	)


def _seen(session: Any) -> Seen:
	intent = session.get("payment_intent") or {}
	# A charge is an id, too, unless it was asked for with the session.
	intent = {"id": intent} if isinstance(intent, str) else intent
	reference, charge = text_at(intent, "id"), intent.get("latest_charge")
	if session.get("status") == "complete" and session.get("payment_status") == "paid":
		currency = text_at(session, "currency").upper()
		paid_at = charge.get("created") or 0 if isinstance(charge, dict) else 0
		return Seen(State.PAID, session.get("amount_total") or 0, currency, reference, paid_at)
	# `complete` without `paid`: the money is on its way.
	return Seen(State.CLOSED if session.get("status") == "expired" else State.OPEN, reference=reference)
