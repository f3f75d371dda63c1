"""Connections to the address that the guard has checked. They can be closed when the time is over.

A server can send one byte every few seconds. Then each read is in time, but the whole answer takes hours. So `Sockets`
keeps the open sockets, and a timer shuts them down.
"""

import logging
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from scheduler_integration.http.addresses import Guard

# At level DEBUG, urllib3 logs the path of each request, and the path of a feed is as secret as a password.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Sockets:
	"""The sockets that are open. They can be shut down from another thread."""

	def __init__(self) -> None:
		self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
		self.were_cut = False

	def add(self, one: socket.socket) -> None:
		self._open.add(one)

	def cut(self) -> None:
		self.were_cut = True
		for one in list(self._open):
			with suppress(OSError):
				one.shutdown(socket.SHUT_RDWR)

	@contextmanager
	def closing_after(self, seconds: float) -> Iterator[None]:
		"""Shut all sockets down if the block takes longer than this."""
		self.were_cut = False
		timer = threading.Timer(seconds, self.cut)
		timer.daemon = True
		timer.start()
		try:
			yield
		finally:
			timer.cancel()


class GuardedAdapter(HTTPAdapter):
	"""Mounts a guard in a `requests.Session`."""

	def __init__(self, guard: Guard, sockets: Sockets):
		self._guard, self._sockets = guard, sockets
		super().__init__()

	def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
		super().init_poolmanager(*args, **kwargs)
		plain, tls = _classes(self._guard, self._sockets)
		pools = {"http": _pool(HTTPConnectionPool, plain), "https": _pool(HTTPSConnectionPool, tls)}
		self.poolmanager.pool_classes_by_scheme = pools


def _pool(base: type, connection: type) -> type:
	return type(base.__name__, (base,), {"ConnectionCls": connection})


def _classes(guard: Guard, sockets: Sockets) -> tuple[type[HTTPConnection], type[HTTPSConnection]]:
	class Pinned:
		"""Mixin for urllib3's connections: certificates are still checked against the name."""

		def _new_conn(self: Any) -> socket.socket:
			return _connected(guard, sockets, self)

		def connect(self: Any) -> None:
			super().connect()  # type: ignore[misc]  # The class beside this one in the bases has it.
			# With TLS this isn't the object that `_new_conn` returned.
			sockets.add(self.sock)

	return type("Plain", (Pinned, HTTPConnection), {}), type("Tls", (Pinned, HTTPSConnection), {})


def _connected(guard: Guard, sockets: Sockets, connection: Any) -> socket.socket:
	error: OSError | None = None
	for family, kind, protocol, _name, address in guard.resolved(connection.host.strip("[]"), connection.port):
		one = socket.socket(family, kind, protocol)
		sockets.add(one)
		try:
			one.settimeout(connection.timeout)
			one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
			one.connect(address)
			return one
		except OSError as failed:
			one.close()
			error = failed
	if isinstance(error, TimeoutError):
		raise ConnectTimeoutError(connection, "no connection in time") from None
	raise NewConnectionError(connection, "no connection") from None
