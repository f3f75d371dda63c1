"""A stand-in for Stripe: Checkout Sessions, payments, refunds, idempotency keys, and signed webhooks.

After Stripe's API reference, as of 2026. A test plays the attendee (`pay`), who works in the dashboard (`refund_by_hand`), the
banks (`end_refund`) and the post: webhooks wait in `events` until a test delivers them, late, twice, in another order, or never.
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
		# Keys of accounts in which there is nothing.
		self.keys_of_others: set[str] = set()
		self.sessions: dict[str, dict[str, Any]] = {}
		self.refunds: dict[str, dict[str, Any]] = {}
		self.events: list[dict[str, Any]] = []
		self.charges: list[dict[str, Any]] = []
		# The status of new refunds: banks of some cards let them wait.
		self.refunds_begin_as = "succeeded"
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
			found["paid_at"] = self.clock.now()
			self._happened("checkout.session.completed", found)
			return True

	def sessions_of(self, payment: str) -> list[dict[str, Any]]:
		return [each for each in self.sessions.values() if each["client_reference_id"] == payment]

	def kept(self, payment: str) -> int:
		"""Return the money that came for this payment and wasn't paid back, in minor units."""
		paid = [each for each in self.sessions_of(payment) if each["payment_status"] == "paid"]
		return sum(each["amount_total"] - self.refunded(each["payment_intent"]) for each in paid)

	def refunded(self, intent: str) -> int:
		"""Return what went back of this payment, or is on its way, in minor units."""
		return sum(
			each["amount"]
			for each in self.refunds.values()
			if each["payment_intent"] == intent and each["status"] in ("pending", "succeeded")
		)

	def refund_by_hand(self, session: str, amount: int) -> str:
		"""Pay back in Stripe's own dashboard, and return the refund."""
		with self.lock:
			return self._refund(self.sessions[session]["payment_intent"], amount, {})["id"]

	def end_refund(self, refund: str, status: str) -> None:
		"""Let a refund succeed or fail. One that succeeded can fail too, if the bank returns the money."""
		with self.lock:
			found = self.refunds[refund]
			found["status"] = status
			if status == "failed":
				found["failure_reason"] = "expired_or_canceled_card"
				self._happened("refund.failed", found)
			self._happened("charge.refund.updated", found)

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
		if request.headers.get("Authorization", "")[7:] in self.keys_of_others:
			raise Refused(404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}})
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
			"metadata": {"payment": form["metadata[payment]"]},
			"charge_metadata": {"payment": form["payment_intent_data[metadata][payment]"]},
		}
		return dict(self.sessions[name])

	def session(self, request: Request, session: str) -> Any:
		found = dict(self._found(session))
		if intent := found["payment_intent"]:
			charge = {"object": "charge", "amount_refunded": self.refunded(intent), "created": found["paid_at"]}
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
		left = session["amount_total"] - self.refunded(intent)
		if not left:
			self._refuse(f"Charge ch_{intent} has already been refunded.", "charge_already_refunded")
		if amount > left:
			self._refuse(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "")
		if mark and any(each["metadata"] == mark for each in self.refunds.values()):
			self.broken.append(f"two refunds for {mark}")
		name = f"re_{secrets.token_hex(8)}"
		self.refunds[name] = {
			"id": name, "object": "refund", "payment_intent": intent, "charge": f"ch_{intent}", "amount": amount,
			"metadata": mark, "status": self.refunds_begin_as, "created": self.clock.now(), "failure_reason": None,
		}  # fmt: skip
		charge = {"id": f"ch_{intent}", "payment_intent": intent, "metadata": session["charge_metadata"]}
		self._happened("charge.refunded", charge)
		return dict(self.refunds[name])

	def listed_refunds(self, request: Request) -> Any:
		"""Return a page of the refunds, the newest first."""
		asked = request.args
		with self.lock:
			rows = [dict(each) for each in reversed(self.refunds.values())]
		if intent := asked.get("payment_intent"):
			if all(each["payment_intent"] != intent for each in self.sessions.values()):
				self._refuse("No such payment_intent", "resource_missing")
			rows = [each for each in rows if each["payment_intent"] == intent]
		rows = [each for each in rows if each["created"] >= int(asked.get("created[gte]", 0))]
		if after := asked.get("starting_after"):
			rows = rows[[each["id"] for each in rows].index(after) + 1 :]
		limit = int(asked.get("limit", 10))
		return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit}

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
				if isinstance(answer, Refused):
					raise answer
				return answer
			try:
				answer = work(form)
			except Refused as refused:
				# Stripe repeats its refusals too.
				self._answers[key] = json.dumps(form, sort_keys=True), refused
				raise
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
