"""Where a request comes from.

`X-Forwarded-For` is a list that each proxy adds one address to, on the right. Everything further to the left is the word of
whoever sent it: with "203.0.113.9, 198.51.100.7" from a proxy that we trust, only 198.51.100.7 is known to be true.
"""

import ipaddress
from collections.abc import Iterable

import frappe

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# A household has one IPv6 network of this length, and billions of addresses in it.
IPV6_PREFIX = 64
LONGEST = 45
# Only our own proxy can connect from there (RFC 1122, 1918, 3927, 4193, 4291).
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
	"""The network that the request comes from: an IPv4 address, or the /64 of an IPv6 address; empty without a request."""
	request = getattr(frappe.local, "request", None)
	if not request:
		return ""
	forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
	return network_of(_sender(request.environ.get("REMOTE_ADDR") or "", forwarded, trusted_proxies()))


def network_of(address: str) -> str:
	"""The IPv4 address as it is, an IPv6 address's /64 network; text that is no address stays text."""
	ip = _parse(address)
	if ip is None:
		return address[:LONGEST]
	if isinstance(ip, ipaddress.IPv6Address):
		return str(ip.ipv4_mapped or ipaddress.IPv6Network((int(ip), IPV6_PREFIX), strict=False))
	return str(ip)


def trusted_proxies() -> list[IPNetwork]:
	"""The further proxies that Scheduler Settings name, for a site behind more than one."""
	text = frappe.get_cached_doc("Scheduler Settings").get("trusted_proxies") or ""
	return [parse_network(line) for line in text.split()]


def parse_network(text: str) -> IPNetwork:
	"""An address or a network such as 198.51.100.0/24. Raises ValueError."""
	return ipaddress.ip_network(text, strict=False)


def _sender(peer: str, forwarded: list[str], proxies: list[IPNetwork]) -> str:
	"""Who sent the request, by the peer of the connection and the hops it tells of, nearest last.

	The peer is believed if it is on an internal network, as a bench's nginx is, and a further hop if it is a trusted proxy.
	"""
	# A Unix socket has no address at all.
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
	"""Some proxies write the port too: 198.51.100.7:4711, [2001:db8::1]:4711."""
	if address.startswith("["):
		address = address[1:].partition("]")[0]
	elif address.count(":") == 1:
		address = address.partition(":")[0]
	try:
		return ipaddress.ip_address(address)
	except ValueError:
		return None
