"""Stands in for frappe.model.naming and frappe.model.create_new: names and default values of new documents."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from frappe.utils.data import cast, cstr, now_datetime


def set_new_name(doc: Any) -> None:
	"""Name the document by the controller's autoname(), else by the DocType's rule, else at random."""
	doc.run_method("before_naming")
	autoname = doc.meta.autoname or ""
	if autoname.lower() != "prompt":
		doc.name = None
		doc.run_method("autoname")
	doc.name = validate_name(doc.doctype, doc.name or _by_rule(autoname, doc))


def _by_rule(autoname: str, doc: Any) -> str:
	kind, _colon, rest = autoname.partition(":")
	if kind in ("", "hash"):
		return frappe.generate_hash(length=10)
	if kind == "field":
		return cstr(doc.get(rest)).strip()
	if kind == "format":
		return re.sub(r"\{(\w+)\}", lambda match: cstr(doc.get(match[1])).strip(), rest)
	if series := re.fullmatch(r"(\w+)\.(#+)", autoname):
		return series[1] + _next_of_series(series[1], len(series[2]))
	if kind.lower() == "prompt":
		frappe.throw(_("Please set the document name"))
	raise NotImplementedError(f"Naming by {autoname!r} on the embedded site")


def _next_of_series(key: str, digits: int) -> str:
	query = (
		"insert into `tabSeries` (name, current) values (%s, 1) on conflict do update set current = current + 1 "
		"returning current"
	)
	return str(frappe.db.sql(query, (key,))[0][0]).zfill(digits)


def validate_name(doctype: str, name: str) -> str:
	name = name.strip()
	if not name:
		frappe.throw(_("No Name Specified for {0}").format(doctype))
	if name == doctype and not frappe.get_meta(doctype).issingle and name != "DocType":
		frappe.throw(_("Name of {0} cannot be {1}").format(doctype, name), frappe.NameError)
	if re.search("[<>]", name):
		frappe.throw(_("Name cannot contain special characters like {0}").format("'<', '>'"), frappe.NameError)
	return name


def append_number_if_name_exists(doctype: str, value: str) -> str:
	"""Return the name itself if it is free, else a numbered one: `name-1`, `name-2`, ..."""
	if not frappe.db.exists(doctype, value):
		return value
	pattern = re.compile(rf"{re.escape(value)}-(\d+)", re.IGNORECASE)
	known = frappe.get_all(doctype, [["name", "like", f"{value}%"]], pluck="name")
	numbers = [int(match[1]) for match in map(pattern.fullmatch, known) if match]
	return f"{value}-{max(numbers, default=0) + 1}"


def new_values(doctype: str, parent_doc: Any = None, parentfield: str | None = None) -> _dict:
	"""Return the values of a new document: each field's default, as Frappe finds it."""
	meta = frappe.get_meta(doctype)
	values = _dict(doctype=doctype, __islocal=1, owner=local.session.user, docstatus=0, idx=0)
	if parent_doc:
		values.update(parent=parent_doc.name, parenttype=parent_doc.doctype, parentfield=parentfield)
	for df in meta.filled_fields:
		value = _default(df)
		if value is not None:
			values[df.fieldname] = value
	return values


def _default(df: Any) -> Any:
	default = df.default
	if not default:
		if df.fieldtype == "Select" and df.options:
			return df.options.split("\n", 1)[0]
		return 0 if df.fieldtype == "Check" else None
	if str(default).startswith(":"):
		raise NotImplementedError(f"The default {default} of {df.fieldname} on the embedded site")
	if df.fieldtype == "Datetime" and default.lower() == "now":
		return now_datetime()
	if df.fieldtype == "Time" and default.lower() == "now":
		return frappe.utils.nowtime()
	if default == "__user":
		default = local.session.user
	elif default == "Today":
		default = frappe.utils.nowdate()
	return cast(df.fieldtype, default)


__getattr__ = missing(__name__)
