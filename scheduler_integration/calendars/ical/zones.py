"""Turns the zone names that calendars use into IANA names, before the text is parsed.

Outlook writes Windows names ("W. Europe Standard Time") and descriptions ("(UTC+01:00) Amsterdam, Berlin"), others put a
path before the name ("/freeassociation.sourceforge.net/Europe/Berlin"), and times without any zone are wall-clock times
of the calendar's zone.
"""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from scheduler_integration import engine
from scheduler_integration.calendars.ical.blocks import Block, plain, property_name

_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
# A property with a time; its head is everything before the time. A TZID may contain colons without quotes.
_TIMED = re.compile(rf"(?P<head>(?:{'|'.join(_TIMES)})\b.*?):(?P<times>[0-9TZ,/PDHMSW+ -]+)$", re.IGNORECASE)
_TZID = re.compile(r";TZID=(?P<name>\"[^\"]*\"|.*?)(?=;[A-Z-]+=|$)", re.IGNORECASE)
# "(UTC-05:00) Eastern Time (US & Canada)"; old versions of Outlook write "(GMT-05.00)".
_DESCRIPTION = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d{1,2})[:.]?(\d\d)?)?\)\s*(.+)")
# Windows' descriptions without a city that has an IANA name.
_REGIONS = {
	"Aleutian Islands": "America/Adak",
	"Astana": "Asia/Almaty",
	"Atlantic Time (Canada)": "America/Halifax",
	"Baja California": "America/Tijuana",
	"Bougainville Island": "Pacific/Bougainville",
	"Brasilia": "America/Sao_Paulo",
	"Cabo Verde Is.": "Atlantic/Cape_Verde",
	"Cape Verde Is.": "Atlantic/Cape_Verde",
	"Central America": "America/Guatemala",
	"Central Time (US & Canada)": "America/Chicago",
	"Chatham Islands": "Pacific/Chatham",
	"Chetumal": "America/Cancun",
	"Chokurdakh": "Asia/Srednekolymsk",
	"City of Buenos Aires": "America/Argentina/Buenos_Aires",
	"E. Europe": "Europe/Chisinau",
	"Easter Island": "Pacific/Easter",
	"Eastern Time (US & Canada)": "America/New_York",
	"Ekaterinburg": "Asia/Yekaterinburg",
	"Greenland": "America/Nuuk",
	"Haiti": "America/Port-au-Prince",
	"Indiana (East)": "America/Indiana/Indianapolis",
	"International Date Line West": "Etc/GMT+12",
	"Kiritimati Island": "Pacific/Kiritimati",
	"Lord Howe Island": "Australia/Lord_Howe",
	"Marquesas Islands": "Pacific/Marquesas",
	"Mid-Atlantic": "Etc/GMT+2",
	"Mid-Atlantic - Old": "Etc/GMT+2",
	"Mountain Time (US & Canada)": "America/Denver",
	"Norfolk Island": "Pacific/Norfolk",
	"Nuku'alofa": "Pacific/Tongatapu",
	"Pacific Time (US & Canada)": "America/Los_Angeles",
	"Port Louis": "Indian/Mauritius",
	"Saint Pierre and Miquelon": "America/Miquelon",
	"Salvador": "America/Bahia",
	"Samoa": "Pacific/Apia",
	"Solomon Is., New Caledonia": "Pacific/Guadalcanal",
	"Sri Jayawardenepura": "Asia/Colombo",
	"Turks and Caicos": "America/Grand_Turk",
	"West Central Africa": "Africa/Lagos",
}
# "UTC+02:00", "GMT+0100", "+01:00"
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)
# Zones without daylight saving time at offsets of half hours and quarters, in minutes. Only whole hours have a name of their own.
_OF_PARTS = {
	210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata", 345: "Asia/Kathmandu", 390: "Asia/Yangon",
	525: "Australia/Eucla", 570: "Australia/Darwin", -570: "Pacific/Marquesas",
}  # fmt: skip
_ABBREVIATIONS = {
	"AKDT": "America/Anchorage", "AKST": "America/Anchorage", "CDT": "America/Chicago", "EDT": "America/New_York",
	"MDT": "America/Denver", "PDT": "America/Los_Angeles", "PST": "America/Los_Angeles", "BST": "Europe/London",
	"CEST": "Europe/Berlin", "EEST": "Europe/Helsinki", "WEST": "Europe/Lisbon", "JST": "Asia/Tokyo", "Z": "UTC",
}  # fmt: skip
# Noon in winter and in summer: one of them has standard time.
_NOONS = (datetime(2026, 1, 1, 12), datetime(2026, 7, 1, 12))


