"""Splits iCalendar text into its components, without parsing them.

Each event is parsed alone later, so that a broken event doesn't hide the others. Most events of a long feed are over, and
are never parsed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from scheduler_integration.exceptions import AnswerTooLarge, UnexpectedAnswer

MOST_EVENTS = 20_000
_FOLD = re.compile(r"\r?\n[ \t]")
_KEPT = ("VEVENT", "VTIMEZONE", "VFREEBUSY")
_BEGIN_OR_END = re.compile(r"\s*(?:BEGIN|END)\s*:", re.IGNORECASE)
_ZONE = re.compile(r"\s*X-WR-TIMEZONE\s*[;:]", re.IGNORECASE)
# Everything before a property's value. Parameters in quotes may contain colons.
_HEAD = re.compile(r'[^":]*(?:"[^"]*"[^":]*)*:')
_ESCAPED = re.compile(r"\\([,;\\])")


@dataclass
class Block:
	"""The unfolded lines of a component, with BEGIN and END. `is_whole`: neither it nor a part of it lacks its END."""

	lines: list[str]
	is_whole: bool = True

	def text(self, name: str) -> str:
		"""Return the value of the first property with this name, or ''. The value may contain colons."""
		return value_of(self._first.get(name, ""))

	def time(self, name: str) -> str:
		"""Return the time of the first property with this name, or ''.

		A time has no colon, but a zone's name before it may have some, even without quotes:
		`DTSTART;TZID=(UTC-05:00) Eastern Time (US & Canada):20261127T090000`.
		"""
		return self._first.get(name, "").rpartition(":")[2].strip()

	def has(self, *names: str) -> bool:
		return any(name in self._first for name in names)

	@cached_property
	def _first(self) -> dict[str, str]:
		"""The first line of each property, by its name."""
		first: dict[str, str] = {}
		for line in self.lines:
			first.setdefault(property_name(line), line)
		return first

	def __str__(self) -> str:
		return "\r\n".join(self.lines)


@dataclass(slots=True)
class Blocks:
	"""The parts of a calendar. `events` maps a UID to its event and the exceptions from it."""

	events: dict[str, list[Block]] = field(default_factory=lambda: defaultdict(list))
	zones: dict[str, Block] = field(default_factory=dict)
	free_busy: list[Block] = field(default_factory=list)
	# X-WR-TIMEZONE: the zone of times without one.
	zone: str = ""


def split(text: str) -> Blocks:
	"""Return the components of a calendar. Raises UnexpectedAnswer if the text isn't a complete calendar.

	A login page, an empty answer and a truncated file must not look like a calendar without events. Raises AnswerTooLarge
	for more than 20,000 events.
	"""
	lines = [line for line in _FOLD.sub("", text.lstrip("\ufeff").strip()).splitlines() if line.strip()]
	if not lines or _upper(lines[0]) != "BEGIN:VCALENDAR" or _upper(lines[-1]) != "END:VCALENDAR":
		raise UnexpectedAnswer(200, "not a calendar")
	found, count = Blocks(), 0
	for line in lines:
		if _ZONE.match(line):
			found.zone = plain(value_of(line))
	for kind, block in _components(lines):
		if kind == "VEVENT":
			count += 1
			if count > MOST_EVENTS:
				raise AnswerTooLarge()
			found.events[block.text("UID") or f"without-uid-{count}"].append(block)
		elif kind == "VTIMEZONE":
			found.zones[plain(block.text("TZID"))] = block
		else:
			found.free_busy.append(block)
	return found


def _components(lines: list[str]) -> Iterator[tuple[str, Block]]:
	"""Yield the kept components with their kind. An alarm within an event is left out: it isn't needed."""
	kind, kept, depth = "", [], 0
	for line in lines:
		# Most lines are neither BEGIN nor END, and many are long.
		word = _upper(line) if _BEGIN_OR_END.match(line) else ""
		if not kind:
			if word.startswith("BEGIN:") and word[6:] in _KEPT:
				kind, kept, depth = word[6:], [line], 0
		elif word == f"END:{kind}" and not depth:
			yield kind, Block([*kept, line])
			kind = ""
		elif word == f"BEGIN:{kind}":
			# The component before this one has no end.
			kept, depth = [line], 0
		elif word.startswith("BEGIN:") and kind != "VTIMEZONE":
			depth += 1
		elif word.startswith("END:") and kind != "VTIMEZONE":
			depth = max(0, depth - 1)
		elif not depth:
			kept.append(line)


def value_of(line: str) -> str:
	"""Return the value of a property's line, or '' if it has no colon."""
	head = _HEAD.match(line)
	return (line[head.end() :] if head else line.partition(":")[2]).strip()


def plain(name: str) -> str:
	"""Return a zone's name without quotes and escapes: a text has "\\," for a comma, and a parameter has the comma itself."""
	return _ESCAPED.sub(r"\1", name.strip().strip('"'))


def property_name(line: str) -> str:
	"""Return the name of a line's property in upper case; for a line without a colon, the whole line."""
	return line.partition(";")[0].partition(":")[0].strip().upper()


def _upper(line: str) -> str:
	return line.strip().upper()
