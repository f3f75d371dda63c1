"""Settings and records of the site under test that lead to a stand-in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe

from tests.support.site import Site
from tests.support.vendors.accounts import Accounts


def set_up(key: str, stand_in: Accounts) -> None:
	"""Enter the stand-in's client id and secret in Scheduler Settings, as an administrator does."""
	settings = frappe.get_doc("Scheduler Settings")
	settings.set(f"{key}_client_id", stand_in.client.client_id)
	settings.set(f"{key}_client_secret", stand_in.client.client_secret)
	settings.save()


@contextmanager
def leading_to(key: str, stand_in: Accounts) -> Iterator[None]:
	"""Send this process's requests to the vendor to the stand-in, until the end."""
	before = frappe.local.conf.get("scheduling_vendors")
	frappe.local.conf["scheduling_vendors"] = {**(before or {}), key: stand_in.url}
	try:
		yield
	finally:
		frappe.local.conf["scheduling_vendors"] = before
		# The settings in the cache may be of a transaction that is rolled back.
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")


@contextmanager
def all_leading_to(site: Site, key: str, stand_in: Accounts, **config: Any) -> Iterator[None]:
	"""As `leading_to`, for every process of the site: it is written into the site's configuration."""
	path = site.folder / "site_config.json"
	before = path.read_text()
	values = json.loads(before)
	values["scheduling_vendors"] = {**values.get("scheduling_vendors", {}), key: stand_in.url}
	path.write_text(json.dumps({**values, **config}))
	try:
		with leading_to(key, stand_in):
			yield
	finally:
		path.write_text(before)
