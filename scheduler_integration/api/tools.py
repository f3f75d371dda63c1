"""Tools: what assistants can do, as functions with words and typed arguments, and how strangers' text reaches an assistant.

	@TOOLS.tool(Needs.READ)
	def my_day(date: Date | None = None) -> Any:
		'''Return the meetings of a day.'''

A tool calls methods of the API, so it parses, authorises and words nothing itself. Its description is its docstring, in English
and the same for everybody: nobody's text is part of it.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any

from frappe import _

from scheduler_integration.api.openapi import arguments
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.platform.one_line import visible

# The keys of a booking, or of somebody who waits, with what strangers typed.
_TYPED = frozenset(
	{"attendee", "attendee_name", "attendee_email", "guests", "notes", "answers", "cancel_reason", "location", "title"}
)
# The keys of an entry of a calendar. Strangers can invite a host.
_ENTRY = frozenset({"doctype", "name", "label", "url"})
FENCE = "written_by_visitor"


class Needs(IntEnum):
	"""What a connection must allow: to read; to propose what a person then confirms; to do what tells nobody."""

	READ = 1
	PROPOSE = 2
	ACT = 3


@dataclass(frozen=True, slots=True)
class Tool:
	"""A function that assistants call. It raises a SchedulingError if it refuses. `bound` are arguments that the endpoint sets."""

	run: Callable[..., Any]
	needs: Needs
	ends_something: bool = False
	bound: Mapping[str, Any] = field(default_factory=dict)

	def described(self) -> dict[str, Any]:
		"""Return the tool as an item of `tools/list`."""
		name = self.run.__name__
		return {
			"name": name,
			"title": name.replace("_", " ").capitalize(),
			"description": inspect.getdoc(self.run),
			"inputSchema": {**self.schema, "additionalProperties": False},
			"annotations": {
				"readOnlyHint": self.needs is Needs.READ,
				"destructiveHint": self.ends_something,
				"idempotentHint": True,
				"openWorldHint": False,
			},
		}

	@property
	def schema(self) -> dict[str, Any]:
		whole = _arguments(self.run)
		properties = {name: each for name, each in whole["properties"].items() if name not in self.bound}
		return {
			**whole,
			"properties": properties,
			"required": [each for each in whole["required"] if each in properties],
		}

	def __call__(self, given: Mapping[str, Any]) -> Any:
		"""Run the tool, and return its result with what strangers typed in a place of its own. Raises the tool's errors."""
		schema = self.schema
		unknown = {name: _("There is no such field.") for name in given if name not in schema["properties"]}
		missing = {name: _("This is needed.") for name in schema["required"] if given.get(name) in (None, "")}
		if wrong := {str(name)[:140]: text for name, text in {**unknown, **missing}.items()}:
			raise InvalidRequest(details=wrong)
		return fenced(self.run(**self.bound, **given))


# A tool's arguments are those of its signature: no record, and nothing of a site.
_arguments = cache(arguments)


class Tools(dict[str, Tool]):
	"""The tools of an endpoint, by name."""

	def tool(self, needs: Needs, *, ends_something: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
		"""Decorate a tool. `ends_something`: what it does can't be had back, such as a time that others may take."""

		def register(run: Callable[..., Any]) -> Callable[..., Any]:
			self[run.__name__] = Tool(run, needs, ends_something)
			return run

		return register


def fenced(value: Any) -> Any:
	"""Return JSON in which all that strangers typed is under FENCE, cut, and without characters that nobody sees."""
	if isinstance(value, Mapping):
		typed = (
			_TYPED
			if value.keys() & {"attendee", "attendee_name"}
			else _ENTRY
			if value.keys() >= _ENTRY
			else frozenset()
		)
		own = {key: fenced(each) for key, each in value.items() if key not in typed}
		theirs = {key: _seen(value[key]) for key in value if key in typed and value[key] not in (None, "", [], {})}
		return {**own, FENCE: theirs} if theirs else own
	return [fenced(each) for each in value] if isinstance(value, list) else value


def _seen(value: Any) -> Any:
	if isinstance(value, Mapping):
		return {key: _seen(each) for key, each in value.items()}
	if isinstance(value, list):
		return [_seen(each) for each in value[:20]]
	return visible(value) if isinstance(value, str) else value
