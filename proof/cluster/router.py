"""A proxy for one writer: sends each connection to the node that writes, and moves to the next one if that fails.

It stands for MaxScale, ProxySQL or HAProxy. All of them ask each node again and again whether it takes statements, and
close the connections to a node that doesn't. Otherwise a web worker might wait for a node that says nothing for minutes.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

_INTERVAL = 0.25


class Router:
	"""Listens on a port of this machine until `close`. `is_ready(number)` says whether a node takes statements.

	Nodes are named by their number in `ports`. `writer` is the one that gets the connections, or None if no node is ready:
	then a connection is closed at once. `moved_at` is when it became the writer, on the clock `time.monotonic`.
	"""

	def __init__(self, ports: Sequence[int], is_ready: Callable[[int], bool]) -> None:
		self.ports, self.is_ready = ports, is_ready
		self.writer: int | None = None
		self.moved_at = 0.0
		self.port = 0
		self._preferred: int | None = None
		self._open: set[asyncio.StreamWriter] = set()
		self._loop = asyncio.new_event_loop()
		self._thread = threading.Thread(target=self._run, daemon=True)
		self._has_started = threading.Event()
		self._thread.start()
		self._has_started.wait(30)

	def prefer(self, number: int) -> None:
		"""Move to this node, as an administrator does before work on another one."""
		self._preferred = number

	def close(self) -> None:
		self._loop.call_soon_threadsafe(self._ends.set)
		self._thread.join(10)

	def _run(self) -> None:
		asyncio.set_event_loop(self._loop)
		self._loop.run_until_complete(self._serve())

	async def _serve(self) -> None:
		self._ends = asyncio.Event()
		server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
		self.port = server.sockets[0].getsockname()[1]
		watch = asyncio.create_task(self._watch())
		await self._ends.wait()
		watch.cancel()
		server.close()
		self._drop_all()
		# The tasks of the closed connections end by themselves.
		await asyncio.sleep(0.05)

	async def _watch(self) -> None:
		"""Choose the writer: the present one as long as it is ready, otherwise the next one that is."""
		while True:
			if self._preferred is not None or self.writer is None or not await self._asks(self.writer):
				self._drop_all()
				self.writer = await self._next_ready()
				self.moved_at = time.monotonic()
			self._has_started.set()
			await asyncio.sleep(_INTERVAL)

	async def _next_ready(self) -> int | None:
		first = self._preferred if self._preferred is not None else 0 if self.writer is None else self.writer + 1
		# While it looks for one, nobody is sent to the node that failed.
		self.writer, self._preferred = None, None
		for each in range(len(self.ports)):
			number = (first + each) % len(self.ports)
			if await self._asks(number):
				return number
		return None

	async def _asks(self, number: int) -> bool:
		with suppress(asyncio.TimeoutError):
			return await asyncio.wait_for(asyncio.to_thread(self.is_ready, number), timeout=2)
		return False

	async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
		"""Pass bytes on in both directions until one side closes."""
		self._open.add(writer)
		try:
			if self.writer is None:
				return
			there, back = await asyncio.open_connection("127.0.0.1", self.ports[self.writer])
			self._open.add(back)
			try:
				await asyncio.wait(
					[asyncio.create_task(_pass_on(reader, back)), asyncio.create_task(_pass_on(there, writer))],
					return_when=asyncio.FIRST_COMPLETED,
				)
			finally:
				self._close(back)
		except OSError:
			pass
		finally:
			self._close(writer)

	def _close(self, writer: asyncio.StreamWriter) -> None:
		self._open.discard(writer)
		writer.close()

	def _drop_all(self) -> None:
		for writer in list(self._open):
			writer.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
	with suppress(OSError):
		while data := await reader.read(65536):
			writer.write(data)
			await writer.drain()
