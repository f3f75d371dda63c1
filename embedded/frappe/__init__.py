"""Stands in for frappe: the functions of this package that the app uses. See `embedded/README.md`."""
# ruff: noqa: E402, F401, F405, I001

import copy
import datetime
import json
import logging
import secrets
from collections.abc import Iterable
from typing import Any

__version__ = "16.4.1-embedded"
# Tests set this name of the module. If it is true, no mail leaves the site.
in_test = False
STANDARD_USERS = ("Guest", "Administrator")

from frappe.apps import (
	call, get_app_path, get_attr, get_hooks, get_installed_apps, get_module, is_whitelisted, scrub, whitelist,
)  # fmt: skip
from frappe.context import (
	conf, connect, db, destroy, flags, form_dict, init, local, qb, read_only, request, response, session,
	set_user,
)  # fmt: skip
from frappe.exceptions import *  # noqa: F403
from frappe.missing import missing
from frappe.site_cache import ClientCache, SiteCache
from frappe.translate import translated as _
from frappe.types import _dict

cache = SiteCache()
client_cache = ClientCache()


def bold(text: Any) -> str:
	return f"<strong>{text}</strong>"


def generate_hash(txt: str | None = None, length: int = 56) -> str:
	return secrets.token_hex((length + 1) // 2)[:length]


def as_json(obj: Any, indent: int | None = 1) -> str:
	return json.dumps(obj, indent=indent, sort_keys=True, default=json_handler, separators=(",", ": "))


def json_handler(obj: Any) -> Any:
	"""Return dates, times, documents and iterables as Frappe's JSON represents them."""
	if isinstance(obj, datetime.date | datetime.time):
		return str(obj)
	if isinstance(obj, datetime.timedelta):
		return utils.format_timedelta(obj)
	if hasattr(obj, "as_dict"):
		return obj.as_dict(no_nulls=True)
	if isinstance(obj, Iterable):
		return list(obj)
	raise TypeError(f"Object of type {type(obj)} with value of {obj!r} is not JSON serializable")


def copy_doc(doc: Any, ignore_no_copy: bool = True) -> Any:
	"""Return a new document with the values and rows of this one; fields marked `no_copy` too, unless told otherwise."""
	copied = get_doc(copy.deepcopy(doc.as_dict()))
	for each in [copied, *copied.get_all_children()]:
		each.set("__islocal", True)
		for fieldname in ("name", "owner", "creation", "modified", "modified_by"):
			each.set(fieldname, None)
		for df in () if ignore_no_copy else each.meta.fields:
			if df.no_copy:
				each.set(df.fieldname, None)
	return copied


def new_doc(doctype: str, *, parent_doc: Any = None, parentfield: str | None = None, **kwargs: Any) -> Any:
	"""Return a new document with its defaults."""
	return get_doc(naming.new_values(doctype, parent_doc, parentfield)).update(kwargs)


def get_cached_doc(doctype: str, name: str | None = None) -> Any:
	key = f"document_cache::{doctype}::{name or doctype}"
	doc = cache.get_value(key)
	if doc is None:
		doc = get_doc(doctype, name or doctype)
		cache.set_value(key, doc, expires_in_sec=3600)
	return doc


def clear_document_cache(doctype: str, name: str | None = None) -> None:
	"""Clear now and again when the transaction ends. Another process may cache the old state in between."""

	def clear() -> None:
		cache.delete_keys(f"document_cache::{doctype}::{name or ''}")
		if doctype == "User":
			cache.delete_keys("roles:")
		if doctype == "System Settings" and hasattr(local, "system_settings"):
			del local.system_settings

	clear()
	db.after_commit.add(clear)
	db.after_rollback.add(clear)


def get_cached_value(doctype: str, name: Any, fieldname: str = "name") -> Any:
	try:
		return get_cached_doc(doctype, name).get(fieldname)
	except DoesNotExistError:
		utils.clear_last_message()
		return None


def get_last_doc(doctype: str, filters: Any = None, order_by: str = "creation desc") -> Any:
	names = get_all(doctype, filters=filters, limit=1, order_by=order_by, pluck="name")
	if not names:
		raise DoesNotExistError(doctype=doctype)
	return get_doc(doctype, names[0])


def get_system_settings(key: str) -> Any:
	"""Return a value of the cached System Settings, or None before the site is installed."""
	if not getattr(local, "db", None) or local.flags.in_install:
		return None
	if not getattr(local, "system_settings", None):
		local.system_settings = get_cached_doc("System Settings")
	return local.system_settings.get(key)


def log_error(
	title: str | None = None, message: str | None = None, reference_doctype: str | None = None,
	reference_name: str | None = None,
) -> Any:  # fmt: skip
	"""Store an Error Log in this transaction. If the title has several lines, title and message are swapped.

	As on Frappe 15, a title of more than 140 characters raises CharacterLengthExceededError. Frappe 16 cuts it.
	"""
	if message and "\n" in title:
		title, message = message, title
	entry = {
		"doctype": "Error Log", "error": message or utils.get_traceback(), "method": title or "Error",
		"reference_doctype": reference_doctype, "reference_name": reference_name,
	}  # fmt: skip
	return get_doc(entry).insert(ignore_permissions=True)


def logger(module: str) -> logging.Logger:
	return logging.getLogger(f"frappe.{module}")


def setup_module_map() -> None:
	"""Do nothing. Frappe fills its map of the apps' modules here; the embedded site reads the files each time."""


def clear_cache() -> None:
	cache.clear()
	context.forget_memo()


@whitelist(allow_guest=True)
def ping() -> str:
	return "pong"


from frappe import context, utils
from frappe.email.sending import sendmail
from frappe.model import naming
from frappe.model.db_query import get_all, get_list
from frappe.model.delete_doc import delete_doc
from frappe.model.document import get_doc
from frappe.model.meta import get_meta
from frappe.model.rename_doc import rename_doc
from frappe.permissions import get_roles, has_permission
from frappe.utils import cint, cstr, flt, get_traceback
from frappe.utils.background_jobs import enqueue
from frappe.utils.jinja import render_template
from frappe.utils.messages import clear_last_message, clear_messages, get_message_log, msgprint, throw

__getattr__ = missing(__name__)
