"""The HTTP client for other systems.

```python
client = Client(guard=site_guard(), auth=("jane", password), budget=Budget(60))
answer = client.send("PROPFIND", address, body=xml, headers={"Depth": "0"})
answer.expect(207)
```

- Each request has time-outs, and all requests of a client share a budget of seconds. In a web request, those of all
  clients share one of 15 (`patience`).
- The answer's bytes are counted after decompression.
- A request that can be repeated is tried again, with jitter and after the time in `Retry-After`. If that time is longer
  than a few seconds, TooManyRequests is raised. A worker must not sleep for minutes.
- Redirects are followed here, not by requests: each address passes the guard, and credentials go to the same origin only.
- Logs have method, host, status and time. No path, no header and no body.
"""

import json as json_module
import logging
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import frappe
import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from scheduler_integration.exceptions import (
	AddressRefused,
	AnswerTooLarge,
	OutsideError,
	TooManyRequests,
	UnexpectedAnswer,
	Unreachable,
)
from scheduler_integration.http.addresses import (
	Guard,
	GuardedAdapter,
	NoGuard,
	Sockets,
	callable_address,
	request_seconds,
	same_origin,
)
from scheduler_integration.http.masking import masked
from scheduler_integration.http.waiting import backoff, retry_after
from scheduler_integration.platform.clock import now

# The seconds that all requests to other systems take together while somebody waits for a page.
WEB_SECONDS = 15
USER_AGENT = "SchedulerIntegration/1.0"
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "PUT", "DELETE"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_BROKEN = frozenset({500, 502, 504})
_CHUNK = 1 << 16

Auth = tuple[str, str] | AuthBase | None


@dataclass(frozen=True, slots=True)
class Limits:
	"""The limits of one request. Times are in seconds, `bytes` is the size of the answer after decompression."""

	connect: float = 5
	read: float = 20
	whole: float = 40
	bytes: int = 10 * 1024 * 1024
	redirects: int = 5
	attempts: int = 3
	# The first wait between two attempts, and the longest.
	wait: float = 0.5
	longest_wait: float = 5


class Budget:
	"""The seconds that several requests may take together, waits included."""

	def __init__(self, seconds: float, clock: Callable[[], float] = monotonic):
		self._clock, self._end = clock, clock() + seconds

	def left(self) -> float:
		"""Return the seconds that are left. Raises Unreachable if none are."""
		left = self._end - self._clock()
		if left <= 0:
			raise Unreachable()
		return left

	def covers(self, seconds: float) -> bool:
		return self._end - self._clock() > seconds


def patience(seconds: float) -> Budget:
	"""Return a budget of these seconds for a job; in a web request, what is left of its 15 seconds.

	Otherwise a server that never answers would hold a thread for a minute, and a handful of them the whole site.
	"""
	request = getattr(frappe.local, "request", None)
	if not request:
		return Budget(seconds)
	return request.environ.setdefault("scheduling.patience", Budget(WEB_SECONDS))


@dataclass(frozen=True, slots=True)
class Answer:
	"""The answer of the other system. `url` is the address after redirects."""

	status: int
	headers: Mapping[str, str]
	body: bytes
	url: str

	def expect(self, *statuses: int) -> "Answer":
		"""Return the answer if it has one of the statuses, by default any of 200 to 299. Raises UnexpectedAnswer."""
		if self.status in statuses or (not statuses and 200 <= self.status < 300):
			return self
		raise UnexpectedAnswer(self.status, masked(self.text[:500]), host=self.host)

	def json(self) -> Any:
		"""Return the parsed body. Raises UnexpectedAnswer if it isn't JSON."""
		try:
			return json_module.loads(self.body)
		except ValueError:
			raise UnexpectedAnswer(self.status, host=self.host) from None

	@property
	def text(self) -> str:
		return self.body.decode("utf-8", errors="replace")

	@property
	def host(self) -> str:
		return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class _Request:
	method: str
	url: str
	headers: dict[str, str]
	content: bytes | None
	auth: Auth