def with_known_zones(block: Block, custom: dict[str, Block], zone: str) -> tuple[Block, dict[str, Block], bool]:
	"""Return the event with IANA names, the custom zones it uses, and whether one of its zones is unknown.

	`custom` are the calendar's VTIMEZONE components by name. `zone` is used for times without a zone and for unknown ones.
	The custom zones that are returned have other names: the parser remembers a zone by its name as long as the process
	lives, but two calendars may call different zones "Customized Time Zone".
	"""
	used: dict[str, Block] = {}
	lines, has_unknown = [], False
	for line in block.lines:
		match = _TIMED.match(line)
		if not match:
			lines.append(line)
			continue
		head, times = match["head"], match["times"].replace(" ", "").upper()
		named = _TZID.search(head)
		name = plain(named["name"]) if named else ""
		if name not in custom:
			name = next((each for each in custom if each.casefold() == name.casefold()), name)
		resolved = _resolved(name, custom) if name else zone
		if not resolved and name in custom:
			# A name for a VTIMEZONE that no other one has.
			resolved = f"custom-{custom[name].digest[:20]}"
			used[resolved] = Block(
				[f"TZID:{resolved}" if property_name(each) == "TZID" else each for each in custom[name].lines]
			)
		elif not resolved:
			resolved, has_unknown = zone, True
		lines.append(_line(_TZID.sub("", head), resolved, times))
	return Block(lines, block.is_whole), used, has_unknown


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
	"""Return an IANA name, or '' for an unknown or custom zone."""
	return iana(name) or (iana(custom[name].text("X-LIC-LOCATION")) if name in custom else "")


@lru_cache(maxsize=2000)
def iana(name: str) -> str:
	"""Return the IANA name for a zone's name in any of the known styles, or ''."""
	zones = available_timezones()
	if name in zones:
		return name
	known = _folded()
	if _fold(name) in known:
		return known[_fold(name)]
	if offset := _OFFSET.fullmatch(name.strip()):
		return _at_offset(*offset.groups())
	parts = [part for part in re.split(r"[/\\]", name) if part]
	for length in (3, 2):
		if _fold("/".join(parts[-length:])) in known and len(parts) >= length:
			return known[_fold("/".join(parts[-length:]))]
	# Exchange writes tzone://Microsoft/Utc.
	return "UTC" if parts and parts[-1].upper() == "UTC" else _described(name)


def _fold(name: str) -> str:
	"""Return the name as it is compared: some programs write other cases, blanks, or the name of summer."""
	return name.strip().casefold().replace("_", " ").replace(" daylight time", " standard time")


@lru_cache
def _folded() -> dict[str, str]:
	names = {**WINDOWS_TO_OLSON, **_ABBREVIATIONS, **{name: name for name in available_timezones()}}
	return {_fold(name): zone for name, zone in names.items()}


def _at_offset(sign: str, hours: str, minutes: str | None) -> str:
	offset = (-1 if sign == "-" else 1) * (int(hours) * 60 + int(minutes or 0))
	return _fixed(offset * 60) if offset % 60 == 0 and -12 <= offset // 60 <= 14 else _OF_PARTS.get(offset, "")


def _described(name: str) -> str:
	"""Return the zone of a description such as "(UTC+01:00) Amsterdam, Berlin, Bern". All its places have the same wall clock.

	Cities of one name are told apart by the offset: "(UTC-07:00) La Paz, Mazatlan" isn't La Paz in Bolivia. If no city has
	it, the description is older than the city's present offset, and the first city counts.
	"""
	match = _DESCRIPTION.match(name)
	if not match:
		return ""
	sign, hours, minutes, places = match.groups()
	offset = (-60 if sign == "-" else 60) * (int(hours or 0) * 60 + int(minutes or 0))
	if "Coordinated Universal Time" in places:
		return _fixed(offset)
	cities = (_cities().get(place.strip().replace(" ", "_"), "") for place in re.split("[),/(:]", places))
	zones = [*filter(None, (_REGIONS.get(places, ""), *cities))]
	return next((zone for zone in zones if _standard_offset(zone) == offset), zones[0] if zones else "")


def _fixed(offset: int) -> str:
	# West of Greenwich is "+" in these names: "(UTC-11:00) Coordinated Universal Time-11" is Etc/GMT+11.
	return f"Etc/GMT{-offset // 3600:+d}" if offset else "UTC"


def _standard_offset(zone: str) -> int:
	"""Return the zone's offset in seconds, without daylight saving time."""
	return min(engine.instant_of(noon, "UTC") - engine.instant_of(noon, zone) for noon in _NOONS)


@lru_cache
def _cities() -> dict[str, str]:
	return {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones()) if "/" in zone}
