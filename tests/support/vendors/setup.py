"""Settings of the site under test that lead to a stand-in."""

import frappe

from tests.support.vendors.accounts import Accounts


def set_up(key: str, stand_in: Accounts) -> None:
	"""Enter the stand-in's client id and secret in Scheduler Settings, as an administrator does."""
	settings = frappe.get_doc("Scheduler Settings")
	settings.set(f"{key}_client_id", stand_in.client.client_id)
	settings.set(f"{key}_client_secret", stand_in.client.client_secret)
	settings.save()
