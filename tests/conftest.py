"""Fixtures for all tests: the site, a clean transaction for each test, users, the clock, and a server."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT, *(() if os.environ.get("BENCH") else (ROOT / "embedded",))):
	if str(folder) not in sys.path:
		sys.path.insert(0, str(folder))

from tests.support.server import Client, Server, running  # noqa: E402
from tests.support.site import Site, opened, set_test_mode, undoing_commits  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
	parser.addoption("--screenshots", action="store_true", help="keep pictures in tests/browser/screenshots")
	parser.addoption("--record", action="store_true", help="write api/examples.json anew in tests/api/test_examples.py")
	parser.addoption(
		"--commands",
		type=int,
		default=8,
		help="what each process does in tests/bookings/test_mix.py: 400 is a long run",
	)
	parser.addoption(
		"--feeds", type=int, default=40, help="random feeds in tests/calendars/test_agreement.py: 5000 is a long run"
	)
	parser.addoption(
		"--payments", type=int, default=3, help="random lives in tests/payments/test_lives.py: 100 is a long run"
	)
	parser.addoption(
		"--waitlists", type=int, default=2, help="random lives in tests/waitlist/test_lives.py: 100 is a long run"
	)
	parser.addoption(
		"--disabled",
		type=int,
		default=2,
		help="random lives of disabled hosts in tests/vendors and tests/calendars: 100 is a long run",
	)
	parser.addoption(
		"--outages",
		type=int,
		default=2,
		help="random histories in tests/outbox/test_after_outages.py: 100 is a long run",
	)


def pytest_configure() -> None:
	# Collecting makes thousands of objects that live as long as the session; looking through them for garbage again and
	# again takes a third of its time.
	gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	# `make test` runs the first case of each test, `make test-all` all of them.
	for item in items:
		if any(getattr(getattr(item, "callspec", None), "indices", {}).values()):
			item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
	gc.freeze()
	gc.enable()
	# Few objects of a test refer to each other in circles. Python would look for them after each 700 new objects.
	gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
	with opened() as made, pytest.MonkeyPatch.context() as monkeypatch:
		# A request to another system that is sent again doesn't wait in tests, except for those of the wait itself.
		monkeypatch.setattr("scheduler_integration.http.client.sleep", lambda seconds: None)
		yield made


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> Iterator[None]:
	"""Start the test as Administrator, and roll back afterwards.

	Tests of the app's pure parts need no site: those in tests/engine never open one.
	"""
	if "engine" in request.path.parts:
		yield
		return
	request.getfixturevalue("site")
	_start_afresh()
	with _noting_commits() as commits:
		yield
	_start_afresh()
	if commits and "commit_clean" not in request.fixturenames:
		pytest.fail("This test commits. The fixture `commit_clean` deletes its rows, which the next tests would meet.")


@contextmanager
def _noting_commits() -> Iterator[list[None]]:
	"""Yield a list that gets an entry for each commit of this process's connection."""
	import frappe

	commits: list[None] = []
	database, commit = frappe.local.db, frappe.local.db.commit

	def noted(*args: Any, **kwargs: Any) -> None:
		commits.append(None)
		commit(*args, **kwargs)

	database.commit = noted
	try:
		yield commits
	finally:
		del database.commit


def _start_afresh() -> None:
	import frappe

	frappe.db.rollback()
	frappe.db.value_cache.clear()
	frappe.flags.currently_saving = []
	set_test_mode()
	frappe.local.message_log = []
	_forget_mail_servers()
	frappe.local.lang = "en"
	frappe.set_user("Administrator")


def _forget_mail_servers() -> None:
	"""Frappe keeps the mail server that it has found, also if it opens another connection."""
	import frappe

	frappe.local.outgoing_email_account = {}
	frappe.local.incoming_email_account = {}


@pytest.fixture
def choose(commit_clean: None) -> Callable[..., None]:
	"""Change Scheduler Settings: `choose(captcha_mode="Adaptive")`."""

	import frappe

	def change(**fields: Any) -> None:
		for name, value in fields.items():
			frappe.db.set_single_value("Scheduler Settings", name, value)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
		frappe.db.commit()

	return change


