"""Languages of people and of the site, and the locale in which Babel writes dates and durations."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import frappe
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from frappe import _


def locale_of(language: str) -> Locale:
	"""Return the locale of a Frappe language such as `pt-BR`, or English if Babel doesn't know it."""
	try:
		return Locale.parse(language.replace("-", "_"))
	except (UnknownLocaleError, ValueError):
		return Locale("en")


@lru_cache(maxsize=1024)
def locale_in(language: str, zone: str) -> Locale:
	"""Return the locale in which somebody in the time zone writes dates: `en` in London is en_GB, in Paris en_FR.

	A language with a region of its own, such as `pt-BR`, stays as it is. For a region that Babel doesn't know, English is
	that of Europe (14:30) or of the world (2:30 pm), whichever clock the region has.
	"""
	known, territory = locale_of(language), get_global("zone_territories").get(zone, "ZZ")
	if known.territory or territory == "ZZ":
		return known
	if known.language == "en":
		return english_in(territory)
	return _known_locale(f"{known.language}_{territory}") or known


def english_in(territory: str) -> Locale:
	"""Return English as dates are written in a territory (`SE`), or else that of Europe or of the world by its clock."""
	if own := _known_locale(f"en_{territory}"):
		return own
	official = get_official_languages(territory, de_facto=True)
	locale = next(filter(None, (_known_locale(f"{each}_{territory}") for each in official)), None)
	has_twelve_hours = locale is not None and "a" in locale.time_formats["short"].pattern
	return Locale.parse("en_001" if has_twelve_hours else "en_150")


def territory_of(tag: str) -> str | None:
	"""Return the territory of a language tag such as `sv-SE`, or the one in which most people speak the language."""
	likely = get_global("likely_subtags")
	known = _known_locale(tag.replace("-", "_"))
	if not known:
		return None
	return known.territory or (_known_locale(likely.get(known.language, "")) or known).territory


def _known_locale(identifier: str) -> Locale | None:
	try:
		return Locale.parse(identifier)
	except (UnknownLocaleError, ValueError):
		return None


def spoken(language: str, *, to_hosts: bool = False) -> str:
	"""Return the language if the app is translated into it, on any path that Frappe knows, otherwise English.

	Texts for visitors are in more languages than texts for hosts. A page or a message is whole in its language: dates in
	one language and words in another are hard to read, above all if one is written from right to left.
	"""
	sentence = "The meeting with {0} is confirmed." if to_hosts else "Your meeting with {0} is confirmed."
	is_known = language.split("-")[0] == "en" or _(sentence, language) != sentence
	return language if is_known else "en"


def speak_to_visitor() -> None:
	"""Go on with this request in the language that the visitor's browser asks for, if the app has it.

	Frappe chooses from the languages that are enabled for its own pages: on version 16 few of them, unless somebody chose
	otherwise. Codes in requests are never looked up: they become names of files, and entries of the cache.
	"""
	language, request = frappe.local.lang or "en", getattr(frappe.local, "request", None)
	is_chosen = frappe.session.user != "Guest" or frappe.form_dict.get("_lang")
	if request and not is_chosen and not request.cookies.get("preferred_language"):
		present = language.partition("-")[0]
		known = translated() | {present if spoken(language) == language else "en"}
		asked = (code.partition("-")[0].lower() for code in request.accept_languages.values())
		first = next((code for code in asked if code in known), present)
		language = language if first == present else first
	frappe.local.lang = spoken(language)


@lru_cache
def translated() -> frozenset[str]:
	"""Return the languages that visitors can read, by the files of translations: `en`, `de`."""
	folder = Path(frappe.get_app_path("scheduler_integration", "translations"))
	return frozenset({"en", *(path.stem for path in folder.glob("*.csv"))})


def speak_to_host() -> None:
	"""Go on with this request in a language that hosts' pages have."""
	frappe.flags.scheduling_asked_language = frappe.local.lang or "en"
	frappe.local.lang = spoken(frappe.flags.scheduling_asked_language, to_hosts=True)


def language_for_visitors() -> str:
	"""Return the language of this request for texts that a host gives to visitors: it may be one that hosts' pages don't have."""
	return spoken(frappe.flags.scheduling_asked_language or frappe.local.lang or "en")


def for_later(text: str) -> str:
	"""Return a sentence as it is. It is stored in English, and translated for each person who reads it."""
	return text


def counted(text: str, count: int) -> str:
	"""Return the form for the count of a translated sentence such as `1 seat left | {0} seats left`."""
	return by_category(text).get(current_locale().plural_form(count)) or text.rpartition(" | ")[2]


def by_category(text: str) -> dict[str, str]:
	"""Return the forms of such a sentence by CLDR's category, as `Intl.PluralRules` names it: `one`, `other`."""
	return dict(zip(plural_categories(frappe.local.lang or "en"), text.split(" | "), strict=False))


@lru_cache
def plural_categories(language: str) -> tuple[str, ...]:
	"""Return CLDR's categories of a language's whole numbers, in its order: English has two, Polish three, Arabic six.

	A category for millions only, as in French, is left out: `other` is close enough.
	"""
	used = {locale_of(language).plural_form(count) for count in range(200)}
	return tuple(each for each in ("zero", "one", "two", "few", "many", "other") if each in used)


def current_locale() -> Locale:
	"""Return the locale of the current language."""
	return locale_of(frappe.local.lang or "en")


def language_of(user: str | None = None) -> str:
	"""Return the language in which the app writes to a user: the one that the user chose, or else the site's.

	Without `user` it is for texts that all hosts read. It is English if hosts' texts aren't in that language.
	"""
	own = frappe.db.get_value("User", user, "language") if user else None
	return spoken(own or site_language(), to_hosts=True)


def site_language() -> str:
	"""Return the site's language (System Settings)."""
	return frappe.db.get_single_value("System Settings", "language") or "en"


def known_languages(codes: Iterable[str]) -> list[str]:
	"""Return those of the codes that the site has as languages, in their order."""
	return [code for code in codes if frappe.db.exists("Language", code)]
