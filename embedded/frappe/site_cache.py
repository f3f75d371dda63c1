"""Stands in for frappe.cache and frappe.rate_limiter's counts: a table in its own file instead of Redis.

All processes of the site share the file. As on a bench, values are pickled and may expire, and `frappe.local.cache`
keeps them for the rest of the request.
"""

import os
import pickle
import sqlite3
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from frappe.context import local
from frappe.missing import Refusing

# Keys that start with "user:" sort between "user:" and "user:" + the last character of Unicode, so the index finds
# them. Comparing substrings of the key would read the whole table.
_STARTS_WITH = "key >= ? and key < ?"
_LAST = chr(0x10FFFF)

# The threads of a process share a connection: the server has a thread for each request, and opening takes longer.
_one_at_a_time = Lock()
_opened: dict[tuple[int, str], sqlite3.Connection] = {}


def _connection() -> sqlite3.Connection:
	path = f"{local.site_path}/cache.db"
	key = (os.getpid(), path)
	if key not in _opened or not os.path.exists(path):
		connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
		connection.execute("pragma journal_mode=wal")
		connection.execute("pragma synchronous=off")
		connection.execute("create table if not exists cache (key text primary key, value blob, expires real)")
		_opened[key] = connection
	return _opened[key]


class SiteCache(Refusing):
	refused_as = "frappe.cache"

	def _run(self, query: str, params: tuple = ()) -> list[tuple]:
		with _one_at_a_time:
			return _connection().execute(query, params).fetchall()

	def count(self, key: str, seconds: int) -> int:
		"""Count one more under this key and return the count, which starts again `seconds` after the first one."""
		now = time.time()
		self._run("delete from cache where key = ? and expires <= ?", (key, now))
		query = (
			"insert into cache values (?, 1, ?) on conflict (key) do update set value = cache.value + 1 returning value"
		)
		return self._run(query, (key, now + seconds))[0][0]

	def ping(self) -> bool:
		return True

	def make_key(self, key: str) -> str:
		"""Return the key itself. On a bench, several sites share one Redis, and the key gets the site's prefix."""
		return key

	def incr(self, key: str, amount: int = 1) -> int:
		"""Count `amount` more under this key. The count doesn't expire until `expire` is called."""
		self._run("delete from cache where key = ? and expires <= ?", (key, time.time()))
		query = (
			"insert into cache values (?, ?, null) on conflict (key) do update set value = value + excluded.value"
			" returning value"
		)
		return self._run(query, (key, amount))[0][0]

	def expire(self, key: str, seconds: int) -> None:
		self._run("update cache set expires = ? where key = ?", (time.time() + seconds, key))

	def ttl(self, key: str) -> int:
		"""Return in how many seconds the key expires: -1 if it never does, and -2 if there is no such key."""
		rows = self._run("select expires from cache where key = ?", (key,))
		if not rows or (rows[0][0] is not None and rows[0][0] <= time.time()):
			return -2
		return -1 if rows[0][0] is None else round(rows[0][0] - time.time())

	def set(self, name: str, value: Any, ex: int, nx: bool) -> bool | None:
		"""Set a key that expires after `ex` seconds, unless there is one. Returns True, or None if there is one.

		This is Redis's own command: a bench passes keys and values on unchanged. Only this form of the command exists here.
		"""
		if not nx:
			raise NotImplementedError("frappe.cache.set(nx=False) on the embedded site")
		now = time.time()
		self._run("delete from cache where key = ? and expires <= ?", (name, now))
		query = "insert into cache values (?, ?, ?) on conflict (key) do nothing returning key"
		return bool(self._run(query, (name, value, now + ex))) or None

	def get(self, name: str) -> bytes | None:
		"""Return what `set` has stored, as bytes. This is Redis's own command, too."""
		query = "select value from cache where key = ? and (expires is null or expires > ?)"
		rows = self._run(query, (name, time.time()))
		return str(rows[0][0]).encode() if rows else None

	def set_value(self, key: str, val: Any, expires_in_sec: int | None = None) -> None:
		local.cache[key] = val
		expires = expires_in_sec and time.time() + expires_in_sec
		self._run("insert or replace into cache values (?, ?, ?)", (key, pickle.dumps(val), expires))

	def get_value(self, key: str, generator: Callable[[], Any] | None = None, expires: bool = False) -> Any:
		"""Return the value. With `expires`, Frappe never calls the generator, so this refuses to take one."""
		if generator and expires:
			raise NotImplementedError("frappe.cache.get_value(generator=..., expires=True) on the embedded site")
		value = self._get(key, keep=not expires)
		if value is None and generator:
			value = generator()
			self.set_value(key, value)
		return value

	def _get(self, key: str, keep: bool) -> Any:
		if key in local.cache:
			return local.cache[key]
		query = "select value from cache where key = ? and (expires is null or expires > ?)"
		rows = self._run(query, (key, time.time()))
		value = pickle.loads(rows[0][0]) if rows else None
		if keep:
			local.cache[key] = value
		return value

	def delete_value(self, keys: str | list[str]) -> None:
		for key in [keys] if isinstance(keys, str) else keys:
			local.cache.pop(key, None)
			self._run(f"delete from cache where key = ? or {_STARTS_WITH}", (key, f"{key}|", f"{key}|{_LAST}"))

	def delete_keys(self, key: str) -> None:
		"""Delete all keys that start with this one."""
		for known in [name for name in local.cache if name.startswith(key)]:
			del local.cache[known]
		self._run(f"delete from cache where {_STARTS_WITH}", (key, f"{key}{_LAST}"))

	def hset(self, name: str, key: str, value: Any) -> None:
		self._run("insert or replace into cache values (?, ?, null)", (f"{name}|{key}", pickle.dumps(value)))

	def hget(self, name: str, key: str) -> Any:
		return self._get(f"{name}|{key}", keep=False)

	def hkeys(self, name: str) -> list[bytes]:
		return list(self.hgetall(name))

	def hgetall(self, name: str) -> dict[bytes, Any]:
		"""Return all values by their keys. The keys are bytes, as Redis returns them."""
		prefix = f"{name}|"
		rows = self._run(f"select key, value from cache where {_STARTS_WITH}", (prefix, f"{prefix}{_LAST}"))
		return {key.removeprefix(prefix).encode(): pickle.loads(value) for key, value in rows}

	def hdel(self, name: str, key: str) -> None:
		self._run("delete from cache where key = ?", (f"{name}|{key}",))

	def clear(self) -> None:
		local.cache.clear()
		self._run("delete from cache")


class ClientCache(Refusing):
	"""Stands in for Frappe 16's cache of a process, of which apps need only this. It never loses touch with SiteCache."""

	refused_as = "frappe.client_cache"
	healthy = True
