"""The part of Frappe that the app uses, on SQLite. See `embedded/__init__.py` for what this is and isn't."""
# ruff: noqa: E402, F401, F811

import datetime
import json
import logging
import secrets
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

__version__ = "16.0.0-embedded"
STANDARD_USERS = ("Guest", "Administrator")

from frappe import exceptions
from frappe.apps import (
	_get_cached_signature_params,
	allowed_http_methods_for_whitelisted_func,
	call,
	get_app_path,
	get_app_source_path,
	get_attr,
	get_file_items,
	get_hooks,
	get_installed_apps,
	get_module,
	get_module_list,
	get_module_path,
	get_newargs,
	get_pymodule_path,
	get_site_path,
	guest_methods,
	is_whitelisted,
	only_for,
	override_whitelisted_method,
	scrub,
	unscrub,
	whitelist,
	whitelisted,
	xss_safe_methods,
)
from frappe.context import (
	conf,
	connect,
	db,
	debug_log,
	destroy,
	error_log,
	flags,
	form_dict,
	get_conf,
	get_site_config,
	init,
	job,
	lang,
	local,
	message_log,
	qb,
	request,
	response,
	session,
	set_user,
	user,
)
from frappe.exceptions import *  # noqa: F403
from frappe.missing import missing
from frappe.site_cache import SiteCache
from frappe.translate import LazyTranslation, translated
from frappe.types import _dict

_ = translated
_lt = LazyTranslation
form = form_dict
cache = SiteCache()
client_cache = cache


def bold(text: Any) -> str:
	return f"<strong>{text}</strong>"


