"""Languages of people and of the site, and the locale in which Babel writes dates and durations."""

import frappe
from babel import Locale, UnknownLocaleError


def locale_of(language: str) -> Locale:
	"""Return the locale of a Frappe language such as `pt-BR`, or English if Babel doesn't know it."""
	try:
		return Locale.parse(language.replace("-", "_"))
	except (UnknownLocaleError, ValueError):
		return Locale("en")


def for_later(text: str) -> str:
	"""Return a sentence as it is. It is stored in English, and translated for each person who reads it."""
	return text


def current_locale() -> Locale:
	"""Return the locale of the current language."""
	return locale_of(frappe.local.lang or "en")


def language_of(user: str) -> str:
	"""Return the language that the user chose, or else the site's."""
	return frappe.db.get_value("User", user, "language") or site_language()


def site_language() -> str:
	"""Return the site's language (System Settings), for texts that have no single reader."""
	return frappe.db.get_single_value("System Settings", "language") or "en"
