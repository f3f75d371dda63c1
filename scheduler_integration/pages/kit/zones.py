"""The time zones that people can choose from without a script, by region, and what they are called in a language."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from markupsafe import Markup, escape

from scheduler_integration.platform.zone_words import city, everyday_zones

_UNIVERSAL = "UTC"


def zone_groups(locale: Locale, *chosen: str) -> list[dict]:
	"""Return `[{"label": "Europe", "zones": [{"name", "city"}]}]`. Zones in `chosen` are included, even aliases."""
	groups = [dict(group) for group in _groups(locale)]
	names = {zone["name"] for group in groups for zone in group["zones"]}
	missing = [zone for zone in dict.fromkeys(chosen) if zone and zone not in names]
	if missing:
		groups[0]["zones"] = [*_named(missing, locale), *groups[0]["zones"]]
	return groups


def zone_options(locale: Locale, chosen: str, *others: str) -> Markup:
	"""Return the options of a `<select>` with the groups of `zone_groups`, for HTML. `chosen` is selected."""
	everyday = everyday_zones()
	rare = tuple(
		zone for zone in dict.fromkeys((chosen, *others)) if zone and zone not in everyday and zone != _UNIVERSAL
	)
	option = f'<option value="{escape(chosen)}"'
	return Markup(_printed(locale, rare).replace(f"{option}>", f"{option} selected>", 1))


@lru_cache(maxsize=64)
def _printed(locale: Locale, rare: tuple[str, ...]) -> str:
	"""Return the options, none of them selected. Printing four hundred of them takes a third of a page's time."""
	printed = ""
	for group in zone_groups(locale, *rare):
		label = f'<optgroup label="{escape(group["label"])}">' if group["label"] else ""
		zones = (f'<option value="{escape(zone["name"])}">{escape(zone["city"])}</option>' for zone in group["zones"])
		printed += f"{label}{''.join(zones)}{'</optgroup>' if label else ''}"
	return printed


@lru_cache(maxsize=32)
def _groups(locale: Locale) -> tuple[dict, ...]:
	regions: dict[str, list[str]] = {"": [_UNIVERSAL]}
	for name in sorted(everyday_zones()):
		regions.setdefault(name.split("/")[0], []).append(name)
	return tuple({"label": region, "zones": _named(names, locale)} for region, names in regions.items())


def _named(names: list[str], locale: Locale) -> list[dict]:
	zones = [{"name": name, "city": city(name, locale)} for name in names]
	return sorted(zones, key=lambda zone: zone["city"])
