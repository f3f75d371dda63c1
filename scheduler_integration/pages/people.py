"""Hosts as a page shows them."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.catalogue.public import PublicHost
from scheduler_integration.meetings.summaries import BookingHost

Host = PublicHost | BookingHost


def faces(hosts: Sequence[Host]) -> list[dict]:
	"""`[{"name", "image", "initials"}]` of the hosts."""
	return [{"name": host.name, "image": own_image(host.image), "initials": initials(host.name)} for host in hosts]


def names(hosts: Sequence[Host]) -> list[str]:
	return [host.name for host in hosts if host.name]


def own_image(address: str | None) -> str | None:
	"""The image's address if it is a public file of this very site: the pages ask nothing of another host."""
	return address if is_public_image(address) else None


def web_address(address: str | None) -> str | None:
	"""The address, if it is one that a browser may open."""
	address = (address or "").strip()
	return address if address.startswith(("https://", "http://")) and " " not in address else None


def initials(name: str | None) -> str:
	"""`JD` of Jane Doe."""
	words = [word for word in (name or "").split() if word[0].isalnum()]
	chosen = words if len(words) < 3 else [words[0], words[-1]]
	return "".join(word[0] for word in chosen).upper()
