"""Fixtures: stand-ins for Google and Microsoft, and a host whose account there is connected."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from scheduler_integration.http import client
from tests.support.vendors.accounts import Accounts
from tests.support.vendors.connected import Google, Microsoft, Vendor
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
	"""Try again at once. How long is waited is tested with the client."""
	monkeypatch.setattr(client, "backoff", lambda attempt, **limits: 0.0)


@pytest.fixture
def started() -> Iterator[Callable[[str, Accounts], Any]]:
	"""Serve a stand-in, and lead the site to it."""
	with ExitStack() as stack:

		def start(key: str, stand_in: Accounts) -> Any:
			stack.enter_context(serving(stand_in))
			stack.enter_context(leading_to(key, stand_in))
			set_up(key, stand_in)
			stack.callback(stand_in.assert_sound)
			return stand_in

		yield start


@pytest.fixture
def google(started: Any) -> Google:
	pytest.importorskip("googleapiclient")
	return Google(started("google", GoogleStandIn()))


@pytest.fixture
def microsoft(started: Any) -> Microsoft:
	return Microsoft(started("microsoft", GraphStandIn()))


@pytest.fixture(params=["Google", "Microsoft"])
def vendor(request: pytest.FixtureRequest) -> Vendor:
	"""Each of the two in turn, in the same words."""
	return request.getfixturevalue(request.param.lower())