@pytest.fixture
def push_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
	"""A push service on this machine, to which browsers of tests subscribe."""
	import frappe

	from tests.support.push_service import Service
	from tests.support.wsgi import serving

	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["127.0.0.1"])
	made = Service()
	with serving(made) as made.url:
		yield made


@pytest.fixture
def receiver(site: Site) -> Iterator[Any]:
	"""A program on this machine that takes webhooks, at its `url`."""
	from tests.support.gateway import receiving

	with receiving() as (made, url):
		made.url = url
		yield made


@pytest.fixture
def official(server: Server) -> Iterator[Callable[..., Any]]:
	"""Return a function that connects the official client to an endpoint: `official("host?scope=read", "legacy", **headers)`."""
	from tests.support.official_mcp import ENDPOINT, Official

	with ExitStack() as opened:

		def connect(url: str, mode: str, **headers: str) -> Official:
			client = Official(server.url + ENDPOINT + url, mode, {"Host": server.site.name, **headers})
			opened.callback(client.close)
			return client

		yield connect


@pytest.fixture
def as_user() -> Callable[[str], AbstractContextManager[None]]:
	"""Sign somebody in for a while: `with as_user("jane@example.com"): ...`"""
	import frappe

	@contextmanager
	def acting_as(email: str) -> Iterator[None]:
		before = frappe.session.user
		frappe.set_user(email)
		try:
			yield
		finally:
			frappe.set_user(before)

	return acting_as


@pytest.fixture
def frozen() -> Iterator[Callable[[Any], Any]]:
	"""Stop this process's clock: `clock = frozen("2025-03-09T06:30:00Z")`, `clock.move_to(...)`, `clock.shift(60)`.

	If the clock stops on a whole second, reload a document between two saves: Frappe compares timestamps as text, and
	the database leaves out a fraction of zero.
	"""
	import time_machine

	with ExitStack() as stack:

		def freeze(instant: Any) -> Any:
			if isinstance(instant, str):
				instant = datetime.fromisoformat(instant)
			if isinstance(instant, datetime) and instant.tzinfo:
				instant = instant.astimezone(timezone.utc)
			return stack.enter_context(time_machine.travel(instant, tick=False))

		yield freeze


@pytest.fixture
def site_zone(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
	"""Set the site's zone in this process until the test ends: `site_zone("America/New_York")`.

	Saving a User empties the site's caches; the zone stays all the same.
	"""
	import frappe

	known = frappe.get_system_settings

	def choose(name: str) -> None:
		monkeypatch.setattr(frappe, "get_system_settings", lambda key: name if key == "time_zone" else known(key))

	return choose


@pytest.fixture
def outgoing_mail(monkeypatch: pytest.MonkeyPatch) -> None:
	"""Configure a mail server. In tests, Frappe builds the messages for it but doesn't send them."""
	import frappe

	monkeypatch.setitem(frappe.local.conf, "mail_server", "localhost")
	_forget_mail_servers()


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
	"""Return a list of the statements sent to the database. A test may clear it."""
	import frappe

	seen: list[str] = []
	ask = frappe.db.sql

	def counted(query: Any, *args: Any, **kwargs: Any) -> Any:
		seen.append(str(query))
		return ask(query, *args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", counted)
	return seen


@pytest.fixture
def commit_clean(site: Site) -> Iterator[None]:
	"""Delete afterwards what the test commits. A test commits if another process must see its records."""
	site.forget_jobs()
	with undoing_commits():
		yield


@pytest.fixture(scope="session")
def server(site: Site) -> Iterator[Server]:
	"""Start a server process on the tests' site. It sees committed records only, so its tests need `commit_clean`."""
	import frappe

	frappe.db.rollback()
	with running(site) as started:
		yield started


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
	with server.client() as one:
		yield one


@pytest.fixture
def run_jobs(commit_clean: None, server: Server) -> Callable[[], None]:
	"""Return a function that runs the jobs that requests to the server have queued, as a worker does."""
	server.run_jobs()  # Those that earlier tests left.
	return server.run_jobs
