"""The guard for web addresses that people type: no request may reach into the network of this server.

A name is resolved once, each of its IP addresses is checked, and the connection goes to a checked address. So a name
server can't return a public address for the check and a private one for the connection.

A server can send one byte every few seconds. Then each read is in time, but the whole answer takes hours. So `Sockets`
keeps the open sockets, and a timer shuts them down.
"""

import ipaddress
import logging
import socket
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

import frappe
import idna
import requests
from frappe.utils import cint
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from scheduler_integration.exceptions import AddressRefused, Unreachable

PORTS = frozenset({80, 443, 8443})
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Calendar programs write the address of a feed with this scheme. It is the same address with http or https.
_CALENDAR_SCHEMES = {"webcal": "https", "webcals": "https"}

# Python takes these for public: a site's own NAT64 (RFC 8215) and a site's own addresses (RFC 3879); Python 3.11 also examples
# (RFC 9637), and the anycast address of relays to IPv6 (RFC 7526).
_NOT_PUBLIC = [ipaddress.ip_network(each) for each in ("64:ff9b:1::/48", "3fff::/20", "192.88.99.0/24")]
_SPECIAL = ("is_site_local", "is_multicast", "is_reserved", "is_unspecified")
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolved = tuple[int, int, int, str, Any]
Resolve = Callable[..., Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Guard:
	"""Which addresses may be called.

	`allowed` are hosts that the operator of the site trusts, as `host` (any port) or `host:port`. They may have private
	addresses and plain http. `resolve` is `socket.getaddrinfo`, or a function with its signature.
	"""

	allowed: frozenset[str] = frozenset()
	resolve: Resolve = field(default=socket.getaddrinfo)

	def check(self, address: str) -> SplitResult:
		"""Return the parts of an address that may be called. Raises AddressRefused."""
		parts = _parts(address)
		host, port = parts.hostname or "", _port(parts)
		if self._is_allowed(host, port):
			return parts
		if parts.scheme != "https" or port not in PORTS or _is_forbidden_literal(host):
			raise AddressRefused(host=host)
		return parts

	def resolved(self, host: str, port: int) -> list[Resolved]:
		"""Return the addresses for a connection, in the form of `socket.getaddrinfo`. Raises AddressRefused and Unreachable."""
		try:
			addresses = list(self.resolve(host, port, 0, socket.SOCK_STREAM))
		except (OSError, UnicodeError):
			raise Unreachable(host=host) from None
		if self._is_allowed(host, port):
			return addresses
		permitted = [address for address in addresses if is_public(address[4][0])]
		if not permitted:
			raise AddressRefused(host=host)
		return permitted

	def _is_allowed(self, host: str, port: int) -> bool:
		return host.lower() in self.allowed or f"{host.lower()}:{port}" in self.allowed


class NoGuard(Guard):
	"""For addresses from the app's own code or from the operator's settings: every host is allowed."""

	__slots__ = ()

	def _is_allowed(self, host: str, port: int) -> bool:
		return True


def site_guard() -> Guard:
	"""Return the guard with the hosts that `scheduling_allowed_hosts` in site_config.json names: a list, or one text.

	It isn't a field of Scheduler Settings: people who may change these settings aren't always responsible for the
	server's network.
	"""
	given = frappe.conf.get("scheduling_allowed_hosts") or ()
	hosts = given.replace(",", " ").split() if isinstance(given, str) else given
	return Guard(frozenset(str(host).strip().lower() for host in hosts))


def request_seconds(default: float) -> float:
	"""Return `scheduling_request_seconds` of site_config.json, the longest time of one request, or the default."""
	return cint(frappe.conf.get("scheduling_request_seconds")) or default


def normalised(address: str) -> str:
	"""Return the form of a typed address that requests use: https for webcal, without user information and fragment.

	Raises AddressRefused if it isn't a web address at all.
	"""
	parts = _parts(address.strip())
	netloc = parts.netloc.rpartition("@")[2]
	return parts._replace(netloc=netloc, fragment="").geturl()


def callable_address(address: str) -> str:
	"""Return a typed address as it can be called: with its host in ASCII. Raises AddressRefused if no request can use it."""
	try:
		return requests.Request("GET", _parts(address).geturl()).prepare().url or ""
	except (requests.RequestException, ValueError):
		raise AddressRefused() from None


def same_origin(one: str, other: str) -> bool:
	"""Whether two addresses have the same scheme, host and port, so that a password for one may be sent to the other."""
	first, second = _parts(one), _parts(other)
	return _origin(first) == _origin(second)


def is_public(ip: str) -> bool:
	"""Whether an IP address belongs to the public internet. IPv4 inside IPv6 counts as the IPv4 address."""
	try:
		return _is_global(ipaddress.ip_address(ip.partition("%")[0]))
	except ValueError:
		return False


def _is_global(ip: IP) -> bool:
	if isinstance(ip, ipaddress.IPv6Address):
		inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
		if inner:
			return _is_global(inner)
	is_special = any(getattr(ip, kind, False) for kind in _SPECIAL) or any(ip in network for network in _NOT_PUBLIC)
	return ip.is_global and not is_special


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
	"""Return the IPv4 address in an address of 64:ff9b::/96 (RFC 6052, section 2.1)."""
	if ip in ipaddress.ip_network("64:ff9b::/96"):
		return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
	return None


def _is_forbidden_literal(host: str) -> bool:
	"""Whether the host is an IP address that may not be called. A name is checked when it is resolved."""
	try:
		return not _is_global(ipaddress.ip_address(host.partition("%")[0]))
	except ValueError:
		return False


def _parts(address: str) -> SplitResult:
	try:
		parts = urlsplit(address)
		scheme = _CALENDAR_SCHEMES.get(parts.scheme, parts.scheme)
		_port(parts)
	except ValueError:
		raise AddressRefused() from None
	if scheme not in _DEFAULT_PORTS or not parts.hostname or any(ord(each) <= 32 for each in address):
		raise AddressRefused()
	return parts._replace(scheme=scheme, netloc=_in_ascii(parts))


def _in_ascii(parts: SplitResult) -> str:
	"""Return the `user@host:port` of an address with its host in ASCII (IDNA 2008, UTS 46). Raises AddressRefused.

	Without this, the library that sends the request could read another host than the guard, or none: "calendar。example"
	is calendar.example, and "１２７.0.0.1" is this machine.
	"""
	user, at, place = parts.netloc.rpartition("@")
	host = parts.hostname or ""
	try:
		if "[" in place:
			ipaddress.IPv6Address(host.partition("%")[0])
		if place.isascii():
			return parts.netloc
		port = f":{parts.port}" if parts.port is not None else ""
		return f"{user}{at}{idna.encode(host, uts46=True).decode()}{port}"
	except ValueError:  # Also IDNAError.
		raise AddressRefused() from None


def _port(parts: SplitResult) -> int:
	return parts.port if parts.port is not None else _DEFAULT_PORTS.get(parts.scheme, 443)


def _origin(parts: SplitResult) -> tuple[str, str, int]:
	return parts.scheme, (parts.hostname or "").lower(), _port(parts)


def relocated(key: str, address: str) -> str:
	"""Return the address, or the same path elsewhere if `scheduling_vendors` in site_config.json says so.

	For tests and trials: `{"google": "http://127.0.0.1:9000"}`. Secrets go there too. No form can set it.
	"""
	elsewhere = urlsplit((frappe.conf.get("scheduling_vendors") or {}).get(key) or address)
	return urlsplit(address)._replace(scheme=elsewhere.scheme, netloc=elsewhere.netloc).geturl()


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
