"""Asks the DNS. A record that a name doesn't have is empty, and a server that doesn't answer is an error."""

from typing import Any

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

# Seconds for each answer. People wait for it in a page.
PATIENCE = 3


class Silent(Exception):
	"""The DNS doesn't answer."""


def patient(resolver: Resolver | None, seconds: float) -> Resolver:
	"""Return the resolver, or one with this machine's name servers, which waits at most `seconds` for each answer."""
	asked = resolver or Resolver()
	asked.lifetime = seconds
	return asked


def ask(name: str, kind: str, resolver: Resolver) -> list[Any]:
	"""Return the records of this kind, such as MX, that the name has. Raises Silent."""
	try:
		return list(resolver.resolve(name, kind))
	except (NXDOMAIN, NoAnswer):
		return []
	except DNSException as error:
		raise Silent from error


def texts(name: str, resolver: Resolver) -> list[str]:
	"""Return the TXT records of the name, each in one piece. Raises Silent."""
	return [b"".join(row.strings).decode(errors="replace") for row in ask(name, "TXT", resolver)]
