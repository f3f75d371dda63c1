"""Fixtures: stand-ins for Google and Microsoft, and a host whose account there is connected."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from frappe.model.document import Document

from tests.support.factories import make_meeting_type, make_page
from tests.support.vendors.accounts import Accounts
from tests.support.vendors.connected import Google, Microsoft, Vendor
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving


@pytest.fixture
def page() -> Document:
	"""A host's page with a meeting type of an hour."""
	made = make_page()
	make_meeting_type(made, duration_minutes=60)
	return made


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
