"""At which address other devices reach this machine."""

import socket

_EVERY_ADDRESS = ("0.0.0.0", "::", "")
# Reserved for documentation (RFC 5737). A datagram socket that connects to it sends nothing.
_SOMEWHERE_ELSE = ("192.0.2.1", 9)


def reachable(host: str) -> str:
	"""Return the host to print in addresses: this machine's own in its network if the server listens on all of them.

	A phone can't open `http://0.0.0.0:8000`. Without a network it's 127.0.0.1.
	"""
	if host not in _EVERY_ADDRESS:
		return host
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
		try:
			probe.connect(_SOMEWHERE_ELSE)
		except OSError:
			return "127.0.0.1"
		return probe.getsockname()[0]
