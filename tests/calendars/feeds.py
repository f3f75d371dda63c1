"""Random iCalendar feeds: series and single events, their exceptions, and the many ways in which programs write them."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.calendars.reference import DAY, WEEKDAYS, Offset, expanded, instant, offset_of, parsed, wall_of

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Days around which clocks change somewhere, with an hour near the change.
CHANGES = tuple(
	datetime.fromisoformat(text)
	for text in (
		"2026-10-25 01", "2026-11-01 00", "2027-03-14 01", "2027-03-28 00", "2027-04-04 01", "2026-10-04 01", "2027-09-26 01",
		"2026-10-29 23", "2027-04-30 00", "2027-11-07 00",
	)
)  # fmt: skip
ZONES = (
	"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata", "Pacific/Auckland",
	"Africa/Cairo", "Europe/Dublin", "America/Santiago", "W. Europe Standard Time", "(UTC-05:00) Eastern Time (US & Canada)",
	"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "/freeassociation.sourceforge.net/Australia/Sydney",
)  # fmt: skip


def _part(kind: str, before: str, after: str, start: str, *lines: str) -> list[str]:
	facts = [f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", *lines]
	return [f"BEGIN:{kind}", *facts, f"END:{kind}"]


# VTIMEZONEs under names that mean nothing by themselves.
CUSTOM = {
	"Customized Time Zone": [
		*_part("STANDARD", "-0400", "-0500", "16011104T020000", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"),
		*_part("DAYLIGHT", "-0500", "-0400", "16010311T020000", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
	],
	"Foo:Bar": [
		*_part("DAYLIGHT", "+1200", "+1300", "20070930T020000", "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=-1SU"),
		*_part("STANDARD", "+1300", "+1200", "20080406T030000", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU"),
	],
	"(UTC+05:45) My office, 2nd floor": _part("STANDARD", "+0530", "+0545", "19860101T000000"),
	"Half an hour": [
		*_part("STANDARD", "+1100", "+1030", "20260405T020000", "RDATE:20270404T020000,20280402T020000"),
		*_part("DAYLIGHT", "+1030", "+1100", "20251005T020000", "RDATE:20261004T020000,20271003T020000"),
	],
}
FLOATING, UTC = "", "UTC"


@dataclass
class Zone:
	"""How a feed names a zone; `FLOATING` and `UTC` are written without a name."""

	name: str
	offset: Offset


class Maker:
	"""Makes a random feed. `text` is the feed, `zone` the owner's, and `window` what is read."""

	def __init__(self, rng: random.Random):
		self.rng = rng
		self.zone = rng.choice(("Europe/Berlin", "America/New_York", "Pacific/Auckland"))
		self.own = rng.choice(("", "", "Europe/Berlin", "America/New_York"))
		around = rng.choice(CHANGES)
		first = int((around - datetime(1970, 1, 1)).total_seconds()) - rng.randint(1, 40) * 86400
		self.window = (first, first + rng.randint(10, 120) * 86400)
		self.around = around
		self._zones: dict[str, Zone] = {}
		bodies = [line for number in range(rng.randint(1, 4)) for line in self._group(f"{number}@random.example")]
		zones = [
			["BEGIN:VTIMEZONE", f"TZID:{_escaped(name)}", *CUSTOM[name], "END:VTIMEZONE"]
			for name in self._zones
			if name in CUSTOM
		]
		head = ["BEGIN:VCALENDAR", "VERSION:2.0", *([f"X-WR-TIMEZONE:{self.own}"] if self.own else [])]
		blocks = [*zones, bodies] if rng.random() < 0.7 else [bodies, *zones]
		self.text = self._written([*head, *(line for block in blocks for line in block), "END:VCALENDAR"])

	def _group(self, uid: str) -> list[str]:
		rng = self.rng
		is_date = rng.random() < 0.2
		self.is_date = is_date
		zone = self._any_zone()
		start, rule = self._rule(is_date, zone)
		lines = [self._time("DTSTART", start, zone), *self._length(start, zone)]
		walls = [start]
		if rule:
			walls = expanded(start, rule, lambda wall: wall < self.around + 60 * DAY) or [start]
			lines.append(f"RRULE:{self._ended(rule, walls, zone)}")
		recent = [wall for wall in walls if abs(wall - self.around) < 90 * DAY] or walls
		events = []
		if rule or rng.random() < 0.2:
			lines += self._added(recent, zone)
			lines += self._excluded(recent, zone)
			events = self._changes(recent, zone)
		if rng.random() < 0.05:
			lines.append(rng.choice(("STATUS:CANCELLED", "TRANSP:TRANSPARENT", "STATUS:CONFIRMED")))
		events.insert(rng.randint(0, len(events)), lines)
		return [line for each in events for line in self._event(uid, each)]

	# Times

	def _any_zone(self) -> Zone:
		names = (FLOATING, UTC, *ZONES, *CUSTOM)
		return self._zone(self.rng.choice(names) if self.rng.random() < 0.5 else self.rng.choice((*ZONES[:2], *CUSTOM)))

	def _zone(self, name: str) -> Zone:
		if name not in self._zones:
			lines = ["BEGIN:VCALENDAR"]
			if name in CUSTOM:
				lines += ["BEGIN:VTIMEZONE", f"TZID:{name}", *CUSTOM[name], "END:VTIMEZONE"]
			feed = parsed("\n".join([*lines, "END:VCALENDAR"]))
			self._zones[name] = Zone(name, offset_of(name or self.own or self.zone, feed))
		return self._zones[name]

	def _time(self, name: str, wall: datetime, zone: Zone, *params: str) -> str:
		return self._times(name, [wall], zone, *params)

	def _times(self, name: str, walls: list[datetime], zone: Zone, *params: str) -> str:
		if self.is_date:
			return ";".join([name, "VALUE=DATE", *params]) + ":" + ",".join(f"{wall:%Y%m%d}" for wall in walls)
		texts = ",".join(f"{wall:%Y%m%dT%H%M%S}{'Z' if zone.name == UTC else ''}" for wall in walls)
		if zone.name in (FLOATING, UTC):
			return ";".join([name, *params]) + f":{texts}"
		needs_quotes = any(sign in zone.name for sign in ":;,")
		quoted = f'"{zone.name}"' if needs_quotes or self.rng.random() < 0.3 else zone.name
		return ";".join([name, *params, f"TZID={quoted}"]) + f":{texts}"

	def _elsewhere(self, name: str, walls: list[datetime], zone: Zone, *params: str) -> str:
		"""The same times, perhaps in UTC or in another zone."""
		kind = self.rng.random()
		if self.is_date or kind < 0.5:
			return self._times(name, walls, zone, *params)
		other = self._zone(UTC) if kind < 0.8 else self._any_zone()
		there = [wall_of(instant(wall, zone.offset), other.offset) for wall in walls]
		is_same = all(instant(a, zone.offset) == instant(b, other.offset) for a, b in zip(walls, there, strict=True))
		return self._times(name, there, other, *params) if is_same else self._times(name, walls, zone, *params)

	def _length(self, start: datetime, zone: Zone) -> list[str]:
		rng = self.rng
		if self.is_date:
			days = rng.choice((1, 1, 1, 2, 3, 10))
			return rng.choice(([self._time("DTEND", start + days * DAY, zone)], [f"DURATION:P{days}D"], []))
		length = rng.choice((15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 10 * HOUR, 25 * HOUR, 50 * HOUR))
		if rng.random() < 0.5:
			return [self._elsewhere("DTEND", [start + length], zone)]
		hours, minutes = divmod(length // MINUTE, 60)
		texts = [f"PT{hours}H{minutes}M", f"PT{hours * 60 + minutes}M", "P1D", "P1DT2H", "P2W"]
		return [f"DURATION:{rng.choice(texts[:2] * 2 + texts)}"]

	# Series

	def _rule(self, is_date: bool, zone: Zone) -> tuple[datetime, str]:
		"""Return a start and a rule whose first time it is; no rule for a single event."""
		rng = self.rng
		near = self.around + rng.randint(-3, 3) * DAY + rng.choice((0, 0, 15, 30, 60, 90, 120, 150, 180, 600)) * MINUTE
		begins = near - rng.choice((0, 0, 1, 3, 30, 200, 900)) * DAY
		if is_date:
			begins = begins.replace(hour=0, minute=0)
		if rng.random() < 0.2:
			return begins, ""
		rule = self._parts(is_date)
		for _each in range(4):
			times = expanded(begins, rule, lambda wall: wall < datetime(2032, 1, 1))[:1]
			if not times:
				return begins, ""
			if times[0] == begins:
				return begins, rule
			begins = times[0]
		return begins, ""

	def _parts(self, is_date: bool) -> str:
		rng = self.rng
		frequency = rng.choice(("DAILY", "DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "HOURLY"))
		if is_date and frequency == "HOURLY":
			frequency = "DAILY"
		parts = {"FREQ": frequency}
		if rng.random() < 0.4:
			parts["INTERVAL"] = str(rng.choice((2, 3, 5) if frequency != "HOURLY" else (3, 5, 7, 12)))
		elif frequency == "HOURLY":
			parts["INTERVAL"] = "6"
		parts |= getattr(self, f"_{frequency.lower()}")()
		if not is_date and frequency != "HOURLY" and rng.random() < 0.3:
			parts["BYHOUR"] = _some(rng, range(24), 3)
			if rng.random() < 0.3:
				parts["BYMINUTE"] = _some(rng, (0, 15, 30, 45), 2)
		if rng.random() < 0.25 and len(parts) > 2:
			parts["BYSETPOS"] = _some(rng, (1, 2, 3, -1, -2), 2)
		order = list(parts)
		rng.shuffle(order)
		return ";".join(f"{name}={parts[name]}" for name in order)

	def _hourly(self) -> dict[str, str]:
		return {"BYDAY": _some(self.rng, WEEKDAYS, 3)} if self.rng.random() < 0.3 else {}

	def _daily(self) -> dict[str, str]:
		rng = self.rng
		found = {"BYDAY": _some(rng, WEEKDAYS, 5)} if rng.random() < 0.3 else {}
		if rng.random() < 0.1:
			found["BYMONTH"] = _some(rng, range(1, 13), 6)
		return found

	def _weekly(self) -> dict[str, str]:
		rng = self.rng
		found = {"BYDAY": _some(rng, WEEKDAYS, 4)} if rng.random() < 0.7 else {}
		if rng.random() < 0.3:
			found["WKST"] = rng.choice(("SU", "MO", "WE"))
		return found

	def _monthly(self) -> dict[str, str]:
		rng = self.rng
		kind = rng.random()
		if kind < 0.3:
			return {"BYMONTHDAY": _some(rng, (1, 2, 13, 15, 25, 28, 29, 30, 31, -1, -2, -31), 3)}
		if kind < 0.6:
			return {
				"BYDAY": _some(rng, tuple(f"{number}{day}" for number in (1, 2, 4, 5, -1, -2) for day in WEEKDAYS), 2)
			}
		if kind < 0.75:
			return {"BYDAY": _some(rng, WEEKDAYS, 5)}
		if kind < 0.85:
			return {"BYDAY": rng.choice(WEEKDAYS), "BYMONTHDAY": "8,9,10,11,12,13,14"}
		return {}

	def _yearly(self) -> dict[str, str]:
		rng = self.rng
		kind = rng.random()
		months = _some(rng, range(1, 13), 6)
		if kind < 0.3:
			return {"BYMONTH": months, "BYDAY": _some(rng, ("1SU", "-1SU", "2MO", "FR"), 2)}
		if kind < 0.5:
			return {"BYMONTH": months, "BYMONTHDAY": _some(rng, (1, 13, 29, 31, -1), 2)}
		if kind < 0.6:
			return {"BYDAY": _some(rng, ("10MO", "-10FR", "44TU", "-53SU"), 3)}
		return {"BYMONTH": months} if kind < 0.8 else {}

	def _ended(self, rule: str, walls: list[datetime], zone: Zone) -> str:
		"""Return the rule with COUNT or UNTIL, or without an end."""
		rng = self.rng
		kind = rng.random()
		if kind < 0.3:
			return f"{rule};COUNT={rng.randint(1, max(2, len(walls)))}"
		if kind > 0.7:
			return rule
		last = rng.choice(walls)
		if self.is_date or rng.random() < 0.2:
			return f"{rule};UNTIL={last:%Y%m%d}"
		if zone.name != UTC and rng.random() < 0.3:
			return f"{rule};UNTIL={last:%Y%m%dT%H%M%S}"
		return f"{rule};UNTIL={wall_of(instant(last, zone.offset), lambda at: 0):%Y%m%dT%H%M%SZ}"

	def _added(self, walls: list[datetime], zone: Zone) -> list[str]:
		rng = self.rng
		if rng.random() < 0.7:
			return []
		extra = [
			rng.choice(walls) + rng.choice((-1, 0, 1, 2)) * (DAY if self.is_date else HOUR)
			for _each in range(rng.randint(1, 3))
		]
		if self.is_date or rng.random() < 0.7:
			return [self._elsewhere("RDATE", extra, zone)]
		if zone.name not in (FLOATING, UTC) and rng.random() < 0.4:
			end = rng.choice(("PT20M", f"{extra[0] + 2 * HOUR:%Y%m%dT%H%M%S}"))
			return [f"{self._times('RDATE', extra[:1], zone, 'VALUE=PERIOD')}/{end}"]
		begin = wall_of(instant(extra[0], zone.offset), lambda at: 0)
		end = rng.choice(("PT20M", f"{begin + 2 * HOUR:%Y%m%dT%H%M%SZ}"))
		return [f"RDATE;VALUE=PERIOD:{begin:%Y%m%dT%H%M%SZ}/{end}"]

	def _excluded(self, walls: list[datetime], zone: Zone) -> list[str]:
		rng = self.rng
		if rng.random() < 0.5:
			return []
		if rng.random() < 0.1:
			return [f"EXDATE;VALUE=DATE:{rng.choice(walls):%Y%m%d}"]
		chosen = [rng.choice(walls) for _each in range(rng.randint(1, 4))]
		if rng.random() < 0.5:
			return [self._elsewhere("EXDATE", [wall], zone) for wall in chosen]
		return [self._elsewhere("EXDATE", chosen, zone)]

	def _changes(self, walls: list[datetime], zone: Zone) -> list[list[str]]:
		rng = self.rng
		if rng.random() < 0.5:
			return []
		found = []
		for wall in rng.sample(walls, min(len(walls), rng.randint(1, 3))):
			lasts = ["RANGE=THISANDFUTURE"] if rng.random() < 0.25 else []
			moved = wall + rng.choice((0, 1, -1, 2, 7)) * DAY
			if not self.is_date:
				moved += rng.choice((0, 0, 30, 60, -60, 120, 600)) * MINUTE
			there = zone if lasts else rng.choice((zone, self._any_zone()))
			lines = [self._elsewhere("RECURRENCE-ID", [wall], zone, *lasts), self._time("DTSTART", moved, there)]
			lines += self._length(moved, there)
			if rng.random() < 0.3:
				lines.append(rng.choice(("STATUS:CANCELLED", "TRANSP:TRANSPARENT")))
			found.append(lines)
		return found

	# Text

	def _event(self, uid: str, lines: list[str]) -> list[str]:
		rng = self.rng
		lines = [
			f"UID:{uid}",
			"DTSTAMP:20261101T000000Z",
			"SUMMARY:Ünïcode\\, and: colons\\; DTSTART:20260101T000000Z",
			*lines,
		]
		if rng.random() < 0.3:
			rng.shuffle(lines)
		if rng.random() < 0.2:
			alarm = ["BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT5M", "REPEAT:2", "ACTION:DISPLAY", "END:VALARM"]
			at = rng.randint(0, len(lines))
			lines[at:at] = alarm
		return ["BEGIN:VEVENT", *lines, "END:VEVENT"]

	def _written(self, lines: list[str]) -> str:
		rng = self.rng
		end = rng.choice(("\r\n", "\n"))
		length = rng.choice((75, 75, 30, 11, 1000))
		folded = []
		for line in lines:
			if rng.random() < 0.05:
				head, sign, rest = line.partition(":")
				line = head.lower() + sign + rest if "TZID" not in head else line
			parts = [line[at : at + length] for at in range(0, len(line), length)]
			folded.append((end + rng.choice(" \t")).join(parts) + ("  " if rng.random() < 0.02 else ""))
		gap = end if rng.random() < 0.05 else ""
		return (end + gap).join([*folded, ""])


def _some(rng: random.Random, values: object, most: int) -> str:
	values = list(values)  # type: ignore[call-overload]
	return ",".join(str(each) for each in rng.sample(values, rng.randint(1, min(most, len(values)))))


def _escaped(name: str) -> str:
	return name.replace(",", "\\,").replace(";", "\\;")
