"""`rate_limit`: so many requests per method and address (or form value) in so many seconds."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing


def rate_limit(
	key: str | None = None, limit: int | Callable = 5, seconds: int = 24 * 60 * 60, methods: Any = "ALL",
	ip_based: bool = True,
) -> Callable:  # fmt: skip
	def decorate(fn: Callable) -> Callable:
		@wraps(fn)
		def wrapper(*args: Any, **kwargs: Any) -> Any:
			request = getattr(local, "request", None)
			if not request or (methods != "ALL" and request.method.upper() not in methods):
				return fn(*args, **kwargs)
			ip = local.request_ip if ip_based else None
			value = local.form_dict.get(key, "") if key else ""
			identity = f"{ip}:{value}" if key and ip_based else ip or value
			if not identity:
				frappe.throw(_("Either key or IP flag is required."))
			counter = f"rl:{local.form_dict.cmd}:{identity}:{seconds}"
			if not frappe.cache.get(counter):
				frappe.cache.setex(counter, seconds, 0)
			if frappe.cache.incrby(counter, 1) > (limit() if callable(limit) else limit):
				frappe.throw(
					_("You hit the rate limit because of too many requests. Please try after sometime."),
					frappe.RateLimitExceededError,
				)
			return fn(*args, **kwargs)

		return wrapper

	return decorate


__getattr__ = missing(__name__)
