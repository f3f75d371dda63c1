"""How pages show hosts: names, images and initials."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.catalogue.public import PublicHost
from scheduler_integration.meetings.summaries import BookingHost

Host = PublicHost | BookingHost


def faces(hosts: Sequence[Host]) -> list[dict]:
	"""Return `[{"name", "image", "initials"}]` for the hosts."""
	return [{"name": host.name, "image": own_image(host.image), "initials": initials(host.name)} for host in hosts]


def names(hosts: Sequence[Host]) -> list[str]:
	return [host.name for host in hosts if host.name]


def own_image(address: str | None) -> str | None:
	"""Return the address if it is a public file of this site, or None. Pages load nothing from other sites."""
	return address if is_public_image(address) else None


def initials(name: str | None) -> str:
	"""`JD` for Jane Doe."""
	words = [word for word in (name or "").split() if word[0].isalnum()]
	chosen = words if len(words) < 3 else [words[0], words[-1]]
	return "".join(word[0] for word in chosen).upper()
