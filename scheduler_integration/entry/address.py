"""Finds the network address of the client.

Each proxy appends one address to `X-Forwarded-For`, on the right. A client can send anything in the entries to the
left. If a trusted proxy sends "203.0.113.9, 198.51.100.7", only 198.51.100.7 is certain.
"""

import ipaddress
from collections.abc import Iterable

import frappe

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# A household usually gets a /64. Its addresses are too many to be counted one by one.
IPV6_PREFIX = 64
LONGEST = 45
# Networks from which only our own proxy can connect (RFC 1122, 1918, 3927, 4193, 4291).
INTERNAL = tuple(
	ipaddress.ip_network(text)
	for text in (
		"127.0.0.0/8",
		"10.0.0.0/8",
		"172.16.0.0/12",
		"192.168.0.0/16",
		"169.254.0.0/16",
		"::1/128",
		"fc00::/7",
		"fe80::/10",
	)
)


def client_network() -> str:
	"""Return the client's IPv4 address, or the /64 network of its IPv6 address. Empty without a request."""
	request = getattr(frappe.local, "request", None)
	if not request:
		return ""
	forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
	return network_of(_sender(request.environ.get("REMOTE_ADDR") or "", forwarded, trusted_proxies()))


def network_of(address: str) -> str:
	"""Return an IPv4 address as it is, an IPv6 address as its /64 network, and other text cut to LONGEST."""
	ip = _parse(address)
	if ip is None:
		return address[:LONGEST]
	if isinstance(ip, ipaddress.IPv6Address):
		return str(ip.ipv4_mapped or ipaddress.IPv6Network((int(ip), IPV6_PREFIX), strict=False))
	return str(ip)


def trusted_proxies() -> list[IPNetwork]:
	"""Return the trusted proxies of Scheduler Settings, for a site behind more than one proxy."""
	text = frappe.get_cached_doc("Scheduler Settings").get("trusted_proxies") or ""
	return [parse_network(line) for line in text.split()]


def parse_network(text: str) -> IPNetwork:
	"""Parse an address, or a network such as 198.51.100.0/24. Raises ValueError."""
	return ipaddress.ip_network(text, strict=False)


def _sender(peer: str, forwarded: list[str], proxies: list[IPNetwork]) -> str:
	"""Return the client's address. `forwarded` are the addresses in X-Forwarded-For, nearest last.

	`forwarded` counts only if `peer`, the other end of the connection, is on an internal network, as the bench's nginx
	is, or is a trusted proxy. Then the client is the nearest hop that isn't a trusted proxy.
	"""
	# The peer of a Unix socket has no address.
	if peer and not _is_among(peer, (*INTERNAL, *proxies)):
		return peer
	for hop in reversed(forwarded):
		if not _is_among(hop, proxies):
			return hop
	return forwarded[0] if forwarded else peer


def _is_among(address: str, networks: Iterable[IPNetwork]) -> bool:
	ip = _parse(address)
	return ip is not None and any(ip in network for network in networks)


def _parse(address: str) -> IPAddress | None:
	"""Parse an address. Some proxies add the port: 198.51.100.7:4711, [2001:db8::1]:4711."""
	if address.startswith("["):
		address = address[1:].partition("]")[0]
	elif address.count(":") == 1:
		address = address.partition(":")[0]
	try:
		return ipaddress.ip_address(address)
	except ValueError:
		return None
