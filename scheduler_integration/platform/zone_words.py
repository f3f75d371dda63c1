"""What people call time zones beside their cities: by country, and by the name of the time. From Unicode's CLDR."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_name

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


@lru_cache(maxsize=32)
def zone_words(locale: Locale) -> dict[str, str]:
	"""Return the words by which each zone can be found, in the locale's language and in English.

	For Europe/Berlin in French "Allemagne Germany DE heure d'Europe centrale Central European Time".
	"""
	territories = get_global("zone_territories")
	known = available_timezones().intersection(territories)
	return {zone: _words(zone, territories[zone], locale) for zone in known if "/" in zone}


def _words(zone: str, territory: str, locale: Locale) -> str:
	words = [territory, _ALSO.get(territory, "")]
	for each in (locale, _ENGLISH):
		words += [each.territories.get(territory, ""), get_timezone_name(zone, locale=each)]
	return " ".join(dict.fromkeys(filter(None, words)))
