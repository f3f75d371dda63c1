"""The JSON of what methods return. One function walks the objects of the rooms, by what `shown` declares of each type.

	shown(TaskSummary, "name kind target", instant("due_at done_at"), maybe("automation"))

A name stands for the attribute of that name. `id=name` shows it under another one, and `name=meeting_type.title` goes deeper.
A field that isn't declared isn't shown: what a room adds to an object stays inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from frappe.model.document import Document

from scheduler_integration.engine import Interval
from scheduler_integration.platform.clock import from_site_time, iso, iso_z

# A value and the zone of its answer's instants in, JSON out.
Write = Callable[[Any, str], Any]


class Told(NamedTuple):
	"""What the description of answers (`openapi.py`) tells of a part.

	`path` is the attribute that the value is, `kind` the type of the answer if that of the attribute doesn't say it: a type, a
	JSON schema, Like(...), or [...] for a list. `inside` are the parts of an object that the value is.
	"""

	path: str = ""
	kind: Any = None
	inside: Iterable[Any] = ()


class Part(NamedTuple):
	"""A key of an answer. Without a `name`, the value is a mapping, whose keys stand at this place."""

	name: str
	get: Callable[[Any], Any]
	write: Write
	is_left_out: bool = False
	told: Told = Told()


Parts = Iterable[Part]
_SHAPES: dict[type | str, tuple[Parts, Callable[[Any], str] | None]] = {}


class Like:
	"""What an answer that is a record or a dict has, for its description: `Annotated[Document, Like("Scheduling Page")]`.

	`shapes` are declared types, names of DocTypes, or parts of `of`. `keys` are further keys, `[Slot]` is the type of a list.
	"""

	def __init__(self, *shapes: Any, of: str | type = "", optional: Iterable[Any] = (), **keys: Any) -> None:
		self.shapes, self.of, self.optional, self.keys = shapes, of, optional, keys

	@classmethod
	def each(cls, names: Iterable[str], kind: Any) -> Like:
		"""An object with these keys, whose values are all of one kind."""
		like = cls()
		like.keys = dict.fromkeys(names, kind)
		return like


def as_json(value: Any, zone: str = "UTC") -> Any:
	"""Return the value as JSON has it. Instants get the offset of `zone`, if their object has no zone of its own.

	Raises TypeError for an object of a type that isn't declared.
	"""
	kind: Any = value.doctype if isinstance(value, Document) else type(value)
	if kind not in _PLAINEST and (declared := declared_of(kind)):
		parts, zone_of = declared
		return object_of(value, parts, zone_of(value) if zone_of else zone)
	for types, write in _PLAIN:
		if isinstance(value, types):
			return write(value, zone)
	raise TypeError(f"{type(value).__name__} isn't declared")


_INSTANT = {"type": ["string", "null"], "format": "date-time"}
_SPAN = {"type": "object", "properties": {"start": _INSTANT, "end": _INSTANT}, "required": ["start", "end"]}
_SPANS = {"type": "array", "items": _SPAN}
# No type has to be looked for: most values are of these.
_PLAINEST = frozenset({str, int, bool, float, type(None), list, tuple, dict})
_PLAIN: tuple[tuple[Any, Write], ...] = (
	((type(None), str, int, float), lambda value, _zone: value),
	(Mapping, lambda value, zone: {as_json(key): as_json(each, zone) for key, each in value.items()}),
	(date, lambda value, _zone: value.isoformat()),
	(Enum, lambda value, _zone: value.value),
	(Iterable, lambda values, zone: _items(values, zone)),
)


def _items(values: Iterable[Any], zone: str) -> list[Any]:
	"""Return each value. Most lists have objects of one type, whose declaration is looked for once."""
	answer: list[Any] = []
	known: Any = None
	for each in values:
		if type(each) is not known:
			known = type(each)
			# What is declared of a record depends on its DocType, and not on its class.
			declared = None if issubclass(known, Document) else declared_of(known)
		if declared:
			parts, zone_of = declared
			answer.append(object_of(each, parts, zone_of(each) if zone_of else zone))
		else:
			answer.append(as_json(each, zone))
	return answer


@cache
def declared_of(kind: type | str) -> tuple[Parts, Callable[[Any], str] | None] | None:
	"""Return what is declared of the type, or of the nearest of those that it extends."""
	kinds = (kind,) if isinstance(kind, str) else kind.__mro__
	return next((_SHAPES[each] for each in kinds if each in _SHAPES), None)


def object_of(value: Any, parts: Parts, zone: str = "UTC") -> dict[str, Any]:
	"""Return the parts of the object as JSON has them."""
	answer: dict[str, Any] = {}
	for name, get, write, is_left_out, _told in parts:
		given = get(value)
		if is_left_out and (given is None or given == ()):
			continue
		if name:
			answer[name] = write(given, zone)
		else:
			answer.update(write(given, zone))
	return answer


def shown(kind: type | str, *parts: str | Parts, zone: str = "") -> None:
	"""Declare what answers show of a dataclass, an error, or the records of a DocType (its name), in this order.

	Without parts, all fields of a dataclass. `zone` is the path of the zone in which its instants are written.
	"""
	declared = parts or ((all_of(kind),) if isinstance(kind, type) else ())
	declared_of.cache_clear()
	_SHAPES[kind] = flat(*declared), attrgetter(zone) if zone else None


def all_of(kind: type) -> str:
	"""Return the names of all fields of a dataclass."""
	return " ".join(each.name for each in fields(kind))


def flat(*parts: str | Parts) -> list[Part]:
	"""Return the parts, with names as they are. For what several types have in common."""
	return [part for each in parts for part in (written(each, as_json) if isinstance(each, str) else each)]


def written(names: str, write: Write, kind: Any = None) -> list[Part]:
	"""Values that `write` writes. `kind` is that of Told."""
	split = [name.partition("=") for name in names.split()]
	return [Part(name, attrgetter(path or name), write, told=Told(path or name, kind)) for name, _sign, path in split]


def instant(names: str) -> list[Part]:
	"""Instants (epoch seconds, or None) in ISO 8601 with an offset: 2026-11-23T14:30:00+01:00."""
	return written(names, _instant, _INSTANT)


@lru_cache(maxsize=1 << 15)
def _instant(value: int | None, zone: str) -> str | None:
	"""Write an instant. Most answers are full of them, and have those of the answer before."""
	return None if value is None else iso(value, zone)


def instant_z(names: str) -> list[Part]:
	"""Instants (epoch seconds, or None) in UTC: 2026-11-23T13:30:00Z."""
	return written(names, lambda value, _zone: None if value is None else iso_z(value), _INSTANT)


def stored(names: str) -> list[Part]:
	"""Fields with a time of the site's zone, such as `creation`, in UTC."""
	return written(names, lambda value, _zone: iso_z(from_site_time(value)), _INSTANT)


