"""Stand-ins for Google Meet's own interface and for Teams' online meetings in Microsoft Graph."""

import secrets
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request

from tests.support.vendors.accounts import Accounts
from tests.support.vendors.meetings import Meetings
from tests.support.vendors.stand_in import Refused

MEET_SCOPES = "openid email profile https://www.googleapis.com/auth/meetings.space.created"
TEAMS_SCOPES = "openid email profile offline_access OnlineMeetings.ReadWrite"


class MeetStandIn(Accounts):
	"""Spaces of the Meet REST API v2. They have no time, and can't be deleted."""

	rules = (
		Rule("/o/oauth2/v2/auth", endpoint="authorise"),
		Rule("/token", endpoint="token", methods=["POST"]),
		Rule("/revoke", endpoint="revoke", methods=["POST"]),
		Rule("/v2/spaces", endpoint="create", methods=["POST"]),
		Rule("/v2/spaces/<space>", endpoint="read", methods=["GET"]),
	)

	def __init__(self) -> None:
		super().__init__()
		self.spaces: dict[str, dict[str, Any]] = {}
		self.pending = 0  # how many reads of a new space still come without a link

	def create(self, request: Request) -> dict[str, Any]:
		owner = self._account(request)
		space = f"spaces/{secrets.token_urlsafe(8)}"
		code = "-".join(secrets.token_hex(2)[:3] for _part in range(3))
		link = f"https://meet.google.example/{code}"
		self.spaces[space] = {"name": space, "meetingUri": link, "meetingCode": code, "owner": owner}
		return self._shown(space)

	def read(self, request: Request, space: str) -> dict[str, Any]:
		self._account(request)
		if f"spaces/{space}" not in self.spaces:
			raise Refused(404, {"error": {"code": 404, "status": "NOT_FOUND"}})
		return self._shown(f"spaces/{space}")

	def _shown(self, space: str) -> dict[str, Any]:
		if self.pending:
			self.pending -= 1
			return {"name": space}
		return {key: value for key, value in self.spaces[space].items() if key != "owner"}

	def _account(self, request: Request) -> str:
		token = self.token_of(request)
		if not token:
			raise Refused(401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}})
		if "https://www.googleapis.com/auth/meetings.space.created" not in token.scopes:
			raise Refused(403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}})
		return token.account


class TeamsStandIn(Meetings):
	"""`/me/onlineMeetings` of Microsoft Graph v1.0, with `createOrGet`, which is idempotent."""

	refresh_tokens = "rotated"
	rules = (
		Rule("/<tenant>/oauth2/v2.0/authorize", endpoint="sign_in"),
		Rule("/<tenant>/oauth2/v2.0/token", endpoint="exchange", methods=["POST"]),
		Rule("/v1.0/me/onlineMeetings/createOrGet", endpoint="create_or_get", methods=["POST"]),
		Rule("/v1.0/me/onlineMeetings/<meeting>", endpoint="read", methods=["GET"]),
		Rule("/v1.0/me/onlineMeetings/<meeting>", endpoint="change", methods=["PATCH"]),
		Rule("/v1.0/me/onlineMeetings/<meeting>", endpoint="delete", methods=["DELETE"]),
	)

	def sign_in(self, request: Request, tenant: str) -> Any:
		return self.authorise(request)

	def exchange(self, request: Request, tenant: str) -> dict[str, Any]:
		return self.token(request)

	def create_or_get(self, request: Request) -> dict[str, Any]:
		owner = self.account_of(request)
		body = request.get_json()
		if not body.get("externalId"):
			raise Refused(400, {"error": {"code": "BadRequest", "message": "externalId is missing."}})
		mark = (owner, body["externalId"])
		known = [each for each in self.meetings.values() if (each["owner"], each["externalId"]) == mark]
		if known:
			return self.shown(known[0])
		meeting = secrets.token_urlsafe(12) + "=="
		self.meetings[meeting] = {
			**body,
			"id": meeting,
			"joinWebUrl": f"https://teams.microsoft.example/l/meetup-join/{secrets.token_urlsafe(12)}",
			"joinMeetingIdSettings": {"joinMeetingId": "412 345 678 90", "passcode": secrets.token_hex(3)},
			"owner": owner,
		}
		return self.shown(self.meetings[meeting])

	def change(self, request: Request, meeting: str) -> dict[str, Any]:
		found = self.found(request, meeting)
		found.update(request.get_json())
		return self.shown(found)

	def gone(self, meeting: str) -> dict[str, Any]:
		return {"error": {"code": "ResourceNotFound"}}

	def account_of(self, request: Request) -> str:
		token = self.token_of(request)
		if not token:
			raise Refused(401, {"error": {"code": "InvalidAuthenticationToken"}})
		if "OnlineMeetings.ReadWrite" not in token.scopes:
			raise Refused(403, {"error": {"code": "Forbidden"}})
		return token.account