@dataclass(slots=True)
class Client:
	"""Sends requests. One client belongs to one connection of a user; it isn't shared by threads.

	`guard` decides which addresses may be called. Without a guard, every address may be called, and redirects must stay on
	their origin. This is for vendors' addresses, which no user types. `auth` is sent to the origin of the first address
	and to hosts of `trusted_suffix`, such as ".icloud.com", and nowhere else.
	"""

	guard: Guard = field(default_factory=NoGuard)
	auth: Auth = None
	limits: Limits = field(default_factory=Limits)
	budget: Budget | None = None
	trusted_suffix: str = ""
	_sockets: Sockets = field(default_factory=Sockets, init=False, repr=False)
	_session: requests.Session | None = field(default=None, init=False, repr=False)

	def send(
		self,
		method: str,
		url: str,
		*,
		params: Mapping[str, str] | None = None,
		headers: Mapping[str, str] | None = None,
		body: str | bytes | None = None,
		json: Any = None,
		form: Mapping[str, str] | None = None,
		redirect_methods: Collection[str] = _REPEATABLE,
	) -> Answer:
		"""Send a request, follow redirects, and return the answer, whatever its status, except for the errors below.

		A request that failed is sent again, unless it is a POST.
		Raises AddressRefused (also if the address can't be read), AnswerTooLarge, TooManyRequests (429, or 503 with Retry-After) and Unreachable (no answer,
		any other 5xx).
		"""
		given = body if body is not None else form
		try:
			prepared = requests.Request(method, url, params=params, headers=headers, data=given, json=json).prepare()
		except (requests.RequestException, ValueError):
			# `from None`: the error contains the address, which may be a secret.
			raise AddressRefused() from None
		content = prepared.body.encode() if isinstance(prepared.body, str) else cast(bytes | None, prepared.body)
		request = _Request(method, prepared.url or url, _headers(prepared), content, self.auth)
		attempts = self.limits.attempts if method in _REPEATABLE else 1
		for attempt in range(1, attempts + 1):
			try:
				return self._follow(request, redirect_methods)
			except (TooManyRequests, Unreachable) as error:
				wait = self._wait_before(attempt, error)
				if attempt == attempts or wait is None:
					raise
				sleep(wait)
		raise Unreachable(host=_host(request.url))  # not reached: the last attempt raises

	def close(self) -> None:
		if self._session:
			self._session.close()

	def _wait_before(self, attempt: int, error: OutsideError) -> float | None:
		"""Return the seconds to wait before the next attempt, or None if this call shouldn't wait that long."""
		asked = getattr(error, "after", None)
		wait = backoff(attempt, first=self.limits.wait, most=self.limits.longest_wait)
		if asked is not None:
			wait += asked
		fits = wait <= self.limits.longest_wait * 2 and (self.budget is None or self.budget.covers(wait))
		return wait if fits else None

	def _follow(self, request: _Request, redirect_methods: Collection[str]) -> Answer:
		for _step in range(self.limits.redirects + 1):
			answer = self._once(request)
			target = answer.headers.get("Location") if answer.status in _REDIRECTS else None
			if not target or request.method not in redirect_methods:
				return answer
			try:
				address = callable_address(urljoin(request.url, target))
			except ValueError:
				raise AddressRefused() from None
			request = self._redirected(request, address, answer.status)
		raise UnexpectedAnswer(310, "too many redirects", host=_host(request.url))

	def _redirected(self, request: _Request, target: str, status: int) -> _Request:
		self.guard.check(target)
		stays = same_origin(request.url, target)
		if isinstance(self.guard, NoGuard) and not stays:
			raise AddressRefused(host=_host(target))
		# A browser turns other methods than GET and HEAD into GET after 303. WebDAV's methods stay as they are.
		method = "GET" if status == 303 and request.method != "HEAD" else request.method
		auth = request.auth if stays or self._is_trusted(target) else None
		kept = {} if stays else {"authorization", "cookie"}
		headers = {key: text for key, text in request.headers.items() if key.lower() not in kept}
		return _Request(method, target, headers, request.content if method == request.method else None, auth)

	def _is_trusted(self, url: str) -> bool:
		parts = urlsplit(url)
		suffix = self.trusted_suffix.lower()
		return bool(suffix) and parts.scheme == "https" and (parts.hostname or "").lower().endswith(suffix)

	def _once(self, request: _Request) -> Answer:
		self.guard.check(request.url)
		host, began = _host(request.url), monotonic()
		whole = request_seconds(self.limits.whole)
		seconds = min(whole, self.budget.left()) if self.budget else whole
		try:
			with self._sockets.closing_after(seconds):
				answer = self._exchange(request, seconds)
		except (requests.RequestException, HTTPError, OSError, ValueError):
			# ValueError: requests reads the Location header, even if it may not follow it.
			# `from None`: the errors of requests contain the whole address, which may be a secret.
			_log(request.method, host, "cut" if self._sockets.were_cut else "failed", began)
			raise Unreachable(host=host) from None
		_log(request.method, host, str(answer.status), began)
		after = retry_after(answer.headers.get("Retry-After"), now())
		error: OutsideError | None = None
		if answer.status == 429 or (answer.status in _BUSY and after is not None):
			error = TooManyRequests(after, host=host)
		elif answer.status in _BROKEN or answer.status in _BUSY:
			error = Unreachable(host=host)
		if error:
			error.status = answer.status
			raise error
		return answer

	def _exchange(self, request: _Request, seconds: float) -> Answer:
		limits = self.limits
		with self._open_session().request(
			request.method,
			request.url,
			headers={"User-Agent": USER_AGENT, **request.headers},
			data=request.content,
			auth=request.auth,
			timeout=(min(limits.connect, seconds), min(limits.read, seconds)),
			allow_redirects=False,
			stream=True,
		) as response:
			body = _read(response, limits.bytes)
		return Answer(response.status_code, CaseInsensitiveDict(response.headers), body, request.url)

	def _open_session(self) -> requests.Session:
		if self._session is None:
			self._session = requests.Session()
			# No proxy and no .netrc from the environment: a proxy would resolve the name again, without the guard.
			self._session.trust_env = False
			self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
			adapter = GuardedAdapter(self.guard, self._sockets)
			self._session.mount("https://", adapter)
			self._session.mount("http://", adapter)
		return self._session


def _read(response: requests.Response, limit: int) -> bytes:
	parts: list[bytes] = []
	size = 0
	for part in response.iter_content(_CHUNK):
		size += len(part)
		if size > limit:
			raise AnswerTooLarge(host=_host(response.url))
		parts.append(part)
	return b"".join(parts)


def _headers(prepared: requests.PreparedRequest) -> dict[str, str]:
	return {str(key): str(text) for key, text in prepared.headers.items() if key != "Content-Length"}


def _host(url: str) -> str:
	return urlsplit(url).hostname or ""


def _log(method: str, host: str, outcome: str, began: float) -> None:
	logger: logging.Logger = frappe.logger("scheduling.outside")
	logger.info(f"{method} {host} {outcome} {int((monotonic() - began) * 1000)} ms")
