"""The locale in which Babel writes dates and durations."""

import frappe
from babel import Locale, UnknownLocaleError


def locale_of(language: str) -> Locale:
	"""Return the locale of a Frappe language such as `pt-BR`, or English if Babel doesn't know it."""
	try:
		return Locale.parse(language.replace("-", "_"))
	except (UnknownLocaleError, ValueError):
		return Locale("en")


def current_locale() -> Locale:
	"""Return the locale of the language in force."""
	return locale_of(frappe.local.lang or "en")
