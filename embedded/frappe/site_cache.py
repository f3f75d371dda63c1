"""`frappe.cache` without Redis: a table in a file of its own, shared by every process of the site.

As on a bench, values are pickled, may expire, and are also kept in `frappe.local.cache` for the rest of the request.
"""

import pickle
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import local as thread_local
from typing import Any

from frappe.context import local

_HASH = "\x1f"
_LIVE = "(expires is null or expires > ?)"
_threads = thread_local()


class SiteCache:
	"""Callable, because `frappe.cache()` and `frappe.cache` mean the same."""

	def __call__(self) -> "SiteCache":
		return self

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		raise NotImplementedError(f"The embedded site doesn't implement frappe.cache.{name}")

	def _run(self, query: str, params: tuple = ()) -> list[tuple]:
		path = str(Path(local.site_path) / "cache.db")
		known = getattr(_threads, "connection", None)
		if not known or known[0] != path or not Path(path).exists():
			connection = sqlite3.connect(path, timeout=30, isolation_level=None)
			connection.execute("pragma journal_mode=wal")
			connection.execute("pragma synchronous=off")
			connection.execute("create table if not exists cache (key text primary key, value blob, expires real)")
			known = _threads.connection = (path, connection)
		return known[1].execute(query, params).fetchall()

	def make_key(self, key: str, user: str | bool | None = None, shared: bool = False) -> str:
		if user:
			key = f"user:{local.session.user if user is True else user}:{key}"
		return key

	# The commands of Redis itself that apps use, on raw values.

	def get(self, name: str) -> bytes | None:
		rows = self._run(f"select value from cache where key = ? and {_LIVE}", (_text(name), time.time()))
		value = rows[0][0] if rows else None
		return value.encode() if isinstance(value, str) else value

	def set(self, name: str, value: Any, ex: int | None = None, nx: bool = False) -> bool | None:
		key, now = _text(name), time.time()
		self._run("delete from cache where key = ? and expires <= ?", (key, now))
		value = value if isinstance(value, bytes) else str(value).encode()
		verb = "ignore" if nx else "replace"
		query = f"insert or {verb} into cache values (?, ?, ?) returning 1"
		return bool(self._run(query, (key, value, ex and now + ex))) or None

	def setex(self, name: str, time: int, value: Any) -> None:
		self.set(name, value, ex=time)

	def incrby(self, name: str, amount: int = 1) -> int:
		self._run("delete from cache where key = ? and expires <= ?", (_text(name), time.time()))
		query = (
			"insert into cache values (?, ?, null) on conflict (key) do update "
			"set value = cast(cast(cast(value as text) as integer) + ? as text) returning value"
		)
		return int(self._run(query, (_text(name), str(amount), amount))[0][0])

	incr = incrby

	def expire(self, name: str, time_: int) -> None:
		self._run("update cache set expires = ? where key = ?", (time.time() + time_, _text(name)))

	def ttl(self, name: str) -> int:
		rows = self._run("select expires from cache where key = ?", (_text(name),))
		return -2 if not rows else -1 if rows[0][0] is None else max(0, round(rows[0][0] - time.time()))

	def exists(self, *names: str, user: Any = None, shared: Any = None) -> int:
		return sum(self.get(self.make_key(name, user)) is not None for name in names)

	# Frappe's commands, on pickled values.

	def set_value(
		self, key: str, val: Any, user: Any = None, expires_in_sec: int | None = None, shared: bool = False
	) -> None:
		key = self.make_key(key, user)
		local.cache[key] = val
		self.set(key, pickle.dumps(val), ex=expires_in_sec)

	def get_value(
		self, key: str, generator: Callable | None = None, user: Any = None, expires: bool = False, shared: bool = False,
		*, use_local_cache: bool = True,
	) -> Any:  # fmt: skip
		full = self.make_key(key, user)
		if full in local.cache and use_local_cache:
			return local.cache[full]
		raw = self.get(full)
		value = pickle.loads(raw) if raw is not None else None
		if not expires:
			if value is None and generator:
				value = generator()
				self.set_value(key, value, user)
			else:
				local.cache[full] = value
		return value

	def delete_value(self, keys: Any, user: Any = None, make_keys: bool = True, shared: bool = False) -> None:
		for key in keys if isinstance(keys, list | tuple) else [keys]:
			key = self.make_key(key, user) if make_keys else key
			for known in [name for name in local.cache if name == key or name.startswith(f"{key}{_HASH}")]:
				del local.cache[known]
			self._run("delete from cache where key = ? or key glob ?", (_text(key), f"{_escaped(key)}{_HASH}*"))

	delete = delete_key = delete_value

	def get_keys(self, key: str) -> list[str]:
		return [row[0] for row in self._run("select key from cache where key glob ?", (f"{_escaped(key)}*",))]

	def delete_keys(self, key: str) -> None:
		self._run("delete from cache where key glob ?", (f"{_escaped(key)}*",))
		for known in [name for name in local.cache if name.startswith(key)]:
			del local.cache[known]

	def hset(self, name: str, key: str, value: Any, shared: bool = False) -> None:
		if key is not None:
			self.set_value(f"{name}{_HASH}{key}", value)

	def hget(self, name: str, key: str, generator: Callable | None = None, shared: bool = False) -> Any:
		return self.get_value(f"{name}{_HASH}{key}", generator) if key else None

	def hdel(self, name: str, keys: Any, shared: bool = False) -> None:
		for key in keys if isinstance(keys, list | tuple) else [keys]:
			self.delete_value(f"{name}{_HASH}{key}")

	def hexists(self, name: str, key: str, shared: bool = False) -> bool:
		return self.get(f"{name}{_HASH}{key}") is not None

	def hgetall(self, name: str) -> dict[str, Any]:
		return {key.split(_HASH, 1)[1]: self.get_value(key) for key in self.get_keys(f"{name}{_HASH}")}

	def clear(self) -> None:
		local.cache.clear()
		self._run("delete from cache")


def _text(key: str | bytes) -> str:
	return key.decode() if isinstance(key, bytes) else key


def _escaped(key: str) -> str:
	return "".join(f"[{c}]" if c in "*?[" else c for c in _text(key))
