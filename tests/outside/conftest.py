"""Fixtures of the tests that sign people in at a vendor."""

from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest

from tests.support.vendors.accounts import Accounts
from tests.support.vendors.bare import SignIn
from tests.support.vendors.setup import set_up
from tests.support.vendors.stand_in import serving


@pytest.fixture
def vendor_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Accounts], None]:
	"""Enter a stand-in's client id and secret in Scheduler Settings, and send the vendor's requests to it."""

	def place(key: str, stand_in: Accounts) -> None:
		set_up(key, stand_in)
		known = dict(frappe.local.conf.get("scheduling_vendors") or {})
		monkeypatch.setitem(frappe.local.conf, "scheduling_vendors", {**known, key: stand_in.url})

	return place


@pytest.fixture
def zoom(vendor_at: Any) -> Iterator[SignIn]:
	"""Zoom's manner: client credentials in the header, refresh tokens that can be used once."""
	with serving(SignIn("single use")) as stand_in:
		vendor_at("zoom", stand_in)
		yield stand_in
		stand_in.assert_sound()
