"""Makes objects of rows: each field of a dataclass is filled from the column of its name.

@dataclass
class Click:            record(Click, row, is_late=now > row.due_at)
	name: str           row.name
	source: str         row.source, or "" where the column is NULL
	opened_at: int | None   row.opened_at
	is_late: bool       as given
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")

# Fields of a record and their new values.
Fields = dict[str, Any]

# The values for NULL and a missing column, by the type that a field declares. Any other type has None.
_EMPTY: dict[str, Any] = {"str": "", "int": 0, "float": 0.0, "bool": False}


def record(kind: type[T], row: Any, **given: Any) -> T:
	"""Return a dataclass `kind` of a row, a mapping, a document or other object. Fields that are given aren't read from it.

	A field declared `bool` is a bool also where the database has 0 and 1. A field that the row lacks keeps its default.
	"""
	for name, declared, has_default in _columns(cast(Hashable, kind)):
		is_mapping = isinstance(row, Mapping)
		if name not in given and not (has_default and not (name in row if is_mapping else hasattr(row, name))):
			value = row.get(name) if is_mapping else getattr(row, name)
			given[name] = bool(value) if declared == "bool" else _EMPTY.get(declared) if value is None else value
	return kind(**given)


def picked(values: Any, *names: str) -> dict[str, Any]:
	"""Return the attributes of these names, by name: the columns to be written from an object that has them."""
	return {name: getattr(values, name) for name in names}


def text_at(values: Mapping[str, Any], *path: str) -> str:
	"""Return the text that stands under these keys, one within the other, in what another system sent; "" if there is none."""
	found: Any = values
	for name in path:
		found = (found or {}).get(name)
	return str(found or "")


def set_or_none(values: Any, *names: str) -> dict[str, Any]:
	"""Return the attributes of these names, by name, with None for empty ones."""
	return {name: getattr(values, name) or None for name in names}


@cache
def _columns(kind: Any) -> list[tuple[str, str, bool]]:
	return [
		(
			each.name,
			each.type if isinstance(each.type, str) else getattr(each.type, "__name__", ""),
			each.default is not MISSING or each.default_factory is not MISSING,
		)
		for each in fields(kind)
	]
