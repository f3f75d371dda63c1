"""Counts in the site's cache, which all workers share. Each is forgotten by itself.

Without Redis nothing is counted, and the site still takes bookings.
"""

import frappe
from redis.exceptions import RedisError

HOUR = 3600
DAY = 24 * HOUR
# Below this prefix are all counts of strangers.
PREFIX = "rl:scheduling"


def count(what: str, now: int, seconds: int = HOUR, times: int = 1) -> int:
	"""Count `times` more of `what` in the present hour (or other span of `seconds`), and return the number, these included.

	The count starts again at the next full hour. Two requests never get the same number.
	"""
	key = _key(what, now, seconds)
	try:
		number: int = frappe.cache.incr(key, times)
		if number == times:
			frappe.cache.expire(key, seconds)
		return number
	except RedisError:
		return 0


def counted(what: str, now: int, seconds: int = HOUR) -> int:
	"""Return how many of `what` were counted in the present hour, or other span of `seconds`."""
	try:
		return int(frappe.cache.get(_key(what, now, seconds)) or 0)
	except RedisError:
		return 0


def claim(what: str, owner: str, seconds: int) -> bool:
	"""Claim something that can be used once. Returns whether `owner` has it now, or had it before."""
	return first(what, owner, seconds) == owner


def first(what: str, said: str, seconds: int) -> str:
	"""Return what was said first about `what` in the last `seconds`: by now it is `said`, or what somebody said before."""
	key = _name(what)
	try:
		if frappe.cache.set(key, said, nx=True, ex=seconds):
			return said
		before: bytes | None = frappe.cache.get(key)
		return before.decode() if before else said
	except RedisError:
		return said


def give_back(what: str) -> None:
	"""Let something be claimed, or said, again."""
	frappe.cache.delete_value(f"{PREFIX}:{what}")


def _key(what: str, now: int, seconds: int) -> bytes | str:
	return _name(f"{what}:{seconds}:{now // seconds}")


def _name(what: str) -> bytes | str:
	name: bytes | str = frappe.cache.make_key(f"{PREFIX}:{what}")
	return name
