"""Words for time zones: their cities, their countries, and the names of their times. From Unicode's CLDR."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_name
from babel.languages import get_official_languages

_ENGLISH = Locale("en")
# Names of countries that CLDR doesn't have.
_ALSO = {
	"AE": "UAE Emirates",
	"CD": "Congo",
	"CZ": "Czech Republic",
	"GB": "UK Great Britain England Scotland Wales",
	"KR": "South Korea",
	"NL": "Holland",
	"TR": "Turkey",
	"US": "USA America",
}
# CLDR keeps the first name that a zone ever had. Babel translates it to the present one since 2.17; Frappe 15 and 16 have older
# versions, which know no Asia/Kolkata.
_RENAMED = {
	"Africa/Asmera": "Africa/Asmara",
	"America/Buenos_Aires": "America/Argentina/Buenos_Aires",
	"America/Catamarca": "America/Argentina/Catamarca",
	"America/Coral_Harbour": "America/Atikokan",
	"America/Cordoba": "America/Argentina/Cordoba",
	"America/Godthab": "America/Nuuk",
	"America/Indianapolis": "America/Indiana/Indianapolis",
	"America/Jujuy": "America/Argentina/Jujuy",
	"America/Louisville": "America/Kentucky/Louisville",
	"America/Mendoza": "America/Argentina/Mendoza",
	"Asia/Calcutta": "Asia/Kolkata",
	"Asia/Katmandu": "Asia/Kathmandu",
	"Asia/Rangoon": "Asia/Yangon",
	"Asia/Saigon": "Asia/Ho_Chi_Minh",
	"Atlantic/Faeroe": "Atlantic/Faroe",
	"Europe/Kiev": "Europe/Kyiv",
	"Pacific/Enderbury": "Pacific/Kanton",
	"Pacific/Ponape": "Pacific/Pohnpei",
	"Pacific/Truk": "Pacific/Chuuk",
}
FIRST_NAMES = {present: first for first, present in _RENAMED.items()}


def city(zone: str, locale: Locale) -> str:
	"""Return the city of a time zone in the locale's language, or else as the zone is named: `New York`."""
	names = locale.time_zones.get(zone) or locale.time_zones.get(FIRST_NAMES.get(zone)) or {}
	return names.get("city") or _plain_city(zone)


@lru_cache(maxsize=1)
def everyday_zones() -> frozenset[str]:
	"""Return one name per place, the present one, without aliases and plain offsets such as Etc/GMT+5."""
	return frozenset(name for name in _territories() if "/" in name and not name.startswith("Etc/"))


@lru_cache(maxsize=1)
def _territories() -> dict[str, str]:
	"""Return the code of each zone's country, by the present name of the zone."""
	known, found = available_timezones(), get_global("zone_territories")
	# A time zone database may not have the present name yet, or the first one any more.
	names = {zone: present if (present := _RENAMED.get(zone, zone)) in known else zone for zone in found}
	return {name: found[zone] for zone, name in names.items() if name in known}


@lru_cache(maxsize=32)
def renamed_cities(locale: Locale) -> dict[str, str]:
	"""Return the cities of zones, by zone, that the locale's language calls otherwise than the zone: `Rom`, not `Rome`."""
	cities = {zone: city(zone, locale) for zone in sorted(everyday_zones())}
	return {zone: name for zone, name in cities.items() if name != _plain_city(zone)}


@lru_cache(maxsize=64)
def home_cities(locale: Locale, *zones: str) -> dict[str, str]:
	"""Return those of `renamed_cities` that are in `zones`, or in a country with the locale's language.

	Most first visitors of a page are in one of these zones. A name that only says more than the zone is left out: `Lord
	Howe Island` instead of `Lord Howe`.
	"""
	territories = _territories()
	return {
		zone: name
		for zone, name in renamed_cities(locale).items()
		if zone in zones
		or (
			locale.language in get_official_languages(territories[zone], de_facto=True)
			and not name.startswith(_plain_city(zone))
		)
	}


@lru_cache(maxsize=32)
def zone_words(locale: Locale) -> dict[str, str]:
	"""Return the words by which each zone can be found, in the locale's language and in English.

	For Europe/Berlin in French "Allemagne Germany DE heure d'Europe centrale Central European Time".
	"""
	return {zone: _words(zone, territory, locale) for zone, territory in _territories().items() if "/" in zone}


def _plain_city(zone: str) -> str:
	"""Return the city that a time zone is named after: `New York`."""
	return zone.rsplit("/", 1)[-1].replace("_", " ")


def _words(zone: str, territory: str, locale: Locale) -> str:
	words = [territory, _ALSO.get(territory, "")]
	for each in (locale, _ENGLISH):
		words += [each.territories.get(territory, ""), get_timezone_name(zone, locale=each)]
	return " ".join(dict.fromkeys(filter(None, words)))
