"""The world of random histories: a vendor's stand-in, hosts with accounts there, and the calls that are live."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import frappe

from scheduler_integration.calendars.sync import sync
from scheduler_integration.conferencing.connect import replan_host
from tests.conferencing.conftest import NOW, connect
from tests.support.vendors.calls import MEET_SCOPES, TEAMS_SCOPES, MeetStandIn, TeamsStandIn
from tests.support.vendors.connected import Google, Microsoft
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving
from tests.support.vendors.zoom import SCOPES, Zoom


@dataclass(frozen=True)
class Live:
	"""A call that exists at the vendor: its host, and its start if the vendor keeps one."""

	host: str
	start: int | None


@dataclass
class World:
	"""One vendor. `kind` is the meeting types' place, `paths` are those where requests fail."""

	kind: str
	stand_in: Any
	paths: tuple[str, ...]
	# Google offers no way to delete a space.
	can_delete: bool = True
	hosts: dict[str, Any] = field(default_factory=dict)

	def begin(self, hosts: list[str]) -> None:
		"""Forget the former history, and give each host an account."""
		self.stand_in.faults.clear()
		self.hosts = {user: self.join(user) for user in hosts}

	def join(self, user: str) -> Any:
		raise NotImplementedError

	def recover(self, now: int) -> None:
		"""The faults are over, and hosts whose accounts seemed to be revoked connect them again."""
		self.stand_in.faults.clear()
		for user in self.hosts:
			frappe.db.set_value("Video Connection", {"user": user}, "status", "Connected")
			replan_host(user, now)

	def live(self) -> dict[str, Live]:
		"""Return the calls of this history's hosts that exist, by their link."""
		raise NotImplementedError


@dataclass
class ByAccount(World):
	"""Calls of the hosts' video accounts. `read` returns link, account and start of each call at the stand-in."""

	provider: str = ""
	scopes: str = ""
	read: Callable[[Any], Iterator[tuple[str, str, str]]] = lambda stand_in: iter(())

	def join(self, user: str) -> str:
		connect(self.stand_in, user, f"{user}.account", self.kind, self.scopes)
		return f"{user}.account"

	def live(self) -> dict[str, Live]:
		users = {account: user for user, account in self.hosts.items()}
		found = {}
		for link, account, start in self.read(self.stand_in):
			if account in users:
				found[link] = Live(users[account], _instant(start) if start else None)
		return found


@dataclass
class ByCalendar(World):
	"""Calls that come with the events in the hosts' calendars."""

	words: Any = None
	link: str = ""

	def join(self, user: str) -> Any:
		made = self.words.connect(user=user, write_bookings=1)
		frappe.db.commit()
		assert sync(made.connection, NOW).error is None
		return made

	def live(self) -> dict[str, Live]:
		found = {}
		for user, connected in self.hosts.items():
			diary = connected.diary
			for entry in diary.entries.values():
				if not entry.removed and entry.fields.get(self.link):
					found[entry.fields[self.link]] = Live(user, diary.instant(entry.start, entry.zone))
		return found


def _zooms(stand_in: Zoom) -> Iterator[tuple[str, str, str]]:
	for meeting in stand_in.meetings.values():
		yield meeting["join_url"], meeting["owner"], meeting["start_time"]


def _spaces(stand_in: MeetStandIn) -> Iterator[tuple[str, str, str]]:
	for space in stand_in.spaces.values():
		yield space["meetingUri"], space["owner"], ""


def _online_meetings(stand_in: TeamsStandIn) -> Iterator[tuple[str, str, str]]:
	for meeting in stand_in.meetings.values():
		yield meeting["joinWebUrl"], meeting["owner"], meeting["startDateTime"]


def _zoom() -> tuple[str, World]:
	return "zoom", ByAccount("Zoom", Zoom(), ("/meetings", "/oauth/token"), scopes=SCOPES, read=_zooms)


def _meet() -> tuple[str, World]:
	stand_in = MeetStandIn()
	return "google", ByAccount("Google Meet", stand_in, ("/spaces", "/token"), False, scopes=MEET_SCOPES, read=_spaces)


def _teams() -> tuple[str, World]:
	stand_in = TeamsStandIn()
	paths = ("/onlineMeetings", "/token")
	return "microsoft", ByAccount("Teams", stand_in, paths, scopes=TEAMS_SCOPES, read=_online_meetings)


def _google_calendar() -> tuple[str, World]:
	stand_in = GoogleStandIn()
	return "google", ByCalendar(
		"Google Meet", stand_in, ("/events", "/token"), words=Google(stand_in), link="hangoutLink"
	)


def _outlook_calendar() -> tuple[str, World]:
	stand_in = GraphStandIn()
	paths = ("/events", "/token")
	return "microsoft", ByCalendar("Teams", stand_in, paths, words=Microsoft(stand_in), link="joinUrl")


WORLDS = {
	"zoom": _zoom,
	"meet": _meet,
	"teams": _teams,
	"google calendar": _google_calendar,
	"outlook calendar": _outlook_calendar,
}


@contextmanager
def opened(name: str) -> Iterator[World]:
	key, world = WORLDS[name]()
	world.stand_in.clock.move_to(NOW)
	with serving(world.stand_in), leading_to(key, world.stand_in):
		set_up(key, world.stand_in)
		frappe.db.commit()
		yield world


def _instant(text: str) -> int:
	return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())
