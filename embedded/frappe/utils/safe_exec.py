"""Stands in for frappe.utils.safe_exec: what templates of Frappe see. It is a lot. They read and change the whole site."""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import Refusing, missing
from frappe.types import _dict

UNSAFE_ATTRIBUTES = {
	"gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_origin", "cr_await", "ag_code", "ag_frame",
	"tb_frame", "tb_next", "format", "format_map", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "f_trace",
}  # fmt: skip
# Those of Frappe's list that are functions of the package `frappe` with the same name; some aren't implemented here.
_FRAPPE = frozenset({
	"flags", "form_dict", "bold", "copy_doc", "errprint", "qb", "get_meta", "new_doc", "get_doc", "get_last_doc",
	"get_cached_doc", "get_list", "get_all", "get_system_settings", "rename_doc", "delete_doc", "render_template",
	"msgprint", "throw", "sendmail", "get_print", "attach_print", "request", "get_hooks", "enqueue", "log_error",
	"log", "response", "format_value",
})  # fmt: skip
_UTILS = frozenset({
	"getdate", "get_datetime", "to_timedelta", "add_to_date", "add_days", "date_diff", "now_datetime",
	"get_system_timezone", "now", "nowdate", "today", "get_time", "format_date", "format_time", "format_datetime",
	"flt", "cint", "cstr", "strip_html", "escape_html", "get_url", "get_url_to_form", "get_url_to_list",
})  # fmt: skip
_DATABASE = frozenset({
	"get_value", "set_value", "get_single_value", "get_default", "exists", "count", "escape", "commit",
	"rollback", "after_commit", "before_commit", "after_rollback", "before_rollback", "add_index",
})  # fmt: skip
_BUILTINS = (
	abs, all, any, bool, dict, enumerate, isinstance, issubclass, list, max, min, range, set, sorted, sum, tuple,
)  # fmt: skip


class _Names(Refusing):
	"""A namespace that has these names of `source`; the others are refused."""

	def __init__(self, refused_as: str, names: frozenset[str], source: Callable[[], Any], **more: Any):
		self.refused_as, self._names, self._source = f"{refused_as} (in a template)", names, source
		self.__dict__.update(more)

	def __getattr__(self, name: str) -> Any:
		return getattr(self._source(), name) if name in self._names else super().__getattr__(name)


class _Frappe(_Names):
	user = property(lambda self: local.session.user)
	lang = property(lambda self: local.lang)
	session = property(lambda self: _dict(user=local.session.user, csrf_token=local.session.data.csrf_token or ""))
	get_url = property(lambda self: frappe.utils.get_url)
	get_fullname = property(lambda self: frappe.utils.get_fullname)


def get_safe_globals() -> dict[str, Any]:
	"""Return the globals of templates. They look up the request's own things when they are used."""
	database = _Names(
		"frappe.db", _DATABASE, lambda: local.db, get_list=frappe.get_list, get_all=frappe.get_all, sql=read_sql
	)
	utils = _Names("frappe.utils", _UTILS, lambda: frappe.utils)
	return {
		"frappe": _Frappe("frappe", _FRAPPE, lambda: frappe, db=database, utils=utils),
		"json": _dict(loads=json.loads, dumps=json.dumps),
		"as_json": frappe.as_json,
		"_dict": _dict,
		"_": frappe._,
		"scrub": frappe.scrub,
		**{each.__name__: each for each in _BUILTINS},
	}


def read_sql(query: str, *args: Any, **kwargs: Any) -> Any:
	if not str(query).strip().lower().startswith(("select", "explain")):
		frappe.throw(frappe._("Query must be of SELECT or read-only WITH type."), title=frappe._("Unsafe SQL query"))
	return frappe.db.sql(query, *args, **kwargs)


__getattr__ = missing(__name__)
