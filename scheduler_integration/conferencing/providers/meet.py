"""Google Meet without a calendar: a meeting space through Meet's own interface.

A space has no time, and Google offers no way to delete a space. If an answer is lost, a second space is made. The first
one does no harm, because nobody has its link. Hosts whose bookings go into a Google calendar get the link with the
calendar's event instead.
"""

from scheduler_integration.conferencing.provider import Call, Conference
from scheduler_integration.conferencing.providers.api import IDENTITY, WithAccount
from scheduler_integration.exceptions import MeetingGone
from scheduler_integration.http.oauth.vendors import GOOGLE

_SCOPE = "https://www.googleapis.com/auth/meetings.space.created"


class Meet(WithAccount):
	"""One Google account."""

	BASE = "https://meet.googleapis.com/v2"
	VENDOR = GOOGLE
	SCOPES = (*IDENTITY, _SCOPE)
	NEEDED = ({_SCOPE},)

	def ensure(self, call: Call, external_id: str, *, was_asked: bool) -> Conference:
		if external_id:
			answer = self._api.send("GET", f"/{external_id}")
			if answer.status in (403, 404):
				raise MeetingGone(host=answer.host)
		else:
			answer = self._api.send("POST", "/spaces", json={})
		space = answer.expect().json()
		link = space.get("meetingUri") or ""
		return Conference(
			external_id=space["name"], link=link, shown_id=space.get("meetingCode") or "", is_pending=not link
		)

	def update(self, call: Call, external_id: str) -> None:
		"""Do nothing: a space has no time."""

	def remove(self, call: Call, external_id: str, *, was_asked: bool) -> None:
		"""Do nothing: a space can't be deleted."""
