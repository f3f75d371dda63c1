"""Fixtures: bookings with video calls, and the task that makes them."""

from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.consent import Grant
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, page_of, payload
from tests.support.outbox import deliver
from tests.support.site import Site
from tests.support.vendors.accounts import Account
from tests.support.vendors.setup import all_leading_to, set_up
from tests.support.vendors.stand_in import serving
from tests.support.vendors.zoom import SCOPES, Zoom

# A Monday, and far away: the server of other tests runs tasks that are due today.
NOW = at("2036-03-03 06:00")
NINE = at("2036-03-03 09:00")
DAY = 86400


@pytest.fixture(autouse=True)
def _commits(commit_clean: None) -> None:
	"""The handler commits between its steps."""


@pytest.fixture
def book() -> Callable[..., Document]:
	"""Book a meeting of the type, and run its tasks as the job after the commit does.

	Without `mails` no message is sent. The video task is what most tests are about, and mails take long.
	"""

	def make(
		meeting_type: Document,
		start: int = NINE,
		now: int = NOW,
		run: bool = True,
		mails: bool = False,
		**fields: Any,
	) -> Document:
		page = page_of(meeting_type)
		made = door.book(payload(page, meeting_type, start, **fields), now)
		frappe.db.commit()
		return settle(made.id, now=now, mails=mails)[0] if run else frappe.get_doc("Booking", made.id)

	return make


@pytest.fixture
def jitsi_type() -> Document:
	return make_meeting_type(make_page(), location_type="Jitsi")


def settle(*names: str, now: int = NOW, mails: bool = False) -> list[Document]:
	"""Run the tasks of these bookings that are due at `now`, and return the bookings."""
	for name in names:
		if not mails:
			waiting = {"booking": name, "kind": "email", "status": "Pending"}
			frappe.db.set_value("Outbox Task", waiting, "due_at", now + 365 * DAY)
		deliver(name, now)
	frappe.db.rollback()
	return [frappe.get_doc("Booking", name) for name in names]


def reschedule(name: str, start: int, now: int = NOW) -> Document:
	"""Move the booking as its host, and return the booking that takes its place."""
	made = bookings.reschedule_by_host(name, RescheduleRequest(start=start), now)
	frappe.db.commit()
	return frappe.get_doc("Booking", made.id)


def calls(**filters: Any) -> list[frappe._dict]:
	"""Return the rows of Video Meeting, oldest first."""
	return frappe.get_all("Video Meeting", filters, ["*"], order_by="creation asc")


def settings(**fields: Any) -> None:
	"""Set fields of Scheduler Settings, as an administrator does."""
	doc = frappe.get_doc("Scheduler Settings")
	doc.update(fields)
	doc.save()
	frappe.db.commit()


@pytest.fixture
def vendor_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], None]:
	"""Send a vendor's requests to a stand-in."""

	def place(key: str, stand_in: Any) -> None:
		known = dict(frappe.local.conf.get("scheduling_vendors") or {})
		monkeypatch.setitem(frappe.local.conf, "scheduling_vendors", {**known, key: stand_in.url})

	return place


@pytest.fixture(scope="session")
def _zoom_server() -> Iterator[dict[str, Any]]:
	"""One server for all tests. Each test puts a fresh stand-in behind it."""
	with serving(Switch()) as switch:
		yield switch


class Switch:
	"""Passes requests on to the stand-in of the running test."""

	url = ""
	behind: Any = None

	def __call__(self, environ: Any, start_response: Any) -> Any:
		return self.behind(environ, start_response)


@pytest.fixture
def zoom(vendor_at: Any, _zoom_server: Any) -> Iterator[Zoom]:
	stand_in = Zoom()
	stand_in.clock.move_to(NOW)
	_zoom_server.behind, stand_in.url = stand_in, _zoom_server.url
	vendor_at("zoom", stand_in)
	vendor_at("zoom_server", stand_in)
	set_up("zoom", stand_in)
	frappe.db.commit()
	yield stand_in
	stand_in.assert_sound()


@pytest.fixture
def zoom_for_all(zoom: Zoom, site: Site) -> Iterator[Zoom]:
	"""The stand-in, for the server's process too."""
	with all_leading_to(site, "zoom", zoom):
		yield zoom


@pytest.fixture
def connect_zoom(zoom: Zoom) -> Callable[..., str]:
	"""Give a host a connected account, as if they had been through Zoom's page. Returns the Video Connection."""

	def make(user: str, account: str = "jane@zoom.example", provider: str = "Zoom", **fields: Any) -> str:
		return connect(zoom, user, account, provider, SCOPES, **fields)

	return make


def connect(stand_in: Any, user: str, account: str, provider: str, scopes: str, **fields: Any) -> str:
	stand_in.accounts.setdefault(account, Account(account, account))
	values = {"doctype": "Video Connection", "user": user, "provider": provider, "status": "Connected", **fields}
	doc = frappe.get_doc({**values, "account_name": account}).insert()
	granted = stand_in.grant(account, scopes)
	grant = Grant(
		access_token=granted["access_token"],
		refresh_token=granted["refresh_token"],
		expires_at=NOW + granted["expires_in"],
		scopes=frozenset(scopes.split()),
	)
	tokens.store(tokens.Holder("Video Connection", doc.name), grant)
	frappe.db.commit()
	return doc.name


@pytest.fixture
def zoom_type(connect_zoom: Callable[..., str]) -> Document:
	"""A type whose only place is Zoom, of a host with an account."""
	page = make_page()
	connect_zoom(page.user)
	return make_meeting_type(page, location_type="Zoom")