def spans(names: str) -> list[Part]:
	"""Lists of half-open intervals."""
	return written(names, lambda value, zone: [span(each, zone) for each in value], _SPANS)


def span(interval: Interval, zone: str) -> dict[str, str]:
	"""Return an interval as its two instants."""
	return {"start": iso(interval[0], zone), "end": iso(interval[1], zone)}


def maybe(names: str) -> list[Part]:
	"""Values of which an empty one is null."""
	return written(names, or_null)


def or_null(value: Any, zone: str) -> Any:
	"""Write a value as JSON has it, an empty one as null."""
	return as_json(value, zone) or None


def flag(names: str) -> list[Part]:
	"""Fields of type Check: true or false."""
	return written(names, lambda value, _zone: bool(value), {"type": "boolean"})


def if_any(parts: str | Parts) -> list[Part]:
	"""Keys that are left out if there is nothing: None, or no item of a tuple."""
	return [part._replace(is_left_out=True) for part in flat(parts)]


def made(name: str, make: Callable[[Any], Any], kind: Any = None) -> list[Part]:
	"""A key whose value is made from the whole object. Without a name, the keys of what is made stand at its place.

	`kind` is that of Told.
	"""
	return [Part(name, make, as_json, told=Told(kind=kind))]


def group(name: str, *parts: str | Parts, zone: str = "") -> list[Part]:
	"""A key whose value is an object with these parts of the same object, or with `name=path` of another one, null without it."""
	key, _sign, path = name.partition("=")
	inside, zone_of = flat(*parts), attrgetter(zone) if zone else None

	def write(value: Any, outer: str) -> Any:
		return None if value is None else object_of(value, inside, zone_of(value) if zone_of else outer)

	return [Part(key, attrgetter(path) if path else lambda value: value, write, told=Told(path, inside=inside))]
