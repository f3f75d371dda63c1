"""The interface of a calendar provider, with the types of its arguments and results.

Instants are epoch seconds, intervals are half-open. A provider sends requests for one account of one user. It reads and
writes no records. It is opened with an `Account`, which has the secrets, and the sync stores its results.

Errors, all in exceptions.py:

| error | meaning | what the sync does |
| --- | --- | --- |
| `SyncTokenExpired` | the server forgot the token (Google and Graph: 410) | reads the whole window into a shadow set |
| `AccessRevoked` | tokens or password are refused for good | "Reconnect needed"; the host's times close |
| `TooManyRequests(after)` | the server asks to wait (429) | tries again after that many seconds |
| `Unreachable` | no answer, 5xx | tries again with backoff |
| `CalendarGone` | this calendar was deleted, or access to it lost | flags the calendar, goes on with the others |
| `EventChanged` | the event was changed after we stored it (412) | reads it, decides again |
| other `OutsideError` | anything else | counts as an error, tries again with backoff |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from scheduler_integration.engine import Interval
from scheduler_integration.http.oauth.vendors import Vendor

# A kind of busy time: a host's switch may ignore "tentative" and "focus".
Kind = Literal["busy", "tentative", "focus", "out_of_office"]
# An attendee's answer to the invitation.
Reply = Literal["accepted", "declined", "tentative", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCalendar:
	"""One of the account's calendars. `id` is the provider's id. `zone` is an IANA name, or empty if unknown."""

	id: str
	name: str
	zone: str = ""
	is_primary: bool = False
	can_write: bool = False


@dataclass(frozen=True, slots=True)
class BusyTime:
	"""A time `[start, end)` at which the owner is busy. `start < end`. All-day times are already instants."""

	start: int
	end: int
	kind: Kind = "busy"
	all_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteEvent:
	"""An event as the calendar has it now.

	`id` is the provider's id of the event, or of one occurrence if the provider expands series (Google, Graph); for
	CalDAV it is the name of the resource, and `busy` has all occurrences in the window. `busy` is empty if the event takes
	no time: free, declined by the owner, working location, zero-length. A cancelled event is in `Changes.removed`.

	`mark` is the `OutgoingEvent.key` that `put` stored in the event, and `uid` its iCalendar UID: with either of them the
	sync recognises bookings, also in copies of other accounts. `start` and `end` are the event's own times, not the times
	that it blocks; None for a series. `replies` maps attendees' e-mail addresses (lower case) to answers; only needed if
	`mark` is set. `etag` is the version. Titles and descriptions are not passed on.
	"""

	id: str
	busy: tuple[BusyTime, ...] = ()
	uid: str = ""
	mark: str = ""
	etag: str = ""
	start: int | None = None
	end: int | None = None
	replies: Mapping[str, Reply] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
	"""One page of changes.

	If several entries have the same id, the last one counts. `removed` may contain ids that were never stored. `next_page`
	is given to the next call; `token` is set on the last page only, and is given to the next sync. Each has at most 8,000
	characters. A page may be empty. `unreadable` is the number of events that can't be read, or not all of them: they block
	nothing, or less than they should, and the host is told. `unchanged`: nothing is new (by ETag or ctag), and the rows stay as they are.
	`total` is how many events all pages have together, 0 if the provider doesn't say it.
	"""

	events: tuple[RemoteEvent, ...] = ()
	removed: tuple[str, ...] = ()
	next_page: str = ""
	token: str = ""
	unreadable: int = 0
	unchanged: bool = False
	total: int = 0


@dataclass(frozen=True, slots=True)
class Person:
	email: str
	name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvent:
	"""A booking as it should be in a calendar.

	`key` identifies booking, host, day and generation: 32 characters of `0-9a-f`, the same at each try. Each provider makes
	its own event id from it, and stores it in the event as the mark. `uid` is the iCalendar UID that our e-mails carry.
	`zone` is the IANA name in which the host reads the time. `description` is plain text. With `invites` the provider mails
	the `attendees`; without, they must not be mailed, so the provider lists nobody as attendee.
	`conference` is the video call that it must have: a provider of `catalogue/video.py` in lower case, such as "google_meet".
	`has_other_call`: a call that came with the event must be removed, because attendees have the link of another call.
	`is_over`: the meeting is over, so nobody needs a mail about the event, if the provider can leave it out.
	"""

	key: str
	uid: str
	title: str
	description: str
	location: str
	start: int
	end: int
	zone: str
	attendees: tuple[Person, ...] = ()
	invites: bool = False
	conference: str = ""
	has_other_call: bool = False
	is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
	"""An event as `put` stored it. `join_url` is its video link, `web_url` opens the event in a browser.

	`is_pending`: the provider is still making the link, so `put` must be called again later.
	"""

	id: str
	etag: str = ""
	uid: str = ""
	join_url: str = ""
	web_url: str = ""
	is_pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
	"""A subscription to push messages. `expires_at` is the instant that the provider granted."""

	id: str
	resource: str = ""
	secret: str = ""
	expires_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
	"""The data to open a provider. `name` and `provider` are fields of Calendar Connection, `user` is the host.

	`zone` is the host's, for times without one. `address`, `login` and `password` are for CalDAV and ICS; OAuth providers
	get their tokens through the OAuth module, by `name`.
	"""

	name: str
	user: str
	provider: str
	zone: str
	email: str = ""
	address: str = ""
	login: str = ""
	password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
	"""The app asks the vendor for all `scopes`. It works if one scope of each group in `needed` is granted."""

	vendor: Vendor
	scopes: tuple[str, ...]
	needed: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Service:
	"""A calendar service: its name, its address, and where its app passwords are made."""

	name: str
	address: str
	help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKind:
	"""A provider's abilities, known before an account is opened.

	- `module` has the function `open_account(Account) -> Provider`.
	- `access`: how a host connects an account: by `consent` on a vendor's page, by an address, a login and an app
	`password`, or by the secret `address` of one calendar.
	- `can_write` bookings as events; `can_watch`: it sends push messages; `can_invite`: it mails an event's attendees.
	- `knows_focus_time`: it tells focus time from other busy times.
	- `title` returns the heading of the form with the address; `services` are those whose address nobody needs to look up,
	by the key that the form sends.
	"""

	module: str
	access: Literal["consent", "password", "address"] = "consent"
	consent: Consent | None = None
	can_write: bool = True
	can_watch: bool = False
	can_invite: bool = False
	knows_focus_time: bool = False
	title: Callable[[], str] = str
	services: Mapping[str, Service] = field(default_factory=dict)


class Provider:
	"""An account of one user, opened for one job. Not shared by threads. `kind` is its entry in the table of providers.

	A method that its `kind` rules out is never called, so the provider doesn't need it.
	"""

	kind: ClassVar[ProviderKind]

	def calendars(self) -> list[ProviderCalendar]:
		"""Return the account's calendars. Also called to check that a new connection works."""
		raise NotImplementedError

	def changes(self, calendar: str, window: Interval, token: str = "", page: str = "") -> Changes:
		"""Return a page of the changes since the token; without a token, a page of everything in the window.

		`window` are instants. With a token, events outside the window may be returned too; the sync drops them. `page` is
		the `next_page` of the page before, with the same token and window.
		"""
		raise NotImplementedError

	def put(self, calendar: str, event: OutgoingEvent, stored: Stored | None = None) -> Stored:
		"""Create the event, or make it as given. Calling it again with the same key never makes a second event.

		`stored` is the result of the last call; without it the event is looked up by its key. Raises EventChanged if the
		event was changed or deleted there since `stored`.
		"""
		raise NotImplementedError

	def remove(self, calendar: str, key: str, stored: Stored | None = None, *, notify: bool = False) -> None:
		"""Delete the event, if it still exists. `notify`: the provider tells the attendees."""
		raise NotImplementedError

	def find(self, calendar: str, key: str, stored: Stored | None = None) -> RemoteEvent | None:
		"""Return the event with this key as it is now, or None if it is gone."""
		raise NotImplementedError

	def watch(self, calendar: str, address: str, secret: str) -> Channel:
		"""Ask for push messages about this calendar to `address`, which is public and on this site."""
		raise NotImplementedError

	def unwatch(self, channel: Channel) -> None:
		"""End a subscription, if it hasn't ended."""
		raise NotImplementedError

	def revoke(self) -> None:
		"""Make the tokens useless at the provider, if the provider offers that."""

	def close(self) -> None:
		"""Close open connections."""
		raise NotImplementedError
