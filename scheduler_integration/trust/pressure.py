"""How much an hour brings to a page, and from a network: the counts by which `levels` decides."""

import ipaddress
from typing import Any, NamedTuple

import frappe
from frappe.model.document import Document

from scheduler_integration.trust import levels
from scheduler_integration.trust.counters import DAY, HOUR, PREFIX, count, counted
from scheduler_integration.trust.levels import Decision, Facts, Mode

BOOK, HOLD = "book", "hold"
DAYS = 28
_SHARE = f"{PREFIX}:share"
_RAISED = f"{PREFIX}:raised"


class Visit(NamedTuple):
	"""A visitor's request at a meeting type, from a network (see `entry.address.client_network`), at `now`.

	Each of its `dates` counts as a request.
	"""

	meeting_type: Document
	network: str
	now: int
	is_vouched: bool = False
	dates: int = 1

	@property
	def page(self) -> str:
		"""The name of the page's record."""
		name: str = self.meeting_type.scheduling_page
		return name


def mode() -> Mode:
	"""Return the site's choice."""
	return Mode(frappe.get_cached_doc("Scheduler Settings").captcha_mode or Mode.OFF.value)


def weigh(visit: Visit, purpose: str, *, counts: bool = True) -> Decision:
	"""Decide what a request to `BOOK` or `HOLD` must show, and count it; without `counts` only what it would have to show.

	Without proofs on this site nothing is counted. Asks the cache a constant number of times, and the database once an hour
	for each page.
	"""
	chosen = mode()
	if not chosen.asks_for_proofs or visit.is_vouched:
		return Decision(0)
	network = wide(visit.network)
	number = count if counts else _next
	factor = levels.HOLDS_FOR_A_BOOKING if purpose == HOLD else 1
	decision = levels.decide(
		Facts(
			mode=chosen if purpose == BOOK else Mode.ADAPTIVE,
			page_share=share(visit.meeting_type, visit.now) * factor,
			page_requests=number(f"{purpose}:page:{visit.page}", visit.now, times=visit.dates),
			network_requests=-(-number(f"{purpose}:network:{network}", visit.now, times=visit.dates) // factor),
			network_refusals=counted(f"refused:{network}", visit.now),
			page_strangers=counted(f"strangers:{visit.page}", visit.now) if purpose == BOOK else 0,
		)
	)
	if decision.level and counts:
		frappe.cache.hset(
			_RAISED,
			visit.page,
			{"level": decision.level, "reasons": [reason.value for reason in decision.reasons], "at": visit.now},
		)
	return decision


def note_refused(visit: Visit) -> None:
	"""Count an attempt without the proof that was needed."""
	count(f"refused:{wide(visit.network)}", visit.now)


def note_stranger(visit: Visit) -> None:
	"""Count a booking by somebody who hasn't proved to own the address."""
	count(f"strangers:{visit.page}", visit.now, times=visit.dates)


def share(meeting_type: Document, now: int) -> int:
	"""Return how many bookings an ordinary hour of the type's page has at most. The page's bookings are counted once an hour."""
	page = meeting_type.scheduling_page
	return levels.share_of(_usual(page, {"scheduling_page": page}, now), DAYS, meeting_type.seats or 1)


def site_share(now: int) -> int:
	"""Return how many bookings an ordinary hour of the whole site has at most."""
	return levels.share_of(_usual("", {}, now), DAYS)


def _usual(name: str, filters: dict[str, Any], now: int) -> int:
	key = f"{_SHARE}:{name}"
	usual: int | None = frappe.cache.get_value(key, expires=True)
	if usual is None:
		usual = frappe.db.count("Booking", {**filters, "booked_at": (">=", now - DAYS * DAY)})
		frappe.cache.set_value(key, usual, expires_in_sec=HOUR)
	return usual


def raised(now: int) -> list[dict[str, Any]]:
	"""Return the pages at which something was asked in the last hour: page, level, reasons and instant, newest first."""
	rows = [
		{"page": page.decode(), **row} for page, row in frappe.cache.hgetall(_RAISED).items() if row["at"] > now - HOUR
	]
	return sorted(rows, key=lambda row: -int(row["at"]))


def wide(network: str) -> str:
	"""Return the /24 or /48 in which a network is: who has one address often has its neighbours."""
	try:
		inside = ipaddress.ip_network(network, strict=False)
	except ValueError:
		return network
	return str(inside.supernet(new_prefix=min(inside.prefixlen, 24 if inside.version == 4 else 48)))


def _next(what: str, now: int, times: int) -> int:
	return counted(what, now) + times
