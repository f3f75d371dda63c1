"""The errors of the engine, for input with which it can't compute. A full calendar is never an error."""

from __future__ import annotations

from enum import Enum

_LONGEST_QUOTE = 64


class EngineError(ValueError):
	"""The engine can't compute with this input. `code` never changes; each error has the wrong value."""

	code = "INVALID_SCHEDULE"


class UnknownTimeZone(EngineError):
	"""`zone` isn't the name of an IANA time zone."""

	code = "UNKNOWN_TIME_ZONE"

	def __init__(self, zone: object):
		super().__init__(f"Unknown time zone: {_quote(zone)}.")
		self.zone = zone


class InvalidRule(EngineError):
	"""`value` isn't allowed in `field` of a rule, an override or a meeting type."""

	code = "INVALID_RULE"

	def __init__(self, field: str, value: object, expected: str):
		super().__init__(f"{field} is {_quote(value)}; expected {expected}.")
		self.field = field
		self.value = value


class InstantOutOfRange(EngineError):
	"""`instant` (epoch seconds) lies outside the calendar, or outside the range that the caller announced."""

	code = "INSTANT_OUT_OF_RANGE"

	def __init__(self, instant: int):
		super().__init__(f"The instant {_quote(instant)} is out of range.")
		self.instant = instant


class RecurrenceProblem(Enum):
	"""The reasons why a text is refused. The text of each one describes the error's `value`."""

	TOO_LONG = "the most characters a text may have"
	TOO_MANY_DATES = "the most dates a text may have"
	UNREADABLE = "the part that can't be read"
	UNKNOWN_PART = "the part's name"
	REPEATED_PART = "the name of a part that occurs twice"
	OUT_OF_PLACE = "the part that has no meaning in this rule"
	TOO_FINE = "the part that asks for more than one block a day"
	NO_RULE = "nothing"
	SEVERAL_RULES = "nothing: there is more than one RRULE"
	INTERVAL_ZERO = "nothing: INTERVAL is 0"
	TOO_MANY_COUNTED = "the highest COUNT"
	COUNT_AND_UNTIL = "nothing: only one of them is allowed"
	UNTIL_BEFORE_START = "nothing: the rule ends before it begins"
	NEVER = "nothing: no such day exists"
	ALL_EXCLUDED = "nothing: EXDATE excludes every block"
	ENDS_BEFORE_START = "nothing: each block ends before it begins"
	TOO_LONG_EACH = "the most days that each block may last"


class InvalidRecurrence(EngineError):
	"""A recurrence rule that can't be used. `problem` says what `value` is."""

	code = "INVALID_RECURRENCE"

	def __init__(self, problem: RecurrenceProblem, value: object = ""):
		super().__init__(f"{problem.name}: {_quote(value)}.")
		self.problem = problem
		self.value = value


def _quote(value: object) -> str:
	text = repr(value[:_LONGEST_QUOTE] if isinstance(value, str) else value)
	return text if len(text) <= _LONGEST_QUOTE + 2 else text[:_LONGEST_QUOTE] + "…"
