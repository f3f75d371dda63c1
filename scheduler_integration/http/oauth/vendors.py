"""The vendors whose accounts can be connected: addresses, and the app's credentials in Scheduler Settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import frappe

from scheduler_integration.exceptions import VendorNotSetUp
from scheduler_integration.http.addresses import relocated


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
	"""A vendor. `{tenant}` in an address is replaced by the vendor's tenant in Scheduler Settings.

	`key` begins the names of the vendor's fields in Scheduler Settings. `extra` are parameters of the authorise address.
	`revoke` is empty if the vendor can't revoke a token. `revokes_all`: revoking one token revokes all that the app has for
	the account. With `basic` the app's credentials are sent in the Authorization
	header, without it in the form. `prefix` is a text that the vendor may put before the name of a scope.
	"""

	key: str
	name: str
	authorise: str
	token: str
	revoke: str = ""
	revokes_all: bool = False
	extra: Mapping[str, str] = field(default_factory=dict)
	basic: bool = False
	prefix: str = ""


GOOGLE = Vendor(
	key="google",
	name="Google",
	authorise="https://accounts.google.com/o/oauth2/v2/auth",
	token="https://oauth2.googleapis.com/token",
	revoke="https://oauth2.googleapis.com/revoke",
	revokes_all=True,
	# Google gives a refresh token only for offline access, and after the first time only if consent is asked for again.
	extra={"access_type": "offline", "prompt": "consent select_account"},
)
MICROSOFT = Vendor(
	key="microsoft",
	name="Microsoft",
	authorise="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
	token="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
	extra={"prompt": "select_account"},
	prefix="https://graph.microsoft.com/",
)
ZOOM = Vendor(
	key="zoom",
	name="Zoom",
	authorise="https://zoom.us/oauth/authorize",
	token="https://zoom.us/oauth/token",
	revoke="https://zoom.us/oauth/revoke",
	basic=True,
)
VENDORS = {vendor.key: vendor for vendor in (GOOGLE, MICROSOFT, ZOOM)}


@dataclass(frozen=True, slots=True)
class Credentials:
	"""The app's registration at a vendor."""

	client_id: str
	client_secret: str = field(repr=False)


def is_set_up(vendor: Vendor) -> bool:
	"""Whether an administrator has entered the app's client id and secret."""
	settings = frappe.get_cached_doc("Scheduler Settings")
	return bool(settings.get(f"{vendor.key}_client_id") and settings.get(f"{vendor.key}_client_secret"))


def credentials(vendor: Vendor) -> Credentials:
	"""Return the app's credentials. Raises VendorNotSetUp."""
	settings = frappe.get_cached_doc("Scheduler Settings")
	secret = settings.get_password(f"{vendor.key}_client_secret", raise_exception=False)
	if not settings.get(f"{vendor.key}_client_id") or not secret:
		raise VendorNotSetUp(vendor.name)
	return Credentials(settings.get(f"{vendor.key}_client_id"), secret)


def located(vendor: Vendor, address: str) -> str:
	"""Return an address of the vendor as it is called on this site."""
	if "{tenant}" in address:
		tenant = frappe.get_cached_doc("Scheduler Settings").get(f"{vendor.key}_tenant")
		address = address.replace("{tenant}", tenant or "common")
	return relocated(vendor.key, address)
