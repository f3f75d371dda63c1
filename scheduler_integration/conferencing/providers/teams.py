"""Microsoft Teams without a calendar: an online meeting of Microsoft Graph, for work and school accounts.

`createOrGet` with the mark as `externalId` returns the same meeting each time, so no search is needed if an answer is
lost.
"""

from typing import Any
from urllib.parse import quote

from scheduler_integration.conferencing.provider import Call, Conference
from scheduler_integration.conferencing.providers.api import IDENTITY, WithAccount
from scheduler_integration.exceptions import MeetingGone
from scheduler_integration.http.client import Answer
from scheduler_integration.http.oauth.vendors import MICROSOFT
from scheduler_integration.platform.clock import iso_z


class Teams(WithAccount):
	"""One Microsoft account."""

	BASE = "https://graph.microsoft.com/v1.0"
	VENDOR = MICROSOFT
	SCOPES = (*IDENTITY, "offline_access", "OnlineMeetings.ReadWrite")
	NEEDED = ({"OnlineMeetings.ReadWrite"},)

	def ensure(self, call: Call, external_id: str, *, was_asked: bool) -> Conference:
		if external_id:
			return _conference(self._meeting("GET", external_id).expect().json())
		body = {**_body(call), "externalId": call.nonce}
		return _conference(self._api.send("POST", "/me/onlineMeetings/createOrGet", json=body).expect().json())

	def update(self, call: Call, external_id: str) -> None:
		self._meeting("PATCH", external_id, _body(call)).expect()

	def remove(self, call: Call, external_id: str, *, was_asked: bool) -> None:
		if not external_id and not was_asked:
			return
		try:
			meeting = external_id or self.ensure(call, "", was_asked=True).external_id
			self._meeting("DELETE", meeting).expect()
		except MeetingGone:
			return

	def _meeting(self, method: str, external_id: str, body: Any = None) -> Answer:
		answer = self._api.send(method, f"/me/onlineMeetings/{quote(external_id, safe='')}", json=body)
		if answer.status == 404:
			raise MeetingGone(host=answer.host)
		return answer


def _body(call: Call) -> dict[str, str]:
	return {
		"subject": call.title,
		"startDateTime": iso_z(call.start),
		"endDateTime": iso_z(call.end),
	}


def _conference(meeting: dict[str, Any]) -> Conference:
	link = meeting.get("joinWebUrl") or meeting.get("joinUrl") or ""
	dial = meeting.get("joinMeetingIdSettings") or {}
	return Conference(
		external_id=meeting["id"],
		link=link,
		shown_id=dial.get("joinMeetingId") or "",
		passcode=dial.get("passcode") or "",
		is_pending=not link,
	)
