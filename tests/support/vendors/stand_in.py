"""The common part of all stand-ins: a server on a port, a clock, faults, and a log of requests and broken rules."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class Refused(Exception):
	"""A request that the vendor refuses, with the vendor's own error body."""

	def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None):
		self.status, self.body, self.headers = status, body, headers or {}
		super().__init__(f"{status} {body}")


class Clock:
	"""The stand-in's time, in epoch seconds. It follows this process's clock until a test sets it."""

	def __init__(self) -> None:
		self.instant: int | None = None

	def now(self) -> int:
		return int(time.time()) if self.instant is None else self.instant

	def move_to(self, instant: int) -> None:
		self.instant = instant

	def shift(self, seconds: int) -> None:
		self.instant = self.now() + seconds


@dataclass
class Fault:
	"""One thing that goes wrong with the next `times` requests whose method and path match.

	With `status` the request is refused and nothing happens. With `lost` it is carried out, and the connection is cut
	before the reply; `cut` sends that share of the reply first. `hold` keeps the reply back until the event is set.
	"""

	times: int = 1
	path: str = ""
	method: str = ""
	status: int = 0
	body: Any = None
	headers: dict[str, str] = field(default_factory=dict)
	lost: bool = False
	cut: float = 0.0
	hold: threading.Event | None = None

	def concerns(self, request: Request) -> bool:
		return self.times > 0 and self.path in request.path and self.method in ("", request.method)


@dataclass(frozen=True)
class Seen:
	"""A request as it arrived, with the status of the reply."""

	method: str
	path: str
	query: dict[str, str]
	headers: dict[str, str]
	body: str
	status: int

	@property
	def json(self) -> Any:
		return json.loads(self.body)


class StandIn:
	"""Base of the stand-ins. A subclass lists `rules`; the endpoint of each is the name of one of its methods."""

	rules: tuple[Rule, ...] = ()

	def __init__(self) -> None:
		self.clock = Clock()
		self.faults: list[Fault] = []
		self.log: list[Seen] = []
		self.broken: list[str] = []  # rules that were broken, in words
		self.secrets: set[str] = set()  # texts that must never be in an address
		self.lock = threading.RLock()
		self.url = ""

	@classmethod
	@cache
	def _map(cls) -> Map:
		"""Return the map of the class's addresses. Compiling the rules takes longer than many tests."""
		return Map([rule.empty() for rule in cls.rules], strict_slashes=False)

	# Called by tests

	def fail(self, path: str = "", **fault: Any) -> Fault:
		"""Order a fault for the next requests. See `Fault`."""
		ordered = Fault(path=path, **fault)
		self.faults.append(ordered)
		return ordered

	def requests(self, method: str, path: str) -> list[Seen]:
		"""Return the logged requests with this method whose path contains the text."""
		return [seen for seen in self.log if seen.method == method and path in seen.path]

	def assert_sound(self) -> None:
		"""Raise AssertionError if a rule was broken that must always hold."""
		assert not self.broken, self.broken

	# The vendor's behaviour, for subclasses to override

	def refusal(self, status: int) -> Any:
		"""Return the body of an error of this vendor."""
		return {"error": status}

	def before(self, request: Request) -> None:
		"""Called for each request before its method. May raise Refused."""

	def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
		request = Request(environ)
		request.get_data(cache=True)
		with self.lock:
			fault = next((each for each in self.faults if each.concerns(request)), None)
			if fault:
				fault.times -= 1
		response = self._with_fault(request, fault)
		self._note(request, response)
		if fault and (fault.lost or fault.cut):
			_cut(environ, response, fault.cut)
		return response(environ, start_response)

	def _with_fault(self, request: Request, fault: Fault | None) -> Response:
		if fault and fault.hold:
			fault.hold.wait(timeout=30)
		if fault and fault.status:
			return _json(
				fault.body if fault.body is not None else self.refusal(fault.status), fault.status, fault.headers
			)
		return self._respond(request)

	def _respond(self, request: Request) -> Response:
		try:
			endpoint, arguments = self._map().bind_to_environ(request.environ).match()
			self.before(request)
			answer = getattr(self, endpoint)(request, **arguments)
		except Refused as refused:
			return _json(refused.body, refused.status, refused.headers)
		except HTTPException as error:
			return _json(self.refusal(error.code or 500), error.code or 500)
		return answer if isinstance(answer, Response) else _json(answer)

	def _note(self, request: Request, response: Response) -> None:
		address = request.full_path
		with self.lock:
			if any(secret in address for secret in self.secrets):
				self.broken.append(f"a secret is in the address of {request.method} {request.path}")
			self.log.append(
				Seen(
					request.method,
					request.path,
					dict(request.args),
					dict(request.headers),
					request.get_data(as_text=True),
					response.status_code,
				)
			)


@contextmanager
def serving(stand_in: Any) -> Iterator[Any]:
	"""Serve the stand-in on a free port of this machine until the end. Its address is `stand_in.url`."""
	server = make_server("127.0.0.1", 0, stand_in, threaded=True, request_handler=_Silent)
	# A stalled reply must not keep the tests from ending.
	server.daemon_threads = True
	stand_in.url = f"http://127.0.0.1:{server.server_port}"
	thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
	thread.start()
	try:
		yield stand_in
	finally:
		server.shutdown()
		server.server_close()
		thread.join(timeout=5)


class _Silent(WSGIRequestHandler):
	def log(self, type: str, message: str, *args: Any) -> None:
		pass


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
	if body is None:
		return Response(status=status, headers=headers)
	return Response(json.dumps(body), status, headers, content_type="application/json; charset=UTF-8")


def no_content() -> Response:
	return Response(status=204)


def _cut(environ: dict[str, Any], response: Response, share: float) -> None:
	"""Send this share of the reply, and close the connection."""
	body = response.get_data()
	connection = environ["werkzeug.socket"]
	if share:
		head = f"HTTP/1.1 {response.status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
		connection.sendall(head.encode() + body[: int(len(body) * share)])
	connection.shutdown(2)
