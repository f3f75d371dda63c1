"""Reads the fields with which a host connects a calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

_LONGEST_ADDRESS, _LONGEST_PASSWORD, _LONGEST_LOGIN = 2000, 500, 140


@dataclass(frozen=True, slots=True)
class AddressForm:
	"""An account to connect: The address is checked later, before it is called."""

	provider: str
	address: str = field(repr=False)
	login: str = ""
	password: str = field(default="", repr=False)


def parse_address_form(
	needed: Mapping[str, bool], provider: object, address: object, login: object, password: object
) -> AddressForm:
	"""Check the fields, and name all that are wrong at once. Raises InvalidRequest.

	`needed` has the providers that are connected by an address, and whether they need a login and a password.
	"""
	given = {"address": address, "login": login, "password": password}
	problems = {name: problem for name, value in given.items() if (problem := _problem(name, value))}
	if not isinstance(provider, str) or provider not in needed:
		problems["provider"] = _("This must be one of: {0}.").format(", ".join(needed))
	elif needed[provider]:
		problems |= {name: _("Please fill this in.") for name in ("login", "password") if not given[name]}
	if not address:
		problems["address"] = _("Enter the address.")
	if problems:
		raise InvalidRequest(details=problems)
	text = {name: str(value or "").strip() for name, value in given.items()}
	return AddressForm(str(provider), text["address"], text["login"], text["password"])


def parse_secret(name: str, value: object) -> str:
	"""Return a password or a secret address; empty if it is missing. Raises InvalidRequest."""
	if problem := _problem(name, value):
		raise InvalidRequest(details={name: problem})
	return str(value or "").strip()


def parse_names(value: object) -> list[str] | None:
	"""Return names from a list, or from text with commas; None if they are missing. Raises InvalidRequest."""
	if value is None:
		return None
	if isinstance(value, str):
		return [name.strip() for name in value.split(",") if name.strip()]
	if isinstance(value, list) and all(isinstance(name, str) for name in value):
		return value
	raise InvalidRequest(details={"read": _("This must be a list of names.")})


def _problem(name: str, value: object) -> str | None:
	if value in (None, ""):
		return None
	if not isinstance(value, str) or any(ord(letter) < 32 for letter in value):
		return _("This must be text.")
	most = {"address": _LONGEST_ADDRESS, "login": _LONGEST_LOGIN}.get(name, _LONGEST_PASSWORD)
	return _("This is too long: at most {0} characters.").format(most) if len(value) > most else None
