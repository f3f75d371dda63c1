"""The interface of a provider of video calls, with the types of its arguments and results. Instants are epoch seconds.

Errors, all in exceptions.py:

| error | meaning | what the handler does |
| --- | --- | --- |
| `AccessRevoked` | the account refuses for good | marks the connection, tells the host, uses the fallback |
| `MeetingGone` | somebody deleted the call at the provider | makes a new one |
| `TooManyRequests(after)` | rate limit or daily limit | tries again after that many seconds |
| `Unreachable` | no answer. The call may have been made all the same | looks for it before the next attempt |
| other `OutsideError` | anything else | tries again, and after some attempts uses the fallback |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

# The `connection` of an account that makes the calls of all hosts.
FIRM = "firm"


@dataclass(frozen=True, slots=True)
class Account:
	"""The account that makes a call. `connection` is a Video Connection, FIRM, CALENDAR, or empty if none is needed."""

	provider: str
	user: str
	connection: str = ""

	@property
	def label(self) -> str:
		"""The account's name for people, and in the outbox: the target of tasks that wait for it."""
		return f"{self.user} ({self.provider})"

	@staticmethod
	def user_in(label: str) -> str:
		return label.rpartition(" (")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
	"""A video call as it should be.

	`nonce` is stored in the call, so that it is found again: 32 characters of `0-9a-f`, the same at each attempt. `minutes`
	is the length of one part; `end` is the end of the last day. `zone` is the IANA name in which the host reads the time.
	"""

	nonce: str
	title: str
	start: int
	end: int
	minutes: int
	zone: str
	host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
	"""A call at the provider. `link` is for attendees and never gives a host's rights.

	`shown_id` and `passcode` are for people who dial in. With `is_pending` there is no link yet: call `ensure` again later.
	"""

	external_id: str
	link: str = ""
	shown_id: str = ""
	passcode: str = ""
	is_pending: bool = False


class Provider:
	"""One account, opened for one task. Every method is safe to repeat.

	`HAS_HOST_LINKS`: hosts may have a link of their own.
	"""

	HAS_HOST_LINKS: ClassVar[bool] = False

	@classmethod
	def open(cls, account: Account, now: int) -> Provider:
		"""Return the provider, ready for requests. Nothing is sent yet. `now` is in epoch seconds."""
		raise NotImplementedError

	def ensure(self, call: Call, external_id: str, *, was_asked: bool) -> Conference:
		"""Return the call, and create it if it doesn't exist.

		`external_id` is known after the first answer. With `was_asked` and without an id, an earlier attempt may have
		created the call. It is looked for first.
		"""
		raise NotImplementedError

	def update(self, call: Call, external_id: str) -> Conference | None:
		"""Give the call a new time and title. Returns the call if its link changes too. Raises MeetingGone."""
		raise NotImplementedError

	def remove(self, call: Call, external_id: str, *, was_asked: bool) -> None:
		"""Delete the call, if it still exists. The arguments are those of `ensure`."""
		raise NotImplementedError

	def host_link(self, call: Call, external_id: str, host_name: str) -> str | None:
		"""Return the link with which the host moderates the call, or None if the host uses the attendees' link."""
		return None
