"""How far visitors of booking pages come today. All of it is in the site's cache, for a day.

A visitor is an HMAC of page, network, browser and session. Its key is random, new each day, and nowhere but in the cache:
tomorrow nobody can say who was here today, not even with a backup of the database. Nothing is stored in the browser.

Each step that a visitor takes is an entry of the day's hash. An entry is written again if the step is repeated, so a visitor
has few entries:

	"jane intro 1 b 5f2c…"  ""               a script reported that a visitor of the page jane chose the type intro
	"jane intro 1 2 5f2c…"  "newsletter"     the server sent the same page to the visitor, whose link named its source

`page_stats` turns the entries into numbers.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import frappe
from redis.exceptions import RedisError

from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.platform.clock import site_zone

STEPS = ("page_view", "service_selected", "slot_selected", "form_completed", "booked")
SALT = "scheduler_integration_visits_salt"
VISITS = "scheduler_integration_visits"
COUNTS = "scheduler_integration_visits_count"
# One network may report this many steps for a page and day, and a page has as many of all networks. Then nothing is added.
MOST_OF_A_NETWORK = 300
MOST_OF_A_PAGE = 100_000
# The numbers are stored within minutes after midnight. If no job runs, the cache forgets the day after this time.
GRACE = 2 * 3600
# The origins of a step. DIRECT, REFERRER and NAMED come from the server and say how well the source is known: not at all,
# by the site that linked here, or by the link's own words.
SCRIPT, SERVER = "b", "s"
# A visitor's key begins with so many digits that are the same for all visitors of a network.
NETWORK = 8
DIRECT, REFERRER, NAMED = "0", "1", "2"


@dataclass(frozen=True, slots=True)
class Visitor:
	"""The facts that a request tells about its sender. None of them is stored."""

	network: str
	user_agent: str
	session: str = ""


@dataclass(frozen=True, slots=True)
class Step:
	"""A visitor takes one of STEPS on a page, for a meeting type or "". Both are slugs.

	`origin` is one of the constants above, `source` the words of NAMED or the host name of REFERRER.
	"""

	page: str
	meeting_type: str
	step: str
	origin: str
	source: str = ""


class Entry(NamedTuple):
	"""An entry of the day's hash. `step` is an index of STEPS."""

	page: str
	meeting_type: str
	step: int
	origin: str
	visitor: str
	source: str


def note(step: Step, visitor: Visitor, now: int) -> bool:
	"""Note the step. Return False if the network or the page has too many entries today, or the cache can't be reached.

	Asks the cache four times, and the database never.
	"""
	try:
		day = day_of(now)
		salt, ends = _salt(day, now), _seconds_left(day, now)
		network = _hash(salt, step.page, visitor.network)
		of_network = _count(f"{day}:{network}", ends)
		if of_network > MOST_OF_A_NETWORK or _count(f"{day}:{step.page}", ends) > MOST_OF_A_PAGE:
			return False
		name = _hash_name(day, salt)
		who = network[:NETWORK] + _hash(salt, step.page, visitor.network, visitor.user_agent, visitor.session)
		field = " ".join((step.page, step.meeting_type, str(STEPS.index(step.step)), step.origin, who))
		frappe.cache.hset(name, field, step.source)
		if of_network == 1:
			frappe.cache.expire(frappe.cache.make_key(name), ends)
	except RedisError:
		# Without Redis nothing is counted, and the site still takes bookings.
		return False
	return True


def day_of(now: int) -> date:
	"""Return the day to which an instant belongs: the date in the site's zone."""
	return local_date(now, site_zone().key)


def generation(day: date) -> str:
	"""Return a word that changes if the cache loses the day's entries, and "" for a day without entries."""
	salt = _stored_salt(day)
	return _hash(salt, "generation") if salt else ""


def entries(day: date) -> Iterator[Entry]:
	"""Yield the day's entries."""
	salt = _stored_salt(day)
	if not salt:
		return
	for field, source in frappe.cache.hgetall(_hash_name(day, salt)).items():
		page, meeting_type, step, origin, visitor = field.decode().split(" ")
		yield Entry(page, meeting_type, int(step), origin, visitor, source)


def forget(day: date) -> None:
	"""Forget the day's visitors. Steps that are noted later on this day belong to others."""
	salt = _stored_salt(day)
	if salt:
		frappe.cache.delete_value(_hash_name(day, salt))
	frappe.cache.delete_value(_salt_name(day))


def _salt(day: date, now: int) -> bytes:
	salt = _stored_salt(day)
	if salt:
		return salt
	# If two requests make one at the same time, the first one's counts for both.
	key = frappe.cache.make_key(_salt_name(day))
	frappe.cache.set(key, secrets.token_hex(32), nx=True, ex=_seconds_left(day, now))
	return _stored_salt(day)


def _stored_salt(day: date) -> bytes:
	return frappe.cache.get(frappe.cache.make_key(_salt_name(day))) or b""


def _salt_name(day: date) -> str:
	return f"{SALT}:{day}"


def _hash_name(day: date, salt: bytes) -> str:
	return f"{VISITS}:{day}:{_hash(salt, 'generation')}"


def _seconds_left(day: date, now: int) -> int:
	return local_midnight(day + timedelta(days=1), site_zone().key) - now + GRACE


def _count(what: str, seconds: int) -> int:
	key = frappe.cache.make_key(f"{COUNTS}:{what}")
	count = frappe.cache.incr(key)
	if count == 1:
		frappe.cache.expire(key, seconds)
	return count


def _hash(salt: bytes, *parts: str) -> str:
	return hmac.new(salt, "\n".join(parts).encode(), hashlib.sha256).hexdigest()[:16]
