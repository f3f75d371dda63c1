"""Telephone numbers as networks know them: E.164, such as +4930123456."""

from collections.abc import Sequence

import phonenumbers
from babel.core import get_global


def international(number: str, zones: Sequence[str]) -> str | None:
	"""Return the number in E.164, such as +4930123456, or None if it isn't one.

	A number without a country code belongs to the first country in which it is valid. The countries are those of
	`zones`, IANA names: the reader's zone, then the host's. "030 901820" is +4930901820 for a reader in Berlin, and also
	for one whose zone is UTC if the host is in Berlin.
	"""
	countries = [get_global("zone_territories").get(zone) for zone in zones]
	return next(filter(None, (_in_country(number, country) for country in countries)), None)


def _in_country(number: str, country: str | None) -> str | None:
	try:
		parsed = phonenumbers.parse(number, country)
	except phonenumbers.NumberParseException:
		return None
	if not phonenumbers.is_valid_number(parsed):
		return None
	return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
