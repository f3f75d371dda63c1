"""Loads the account of a connection, with its secrets, and opens its provider."""

from dataclasses import asdict, replace

import frappe
from frappe.utils.password import get_decrypted_password

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.provider import Account, Provider
from scheduler_integration.calendars.providers.registry import open_account
from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.parsing.calendar_fields import AddressForm

_DOCTYPE = "Calendar Connection"


def open_connection(name: str) -> Provider:
	"""Return the provider of a Calendar Connection. Nothing is sent yet. Raises AccessRevoked if a secret is unreadable."""
	return open_account(load_account(name))


def load_account(name: str) -> Account:
	row = frappe.db.get_value(_DOCTYPE, name, ["user", "provider", "login"], as_dict=True)
	secrets = {field: secret(name, field) for field in ("address", "password")}
	return replace(account_of(row.user, AddressForm(row.provider, login=row.login or "", **secrets)), name=name)


def account_of(user: str, form: AddressForm) -> Account:
	"""Return an account of the user that isn't stored yet."""
	email = frappe.db.get_value("User", user, "email") or ""
	return Account(name="", user=user, zone=timezone_of(user), email=email, **asdict(form))


def secret(name: str, field: str) -> str:
	"""Return a connection's Password field, or ''.

	Raises AccessRevoked if it can't be decrypted: the database was restored without its encryption key.
	"""
	try:
		return get_decrypted_password(_DOCTYPE, name, field, raise_exception=False) or ""
	except Exception:
		# Some versions of Frappe show a message and raise a ValidationError, others raise the library's error.
		raise AccessRevoked() from None
