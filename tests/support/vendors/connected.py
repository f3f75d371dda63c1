"""One interface to both vendors: an account, what the person does in it, and a connection of a host to it."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

import frappe

from scheduler_integration.calendars.provider import Account, BusyTime, Changes, OutgoingEvent, Provider
from scheduler_integration.calendars.providers.registry import WITH_CONSENT, open_account
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.consent import Grant
from scheduler_integration.http.oauth.tokens import Holder
from tests.support.factories import fresh, make_user
from tests.support.vendors.diary import Diary, Entry, Exceptional, Moment, merged
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn

S = TypeVar("S", GoogleStandIn, GraphStandIn)


@dataclass
class Connected:
	"""A host with a connected account: the connection's name, and the diary of the account's own calendar."""

	connection: str
	user: str
	diary: Diary
	account: Account

	@property
	def holder(self) -> Holder:
		return Holder("Calendar Connection", self.connection)


class Vendor(Generic[S]):
	"""Base of the two. `provider` is the choice in Calendar Connection."""

	provider = ""
	key = ""
	scopes: tuple[str, ...] = ()
	app_mark = "scheduler_integration"

	def __init__(self, stand_in: S):
		self.stand_in = stand_in

	def connect(self, zone: str = "UTC", user: str = "", account: str = "", **calendar: Any) -> Connected:
		"""Create a host's connection, as after the consent, to a known account or to a new one with a calendar."""
		email = account or f"{fresh('jane')}@calendars.example"
		known = [each for each in self.stand_in.diaries.values() if each.owner == account and each.primary]
		diary = known[0] if known else self.stand_in.add_account(email, zone=zone)
		user = user or make_user()
		connection = frappe.get_doc(
			{
				"doctype": "Calendar Connection",
				"user": user,
				"provider": self.provider,
				"account_name": email,
				"account_id": self.stand_in.accounts[email].subject,
				"status": "Connected",
				# Only the test itself reads it.
				"next_sync_at": 4_000_000_000,
				"calendars": [
					{"calendar_name": "Own", "calendar_id": diary.id, "check_conflicts": 1, "can_write": 1, **calendar}
				],
			}
		)
		connection.flags.from_provider = True
		connection.insert(ignore_permissions=True)
		connected = Connected(
			connection.name, user, diary, Account(name=connection.name, user=user, provider=self.provider, zone=zone)
		)
		self.reconnect(connected, email)
		return connected

	def reconnect(self, connected: Connected, email: str = "") -> None:
		"""Give the connection new tokens, as after another consent."""
		answer = self.stand_in.grant(email or connected.diary.owner, " ".join(self.scopes))
		grant = Grant(
			access_token=answer["access_token"],
			refresh_token=answer["refresh_token"],
			expires_at=self.stand_in.clock.now() + answer["expires_in"],
			scopes=frozenset(answer["scope"].split()),
		)
		tokens.store(connected.holder, grant)

	@contextmanager
	def opened(self, connected: Connected) -> Any:
		provider = open_account(connected.account)
		try:
			yield provider
		finally:
			provider.close()

	# The person's actions, in the vendor's words

	def add(self, connected: Connected, start: Moment, end: Moment, **facts: Any) -> Entry:
		return self.stand_in.add(connected.diary, start, end, **facts)

	def act(self, connected: Connected, change: Callable[[], Any]) -> None:
		self.stand_in.change(connected.diary, change)

	def set_fields(self, connected: Connected, entry: Entry, fields: dict[str, Any]) -> None:
		def change() -> None:
			entry.fields.update(fields)
			connected.diary.touch(entry)

		self.act(connected, change)

	def decline_occurrence(self, connected: Connected, entry: Entry, original: Moment) -> None:
		def change() -> None:
			entry.exceptions[original] = Exceptional(fields=self.declined(connected))
			connected.diary.touch(entry)

		self.act(connected, change)

	def busy(self, connected: Connected, since: int, until: int) -> list[tuple[int, int]]:
		"""Return what the vendor's own free/busy says, without our own events."""
		return self.stand_in.busy(connected.diary, since, until, without_app=self.app_mark)

	free: ClassVar[dict[str, Any]]
	tentative: ClassVar[dict[str, Any]]
	out_of_office: ClassVar[dict[str, Any]]

	def declined(self, connected: Connected) -> dict[str, Any]:
		raise NotImplementedError

	def declined_by(self, attendee: dict[str, Any]) -> dict[str, Any]:
		"""Return an attendee of an event after they declined."""
		raise NotImplementedError

	def decline_as_attendees(self, connected: Connected, entry: Entry) -> None:
		"""All who were invited to the event decline."""
		self.set_fields(connected, entry, {"attendees": [self.declined_by(each) for each in entry.fields["attendees"]]})

	def expire_tokens(self) -> None:
		"""The vendor forgets its sync tokens."""
		raise NotImplementedError


