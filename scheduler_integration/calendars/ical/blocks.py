"""Splits iCalendar text into its components, without parsing them.

Each event is parsed alone later, so that a broken event doesn't hide the others. Most events of a long feed are over, and
are never parsed.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from scheduler_integration.exceptions import AnswerTooLarge, UnexpectedAnswer

MOST_EVENTS = 20_000
# Lines as they are sent, folded ones too: twenty thousand events with fifty each. Each takes memory while it is read.
MOST_LINES = 1_000_000
# The characters of a VTIMEZONE. All changes since 1900 need a tenth. A longer one counts as unknown: each event that uses
# it would be parsed together with it.
LONGEST_ZONE = 50_000
# The end of a line, and the blank lines after it.
_LINE_END = re.compile(r"[\r\n](?:[ \t]*[\r\n])*")
_KEPT = ("VEVENT", "VTIMEZONE", "VFREEBUSY")
_BEGIN_OR_END = re.compile(r"\s*(BEGIN|END)\s*:\s*(\S+)", re.IGNORECASE)
_ZONE = re.compile(r"\s*X-WR-TIMEZONE\s*[;:]", re.IGNORECASE)
# Properties of an event that an alarm in it may have too.
_OF_ALARMS = frozenset({"DURATION", "ATTENDEE"})
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

	@cached_property
	def digest(self) -> str:
		return hashlib.sha256(str(self).encode()).hexdigest()

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
	for more than 20,000 events or a million lines. Blank lines and spaces at the end of lines are left out.
	"""
	lines = _lines(text)
	if not lines or _word(lines[0]) != "BEGIN:VCALENDAR" or _word(lines[-1]) != "END:VCALENDAR":
		raise UnexpectedAnswer(200, "not a calendar")
	blocks, count = Blocks(), 0
	for line in lines:
		if _ZONE.match(line):
			blocks.zone = plain(value_of(line))
	for kind, block in _components(lines):
		if kind == "VEVENT":
			count += 1
			if count > MOST_EVENTS:
				raise AnswerTooLarge()
			blocks.events[block.text("UID") or f"without-uid-{count}"].append(block)
		elif kind == "VTIMEZONE":
			if sum(map(len, block.lines)) > LONGEST_ZONE:
				continue
			blocks.zones[plain(block.text("TZID"))] = block
		else:
			blocks.free_busy.append(block)
	return blocks


def _lines(text: str) -> list[str]:
	"""Return the unfolded lines. Other characters that Python takes for the end of a line, such as U+2028, are text."""
	if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
		raise AnswerTooLarge()
	unfolded = _LINE_END.sub("\n", text.lstrip("\ufeff").strip()).replace("\n ", "").replace("\n\t", "")
	return [line.rstrip() for line in unfolded.split("\n")]


def _components(lines: list[str]) -> Iterator[tuple[str, Block]]:
	"""Yield the kept components with their kind. An alarm within an event is left out. It isn't needed.

	A component without END ends where the next one begins, or the calendar ends. It isn't whole, because some of its lines
	may be those of another component. An END:VEVENT without BEGIN is an event of which nothing else is known.
	"""
	open_one: _Open | None = None
	word = ""
	for line in lines:
		before, word = word, _word(line)
		begins = word[6:] if word.startswith("BEGIN:") and word[6:] in _KEPT else ""
		if open_one and (begins or word in ("END:VCALENDAR", f"END:{open_one.kind}")):
			yield open_one.kind, open_one.closed(is_ended=word == f"END:{open_one.kind}")
			open_one = None
		elif word == "END:VEVENT" != before:
			yield "VEVENT", Block([], is_whole=False)
		if begins:
			open_one = _Open(begins)
		elif open_one:
			open_one.add(line, word)


class _Open:
	"""A component whose END wasn't read yet. `inner` are the names of the components within it that are open."""

	def __init__(self, kind: str):
		self.kind = kind
		self._lines = [f"BEGIN:{kind}"]
		self._inner: list[str] = []
		self._inner_lines: list[str] = []

	def add(self, line: str, word: str) -> None:
		if self.kind == "VTIMEZONE":
			self._lines.append(line)
		elif word.startswith("BEGIN:"):
			self._inner.append(word[6:])
		elif word.startswith("END:"):
			name = word[4:]
			if name in self._inner:
				del self._inner[self._inner.index(name) :]
			if not self._inner:
				self._inner_lines = []
		elif self._inner:
			self._inner_lines.append(line)
		else:
			self._lines.append(line)

	def closed(self, *, is_ended: bool) -> Block:
		# If an alarm has no END, the lines after it are the event's, such as RRULE.
		lines = [line for line in self._inner_lines if property_name(line) not in _OF_ALARMS]
		return Block([*self._lines, *lines, f"END:{self.kind}"], is_whole=is_ended and not self._inner)


def value_of(line: str) -> str:
	"""Return the value of a property's line, or '' if it has no colon."""
	head = _HEAD.match(line)
	return (line[head.end() :] if head else line.partition(":")[2]).strip()


def plain(name: str) -> str:
	"""Return a zone's name without quotes and escapes. A text has "\\," for a comma, and a parameter has the comma itself."""
	return _ESCAPED.sub(r"\1", name.strip().strip('"'))


def property_name(line: str) -> str:
	"""Return the name of a line's property in upper case; for a line without a colon, the whole line."""
	return line.partition(";")[0].partition(":")[0].strip().upper()


def _word(line: str) -> str:
	"""Return a BEGIN or END without spaces and in upper case, and '' for any other line."""
	match = _BEGIN_OR_END.match(line)
	return f"{match[1]}:{match[2]}".upper() if match else ""
