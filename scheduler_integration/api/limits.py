"""How often one address may ask, by Scheduler Settings, counted by Frappe's own rate limiter."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import frappe
from frappe.rate_limiter import rate_limit

F = TypeVar("F", bound=Callable[..., Any])

UNLIMITED = 10**9
MINUTE = 60
HOUR = 3600


def limited(setting: str, seconds: int) -> Callable[[F], F]:
	"""Allows as many calls by one address as the settings' field says in each window of `seconds`; 0 is no limit."""

	def decorate(method: F) -> F:
		counted = rate_limit(limit=partial(_limit, setting), seconds=seconds)(method)

		@wraps(method)
		def call(*args: Any, **kwargs: Any) -> Any:
			frappe.flags.scheduling_retry_after = seconds
			return counted(*args, **kwargs)

		return call

	return decorate


def _limit(setting: str) -> int:
	return frappe.get_cached_doc("Scheduler Settings").get(setting) or UNLIMITED