def generate_hash(txt: str | None = None, length: int = 56) -> str:
	return secrets.token_hex((length + 1) // 2)[:length]


def safe_decode(param: Any, encoding: str = "utf-8") -> Any:
	return param.decode(encoding, errors="replace") if isinstance(param, bytes) else param


def as_json(obj: Any, indent: int | None = 1, separators: Any = None, ensure_ascii: bool = True) -> str:
	separators = separators or (",", ": ")
	options = {"indent": indent, "default": json_handler, "separators": separators, "ensure_ascii": ensure_ascii}
	return json.dumps(obj, sort_keys=True, **options)


def json_handler(obj: Any) -> Any:
	"""What Frappe's JSON makes of dates, times, documents, iterables and decimals."""
	if isinstance(obj, datetime.date | datetime.time):
		return str(obj)
	if isinstance(obj, datetime.timedelta):
		return utils.format_timedelta(obj)
	if hasattr(obj, "__json__"):
		return obj.__json__()
	if isinstance(obj, Iterable):
		return list(obj)
	if isinstance(obj, Decimal):
		return float(obj)
	if isinstance(obj, Exception) or callable(obj):
		return repr(obj)
	raise TypeError(f"Object of type {type(obj)} with value of {obj!r} is not JSON serializable")


def get_request_header(key: str, default: Any = None) -> Any:
	return local.request.headers.get(key, default) if getattr(local, "request", None) else default


def get_roles(username: str | None = None) -> list[str]:
	return permissions.get_roles(username)


def has_permission(
	doctype: Any = None, ptype: str = "read", doc: Any = None, user: str | None = None, throw: bool = False, *,
	parent_doctype: str | None = None, debug: bool = False, ignore_share_permissions: bool = False,
) -> bool:  # fmt: skip
	doctype = doctype or doc.doctype
	allowed = permissions.has_permission(
		doctype, ptype, doc, user, parent_doctype=parent_doctype, print_logs=throw
	)  # fmt: skip
	if throw and not allowed:
		name = (doc if isinstance(doc, str) else doc.name) if doc else ""
		flags.error_message = _("No permission for {0}").format(f"{_(doctype)} {name}".strip())
		raise exceptions.PermissionError
	return allowed


def new_doc(
	doctype: str, *, parent_doc: Any = None, parentfield: str | None = None, as_dict: bool = False, **kwargs: Any
) -> Any:
	"""A new document with its defaults."""
	values = _dict(naming.set_defaults(doctype))
	if parent_doc:
		values.update(parent=parent_doc.name, parenttype=parent_doc.doctype)
	if parentfield:
		values.parentfield = parentfield
	return (values if as_dict else get_doc(values)).update(kwargs)


def get_cached_doc(*args: Any, **kwargs: Any) -> Any:
	key = _document_key(args[0], args[1] if len(args) > 1 and args[1] is not None else args[0])
	doc = cache.get_value(key)
	if doc is None:
		doc = get_doc(*args, **kwargs)
		cache.set_value(key, doc, expires_in_sec=3600)
	return doc


def _document_key(doctype: str, name: str) -> str:
	return f"document_cache::{doctype}::{name}"


def clear_document_cache(doctype: str, name: str | None = None) -> None:
	"""Now, and again when the transaction ends, since another process may have cached the old state meanwhile."""

	def clear() -> None:
		if name is None:
			cache.delete_keys(_document_key(doctype, ""))
		else:
			cache.delete_value(_document_key(doctype, name))
		if doctype == "User":
			cache.delete_keys("roles\x1f")
		if doctype == "System Settings" and hasattr(local, "system_settings"):
			del local.system_settings

	clear()
	db.after_commit.add(clear)
	db.after_rollback.add(clear)


def get_cached_value(doctype: str, name: Any, fieldname: Any = "name", as_dict: bool = False) -> Any:
	try:
		doc = get_cached_doc(doctype, name)
	except exceptions.DoesNotExistError:
		clear_last_message()  # noqa: F405
		return None
	if isinstance(fieldname, str):
		return doc.get(fieldname)
	values = [doc.get(field) for field in fieldname]
	return _dict(zip(fieldname, values, strict=True)) if as_dict else values


def get_single(doctype: str) -> Any:
	return get_doc(doctype, doctype)


def get_last_doc(
	doctype: str, filters: Any = None, order_by: str = "creation desc", *, for_update: bool = False
) -> Any:
	names = get_all(doctype, filters=filters, limit_page_length=1, order_by=order_by, pluck="name")
	if not names:
		raise exceptions.DoesNotExistError(doctype=doctype)
	return get_doc(doctype, names[0], for_update=for_update)


def get_list(doctype: str, *args: Any, **kwargs: Any) -> list:
	return db_query.DatabaseQuery(doctype).execute(*args, **kwargs)


def get_all(doctype: str, *args: Any, **kwargs: Any) -> list:
	kwargs["ignore_permissions"] = True
	kwargs.setdefault("limit_page_length", 0)
	return get_list(doctype, *args, **kwargs)


def get_value(*args: Any, **kwargs: Any) -> Any:
	return db.get_value(*args, **kwargs)


def get_system_settings(key: str) -> Any:
	"""From the cached document; nothing before the site is installed."""
	if not getattr(local, "db", None) or local.flags.in_install:
		return None
	if not getattr(local, "system_settings", None):
		local.system_settings = get_cached_doc("System Settings")
	return local.system_settings.get(key)


def log_error(
	title: str | None = None, message: str | None = None, reference_doctype: str | None = None,
	reference_name: str | None = None, *, defer_insert: bool = False,
) -> Any:  # fmt: skip
	"""An Error Log; title and message may come in either order, as in Frappe."""
	if message and title and "\n" in title:
		title, message = message, title
	entry = {
		"doctype": "Error Log", "error": message or utils.get_traceback(), "method": title or "Error",
		"reference_doctype": reference_doctype, "reference_name": reference_name,
	}  # fmt: skip
	return get_doc(entry).insert(ignore_permissions=True)


def logger(module: str | None = None, *args: Any, **kwargs: Any) -> logging.Logger:
	return logging.getLogger(f"frappe.{module}" if module else "frappe")


def errprint(msg: str) -> None:
	local.error_log.append({"exc": str(msg)})


def respond_as_web_page(*args: Any, **kwargs: Any) -> None:
	raise NotImplementedError("frappe.respond_as_web_page on the embedded site")


def redirect(url: str) -> None:
	flags.redirect_location = url
	raise exceptions.Redirect


def publish_realtime(*args: Any, **kwargs: Any) -> None:
	"""Nobody listens: the embedded site has no socket server."""


def clear_cache(user: str | None = None, doctype: str | None = None) -> None:
	if user:
		cache.hdel("roles", user)
		return
	if not doctype:
		cache.clear()
	context.forget_memo()


def are_emails_muted() -> bool:
	return bool(flags.mute_emails or utils.cint(conf.get("mute_emails")))


def delete_doc_if_exists(doctype: str, name: str, force: Any = 0) -> None:
	delete_doc(doctype, name, force=force, ignore_missing=True)


@whitelist(allow_guest=True)
def ping() -> str:
	return "pong"


from frappe import context, permissions, utils
from frappe.email.sending import sendmail
from frappe.model import db_query, naming
from frappe.model.delete_doc import delete_doc
from frappe.model.document import get_doc
from frappe.model.meta import get_meta
from frappe.model.rename_doc import rename_doc
from frappe.utils import get_traceback, parse_json
from frappe.utils.background_jobs import enqueue, enqueue_doc
from frappe.utils.data import as_unicode, cint, cstr, flt
from frappe.utils.jinja import get_jenv, get_template, render_template
from frappe.utils.messages import *  # noqa: F403

__getattr__ = missing(__name__)
