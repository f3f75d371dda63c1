"""Zoom Meetings, through the account of one host or through the firm's (Server-to-Server).

Zoom has no idempotency key: a repeated POST creates a second meeting. So each meeting carries its mark in the agenda,
and after an attempt without an answer, the mark is searched for in the list of upcoming meetings.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from frappe import _

from scheduler_integration.conferencing.provider import Call, Conference
from scheduler_integration.conferencing.providers.api import WithAccount
from scheduler_integration.exceptions import AccessRevoked, MeetingGone, UnexpectedAnswer
from scheduler_integration.http.client import Answer
from scheduler_integration.platform.clock import iso_z

# A code in the body of a refusal: https://developers.zoom.us/docs/api/rest/error-handling/
NO_SUCH_USER = 1001
SCHEDULED, LONGEST_TOPIC = 2, 200
_PAGE, _PAGES = "300", 20


@dataclass(slots=True)
class Zoom(WithAccount):
	"""One account. `user` is `me`, or with the firm's account the e-mail address of the host."""

	BASE = "https://api.zoom.us/v2"

	user: str = "me"

	def ensure(self, call: Call, external_id: str, *, was_asked: bool) -> Conference:
		if external_id:
			return _conference(self._meeting("GET", external_id).expect().json())
		if was_asked and (meeting := self._find(call.nonce)):
			return _conference(self._meeting("GET", meeting).expect().json())
		answer = self._api.send("POST", f"/users/{quote(self.user)}/meetings", json=_body(call))
		self._check(answer)
		return _conference(answer.expect().json())

	def update(self, call: Call, external_id: str) -> None:
		self._meeting("PATCH", external_id, _body(call)).expect()

	def remove(self, call: Call, external_id: str, *, was_asked: bool) -> None:
		meeting = external_id or (self._find(call.nonce) if was_asked else "")
		if meeting:
			try:
				self._meeting("DELETE", meeting).expect()
			except MeetingGone:
				return

	def profile(self) -> dict[str, Any]:
		"""Return the user: `id`, `account_id`, `email`, `display_name`."""
		return self._api.send("GET", "/users/me").expect().json()

	def _meeting(self, method: str, external_id: str, body: Any = None) -> Answer:
		answer = self._api.send(method, f"/meetings/{quote(external_id)}", json=body)
		self._check(answer)
		return answer

	def _find(self, nonce: str) -> str:
		"""Return the id of the upcoming meeting that carries the mark, or an empty text."""
		page = ""
		for _number in range(_PAGES):
			params = {"type": "upcoming", "page_size": _PAGE, **({"next_page_token": page} if page else {})}
			answer = self._api.send("GET", f"/users/{quote(self.user)}/meetings", params=params)
			self._check(answer)
			listed = answer.expect().json()
			for meeting in listed.get("meetings", ()):
				if nonce in str(meeting.get("agenda") or ""):
					return str(meeting["id"])
			page = listed.get("next_page_token") or ""
			if not page:
				break
		return ""

	def _check(self, answer: Answer) -> None:
		"""Raise MeetingGone, or AccessRevoked if the firm's account has no such user."""
		if answer.status != 404:
			return
		if code_of(answer) == NO_SUCH_USER:
			raise AccessRevoked(_("The firm's Zoom account has no user {0}.").format(self.user), host=answer.host)
		raise MeetingGone(host=answer.host)


def code_of(answer: Answer) -> int:
	"""Return Zoom's own code in the body of a refusal, or 0."""
	try:
		return int(answer.json().get("code") or 0)
	except (UnexpectedAnswer, AttributeError, TypeError, ValueError):
		return 0


def _body(call: Call) -> dict[str, Any]:
	return {
		"topic": call.title[:LONGEST_TOPIC],
		"type": SCHEDULED,
		"start_time": iso_z(call.start),
		"timezone": call.zone,
		"duration": call.minutes,
		"agenda": _("Booking {0}").format(call.nonce),
		# 2: nobody has to register.
		"settings": {"approval_type": 2},
	}


def _conference(meeting: dict[str, Any]) -> Conference:
	"""Return the facts for attendees. `start_url` is left out, because it makes its reader the host."""
	return Conference(
		external_id=str(meeting["id"]),
		link=meeting["join_url"],
		shown_id=str(meeting["id"]),
		passcode=str(meeting.get("password") or ""),
	)
