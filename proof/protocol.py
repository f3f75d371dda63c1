"""Lines of JSON between the explorer and its processes."""

from __future__ import annotations

import json
import socket
from typing import Any


class Line:
	"""A connection that sends and receives objects, one a line."""

	def __init__(self, connection: socket.socket) -> None:
		self.connection = connection
		self._rest = b""

	def send(self, message: dict[str, Any]) -> None:
		self.connection.sendall(json.dumps(message).encode() + b"\n")

	def receive(self, seconds: float | None = None) -> dict[str, Any] | None:
		"""Return the next object, or None if the other side is gone. Raises TimeoutError after `seconds`."""
		self.connection.settimeout(seconds)
		while b"\n" not in self._rest:
			try:
				more = self.connection.recv(65536)
			except ConnectionError:
				return None
			if not more:
				return None
			self._rest += more
		text, _end, self._rest = self._rest.partition(b"\n")
		found: dict[str, Any] = json.loads(text)
		return found
