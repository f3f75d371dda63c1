"""Fixtures: real calendar servers, a feed that a test can change, and connections to them."""

from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest
from frappe.model.document import Document

from tests.support.calendar_servers import CalendarServer, calendar_of, radicale, xandikos
from tests.support.factories import fresh, make_meeting_type, make_page
from tests.support.wsgi import Request, Response, serving


@pytest.fixture
def page(commit_clean: None) -> Document:
	"""A host's page with a meeting type of an hour."""
	made = make_page()
	make_meeting_type(made, duration_minutes=60)
	return made


class Feed:
	"""An iCalendar feed. `text` is what it says, `status` and `headers` how; `requests` are what it was asked."""

	def __init__(self) -> None:
		self.text = calendar_of()
		self.status = 200
		self.headers: dict[str, str] = {}
		self.requests: list[dict[str, str]] = []
		self.url = ""

	def __call__(self, request: Request) -> Response:
		self.requests.append(dict(request.headers))
		return Response(self.text, self.status, {"Content-Type": "text/calendar", **self.headers})

	def events(self, *bodies: str) -> None:
		self.text = calendar_of(
			*(
				f"BEGIN:VEVENT\nUID:{number}@feed.example\nDTSTAMP:20260101T000000Z\n{body}\nEND:VEVENT"
				for number, body in enumerate(bodies)
			)
		)


@pytest.fixture
def feed() -> Iterator[Feed]:
	made = Feed()
	with serving(made) as base:
		made.url = f"{base}/private-{fresh('x')}/basic.ics"
		yield made


@pytest.fixture(scope="session")
def radicale_server() -> Iterator[CalendarServer]:
	with radicale() as server:
		yield server


@pytest.fixture(scope="session")
def xandikos_server() -> Iterator[CalendarServer]:
	with xandikos() as server:
		yield server


@pytest.fixture(params=["radicale_server", "xandikos_server"])
def caldav(request: pytest.FixtureRequest) -> CalendarServer:
	"""Each of the two servers in turn, with an empty calendar."""
	return emptied(request.getfixturevalue(request.param))


@pytest.fixture
def radicale_calendar(radicale_server: CalendarServer) -> CalendarServer:
	"""Radicale alone, with an empty calendar, for what doesn't depend on the server."""
	return emptied(radicale_server)


def emptied(server: CalendarServer) -> CalendarServer:
	for name in server.names():
		server.delete(name)
	return server


@pytest.fixture(autouse=True)
def _allow_this_machine(monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["127.0.0.1"])


@pytest.fixture
def connect(commit_clean: None) -> Callable[..., Document]:
	"""Create a connection of a host: `connect(user, "ICS", feed.url)`. It isn't read yet. Reading it commits."""

	def connected(
		user: str, provider: str, address: str, login: str = "", password: str = "", **fields: Any
	) -> Document:
		values = {"user": user, "provider": provider, "address": address, "login": login, "password": password}
		return frappe.get_doc({"doctype": "Calendar Connection", **values, **fields}).insert()

	return connected
