"""A command of an assistant that arrives twenty times at once, and then a hundred times more, leaves the traces of one call."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import frappe
import pytest

from scheduler_integration.platform.clock import iso
from tests.assistants.conftest import new_key
from tests.pages.offer import book, day_in, host_of, in_three_days, make_offer
from tests.support.factories import fresh, page_of
from tests.support.official_mcp import ENDPOINT
from tests.support.server import Server
from tests.support.smtp import Inbox, sending_to_inbox

AT_ONCE, RETRIES = 20, 100
# Of calls at the same moment, some may hear that another one is at work, or that a code is being tried too often just now.
BUSY = {"CHANGED_MEANWHILE", "WRONG_CODE", "BUSY"}
NOON, TWO = (iso(in_three_days(hour), "UTC") for hour in (12, 14))


@dataclass
class World:
	"""A page with its host, on which assistants act by HTTP."""

	server: Server
	inbox: Inbox
	run_jobs: Callable[[], None]
	offer: Any = field(default_factory=make_offer)

	def __post_init__(self) -> None:
		host = frappe.get_doc("User", host_of(self.offer))
		host.update({"api_key": fresh("key"), "api_secret": "secret"}).save()
		frappe.db.commit()
		self.address = f"{ENDPOINT}visitor?page={page_of(self.offer).slug}"
		self.host_address, self.key = f"{ENDPOINT}host?scope=act", {"Authorization": f"token {host.api_key}:secret"}
		self.person = {"attendee_name": "Ada", "attendee_email": f"{fresh('ada')}@guests.example", "timezone": "UTC"}

	def call(self, tool: str, arguments: dict[str, Any], *, as_host: bool = False) -> dict[str, Any]:
		client = self.server.client()
		client.headers.update(self.key if as_host else {})
		params = {"name": tool, "arguments": arguments}
		message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
		return client.post(self.host_address if as_host else self.address, json=message).json()["result"]

	def quote(self, start: str) -> str:
		asked = {"meeting_type": self.offer.slug, "start_date": start[:10], "end_date": start[:10], "timezone": "UTC"}
		found = self.call("find_times", asked)["structuredContent"]["days"][start[:10]]
		return next(slot["quote"] for slot in found if slot["start"] == start)

	def with_code(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
		assert self.call(tool, arguments)["structuredContent"]["code"] == "CODE_NEEDED"
		self.run_jobs()
		return {**arguments, "code": self.inbox.take_code()}

	def link(self) -> str:
		return book(self.offer, attendee_email=self.person["attendee_email"]).manage_url


def _book(world: World) -> dict[str, Any]:
	return world.with_code("book", {"quote": world.quote(NOON), "key": new_key(), **world.person})


def _hold(world: World) -> dict[str, Any]:
	return {"quote": world.quote(NOON), "key": new_key()}


def _move(world: World) -> dict[str, Any]:
	return world.with_code("move", {"link": world.link(), "quote": world.quote(TWO), "key": new_key()})


def _cancel(world: World) -> dict[str, Any]:
	return world.with_code("cancel", {"link": world.link()})


def _host_book(world: World) -> dict[str, Any]:
	return {"key": new_key(), "meeting_type": world.offer.name, "start": NOON, **world.person}


def _host_move(world: World) -> dict[str, Any]:
	return {"key": new_key(), "booking": book(world.offer).id, "start": TWO}


def _host_cancel(world: World) -> dict[str, Any]:
	return {"key": new_key(), "booking": book(world.offer).id}


def _host_away(_world: World) -> dict[str, Any]:
	return {"key": new_key(), "date": day_in(3).isoformat()}


def _host_block(_world: World) -> dict[str, Any]:
	return {"key": new_key(), "start": NOON, "end": TWO}


COMMANDS = {
	"book": _book,
	"hold": _hold,
	"move": _move,
	"cancel": _cancel,
	"host book_for": _host_book,
	"host move": _host_move,
	"host cancel": _host_cancel,
	"host away": _host_away,
	"host block": _host_block,
}


@pytest.fixture
def make_world(server: Server, run_jobs: Callable[[], None], choose: Any) -> Iterator[Callable[[], World]]:
	limits = ("bookings_per_hour", "slots_per_minute", "site_bookings_per_hour", "site_requests_per_minute")
	choose(**dict.fromkeys(limits, 0))
	with sending_to_inbox(server.site) as inbox:
		yield lambda: World(server, inbox, run_jobs)


def rows() -> dict[str, int]:
	"""Return how many records the site has of each DocType in which commands leave traces."""
	frappe.db.rollback()
	doctypes = frappe.get_all("DocType", {"module": "Scheduler Integration", "issingle": 0}, pluck="name")
	return {each: frappe.db.count(each) for each in (*doctypes, "Comment", "Contact")}


def traces(before: dict[str, int]) -> dict[str, int]:
	return {name: number - before[name] for name, number in rows().items() if number != before[name]}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_leaves_the_traces_of_one_call(make_world: Callable[[], World], command: str) -> None:
	*is_host, tool = command.split()
	once, often = make_world(), make_world()
	arguments, before = COMMANDS[command](once), rows()
	answer = once.call(tool, arguments, as_host=bool(is_host))
	assert not answer["isError"], answer
	of_one = traces(before)

	arguments, before = COMMANDS[command](often), rows()

	def send(_number: int) -> dict[str, Any]:
		return often.call(tool, arguments, as_host=bool(is_host))

	with ThreadPoolExecutor(AT_ONCE) as pool:
		at_once = [*pool.map(send, range(AT_ONCE))]
	later = [send(number) for number in range(RETRIES)]
	assert {each["structuredContent"]["code"] for each in at_once if each["isError"]} <= BUSY
	assert not [each for each in later if each["isError"]]
	answers = [each["structuredContent"] for each in (*at_once, *later) if not each["isError"]]
	names = {each.get("proposal") or each.get("hold") or each.get("id") for each in answers}
	assert (len(names), traces(before)) == (1, of_one)
