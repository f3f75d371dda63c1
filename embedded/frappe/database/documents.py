"""Stands in for the methods of frappe.database.database that read and write columns without loading the document."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import frappe
from frappe.database import filters as flt_
from frappe.types import _dict
from frappe.utils.data import cast, now


class DocumentQueries:
	def get_value(
		self, doctype: str, filters: Any, fieldname: Any = "name", *, as_dict: bool = False,
		order_by: str | None = "creation desc", for_update: bool = False,
	) -> Any:  # fmt: skip
		"""Return one field, a list of fields or all fields ("*") of the first match, or None if nothing matches."""
		rows = self.get_values(
			doctype, filters, fieldname, as_dict=as_dict, order_by=order_by, limit=1, for_update=for_update
		)
		if not rows:
			return None
		return rows[0] if isinstance(rows[0], dict) or len(rows[0]) > 1 else rows[0][0]

	def get_values(
		self, doctype: str, filters: Any, fieldname: Any = "name", *, as_dict: bool = False,
		order_by: str | None = "creation desc", for_update: bool = False, pluck: bool = False, limit: int | None = None,
	) -> Any:  # fmt: skip
		if filters is None:
			raise NotImplementedError(f"frappe.db.get_value({doctype!r}, None) on the embedded site")
		from frappe.model.db_query import column

		where, params = self._where(doctype, filters)
		names = [fieldname] if isinstance(fieldname, str) else fieldname
		parts = [f"select {', '.join(column(doctype, name) for name in names)} from `tab{doctype}`", where]
		if order_by:
			parts.append(f"order by {_descending(order_by)}")
		if limit:
			parts.append(f"limit {int(limit)}")
		if for_update:
			parts.append("for update")
		return self.sql(" ".join(parts), params, as_dict=as_dict or fieldname == "*", pluck=pluck)

	def _where(self, doctype: str, filters: Any) -> tuple[str, list]:
		conditions = [flt_.plain(f, f"`tab{doctype}`.`{f.field}`") for f in flt_.parse(doctype, filters)]
		where = " and ".join(sql for sql, _ in conditions)
		return f"where {where}" if where else "", [value for _, values in conditions for value in values]

	def exists(self, dt: str, dn: Any = None, cache: bool = False) -> Any:
		"""Return the name of a matching document, or None. `cache` has no effect. This always asks the database.

		A single always exists, as in Frappe.
		"""
		if dt == dn and dt != "DocType":
			return dn
		return self.get_value(dt, dn, order_by=None)

	def count(self, dt: str, filters: Any = None) -> int:
		where, params = self._where(dt, filters)
		return self.sql(f"select count(*) from `tab{dt}` {where}", params)[0][0]

	def set_value(
		self, dt: str, dn: Any, field: Any, val: Any = None, *, modified: Any = None, update_modified: bool = True
	) -> None:
		"""Write columns of one document, or of all that match the filters, without running hooks."""
		if dn is None or dt == dn:
			raise NotImplementedError("frappe.db.set_value of a Single: use set_single_value")
		values = self._stamped(field, val, modified, update_modified)
		frappe.clear_document_cache(dt, dn if isinstance(dn, str) else None)
		where, params = self._where(dt, dn)
		assignments = ", ".join(f"`{column}` = %s" for column in values)
		self.sql(f"update `tab{dt}` set {assignments} {where}", [*values.values(), *params])

	@staticmethod
	def _stamped(field: Any, value: Any, modified: Any, update_modified: bool) -> dict:
		values = dict(field) if isinstance(field, dict) else {field: value}
		if update_modified:
			values |= {"modified": modified or now(), "modified_by": frappe.session.user}
		return values

	def delete(self, doctype: str, filters: Any = None) -> None:
		"""Delete rows without running hooks."""
		where, params = self._where(doctype, filters)
		if doctype.startswith("__"):  # A table of Frappe's own, which isn't one of a DocType.
			where = where.replace(f"`tab{doctype}`", f"`{doctype}`")
			self.sql(f"delete from `{doctype}` {where}", params)
			return
		self.sql(f"delete from `tab{doctype}` {where}", params)

	def bulk_insert(self, doctype: str, fields: list[str], values: Iterable[Sequence]) -> None:
		columns = ", ".join(f"`{field}`" for field in fields)
		rows = iter(values)
		# SQLite binds at most 32,766 values at a time.
		while chunk := list(islice(rows, 30_000 // len(fields))):
			marks = ", ".join(["%s"] * len(chunk))
			self.sql(f"insert into `tab{doctype}` ({columns}) values {marks}", [tuple(row) for row in chunk])

	# Singles: one row of text for each field

	def get_singles_dict(self, doctype: str, for_update: bool = False) -> _dict:
		lock = " for update" if for_update else ""
		return _dict(self.sql(f"select `field`, `value` from `tabSingles` where `doctype` = %s{lock}", (doctype,)))

	def get_single_value(self, doctype: str, fieldname: str) -> Any:
		known = self.value_cache.setdefault(doctype, {})
		if fieldname not in known:
			df = frappe.get_meta(doctype).get_field(fieldname)
			if not df:
				frappe.throw(frappe._("Field {0} does not exist on {1}").format(fieldname, doctype))
			query = "select `value` from `tabSingles` where `doctype` = %s and `field` = %s"
			rows = self.sql(query, (doctype, fieldname), pluck=True)
			known[fieldname] = cast(df.fieldtype, rows[0] if rows else None)
		return known[fieldname]

	def set_single_value(
		self, doctype: str, fieldname: Any, value: Any = None, *, modified: Any = None, update_modified: bool = True
	) -> None:
		values = self._stamped(fieldname, value, modified, update_modified)
		self.write_single(doctype, values)
		frappe.clear_document_cache(doctype, doctype)

	def write_single(self, doctype: str, values: dict) -> None:
		self.sql("delete from `tabSingles` where `doctype` = %s and `field` in %s", (doctype, list(values)))
		for field, value in values.items():
			self.sql("insert into `tabSingles` values (%s, %s, %s)", (doctype, field, value))
		self.value_cache.pop(doctype, None)

	# Global values of the site

	def get_global(self, key: str) -> Any:
		rows = self.sql("select `defvalue` from `tabDefaultValue` where `defkey` = %s", (key,), pluck=True)
		return rows[0] if rows else None

	def set_global(self, key: str, val: Any) -> None:
		self.sql("insert or replace into `tabDefaultValue` (defkey, defvalue) values (%s, %s)", (key, val))


def _descending(order_by: str) -> str:
	"""Return the order with "desc" for each column without a direction, as frappe.db does. get_all sorts ascending."""
	parts = [part.strip() for part in order_by.split(",")]
	return ", ".join(part if part.lower().endswith((" asc", " desc")) else f"{part} desc" for part in parts)
