"""Stands in for frappe.msgprint, throw and similar functions: collects messages to the user for the response."""

from typing import Any, NoReturn

import frappe
from frappe.context import local
from frappe.exceptions import ValidationError
from frappe.types import _dict


def msgprint(msg: Any, title: str | None = None, *, indicator: str | None = None) -> None:
	title = title or frappe._("Message", context="Default title of the message dialog")
	local.message_log.append(_dict(message=msg, title=title, indicator=indicator))


def throw(msg: Any, exc: type[Exception] | Exception = ValidationError, title: str | None = None) -> NoReturn:
	msgprint(msg, title, indicator="red")
	local.message_log[-1].raise_exception = 1
	if isinstance(exc, Exception):
		exc.args = (msg,)
		raise exc
	raise exc(msg)


def clear_messages() -> None:
	local.message_log = []


def clear_last_message() -> None:
	local.message_log = local.message_log[:-1]


def get_message_log() -> list[dict]:
	return list(local.message_log)
