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
	locale, is_chosen = visitor_locale(), is_zone(zone)
	if not is_chosen:
		remembered = _cookie(ZONE_COOKIE) or ""
		zone = remembered.removeprefix(GUESSED)
		is_chosen = is_zone(zone) and zone == remembered
	clock = clock or _cookie(CLOCK_COOKIE)
	twelve_hours = clock == "12" if clock in ("12", "24") else uses_twelve_hours(locale)
	return Visitor(locale, zone if is_zone(zone) else None, is_chosen, twelve_hours, _cookie(HOLD_COOKIE) or None)


def visitor_locale() -> Locale:
	"""Return the page's language with the region that the browser asks for: `en` becomes en_GB in London.

	A language without a catalogue is written in English, with the dates and the clock of the region: `sv-SE` becomes en_SE.
	"""
	language = spoken(frappe.local.lang or "en")
	asked = frappe.request.accept_languages.values() if frappe.request else ()
	# Codes of languages become names of files. No language has a long one.
	wishes = [code for code in asked if len(code) <= LONGEST_CODE]
	first = next(iter(wishes), "en")
	if language == "en" and not _same_language(first, "en") and (territory := territory_of(first)):
		return english_in(territory)
	regional = (wanted for wanted in wishes if _same_language(wanted, language))
	return next(filter(None, map(_parse, (*regional, language, language.split("-")[0]))), Locale("en"))


def _cookie(name: str) -> str | None:
	return frappe.request.cookies.get(name) if frappe.request else None


def _same_language(wanted: str, language: str) -> bool:
	"""Whether `wanted` is `language`, or adds a region to it, as en-GB does to en."""
	wanted, language = wanted.lower(), language.lower().replace("_", "-")
	return wanted == language or wanted.startswith(f"{language}-")


def _parse(tag: str) -> Locale | None:
	try:
		return Locale.parse(tag.replace("_", "-"), sep="-")
	except (UnknownLocaleError, ValueError, TypeError):
		return None
