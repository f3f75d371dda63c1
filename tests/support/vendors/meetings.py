"""The common part of stand-ins for online meetings: meetings by their id, each of an account."""

from typing import Any

from werkzeug.wrappers import Request

from tests.support.vendors.accounts import Accounts
from tests.support.vendors.stand_in import Refused, no_content


class Meetings(Accounts):
	"""Meetings that are read and deleted. A subclass finds a token's account, and words the refusals."""

	def __init__(self) -> None:
		super().__init__()
		self.meetings: dict[str, dict[str, Any]] = {}
		self.deleted: list[str] = []

	def account_of(self, request: Request) -> str:
		"""Return whose token the request carries. Raises Refused if it is dead or lacks a scope."""
		raise NotImplementedError

	def gone(self, meeting: str) -> dict[str, Any]:
		"""Return the body of the refusal for a meeting that doesn't exist."""
		raise NotImplementedError

	def delete_by_hand(self, meeting: str) -> None:
		"""The host deletes the meeting in the vendor's own window."""
		self.deleted.append(meeting)
		del self.meetings[meeting]

	def read(self, request: Request, meeting: str) -> dict[str, Any]:
		return self.shown(self.found(request, meeting))

	def delete(self, request: Request, meeting: str) -> Any:
		self.found(request, meeting)
		self.delete_by_hand(meeting)
		return no_content()

	def found(self, request: Request, meeting: str) -> dict[str, Any]:
		self.account_of(request)
		if meeting not in self.meetings:
			raise Refused(404, self.gone(meeting))
		return self.meetings[meeting]

	def shown(self, meeting: dict[str, Any]) -> dict[str, Any]:
		return {key: value for key, value in meeting.items() if key != "owner"}
