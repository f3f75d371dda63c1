"""`rate_limit`: so many requests per method and address in so many seconds."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing


def rate_limit(*, limit: int | Callable = 5, seconds: int = 24 * 60 * 60) -> Callable:
	def decorate(fn: Callable) -> Callable:
		@wraps(fn)
		def wrapper(*args: Any, **kwargs: Any) -> Any:
			if not getattr(local, "request", None):
				return fn(*args, **kwargs)
			asked = frappe.cache.count(f"rl:{local.form_dict.cmd}:{local.request_ip}:{seconds}", seconds)
			if asked > (limit() if callable(limit) else limit):
				message = _("You hit the rate limit because of too many requests. Please try after sometime.")
				frappe.throw(message, frappe.RateLimitExceededError)
			return fn(*args, **kwargs)

		return wrapper

	return decorate


__getattr__ = missing(__name__)
