"""The errors of the engine: input that it can't compute with. A full calendar is never an error."""

from __future__ import annotations

from enum import Enum

_LONGEST_QUOTE = 64


class EngineError(ValueError):
	"""The engine can't work with this input. `code` is stable; each error carries the offending value."""

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


class InvalidRecurrence(EngineError):
	"""A recurrence rule that can't be used. `problem` is a RecurrenceProblem, which says what `value` is."""

	code = "INVALID_RECURRENCE"

	def __init__(self, problem: Enum, value: object = ""):
		super().__init__(f"{problem.name}: {_quote(value)}.")
		self.problem = problem
		self.value = value


def _quote(value: object) -> str:
	text = repr(value[:_LONGEST_QUOTE] if isinstance(value, str) else value)
	return text if len(text) <= _LONGEST_QUOTE + 2 else text[:_LONGEST_QUOTE] + "…"
