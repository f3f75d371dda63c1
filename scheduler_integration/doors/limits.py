"""How often strangers may ask: one count for all doors together, for each network and for the whole site.

Looking and booking are counted apart. A count begins anew with each minute or hour of the clock, so the answer can say
when to come back: of 300 requests a minute, used up at 14:05:20, the next is taken at 14:06:00, 40 seconds later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import frappe
from redis.exceptions import RedisError

from scheduler_integration import clock
from scheduler_integration.doors.address import client_network
from scheduler_integration.exceptions import RateLimited

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Limit:
	"""A budget that starts anew every `seconds`; the fields of Scheduler Settings say how large it is, 0 for no limit."""

	name: str
	seconds: int
	per_address: str
	per_site: str


REQUESTS = Limit("requests", 60, "slots_per_minute", "site_requests_per_minute")
BOOKINGS = Limit("bookings", 3600, "bookings_per_hour", "site_bookings_per_hour")


def limited(limit: Limit) -> Callable[[Callable[P, R]], Callable[P, R]]:
	"""Decorates a door: each call is counted. Raises RateLimited once the budget is used up."""

	def decorate(door: Callable[P, R]) -> Callable[P, R]:
		@wraps(door)
		def call(*args: P.args, **kwargs: P.kwargs) -> R:
			admit(limit)
			return door(*args, **kwargs)

		return call

	return decorate


def admit(limit: Limit) -> None:
	"""Counts this request; outside of one nothing is counted. Raises RateLimited."""
	if not getattr(frappe.local, "request", None):
		return
	settings, now = frappe.get_cached_doc("Scheduler Settings"), clock.now()
	for counted, most in (
		(client_network(), settings.get(limit.per_address)),
		("site", settings.get(limit.per_site)),
	):
		if counted and most and _count(limit, counted, now) > most:
			raise RateLimited(limit.seconds - now % limit.seconds)


def _count(limit: Limit, counted: str, now: int) -> int:
	"""The requests of this minute or hour, this one included."""
	key = frappe.cache.make_key(f"rl:scheduling:{limit.name}:{now // limit.seconds}:{counted}")
	try:
		count = frappe.cache.incr(key)
		if count == 1:
			frappe.cache.expire(key, limit.seconds)
		return count
	except RedisError:
		# A site whose Redis is down still takes bookings: the guard is in the database.
		return 0
