"""Turns the zone names that calendars use into IANA names, before the text is parsed.

Outlook writes Windows names ("W. Europe Standard Time") and descriptions ("(UTC+01:00) Amsterdam, Berlin"), others put a
path before the name ("/freeassociation.sourceforge.net/Europe/Berlin"), and times without any zone are wall-clock times
of the calendar's zone.
"""

import re
from functools import lru_cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from scheduler_integration.calendars.ical.blocks import Block

_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
# A property with a time; its head is everything before the time. A TZID may contain colons without quotes.
_TIMED = re.compile(rf"(?P<head>(?:{'|'.join(_TIMES)})\b.*?):(?P<times>[0-9TZ,/PDHMSW+-]+)\s*$", re.IGNORECASE)
_TZID = re.compile(r";TZID=(?P<name>\"[^\"]*\"|.*?)(?=;[A-Z-]+=|$)", re.IGNORECASE)


def with_known_zones(block: Block, custom: dict[str, Block], zone: str) -> tuple[Block, set[str], bool]:
	"""Return the event with IANA names, the names of the custom zones it uses, and whether one of its zones is unknown.

	`custom` are the calendar's VTIMEZONE components by name. `zone` is used for times without a zone and for unknown ones.
	"""
	used: set[str] = set()
	lines, has_unknown = [], False
	for line in block.lines:
		found = _TIMED.match(line)
		if not found:
			lines.append(line)
			continue
		head, times = found["head"], found["times"]
		named = _TZID.search(head)
		name = named["name"].strip('"') if named else ""
		known = _resolved(name, custom) if name else zone
		if not known:
			known, has_unknown = zone, True
		if name and known in custom and known == name:
			used.add(known)
		lines.append(_line(_TZID.sub("", head), known, times))
	return Block(lines), used, has_unknown


def _line(head: str, zone: str, times: str) -> str:
	is_date = "VALUE=DATE" in re.split("[;:]", head.upper()) or "T" not in times
	if is_date and "T" not in times and "VALUE=" not in head.upper():
		# Some programs leave VALUE=DATE out.
		head += ";VALUE=DATE"
	# The first of several times, or the beginning of a period: 20261127T150000Z/PT30M.
	is_utc = re.split("[,/]", times)[0].endswith("Z")
	if is_date or is_utc:
		return f"{head}:{times}"
	return f'{head};TZID="{zone}":{times}'


def _resolved(name: str, custom: dict[str, Block]) -> str:
	"""Return an IANA name, or the name of a custom zone, or '' for an unknown zone."""
	if known := iana(name):
		return known
	if name in custom:
		return iana(custom[name].value("X-LIC-LOCATION")) or name
	return ""


@lru_cache(maxsize=2000)
def iana(name: str) -> str:
	"""Return the IANA name for a zone's name in any of the known styles, or ''."""
	zones = available_timezones()
	if name in zones:
		return name
	if name in WINDOWS_TO_OLSON:
		return WINDOWS_TO_OLSON[name]
	parts = [part for part in re.split(r"[/\\]", name) if part]
	for length in (3, 2):
		if "/".join(parts[-length:]) in zones and len(parts) >= length:
			return "/".join(parts[-length:])
	return _by_city(name)


def _by_city(name: str) -> str:
	"""Return the zone of a city in "(UTC+01:00) Amsterdam, Berlin, Bern". All of them have the same wall clock."""
	if not re.match(r"\((?:UTC|GMT)", name):
		return ""
	for city in re.split(r"[),]", name.partition(")")[2]):
		if zone := _cities().get(city.strip().replace(" ", "_")):
			return zone
	return "UTC" if "Coordinated Universal Time" in name else ""


@lru_cache
def _cities() -> dict[str, str]:
	return {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones()) if "/" in zone}
