"""Stands in for frappe.types.frappedict: a dict whose items are attributes. A missing attribute is None."""

from typing import Any


class _dict(dict):
	__slots__ = ()
	__getattr__ = dict.get
	__setattr__ = dict.__setitem__
	__delattr__ = dict.__delitem__

	def update(self, *args: Any, **kwargs: Any) -> "_dict":
		super().update(*args, **kwargs)
		return self
