"""Loads what a provider needs to know of a connection, and opens it."""

import frappe
from frappe.utils.password import get_decrypted_password

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.provider import Account, Provider
from scheduler_integration.calendars.providers.registry import open_account
from scheduler_integration.exceptions import AccessRevoked

_DOCTYPE = "Calendar Connection"


def open_connection(name: str) -> Provider:
	"""Return the provider of a Calendar Connection. Nothing is sent yet. Raises AccessRevoked if a secret is unreadable."""
	return open_account(load_account(name))


def load_account(name: str) -> Account:
	row = frappe.db.get_value(_DOCTYPE, name, ["user", "provider", "login", "account_name"], as_dict=True)
	return Account(
		name=name,
		user=row.user,
		provider=row.provider,
		zone=timezone_of(row.user),
		email=frappe.db.get_value("User", row.user, "email") or "",
		address=secret(name, "address"),
		login=row.login or "",
		password=secret(name, "password"),
	)


def secret(name: str, field: str) -> str:
	"""Return a connection's Password field, or ''.

	Raises AccessRevoked if it can't be decrypted: the database was restored without its encryption key.
	"""
	try:
		return get_decrypted_password(_DOCTYPE, name, field, raise_exception=False) or ""
	except Exception:
		# Frappe shows a message and raises a ValidationError, other versions the error of the library.
		raise AccessRevoked() from None
