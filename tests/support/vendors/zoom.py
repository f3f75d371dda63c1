"""A stand-in for Zoom: accounts, meetings, the daily limit, and signed event notifications.

After Zoom's API reference, as of 2026: user-managed OAuth with refresh tokens that work once, Server-to-Server OAuth, and
error bodies with a code of Zoom's own.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any

import requests
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from tests.support.vendors.accounts import Account, Client
from tests.support.vendors.meetings import Meetings
from tests.support.vendors.stand_in import Refused, no_content

SCOPES = (
	"meeting:write:meeting meeting:update:meeting meeting:delete:meeting meeting:read:meeting "
	"meeting:read:list_meetings user:read:user"
)
PER_DAY = 100
_NEEDED = {"POST": "meeting:write", "PATCH": "meeting:update", "DELETE": "meeting:delete", "GET": "meeting:read"}


class Zoom(Meetings):
	refresh_tokens = "single use"
	rules = (
		Rule("/oauth/authorize", endpoint="authorise"),
		Rule("/oauth/token", endpoint="token", methods=["POST"]),
		Rule("/oauth/revoke", endpoint="revoke", methods=["POST"]),
		Rule("/v2/users/me", endpoint="me", methods=["GET"]),
		Rule("/v2/users/<user>/meetings", endpoint="create", methods=["POST"]),
		Rule("/v2/users/<user>/meetings", endpoint="listed", methods=["GET"]),
		Rule("/v2/meetings/<meeting>", endpoint="read", methods=["GET"]),
		Rule("/v2/meetings/<meeting>", endpoint="change", methods=["PATCH"]),
		Rule("/v2/meetings/<meeting>", endpoint="delete", methods=["DELETE"]),
	)

	def __init__(self) -> None:
		super().__init__()
		self.accounts["jane@zoom.example"] = Account("jane@zoom.example", "Jane Doe")
		self.changes_today: dict[str, int] = {}
		self.page_size = 300
		self.firm = Client("the-server-app")
		self.firm_account = "firm-account-id"
		self.webhook_secret = f"webhook-{secrets.token_hex(12)}"
		self.secrets |= {self.firm.client_secret, self.webhook_secret}

	# Called by tests

	def notification(self, event: str, payload: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
		"""Return the body and the headers of a notification, signed as Zoom does."""
		body = json.dumps({"event": event, "event_ts": self.clock.now() * 1000, "payload": payload}).encode()
		stamp = str(self.clock.now())
		of = b":".join((b"v0", stamp.encode(), body))
		signature = "v0=" + hmac.new(self.webhook_secret.encode(), of, hashlib.sha256).hexdigest()
		headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature, "Content-Type": "application/json"}
		return body, headers

	def notify(self, address: str, event: str, payload: dict[str, Any], **headers: str) -> requests.Response:
		body, signed = self.notification(event, payload)
		return requests.post(address, data=body, headers={**signed, **headers}, timeout=10)

	# Zoom's behaviour

	def refusal(self, status: int) -> Any:
		return {"code": status, "message": "Stand-in: refused."}

	def token(self, request: Request) -> dict[str, Any]:
		if request.form.get("grant_type") != "account_credentials":
			return super().token(request)
		given = request.authorization and (request.authorization.username, request.authorization.password)
		if given != (self.firm.client_id, self.firm.client_secret):
			raise Refused(400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
		if request.form.get("account_id") != self.firm_account:
			raise Refused(400, {"reason": "Bad Request", "error": "invalid_request"})
		return self._issue("the firm", frozenset(SCOPES.split()), secrets.token_hex(8), with_refresh=False)

	def me(self, request: Request) -> dict[str, Any]:
		account = self.accounts[self._account(request, "me")]
		return {
			"id": account.subject,
			"account_id": "account-of-jane",
			"email": account.email,
			"display_name": account.name,
		}

	def create(self, request: Request, user: str) -> Response:
		owner = self._account(request, user)
		self._count(owner)
		body = request.get_json()
		with self.lock:
			mark = body.get("agenda", "")
			if mark and any(mark == each["agenda"] and owner == each["owner"] for each in self.meetings.values()):
				self.broken.append(f"two meetings for {mark}")
			number = str(80_000_000_000 + secrets.randbelow(9_000_000_000))
			as_host = f"host-{secrets.token_urlsafe(16)}"
			self.secrets.add(as_host)
			self.meetings[number] = {
				**body,
				"id": int(number),
				"uuid": secrets.token_urlsafe(16),
				"join_url": f"https://zoom.example/j/{number}?pwd={secrets.token_urlsafe(8)}",
				"start_url": f"https://zoom.example/s/{number}?zak={as_host}",
				"password": secrets.token_hex(3),
				"owner": owner,
			}
		return Response(json.dumps(self.shown(self.meetings[number])), 201, content_type="application/json")

	def listed(self, request: Request, user: str) -> dict[str, Any]:
		owner = self._account(request, user)
		mine = [number for number, each in self.meetings.items() if each["owner"] == owner]
		begin = int(request.args.get("next_page_token") or 0)
		end = begin + self.page_size
		kept = ("id", "topic", "agenda", "start_time", "join_url")
		shown = [{key: self.meetings[number].get(key) for key in kept} for number in mine[begin:end]]
		for each in shown:
			each["agenda"] = (each["agenda"] or "")[:250]
		return {"meetings": shown, "next_page_token": str(end) if end < len(mine) else ""}

	def change(self, request: Request, meeting: str) -> Response:
		found = self.found(request, meeting)
		self._count(found["owner"])
		found.update(request.get_json())
		return no_content()

	def gone(self, meeting: str) -> dict[str, Any]:
		return {"code": 3001, "message": f"Meeting does not exist: {meeting}."}

	def account_of(self, request: Request) -> str:
		return self._account(request, "me")

	def _account(self, request: Request, user: str) -> str:
		"""Return whose meetings are meant. Raises Refused for a dead token, a missing scope and an unknown user."""
		token = self.token_of(request)
		if not token:
			raise Refused(401, {"code": 124, "message": "Invalid access token."})
		needed = "user:read" if request.path == "/v2/users/me" else _NEEDED[request.method]
		if not any(scope.startswith(needed) for scope in token.scopes):
			raise Refused(400, {"code": 4711, "message": "Invalid access token, does not contain scopes."})
		if token.account != "the firm":
			return token.account
		if user != "me" and user not in self.accounts:
			raise Refused(404, {"code": 1001, "message": f"User does not exist: {user}."})
		return user

	def _count(self, owner: str) -> None:
		with self.lock:
			self.changes_today[owner] = self.changes_today.get(owner, 0) + 1
			if self.changes_today[owner] > PER_DAY:
				text = "You have reached the maximum per-day rate limit for this API. Try again later."
				raise Refused(429, {"code": 429, "message": text}, {"Retry-After": "2036-03-04T00:00:00Z"})
