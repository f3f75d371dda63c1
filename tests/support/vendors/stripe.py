"""A stand-in for Stripe: Checkout Sessions, payments, refunds, idempotency keys, and signed webhooks.

After Stripe's API reference, as of 2026. A test plays the attendee (`pay`) and the post (`deliver`): webhooks wait in
`events` until a test delivers them, late, twice, in another order, or never.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any

import requests
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from tests.support.vendors.stand_in import Refused, StandIn

HALF_AN_HOUR, DAY = 1800, 86400


class Stripe(StandIn):
	rules = (
		Rule("/v1/checkout/sessions", endpoint="create_session", methods=["POST"]),
		Rule("/v1/checkout/sessions/<session>", endpoint="session", methods=["GET"]),
		Rule("/v1/checkout/sessions/<session>/expire", endpoint="expire_session", methods=["POST"]),
		Rule("/v1/refunds", endpoint="create_refund", methods=["POST"]),
		Rule("/v1/refunds", endpoint="listed_refunds", methods=["GET"]),
		Rule("/v1/charges", endpoint="create_charge", methods=["POST"]),
		Rule("/c/pay/<session>", endpoint="page", methods=["GET"]),
		Rule("/c/pay/<session>", endpoint="submit", methods=["POST"]),
	)

	def __init__(self) -> None:
		super().__init__()
		self.key = f"sk_test_{secrets.token_hex(12)}"
		self.webhook_secret = f"whsec_{secrets.token_hex(12)}"
		self.secrets |= {self.key, self.webhook_secret}
		self.sessions: dict[str, dict[str, Any]] = {}
		self.refunds: dict[str, dict[str, Any]] = {}
		self.events: list[dict[str, Any]] = []
		self.charges: list[dict[str, Any]] = []
		self._answers: dict[str, tuple[str, Any]] = {}

	# Called by tests

	def pay(self, session: str) -> bool:
		"""Pay on Stripe's page. Returns False if that isn't possible any more."""
		with self.lock:
			self._expire_old()
			found = self.sessions[session]
			if found["status"] != "open":
				return False
			twin = (each for each in self.sessions.values() if each["payment_status"] == "paid")
			if any(each["client_reference_id"] == found["client_reference_id"] for each in twin):
				self.broken.append(f"two payments for {found['client_reference_id']}")
			intent = f"pi_{secrets.token_hex(8)}"
			found.update(status="complete", payment_status="paid", payment_intent=intent, url=None)
			self._happened("checkout.session.completed", found)
			return True

	def sessions_of(self, payment: str) -> list[dict[str, Any]]:
		return [each for each in self.sessions.values() if each["client_reference_id"] == payment]

	def kept(self, payment: str) -> int:
		"""Return the money that came for this payment and wasn't paid back, in minor units."""
		paid = [each for each in self.sessions_of(payment) if each["payment_status"] == "paid"]
		return sum(each["amount_total"] - self.refunded(each["payment_intent"]) for each in paid)

	def refunded(self, intent: str) -> int:
		return sum(each["amount"] for each in self.refunds.values() if each["payment_intent"] == intent)

	def refund_by_hand(self, session: str, amount: int) -> None:
		"""Pay back in Stripe's own dashboard."""
		self._refund(self.sessions[session]["payment_intent"], amount, {})

	def notification(self, event: dict[str, Any], secret: str = "", age: int = 0) -> tuple[bytes, dict[str, str]]:
		"""Return the body and the headers of a webhook, signed as Stripe does."""
		body, stamp = json.dumps(event).encode(), str(self.clock.now() - age)
		of = stamp.encode() + b"." + body
		signature = hmac.new((secret or self.webhook_secret).encode(), of, hashlib.sha256).hexdigest()
		return body, {"Stripe-Signature": f"t={stamp},v1={signature},v0=00", "Content-Type": "application/json"}

	def notify(self, address: str, event: dict[str, Any], **how: Any) -> requests.Response:
		body, headers = self.notification(event, **how)
		return requests.post(address, data=body, headers=headers, timeout=20)

	# Stripe's behaviour

	def refusal(self, status: int) -> Any:
		return {"error": {"type": "invalid_request_error", "message": f"Stand-in: {status}. Key {self.key[:12]}..."}}

	def before(self, request: Request) -> None:
		self._expire_old()
		if request.path.startswith("/v1/") and request.headers.get("Authorization") != f"Bearer {self.key}":
			message = f"Invalid API Key provided: {request.headers.get('Authorization', '')[7:20]}"
			raise Refused(401, {"error": {"type": "invalid_request_error", "message": message}})

	def create_session(self, request: Request) -> Any:
		return self._once(request, self._create_session)

	def _create_session(self, form: dict[str, str]) -> Any:
		lives = int(form["expires_at"]) - self.clock.now()
		if not HALF_AN_HOUR <= lives <= DAY:
			self._refuse("expires_at is out of range", "parameter_invalid_integer")
		item = "line_items[0][price_data]"
		amount = int(form[f"{item}[unit_amount]"])
		if amount < 50:
			self._refuse("too small", "amount_too_small")
		name = f"cs_test_{secrets.token_hex(12)}"
		self.sessions[name] = {
			"id": name,
			"object": "checkout.session",
			"client_reference_id": form["client_reference_id"],
			"customer_email": form.get("customer_email"),
			"amount_total": amount,
			"currency": form[f"{item}[currency]"],
			"title": form[f"{item}[product_data][name]"],
			"status": "open",
			"payment_status": "unpaid",
			"payment_intent": None,
			"expires_at": int(form["expires_at"]),
			"success_url": form["success_url"],
			"cancel_url": form["cancel_url"],
			"url": f"{self.url}/c/pay/{name}",
			"locale": form.get("locale"),
		}
		return dict(self.sessions[name])

	def session(self, request: Request, session: str) -> Any:
		found = dict(self._found(session))
		if intent := found["payment_intent"]:
			charge = {"object": "charge", "amount_refunded": self.refunded(intent)}
			if "payment_intent.latest_charge" in request.args.getlist("expand[]"):
				found["payment_intent"] = {"id": intent, "latest_charge": charge}
		return found

	def expire_session(self, request: Request, session: str) -> Any:
		with self.lock:
			found = self._found(session)
			if found["status"] != "open":
				self._refuse(f"Only open sessions can be expired: {found['status']}", "")
			self._expire(found)
			return dict(found)

	def create_refund(self, request: Request) -> Any:
		return self._once(request, self._create_refund)

	def _create_refund(self, form: dict[str, str]) -> Any:
		mark = {key[9:-1]: value for key, value in form.items() if key.startswith("metadata[")}
		return self._refund(form["payment_intent"], int(form["amount"]), mark)

	def _refund(self, intent: str, amount: int, mark: dict[str, str]) -> dict[str, Any]:
		session = next((each for each in self.sessions.values() if each["payment_intent"] == intent), None)
		if not session:
			self._refuse("No such payment_intent", "resource_missing")
		if self.refunded(intent) + amount > session["amount_total"]:
			code = "charge_already_refunded" if self.refunded(intent) == session["amount_total"] else "amount_too_large"
			self._refuse("too much", code)
		if mark and any(each["metadata"] == mark for each in self.refunds.values()):
			self.broken.append(f"two refunds for {mark}")
		name = f"re_{secrets.token_hex(8)}"
		self.refunds[name] = {
			"id": name, "payment_intent": intent, "amount": amount, "metadata": mark, "status": "succeeded",
		}  # fmt: skip
		self._happened("charge.refunded", {"id": f"ch_{intent}", "payment_intent": intent})
		return dict(self.refunds[name])

	def listed_refunds(self, request: Request) -> Any:
		return {
			"data": [each for each in self.refunds.values() if each["payment_intent"] == request.args["payment_intent"]]
		}

	def page(self, request: Request, session: str) -> Response:
		found = self._found(session)
		text = (
			f"<!doctype html><title>Pay</title><h1>{found['title']}</h1><p>{found['amount_total']} {found['currency']}</p>"
			f"<form method=post><button>Pay</button></form><a href='{found['cancel_url']}'>Back</a>"
		)
		return Response(text, content_type="text/html; charset=utf-8")

	def submit(self, request: Request, session: str) -> Response:
		paid = self.pay(session)
		return redirect(self.sessions[session]["success_url" if paid else "cancel_url"])

	def create_charge(self, request: Request) -> Any:
		"""The interface from before PaymentIntents, which older versions of the payments app use."""
		form = request.form.to_dict()
		charge = {
			"id": f"ch_{secrets.token_hex(8)}",
			"object": "charge",
			"captured": True,
			"amount": int(form["amount"]),
		}
		self.charges.append({**charge, "currency": form["currency"]})
		return charge

	def _once(self, request: Request, work: Any) -> Any:
		form = request.form.to_dict()
		key = request.headers.get("Idempotency-Key")
		with self.lock:
			if not key:
				self.broken.append(f"no idempotency key: {request.path}")
				return work(form)
			if key in self._answers:
				given, answer = self._answers[key]
				if given != json.dumps(form, sort_keys=True):
					self.broken.append(f"another request with the key {key}")
					self._refuse(
						"Keys for idempotent requests can only be used with the same parameters",
						"",
						"idempotency_error",
					)
				return answer
			answer = work(form)
			self._answers[key] = json.dumps(form, sort_keys=True), answer
			return answer

	def _found(self, session: str) -> dict[str, Any]:
		if session not in self.sessions:
			raise Refused(404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}})
		return self.sessions[session]

	def _expire_old(self) -> None:
		with self.lock:
			for each in self.sessions.values():
				if each["status"] == "open" and each["expires_at"] <= self.clock.now():
					self._expire(each)

	def _expire(self, session: dict[str, Any]) -> None:
		session.update(status="expired", url=None)
		self._happened("checkout.session.expired", session)

	def _happened(self, kind: str, about: dict[str, Any]) -> None:
		self.events.append(
			{"id": f"evt_{secrets.token_hex(8)}", "type": kind, "data": {"object": dict(about)}, "object": "event"}
		)

	def _refuse(self, message: str, code: str, kind: str = "invalid_request_error") -> None:
		raise Refused(400, {"error": {"type": kind, "code": code, "message": message}})