class Google(Vendor[GoogleStandIn]):
	provider = "Google"
	key = "google"
	scopes = WITH_CONSENT["Google"].scopes
	calendar_path = "/events"
	free: ClassVar[dict[str, Any]] = {"transparency": "transparent"}
	tentative: ClassVar[dict[str, Any]] = {"status": "tentative"}
	out_of_office: ClassVar[dict[str, Any]] = {"eventType": "outOfOffice"}

	def declined(self, connected: Connected) -> dict[str, Any]:
		attendee = {"email": connected.diary.owner, "self": True, "responseStatus": "declined"}
		return {"attendees": [attendee]}

	def declined_by(self, attendee: dict[str, Any]) -> dict[str, Any]:
		return {**attendee, "responseStatus": "declined"}

	def expire_tokens(self) -> None:
		self.stand_in.expire_sync_tokens()


class Microsoft(Vendor[GraphStandIn]):
	provider = "Outlook"
	key = "microsoft"
	scopes = WITH_CONSENT["Outlook"].scopes
	calendar_path = "/calendarView"
	free: ClassVar[dict[str, Any]] = {"showAs": "free"}
	tentative: ClassVar[dict[str, Any]] = {"showAs": "tentative"}
	out_of_office: ClassVar[dict[str, Any]] = {"showAs": "oof"}

	def declined(self, connected: Connected) -> dict[str, Any]:
		return {"responseStatus": {"response": "declined"}}

	def declined_by(self, attendee: dict[str, Any]) -> dict[str, Any]:
		return {**attendee, "status": {"response": "declined"}}

	def expire_tokens(self) -> None:
		self.stand_in.expire_delta_links()


@dataclass
class Reading:
	"""A reader's knowledge of a calendar: the busy times of each event, and the token for the next time."""

	events: dict[str, tuple[BusyTime, ...]] = field(default_factory=dict)
	token: str = ""
	pages: list[Changes] = field(default_factory=list)

	def read(self, provider: Provider, calendar: str, window: tuple[int, int]) -> "Reading":
		"""Read all pages of changes since the last time."""
		self.pages = []
		page = ""
		while True:
			changes = provider.changes(calendar, window, self.token, page)
			self.pages.append(changes)
			for removed in changes.removed:
				self.events.pop(removed, None)
			for event in changes.events:
				self.events[event.id] = event.busy
			page = changes.next_page
			if not page:
				self.token = changes.token
				return self

	def spans(self, window: tuple[int, int]) -> list[tuple[int, int]]:
		"""Return the merged busy spans within the window."""
		all_times = [each for times in self.events.values() for each in times]
		return merged((max(each.start, window[0]), min(each.end, window[1])) for each in all_times)

	def times(self) -> list[BusyTime]:
		return sorted((each for times in self.events.values() for each in times), key=lambda each: each.start)


def outgoing(start: int, **facts: Any) -> OutgoingEvent:
	"""Return a booking of half an hour as it should be in a calendar."""
	values = {
		"key": frappe.generate_hash(length=32),
		"uid": f"{fresh('booking')}@site.example",
		"title": "Meeting with Ada",
		"description": "Manage: https://site.example/schedule/manage/x",
		"location": "Phone",
		"start": start,
		"end": start + int(timedelta(minutes=30).total_seconds()),
		"zone": "Europe/Berlin",
		**facts,
	}
	return OutgoingEvent(**values)
