"""Stands in for MariaDB's dialect: translates parameters, locks, column types and collations to SQLite's."""

import datetime
import re
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from werkzeug.local import LocalProxy

_MIDNIGHT = "0001-01-01 00:00:00.000000"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
_DERIVED = re.compile(r"\b(max|min|coalesce|ifnull)\s*\(", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%%|%s|%\((\w+)\)s|%")
_TEXT_OR_CONCAT = re.compile(r"'(?:[^']|'')*'|\b(concat)\(", re.IGNORECASE)
_FOR_UPDATE = re.compile(r"\s+for\s+update(\s+nowait|\s+skip\s+locked)?\s*$", re.IGNORECASE)

# A Data column holds 140 characters unless the field sets a length. MariaDB's strict mode enforces this.
VARCHAR_LENGTH = 140
# In bytes, not in characters.
TEXT_BYTES = 65_535
_KINDS = {
	"decimal": ("Currency", "Float", "Percent"),
	"int": ("Int",),
	"bigint": ("Long Int",),
	"tinyint": ("Check",),
	"text": ("Small Text", "Text", "Password", "Attach", "Attach Image"),
	"longtext": ("Long Text", "Code", "Text Editor", "HTML Editor"),
	"varchar": ("Data", "Link", "Dynamic Link", "Select", "Read Only", "Color", "Autocomplete"),
	"date": ("Date",),
	"datetime": ("Datetime",),
	"time": ("Time",),
}  # fmt: skip
TYPE_MAP = {fieldtype: kind for kind, fieldtypes in _KINDS.items() for fieldtype in fieldtypes}


def bind(query: str, values: Any) -> tuple[str, list]:
	"""Replace `%s` and `%(name)s` with SQLite's `?`. A sequence becomes a bracketed list, as in PyMySQL."""
	if values is None:
		return query, []
	params: list = []
	positional = iter(values) if not isinstance(values, dict) else iter(())

	def placeholder(match: re.Match) -> str:
		if match[0] == "%%":
			return "%"
		if match[0] == "%":
			raise ValueError(f"A lone % in a query with values: {query}")
		value = values[match[1]] if match[1] else next(positional)
		if isinstance(value, list | tuple | set):
			params.extend(value)
			return f"({', '.join('?' * len(value))})"
		params.append(value)
		return "?"

	return _PLACEHOLDER.sub(placeholder, query), params


@lru_cache(maxsize=2048)
def split_lock(query: str) -> tuple[str, bool]:
	"""Return the query without its locking clause, and whether it had one."""
	match = _FOR_UPDATE.search(query)
	if match and match[1]:
		raise NotImplementedError(f"{match[1].strip().upper()} on the embedded site")
	return (query[: match.start()], True) if match else (query, False)


@lru_cache(maxsize=2048)
def with_pipes(query: str) -> str:
	"""Return the query with `((a)||(b))` in place of `CONCAT(a,b)`, which older versions of SQLite lack and newer ones define otherwise."""
	found = next((match for match in _TEXT_OR_CONCAT.finditer(query) if match[1]), None)
	if not found:
		return query
	place, depth, parts, is_quoted = found.end(), 1, [""], False
	while depth:
		character = query[place]
		is_quoted ^= character == "'"
		depth += 0 if is_quoted else {"(": 1, ")": -1}.get(character, 0)
		if depth == 1 and character == "," and not is_quoted:
			parts.append("")
		elif depth:
			parts[-1] += character
		place += 1
	return f"{query[: found.start()]}(({')||('.join(map(with_pipes, parts))})){with_pipes(query[place:])}"


def convert_derived(query: str, rows: list[tuple]) -> Iterable[tuple]:
	"""Turn text into a datetime: an aggregate such as max() of a Datetime column loses the column's type in SQLite."""
	if not rows or not _has_derived(query):
		return rows
	return [tuple(_to_datetime(cell) if _is_instant(cell) else cell for cell in row) for row in rows]


@lru_cache(maxsize=2048)
def _has_derived(query: str) -> bool:
	return bool(_DERIVED.search(query))


def _is_instant(cell: Any) -> bool:
	return isinstance(cell, str) and len(cell) in (19, 26) and bool(_INSTANT.fullmatch(cell))


def _to_datetime(text: str | bytes) -> datetime.datetime:
	return datetime.datetime.fromisoformat(text.decode() if isinstance(text, bytes) else text)


def _to_timedelta(text: bytes) -> datetime.timedelta:
	"""Return a TIME column's value as a timedelta, as MariaDB's driver does."""
	hours, minutes, seconds = text.decode().split(":")
	return datetime.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def time_text(value: datetime.timedelta) -> str:
	whole = int(value.total_seconds())
	return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}.{value.microseconds:06}"


def _compare_instants(left: str, right: str) -> int:
	"""Compare two Datetime values. A shorter text means the start of that day, hour or second."""
	if not (len(left) == len(right) == len(_MIDNIGHT) and left[10] == right[10] == " "):
		left, right = (side.replace("T", " ", 1) + _MIDNIGHT[len(side) :] for side in (left, right))
	return (left > right) - (left < right)


@lru_cache(maxsize=512)
def _like_pattern(pattern: str) -> re.Pattern:
	"""Translate a LIKE pattern as MariaDB reads it: a backslash escapes a wildcard, and case never matters."""
	parts = re.findall(r"\\(.)|([%_])|(.)", pattern, re.DOTALL)
	body = "".join(
		{"%": ".*", "_": "."}[wild] if wild else re.escape(escaped or plain) for escaped, wild, plain in parts
	)
	return re.compile(body, re.IGNORECASE | re.DOTALL)


def _like(pattern: Any, text: Any) -> bool | None:
	return None if pattern is None or text is None else bool(_like_pattern(str(pattern)).fullmatch(str(text)))


def prepare(connection: sqlite3.Connection) -> None:
	connection.create_collation("INSTANT", _compare_instants)
	connection.create_function("like", 2, _like, deterministic=True)


sqlite3.register_adapter(datetime.datetime, lambda value: value.isoformat(" ", "microseconds"))
sqlite3.register_adapter(datetime.date, lambda value: value.isoformat())
sqlite3.register_adapter(datetime.time, lambda value: value.strftime("%H:%M:%S.%f"))
sqlite3.register_adapter(datetime.timedelta, time_text)
sqlite3.register_adapter(LocalProxy, lambda value: value._get_current_object())
# A declared type that contains "text" gives the column SQLite's text affinity.
sqlite3.register_converter("text_datetime", _to_datetime)
sqlite3.register_converter("text_date", lambda text: datetime.date.fromisoformat(text.decode()))
sqlite3.register_converter("text_time", _to_timedelta)
