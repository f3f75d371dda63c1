"""The visitor: language, reading direction, clock and time zone of the person who reads a page.

Values in the address come first, then cookies (set by public/js/state/memory.js), then the settings of the browser.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from babel import Locale, UnknownLocaleError

from scheduler_integration.platform.clock_words import TimeStyle, uses_twelve_hours
from scheduler_integration.platform.language import english_in, spoken, territory_of
from scheduler_integration.times import is_zone

ZONE_COOKIE = "scheduling_tz"
CLOCK_COOKIE = "scheduling_clock"
HOLD_COOKIE = "scheduling_hold"
GUESSED = "auto:"

# BCP 47 allows more, but no language that a browser sends needs them.
LONGEST_CODE = 35


@dataclass(frozen=True, slots=True)
class Visitor:
	"""The person who reads a page, hosts included.

	`zone` is None until a script has read it from the browser. `zone_is_chosen` is true if the visitor chose it. `hold`
	is the key of the visitor's hold.
	"""

	locale: Locale
	zone: str | None
	zone_is_chosen: bool
	twelve_hours: bool
	hold: str | None = None

	def style(self, zone: str) -> TimeStyle:
		"""Return how times are written for this visitor in `zone`."""
		return TimeStyle(zone, self.twelve_hours, self.locale)

	@property
	def language_tag(self) -> str:
		return str(self.locale).replace("_", "-")

	@property
	def writing(self) -> str:
		"""The language tag with the clock, as messages to the visitor are to be written: `en-GB-u-hc-h23` (RFC 6067)."""
		return f"{self.language_tag}-u-hc-{'h12' if self.twelve_hours else 'h23'}"

	@property
	def direction(self) -> str:
		return self.locale.text_direction


def current_visitor(zone: str | None = None, clock: str | None = None) -> Visitor:
	"""Return the visitor of this request. `zone` and `clock` ("12" or "24") are those in the address."""
	locale = visitor_locale()
	stored_zone, is_chosen = _zone(zone)
	clock = clock or _cookie(CLOCK_COOKIE)
	twelve_hours = clock == "12" if clock in ("12", "24") else uses_twelve_hours(locale)
	return Visitor(locale, stored_zone, is_chosen, twelve_hours, _cookie(HOLD_COOKIE) or None)


def visitor_locale() -> Locale:
	"""Return the page's language with the region that the browser asks for: `en` becomes en_GB in London.

	A language without a catalogue is written in English, with the dates and the clock of the region: `sv-SE` becomes en_SE.
	"""
	language = spoken(frappe.local.lang or "en")
	wishes = _accepted_languages()
	if language == "en" and wishes and _is_unspoken(wishes[0]) and (territory := territory_of(wishes[0])):
		return english_in(territory)
	for wanted in wishes:
		if _same_language(wanted, language) and (locale := _parse(wanted)):
			return locale
	return _parse(language) or _parse(language.split("-")[0]) or Locale("en")


def _zone(asked: str | None) -> tuple[str | None, bool]:
	if is_zone(asked):
		return asked, True
	remembered = _cookie(ZONE_COOKIE) or ""
	name = remembered.removeprefix(GUESSED)
	return (name, name == remembered) if is_zone(name) else (None, False)


def _cookie(name: str) -> str | None:
	return frappe.request.cookies.get(name) if frappe.request else None


def _accepted_languages() -> list[str]:
	# Codes of languages become names of files. No language has a long one.
	asked = frappe.request.accept_languages.values() if frappe.request else ()
	return [code for code in asked if len(code) <= LONGEST_CODE]


def _is_unspoken(wanted: str) -> bool:
	return not _same_language(wanted, "en") and spoken(wanted) == "en"


def _same_language(wanted: str, language: str) -> bool:
	"""Whether `wanted` is `language`, or adds a region to it, as en-GB does to en."""
	wanted, language = wanted.lower(), language.lower().replace("_", "-")
	return wanted == language or wanted.startswith(f"{language}-")


def _parse(tag: str) -> Locale | None:
	try:
		return Locale.parse(tag.replace("_", "-"), sep="-")
	except (UnknownLocaleError, ValueError, TypeError):
		return None
