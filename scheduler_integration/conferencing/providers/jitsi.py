"""Jitsi Meet: a room exists as soon as somebody opens its address, so no request is sent to a server.

The room's name is the secret: 128 random bits. A server can require signed links (JWT). Then attendees and hosts get
different links, and only the hosts' link makes its reader a moderator.
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

import frappe
import jwt

from scheduler_integration.conferencing.provider import Account, Call, Conference, Provider

PUBLIC = "https://meet.jit.si"

# A signed link works from this long before the start, until this long after the end.
EARLY, LATE = 3600, 4 * 3600


@dataclass(frozen=True, slots=True)
class Jitsi(Provider):
	"""A Jitsi server. `base` is its address without a slash at the end. Links are signed if there is a `secret`."""

	HAS_HOST_LINKS = True

	base: str
	app_id: str = ""
	secret: str = ""

	@classmethod
	def open(cls, account: Account, now: int) -> "Jitsi":
		"""Return the site's server, which needs no account."""
		settings = frappe.get_cached_doc("Scheduler Settings")
		secret = settings.get_password("jitsi_app_secret", raise_exception=False) or ""
		return cls((settings.jitsi_server or PUBLIC).rstrip("/"), settings.jitsi_app_id or "", secret)

	def ensure(self, call: Call, external_id: str, *, was_asked: bool) -> Conference:
		room = external_id or new_room()
		return Conference(external_id=room, link=self.link(call, room))

	def update(self, call: Call, external_id: str) -> Conference:
		return self.ensure(call, external_id, was_asked=True)

	def remove(self, call: Call, external_id: str, *, was_asked: bool) -> None:
		"""Do nothing: there is no list of rooms, and a signed link ends by itself."""

	def host_link(self, call: Call, external_id: str, host_name: str) -> str | None:
		return self.link(call, external_id, host_name) if self.secret else None

	def link(self, call: Call, room: str, host_name: str = "") -> str:
		"""Return the address of the room; with `host_name` that of the host, who moderates."""
		address = f"{self.base}/{room}"
		if not self.secret:
			return address
		# The claims (JWT, RFC 7519) as Jitsi's token authentication reads them.
		user = {"name": host_name, "moderator": True} if host_name else {"moderator": False}
		claims = {
			"aud": "jitsi",
			"iss": self.app_id,
			"sub": "*",
			"room": room,
			"nbf": call.start - EARLY,
			"exp": call.end + LATE,
			"context": {"user": user},
		}
		return f"{address}?{urlencode({'jwt': jwt.encode(claims, self.secret, algorithm='HS256')})}"


def new_room() -> str:
	"""Return a name for a room that nobody can guess."""
	return f"meeting-{secrets.token_hex(16)}"
