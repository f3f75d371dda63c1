"""Rate limits for visitors: per network, per /48 of IPv6, and for the whole site. Pages and API share the counters.

Requests and bookings have separate counters. A counter starts again at the next full minute or hour, so the response
can say how long to wait. If 300 requests a minute are used up at 14:05:20, the next one is admitted at 14:06:00, after
40 seconds.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import frappe
from werkzeug.wrappers import Response

from scheduler_integration.entry.address import client_network
from scheduler_integration.exceptions import Busy, RateLimited
from scheduler_integration.outbox.pace import share_that_waits
from scheduler_integration.platform import clock
from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.trust.counters import count, counted, first, give_back
from scheduler_integration.trust.pressure import wide


@dataclass(frozen=True, slots=True)
class Limit:
	"""A limit for each `seconds`. `per_address` and `per_site` are fields of Scheduler Settings, 0 for no limit."""

	name: str
	seconds: int
	per_address: str
	per_site: str


REQUESTS = Limit("requests", 60, "slots_per_minute", "site_requests_per_minute")
BOOKINGS = Limit("bookings", 3600, "bookings_per_hour", "site_bookings_per_hour")
# So many bookings a second are always taken: a single guest never waits for the messages of others.
ALWAYS = 5
# A household gets up to 65,536 networks of IPv6 (a /48). Together they have the budget of so many households, lest one of them
# uses up the site's.
NEIGHBOURS = 8
# A guest who was first asked to come again so many seconds ago is taken: the form asks after 1, 3, 7 and 15 seconds.
LONGEST_WAIT = 15


def count_request(limit: Limit) -> None:
	"""Count this request. Raises RateLimited if the limit is exceeded. Does nothing outside a request, as in a job."""
	now = clock.now()
	for what, most in _counters(limit):
		if count(what, now, limit.seconds) > most:
			raise RateLimited(limit.seconds - now % limit.seconds)


def count_booking(form: str) -> None:
	"""Count a guest's request to book. Raises RateLimited, and Busy for some guests while messages are late (outbox/pace.py).

	`form` is the form's own key (`idempotency_key`): a guest who comes again isn't counted twice, and colleagues, who share a
	network, wait for 15 seconds each.
	"""
	share, now = share_that_waits(), clock.now()
	if share:
		for what, most in _counters(BOOKINGS):
			# Whoever gets no booking any more takes nobody's place among the first ones of a second either.
			if counted(what, now, BOOKINGS.seconds) >= most:
				raise RateLimited(BOOKINGS.seconds - now % BOOKINGS.seconds)
	if share and count("asked", now, 1) > ALWAYS:
		waiting = f"waiting:{client_network()}:{keyed_hash('waiting form', form)[:16]}"
		if random.random() < share and now - int(first(waiting, str(now), 60)) < LONGEST_WAIT:
			raise Busy
		give_back(waiting)
	count_request(BOOKINGS)


@contextmanager
def counted_dates(dates: int) -> Iterator[None]:
	"""Count the other dates of a request that `count_request(BOOKINGS)` has counted once, unless the block raises an error.

	A series with more dates than the whole budget can be booked once an hour, before anything else. Raises RateLimited.
	"""
	others, now, seconds = dates - 1, clock.now(), BOOKINGS.seconds
	added: list[str] = []
	try:
		for what, most in _counters(BOOKINGS) if others > 0 else ():
			added.append(what)
			if count(what, now, seconds, others) > max(most, dates):
				raise RateLimited(seconds - now % seconds)
		yield
	except Exception:
		# Nothing was booked. There may be room for a shorter series, or for the same one on other dates.
		for what in added:
			count(what, now, seconds, -others)
		raise


def _counters(limit: Limit) -> list[tuple[str, int]]:
	"""Return what is counted for this request, and how many of each are allowed."""
	if not getattr(frappe.local, "request", None):
		return []
	settings = frappe.get_cached_doc("Scheduler Settings")
	network, of_network = client_network(), settings.get(limit.per_address)
	found = [(network, of_network), ("site", settings.get(limit.per_site))]
	if (around := wide(network)) != network and ":" in network:
		found.append((around, of_network * NEIGHBOURS))
	return [(f"{limit.name}:{each}", most) for each, most in found if each and most]


def refused(limit: Limit) -> Response | None:
	"""Count this request, and return the answer if the limit is exceeded; None otherwise.

	For methods that return no JSON: to a RateLimited that they raise, Frappe has no answer.
	"""
	try:
		count_request(limit)
	except RateLimited as error:
		wait = {"Retry-After": str(error.retry_after)}
		return Response(error.message, 429, wait, content_type="text/plain; charset=utf-8")
	return None
