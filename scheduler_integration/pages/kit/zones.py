"""The time zones that a visitor without JavaScript can choose from, by region, in the visitor's language."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from scheduler_integration.pages.kit import dates

_UNIVERSAL = "UTC"


def zone_groups(locale: Locale, *shown: str) -> list[dict]:
	"""Return `[{"label": "Europe", "zones": [{"name", "city"}]}]`. Zones in `shown` are included, even aliases."""
	groups = [dict(group) for group in _groups(locale)]
	known = {zone["name"] for group in groups for zone in group["zones"]}
	missing = [zone for zone in dict.fromkeys(shown) if zone and zone not in known]
	if missing:
		groups[0]["zones"] = [*_named(missing, locale), *groups[0]["zones"]]
	return groups


@lru_cache(maxsize=32)
def _groups(locale: Locale) -> tuple[dict, ...]:
	regions: dict[str, list[str]] = {"": [_UNIVERSAL]}
	for name in sorted(_everyday_zones()):
		regions.setdefault(name.split("/")[0], []).append(name)
	return tuple({"label": region, "zones": _named(names, locale)} for region, names in regions.items())


@lru_cache(maxsize=1)
def _everyday_zones() -> frozenset[str]:
	"""Return one name per place, without aliases and plain offsets such as Etc/GMT+5."""
	names = available_timezones().intersection(get_global("zone_territories"))
	return frozenset(name for name in names if "/" in name and not name.startswith("Etc/"))


def _named(names: list[str], locale: Locale) -> list[dict]:
	zones = [{"name": name, "city": dates.city(name, locale)} for name in names]
	return sorted(zones, key=lambda zone: zone["city"])
