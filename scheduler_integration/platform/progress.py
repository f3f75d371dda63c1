"""How far long work is, for the page on which somebody waits for it.

Only the cache knows it, under the name of the user who waits, so nobody else reads it. Work goes on without a cache, unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import NamedTuple, TypeVar

import frappe

T = TypeVar("T")
# A page asks every two seconds.
_PAUSE = 0.5
_KEPT_SECONDS = 15 * 60


class HowFar(NamedTuple):
	"""`total` is 0 if nobody knows it."""

	done: int
	total: int = 0
	is_over: bool = False


def how_far(key: str) -> HowFar | None:
	"""Return how far the signed-in user's work is, None if the cache doesn't know it. The end is known for 15 minutes."""
	return _known(_name(frappe.session.user, key))


class Work:
	"""Work for which `user` waits. With `goes_on` an earlier job has done a part of it: `done`. If that was lost, nothing is said."""

	def __init__(self, user: str, key: str, total: int = 0, *, goes_on: bool = False):
		self._name, self._total, self._next = _name(user, key), total, 0.0
		known = _known(self._name) if goes_on else HowFar(0)
		self.done = known.done if known else 0
		self._is_mute = known is None

	def reach(self, done: int, total: int = 0) -> None:
		"""Say how far it is, at most twice a second."""
		self.done, self._total = done, total or self._total
		if monotonic() >= self._next:
			self._tell(is_over=False)

	def end(self) -> None:
		"""Say that it is over, done or not."""
		self._tell(is_over=True)

	def through(self, items: Iterable[T]) -> Iterator[T]:
		"""Yield the items, and say each time how many are done."""
		try:
			for done, item in enumerate(items):
				self.reach(done)
				yield item
		finally:
			self.end()

	def _tell(self, is_over: bool) -> None:
		if self._is_mute:
			return
		self._next = monotonic() + _PAUSE
		try:
			told = tuple(HowFar(self.done, self._total, is_over))
			frappe.cache.set_value(self._name, told, expires_in_sec=_KEPT_SECONDS)
		except Exception:
			# A cache has many classes of errors, and none of them may stop the work.
			self._is_mute = True
			frappe.logger("scheduler_integration").exception("Nobody sees how far the work is")


def _name(user: str, key: str) -> str:
	return f"scheduling_progress:{user}:{key}"


def _known(name: str) -> HowFar | None:
	try:
		known = frappe.cache.get_value(name, expires=True)
	except Exception:
		frappe.logger("scheduler_integration").exception("Nobody sees how far the work is")
		return None
	return HowFar(*known) if known else None
