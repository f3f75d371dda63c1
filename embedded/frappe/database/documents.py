"""Reading and writing columns without the document: get_value, set_value, exists, count, delete, singles, defaults."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import frappe
from frappe.database import filters as flt_
from frappe.types import _dict
from frappe.utils.data import cast, now, sbool

_DEFAULT = "KEEP_DEFAULT_ORDERING"


class DocumentQueries:
	def get_value(
		self, doctype: str, filters: Any = None, fieldname: Any = "name", ignore: bool = False, as_dict: bool = False,
		debug: bool = False, order_by: str | None = _DEFAULT, cache: bool = False, for_update: bool = False, *,
		pluck: bool = False, distinct: bool = False, skip_locked: bool = False, wait: bool = True,
	) -> Any:  # fmt: skip
		"""One field, a list of fields or all ("*") of the first match; None when there is none."""
		rows = self.get_values(
			doctype, filters, fieldname, ignore, as_dict, debug, order_by, cache=cache, for_update=for_update,
			pluck=pluck, distinct=distinct, limit=1, skip_locked=skip_locked, wait=wait,
		)  # fmt: skip
		if not rows:
			return None
		row = rows[0]
		return row if as_dict or pluck or len(row) > 1 else row[0]

	def get_values(
		self, doctype: str, filters: Any = None, fieldname: Any = "name", ignore: bool = False, as_dict: bool = False,
		debug: bool = False, order_by: str | None = _DEFAULT, update: dict | None = None, cache: bool = False,
		for_update: bool = False, *, pluck: bool = False, distinct: bool = False, limit: int | None = None,
		skip_locked: bool = False, wait: bool = True,
	) -> Any:  # fmt: skip
		key = (doctype, filters, fieldname if isinstance(fieldname, str) else tuple(fieldname))
		if cache and isinstance(filters, str) and key in self.value_cache:
			return self.value_cache[key]
		if filters is None or (filters == doctype and doctype != "DocType"):
			found = self._values_of_single(doctype, fieldname, as_dict)
		else:
			try:
				found = self._select(
					doctype, filters, fieldname, as_dict=as_dict or fieldname == "*", pluck=pluck, order_by=order_by,
					limit=limit, distinct=distinct, lock=for_update and ("wait" if wait else "nowait"), update=update,
				)  # fmt: skip
			except self.OperationalError as error:
				if not self.is_missing_table_or_column(error):
					raise
				if not ignore and not self.is_table_missing(error):
					raise
				found = None if ignore else self._values_of_single(doctype, fieldname, as_dict, filters)
		if cache and isinstance(filters, str):
			self.value_cache[key] = found
		return found

	def _select(self, doctype, filters, fields, *, as_dict, pluck, order_by, limit, distinct, lock, update=None):
		from frappe.model.db_query import column_list

		where, params = self._where(doctype, filters)
		parts = [
			f"select {'distinct ' if distinct else ''}{column_list(doctype, fields)}",
			f"from `tab{doctype}`",
			where,
		]
		if order_by and not distinct:
			parts.append(f"order by {_descending('creation' if order_by == _DEFAULT else order_by)}")
		if limit:
			parts.append(f"limit {int(limit)}")
		if lock:
			parts.append("for update" if lock == "wait" else "for update nowait")
		return self.sql(" ".join(parts), params, as_dict=as_dict, pluck=pluck, update=update)

	def _where(self, doctype: str, filters: Any) -> tuple[str, list]:
		conditions = [flt_.plain(f, f"`tab{f.doctype}`.`{f.field}`") for f in flt_.parse(doctype, filters)]
		if not conditions:
			return "", []
		return "where " + " and ".join(c.sql for c in conditions), [p for c in conditions for p in c.params]

	def exists(self, dt: Any, dn: Any = None, cache: bool = False, *, debug: bool = False) -> Any:
		"""The name of a matching document, or None. A Single always exists."""
		if isinstance(dt, dict):
			dn = {key: value for key, value in dt.items() if key != "doctype"}
			dt = dt["doctype"]
		if dt != "DocType" and dt == dn:
			return dn
		return self.get_value(dt, dn, ignore=True, cache=cache, order_by=None)

	def count(
		self, dt: str, filters: Any = None, debug: bool = False, cache: bool = False, distinct: bool = True
	) -> int:
		where, params = self._where(dt, filters)
		return self.sql(f"select count(*) from `tab{dt}` {where}", params)[0][0]

	def get_all(self, *args: Any, **kwargs: Any) -> list:
		return frappe.get_all(*args, **kwargs)

	def get_list(self, *args: Any, **kwargs: Any) -> list:
		return frappe.get_list(*args, **kwargs)

	def set_value(
		self, dt: str, dn: Any, field: Any, val: Any = None, modified: Any = None, modified_by: str | None = None,
		update_modified: bool = True, debug: bool = False,
	) -> None:  # fmt: skip
		"""Write columns of one document, or of all that match the filters, without running its hooks."""
		if dn is None or dt == dn:
			stamp = {"modified": modified, "modified_by": modified_by, "update_modified": update_modified}
			self.set_single_value(dt, field, val, **stamp)
			return
		values = self._stamped(field, val, modified, modified_by, update_modified)
		frappe.clear_document_cache(dt, dn if isinstance(dn, str | int) else None)
		where, params = self._where(dt, dn)
		assignments = ", ".join(f"`{column}` = %s" for column in values)
		self.sql(f"update `tab{dt}` set {assignments} {where}", [*values.values(), *params])
		self.value_cache = {key: kept for key, kept in self.value_cache.items() if key[0] != dt}

	@staticmethod
	def _stamped(field: Any, value: Any, modified: Any, modified_by: str | None, update_modified: bool) -> dict:
		values = dict(field) if isinstance(field, dict) else {field: value}
		if update_modified:
			values |= {"modified": modified or now(), "modified_by": modified_by or frappe.session.user}
		return values

	def delete(self, doctype: str, filters: Any = None, debug: bool = False, **kwargs: Any) -> None:
		"""Delete rows without running any hook."""
		if kwargs:
			raise NotImplementedError(f"frappe.db.delete({', '.join(kwargs)}=...)")
		where, params = self._where(doctype, filters)
		table = doctype if doctype.startswith("__") else f"tab{doctype}"
		self.sql(f"delete from `{table}` {where.replace(f'`tab{doctype}`.', '')}", params)

	def bulk_insert(
		self, doctype: str, fields: list[str], values: Iterable[Sequence], ignore_duplicates: bool = False, *,
		chunk_size: int = 10_000,
	) -> None:  # fmt: skip
		columns = ", ".join(f"`{field}`" for field in fields)
		row = f"({', '.join(['%s'] * len(fields))})"
		rows = iter(values)
		# SQLite binds at most 32,766 values at a time.
		while chunk := list(islice(rows, min(chunk_size, 30_000 // len(fields)))):
			self.sql(
				f"insert {'ignore ' if ignore_duplicates else ''}into `tab{doctype}` ({columns}) "
				f"values {', '.join([row] * len(chunk))}",
				[value for entry in chunk for value in entry],
			)

	# Singles keep their fields as rows of text.

	def _values_of_single(self, doctype: str, fields: Any, as_dict: bool, filters: Any = None) -> list:
		known = self.get_singles_dict(doctype)
		if isinstance(filters, dict) and any(known.get(key) != value for key, value in filters.items()):
			return []
		if fields == "*":
			return [known] if known else []
		wanted = [fields] if isinstance(fields, str) else list(fields)
		if not any(field in known for field in wanted):
			return []
		return [_dict({f: known[f] for f in wanted if f in known}) if as_dict else [known.get(f) for f in wanted]]

	def get_singles_dict(self, doctype: str, debug: bool = False, *, for_update: bool = False, cast: bool = False):
		lock = " for update" if for_update else ""
		found = _dict(self.sql(f"select `field`, `value` from `tabSingles` where `doctype` = %s{lock}", (doctype,)))
		return _dict({f: _cast_for(doctype, f, value) for f, value in found.items()}) if cast else found

	def get_single_value(self, doctype: str, fieldname: str, cache: bool = True) -> Any:
		known = self.value_cache.setdefault((doctype, "__single"), {})
		if not cache or fieldname not in known:
			if not frappe.get_meta(doctype).get_field(fieldname):
				frappe.throw(frappe._("Field {0} does not exist on {1}").format(fieldname, doctype))
			query = "select `value` from `tabSingles` where `doctype` = %s and `field` = %s"
			rows = self.sql(query, (doctype, fieldname))
			known[fieldname] = _cast_for(doctype, fieldname, rows[0][0] if rows else None)
		return known[fieldname]

	get_singles_value = get_single_value

	def set_single_value(
		self, doctype: str, fieldname: Any, value: Any = None, *, modified: Any = None, modified_by: str | None = None,
		update_modified: bool = True, debug: bool = False,
	) -> None:  # fmt: skip
		values = self._stamped(fieldname, value, modified, modified_by, update_modified)
		self.write_single(doctype, {field: sbool(value) for field, value in values.items()}, replace_all=False)
		frappe.clear_document_cache(doctype, doctype)

	def write_single(self, doctype: str, values: dict, *, replace_all: bool) -> None:
		if replace_all:
			self.sql("delete from `tabSingles` where `doctype` = %s", (doctype,))
		else:
			self.sql("delete from `tabSingles` where `doctype` = %s and `field` in %s", (doctype, list(values)))
		for field, value in values.items():
			self.sql("insert into `tabSingles` values (%s, %s, %s)", (doctype, field, value))
		self.value_cache.pop((doctype, "__single"), None)

	# Defaults: a handful of keys that belong to the site or to a user.

	def get_default(self, key: str, parent: str = "__default") -> Any:
		rows = self.sql(
			"select `defvalue` from `tabDefaultValue` where `parent` = %s and `defkey` = %s", (parent, key), pluck=True
		)
		return rows[0] if rows else None

	def set_default(self, key: str, val: Any, parent: str = "__default", parenttype: str | None = None) -> None:
		self.sql("delete from `tabDefaultValue` where `parent` = %s and `defkey` = %s", (parent, key))
		if val is not None:
			name = frappe.generate_hash(length=10)
			self.sql("insert into `tabDefaultValue` values (%s, %s, %s, %s)", (name, parent, key, val))

	def get_global(self, key: str, user: str = "__global") -> Any:
		return self.get_default(key, user)

	def set_global(self, key: str, val: Any, user: str = "__global") -> None:
		self.set_default(key, val, user)


def _descending(order_by: str) -> str:
	"""Here a column without a direction counts down, unlike in get_all."""
	parts = [part.strip() for part in order_by.split(",")]
	return ", ".join(part if part.lower().endswith((" asc", " desc")) else f"{part} desc" for part in parts)


def _cast_for(doctype: str, field: str, value: Any) -> Any:
	df = frappe.get_meta(doctype).get_field(field)
	return cast(df.fieldtype, value) if df else value
