"""Reads the fields with which a host connects a calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import Reader

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
	reader = Reader(given.get)
	texts = {name: reader.value(name, partial(parse_secret, name), "") for name in given}
	needs_login = needed.get(provider) if isinstance(provider, str) else None
	if needs_login is None:
		reader.details["provider"] = _("This must be one of: {0}.").format(", ".join(needed))
	for name in ("login", "password"):
		if needs_login and not given[name]:
			reader.details[name] = _("Please fill this in.")
	if not address:
		reader.details["address"] = _("Enter the address.")
	reader.check()
	return AddressForm(str(provider), **texts)


def parse_secret(name: str, value: object) -> str:
	"""Return a password or a secret address; empty if it is missing. Raises InvalidRequest."""
	if value in (None, ""):
		return ""
	if not isinstance(value, str) or any(ord(letter) < 32 for letter in value):
		raise InvalidRequest(details={name: _("This must be text.")})
	most = {"address": _LONGEST_ADDRESS, "login": _LONGEST_LOGIN}.get(name, _LONGEST_PASSWORD)
	if len(value) > most:
		raise InvalidRequest(details={name: _("This is too long: at most {0} characters.").format(most)})
	return value.strip()


def parse_names(value: object) -> list[str] | None:
	"""Return names from a list, or from text with commas; None if they are missing. Raises InvalidRequest."""
	if value is None:
		return None
	if isinstance(value, str):
		return [name.strip() for name in value.split(",") if name.strip()]
	if isinstance(value, list) and all(isinstance(name, str) for name in value):
		return value
	raise InvalidRequest(details={"read": _("This must be a list of names.")})
