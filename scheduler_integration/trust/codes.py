"""Six-digit codes that confirm an address. The cache has an HMAC of each code, never the code.

A code is for one address, meeting type and form. A newer code replaces it.
"""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

import frappe
from redis.exceptions import RedisError

from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.trust.caps import may_send_code
from scheduler_integration.trust.counters import PREFIX, claim, give_back

MINUTES = 10
TRIES = 5
DIGITS = 6
_PURPOSE = "scheduling code"


@dataclass(frozen=True, slots=True)
class Occasion:
	"""The purpose of a code. `form` is a key that stays with the visitor's form: that of the hold, or of the request."""

	address: str
	meeting_type: str
	page: str
	form: str

	@property
	def key(self) -> str:
		"""A name for it without the address."""
		return keyed_hash(_PURPOSE, self.address.lower(), self.meeting_type, self.form)[:32]


@dataclass(frozen=True, slots=True)
class Confirmed:
	"""A code that was right."""

	id: str

	def use(self, owner: str) -> bool:
		"""Use the code. Returns False if another request has used it."""
		return claim(f"code-used:{self.id}", owner, MINUTES * 60)

	def give_back(self) -> None:
		"""Let the code be used again: what it was for didn't happen."""
		give_back(f"code-used:{self.id}")


def new_code(occasion: Occasion, network: str, now: int) -> str | None:
	"""Return a new code to send, or None if enough of them were sent: to the address, its domain, or for the page.

	`network` is that of the visitor who asks (`entry/address.client_network`).
	"""
	if not may_send_code(occasion.address, network, occasion.page, now):
		return None
	code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
	stored = {"id": secrets.token_hex(8), "hmac": keyed_hash(_PURPOSE, occasion.key, code), "until": now + MINUTES * 60}
	frappe.cache.set_value(_name(occasion), stored, expires_in_sec=MINUTES * 60)
	return code


def checked_code(occasion: Occasion, typed: object, now: int) -> Confirmed | None:
	"""Return the confirmation if the code is right at `now`, or None. After TRIES wrong ones, no code is right.

	A right one can be sent again and again, as by a request that is repeated.
	"""
	stored: dict[str, Any] | None = frappe.cache.get_value(_name(occasion), expires=True)
	code = "".join(str(typed or "").split())
	if not stored or stored["until"] <= now or not code.isascii() or len(code) != DIGITS:
		return None
	if _tries(stored["id"]) > TRIES:
		return None
	is_right = hmac.compare_digest(stored["hmac"], keyed_hash(_PURPOSE, occasion.key, code))
	if not is_right:
		return None
	# Counted before it was compared: of many parallel guesses, only so many may be compared.
	_tries(stored["id"], -1)
	return Confirmed(stored["id"])


def _tries(id: str, more: int = 1) -> int:
	"""Count a try, and return the number. Parallel tries have different numbers."""
	key = frappe.cache.make_key(f"{PREFIX}:code-tries:{id}")
	try:
		number: int = frappe.cache.incr(key, more)
		frappe.cache.expire(key, MINUTES * 60)
		return number
	except RedisError:
		return TRIES + 1


def _name(occasion: Occasion) -> str:
	return f"{PREFIX}:code:{occasion.key}"
