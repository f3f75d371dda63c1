"""How a document gets its name."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.utils.data import cstr, now_datetime

_DATE_PARTS = {"YY": "%y", "MM": "%m", "DD": "%d", "YYYY": "%Y", "JJJ": "%j"}


def set_new_name(doc: Any) -> None:
	"""By the controller's autoname(), else the DocType's rule, else a random one."""
	doc.run_method("before_naming")
	autoname = doc.meta.autoname or ""
	if autoname.lower() in ("autoincrement", "uuid"):
		raise NotImplementedError(f"Naming by {autoname} on the embedded site")
	if autoname.lower() != "prompt":
		doc.name = None
	if doc.meta.issingle:
		doc.name = doc.doctype
	if not doc.name:
		doc.run_method("autoname")
	if not doc.name and autoname:
		doc.name = _by_rule(autoname, doc)
	doc.name = validate_name(doc.doctype, doc.name or make_autoname("hash", doc.doctype))


def _by_rule(autoname: str, doc: Any) -> str | None:
	kind, _colon, rest = autoname.partition(":")
	kind = kind.lower()
	if kind == "field":
		name = cstr(doc.get(rest)).strip()
		if not name:
			frappe.throw(_("{0} is required").format(doc.meta.get_label(rest)))
		return name
	if kind == "naming_series":
		if not doc.naming_series:
			doc.naming_series = next(filter(None, (doc.meta.get_options("naming_series") or "").split("\n")), None)
		if not doc.naming_series:
			frappe.throw(_("Naming Series mandatory"))
		return make_autoname(f"{doc.naming_series}.#####", "", doc)
	if kind == "prompt":
		frappe.throw(_("Please set the document name"))
	if kind == "format":
		return re.sub(r"\{.*?\}", lambda match: parse_naming_series([match[0][1:-1]], doc=doc), rest)
	return make_autoname(autoname, doc=doc) if "#" in autoname else None


def make_autoname(key: str = "", doctype: str = "", doc: Any = None, *, ignore_validate: bool = False) -> str:
	if key == "hash":
		return frappe.generate_hash(length=10)
	return parse_naming_series(key, doc=doc)


def parse_naming_series(parts: Any, doctype: str | None = None, doc: Any = None, number_generator: Any = None) -> str:
	"""`EV.YY.-.#####` and the like: the number counts up under all that stands before it."""
	name = ""
	counted = False
	for part in filter(None, parts.split(".") if isinstance(parts, str) else parts):
		if part.startswith("#"):
			name += "" if counted else (number_generator or getseries)(name, len(part))
			counted = True
		elif part in _DATE_PARTS:
			name += now_datetime().strftime(_DATE_PARTS[part])
		elif part in ("WW", "timestamp"):
			raise NotImplementedError(f"The naming part {part} on the embedded site")
		elif doc and (part.startswith("{") or doc.get(part) is not None):
			name += cstr(doc.get(part.strip("{}"))).strip()
		else:
			name += part
	return name


def getseries(key: str, digits: int) -> str:
	query = "insert into `tabSeries` (name, current) values (%s, 1) on duplicate key update current = current + 1"
	frappe.db.sql(query, (key,))
	return str(frappe.db.sql("select current from `tabSeries` where name = %s", (key,))[0][0]).zfill(digits)


def validate_name(doctype: str, name: Any) -> str:
	if not name:
		frappe.throw(_("No Name Specified for {0}").format(doctype))
	if isinstance(name, int):
		frappe.throw(_("Invalid name type (integer) for varchar name column"), frappe.NameError)
	if name.startswith(f"New {doctype}"):
		frappe.throw(_("There were some errors setting the name, please contact the administrator"), frappe.NameError)
	name = name.strip()
	if name == doctype and not frappe.get_meta(doctype).issingle and name != "DocType":
		frappe.throw(_("Name of {0} cannot be {1}").format(doctype, name), frappe.NameError)
	if re.search("[<>]", name):
		frappe.throw(_("Name cannot contain special characters like {0}").format("'<', '>'"), frappe.NameError)
	return name


def append_number_if_name_exists(
	doctype: str, value: str, fieldname: str = "name", separator: str = "-", filters: dict | None = None
) -> str:
	if not frappe.db.exists(doctype, {**(filters or {}), fieldname: value}):
		return value
	pattern = re.compile(rf"{re.escape(value + separator)}(\d+)", re.IGNORECASE)
	known = frappe.db.sql(
		f"select `{fieldname}` from `tab{doctype}` where `{fieldname}` like %s", (f"{value}{separator}%",), pluck=True
	)
	numbers = [int(match[1]) for match in map(pattern.fullmatch, known) if match]
	return f"{value}{separator}{max(numbers, default=0) + 1}"


def set_defaults(doctype: str) -> dict:
	"""A new document's values: the fields' defaults, as Frappe finds them."""
	meta = frappe.get_meta(doctype)
	values: dict = {"doctype": doctype, "__islocal": 1, "owner": local.session.user, "docstatus": 0, "idx": 0}
	if not meta.issingle:
		values["__unsaved"] = 1
	for df in meta.fields:
		value = _default(df, meta)
		if value is not None:
			values[df.fieldname] = value
		elif df.fieldtype == "Check":
			values[df.fieldname] = 0
	return values


def _default(df: Any, meta: Any) -> Any:
	from frappe.model import data_fieldtypes

	# Frappe gives every empty Time field of a new document the current time.
	if df.fieldtype == "Time":
		return frappe.utils.nowtime()
	if df.fieldtype not in data_fieldtypes:
		return None
	default = df.default
	if not default:
		options = df.options if df.fieldtype == "Select" else None
		return options.split("\n", 1)[0] if options and options not in ("[Select]", "Loading...") else None
	if str(default).startswith(":"):
		raise NotImplementedError(f"The default {default} of {df.fieldname} on the embedded site")
	if df.fieldtype == "Datetime" and default.lower() == "now":
		return now_datetime()
	if df.fieldname == meta.title_field:
		return None
	shortcuts = {"__user": local.session.user, "Today": frappe.utils.nowdate()}
	value = shortcuts.get(default, default)
	return (
		frappe.utils.cast(df.fieldtype, value)
		if df.fieldtype in ("Int", "Check", "Float", "Currency", "Percent")
		else value
	)


__getattr__ = missing(__name__)
