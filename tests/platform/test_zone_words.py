"""Words for time zones, with the versions of Babel that the frameworks have."""

import pytest
from babel import Locale
from babel.core import get_global

from scheduler_integration.platform import clock_words, zone_words

ENGLISH = Locale("en")


@pytest.fixture(params=["this Babel", "a Babel before 2.17"])
def words(request, monkeypatch):
	"""The module, with Babel's tables as they are, and with the first names of the zones in them."""
	caches = [each for each in vars(zone_words).values() if hasattr(each, "cache_clear")]
	if request.param != "this Babel":
		first = {present: old for old, present in zone_words._RENAMED.items()}
		found = {first.get(zone, zone): territory for zone, territory in get_global("zone_territories").items()}
		monkeypatch.setattr(zone_words, "get_global", {"zone_territories": found}.__getitem__)
	for each in caches:
		each.cache_clear()
	yield zone_words
	for each in caches:
		each.cache_clear()


def test_india_was_in_no_list_but_calcutta(words):
	zones = words.everyday_zones()
	assert {"Asia/Kolkata", "Europe/Kyiv", "Asia/Kathmandu", "Europe/Paris"} <= zones
	assert zones.isdisjoint({"Asia/Calcutta", "Europe/Kiev", "Asia/Katmandu", "Etc/GMT+5", "UTC"})


@pytest.mark.long
def test_a_zone_is_found_by_its_country_under_its_present_name(words):
	found = words.zone_words(ENGLISH)
	assert "India" in found["Asia/Kolkata"].split()
	assert "Ukraine" in found["Europe/Kyiv"].split()
	assert "Asia/Calcutta" not in found


def test_a_zone_that_was_renamed_had_no_words_but_its_offset():
	words = clock_words.zone_text(1795545072, "Asia/Kolkata", ENGLISH), clock_words.zone_text(0, "Europe/Kyiv", ENGLISH)
	assert words == ("Kolkata, India Standard Time", "Kyiv, Eastern European Standard Time")


def test_a_city_that_was_renamed_has_its_name_in_the_readers_language(words):
	assert words.city("Asia/Kolkata", Locale("de")) == "Kalkutta"
	assert words.city("Europe/Kyiv", Locale("de")) == "Kiew"
	assert words.city("Europe/Rome", Locale("de")) == "Rom"
