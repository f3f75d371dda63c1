"""Messages to the user, collected for the response: msgprint, throw and their kin."""

import inspect
from typing import Any, NoReturn

import frappe
from frappe.context import local
from frappe.exceptions import PermissionError, ValidationError
from frappe.types import _dict


def msgprint(
	msg: Any,
	title: str | None = None,
	raise_exception: bool | type[Exception] | Exception = False,
	as_table: bool = False,
	as_list: bool = False,
	indicator: str | None = None,
	alert: bool = False,
	primary_action: dict | None = None,
	is_minimizable: bool = False,
	wide: bool = False,
	*,
	realtime: bool = False,
) -> None:
	out = _dict(message=msg, title=title or frappe._("Message", context="Default title of the message dialog"))
	indicator = indicator or ("red" if raise_exception else None)
	extras = {
		"as_table": as_table, "as_list": as_list, "indicator": indicator, "alert": alert and 1,
		"primary_action": primary_action, "is_minimizable": is_minimizable, "wide": wide,
	}  # fmt: skip
	out.update({key: value for key, value in extras.items() if value})
	if raise_exception:
		out.raise_exception = 1
	if not local.flags.mute_messages:
		local.message_log.append(out)
	if not raise_exception:
		return
	if inspect.isclass(raise_exception) and issubclass(raise_exception, Exception):
		raise raise_exception(msg)
	if isinstance(raise_exception, Exception):
		raise_exception.args = (msg,)
		raise raise_exception
	raise ValidationError(msg)


def throw(
	msg: Any,
	exc: type[Exception] | Exception = ValidationError,
	title: str | None = None,
	is_minimizable: bool = False,
	wide: bool = False,
	as_list: bool = False,
	primary_action: dict | None = None,
) -> NoReturn:
	msgprint(
		msg, title, exc, as_list=as_list, indicator="red", is_minimizable=is_minimizable, wide=wide,
		primary_action=primary_action,
	)  # fmt: skip


def throw_permission_error() -> NoReturn:
	throw(frappe._("Not permitted"), PermissionError)


def toast(message: str, indicator: str | None = None) -> None:
	msgprint(message, indicator=indicator, alert=True)


def clear_messages() -> None:
	local.message_log = []


def clear_last_message() -> None:
	local.message_log = local.message_log[:-1]


def get_message_log() -> list[dict]:
	return list(local.message_log)
