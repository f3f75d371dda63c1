"""Stands in for frappe.database.schema: creates tables from metas, and adds columns and indexes."""

from typing import TYPE_CHECKING

import frappe
from frappe.database.dialect import TEXT_BYTES, TYPE_MAP, VARCHAR_LENGTH
from frappe.utils.data import cint, flt

if TYPE_CHECKING:
	from frappe.model.meta import Meta

_TEXT = "TEXT COLLATE NOCASE"
_DECLARED = {"datetime": "text_datetime COLLATE INSTANT", "date": "text_date", "time": "text_time", "longtext": _TEXT}
LARGEST = {"int": 2**31 - 1, "tinyint": 2**7 - 1, "bigint": 2**63 - 1}

SYSTEM_TABLES = (
	f"create table if not exists `tabSingles` (doctype {_TEXT}, field {_TEXT}, value {_TEXT})",
	"create index if not exists `tabSingles.singles` on `tabSingles` (doctype, field)",
	f"create table if not exists `tabDefaultValue` (defkey {_TEXT} primary key, defvalue TEXT)",
	f"create table if not exists `tabSeries` (name {_TEXT} primary key, current INTEGER not null default 0)",
	f"create table if not exists `__Auth` (doctype {_TEXT}, name {_TEXT}, fieldname TEXT, password TEXT, "
	"encrypted INTEGER not null default 0, primary key (doctype, name, fieldname))",
	"create table if not exists `tabPatch Log` (patch TEXT primary key)",
	# The embedded site has no search in the desk, so this table stays empty.
	f"create table if not exists `__global_search` (doctype {_TEXT}, name {_TEXT}, content TEXT)",
)


class Structure:
	def create_system_tables(self) -> None:
		for statement in SYSTEM_TABLES:
			self.sql_ddl(statement)

	def sync_table(self, meta: "Meta") -> None:
		"""Create the DocType's table, or add missing columns and indexes."""
		if meta.issingle:
			return
		table = f"tab{meta.name}"
		stored = [df for df in meta.fields if df.fieldtype in TYPE_MAP]
		columns = {"name": f"name {_TEXT} primary key", **_standard_columns(meta.istable)}
		columns |= {df.fieldname: _column(df) for df in stored}
		if not self.table_exists(meta.name):
			self.sql_ddl(f"create table `{table}` ({', '.join(columns.values())})")
		known = set(self.sql(f"select name from pragma_table_info('{table}')", pluck=True))
		for name, declared in columns.items():
			if name not in known:
				self.sql_ddl(f"alter table `{table}` add column {declared}")
		for field in ("parent",) if meta.istable else ("creation", "modified"):
			self.add_index(meta.name, [field])
		for df in stored:
			if df.unique:
				self.add_unique(meta.name, [df.fieldname], df.fieldname)
			elif df.search_index:
				self.add_index(meta.name, [df.fieldname])

	def get_tables(self, cached: bool = True) -> list[str]:
		"""Return the names of all tables. `cached` has no effect. This always asks the database."""
		return self.sql("select name from sqlite_master where type = 'table'", pluck=True)

	def table_exists(self, doctype: str) -> bool:
		return bool(self.sql("select 1 from sqlite_master where type = 'table' and name = %s", (f"tab{doctype}",)))

	def has_column(self, doctype: str, column: str) -> bool:
		return column in self.sql(f"select name from pragma_table_info('tab{doctype}')", pluck=True)

	def add_index(self, doctype: str, fields: list[str], index_name: str | None = None) -> None:
		self._create_index("index", doctype, fields, index_name or "_".join(fields) + "_index")

	def add_unique(self, doctype: str, fields: list[str], constraint_name: str | None = None) -> None:
		self._create_index("unique index", doctype, fields, constraint_name or "unique_" + "_".join(fields))

	def _create_index(self, kind: str, doctype: str, fields: list[str], name: str) -> None:
		"""Prefix the index with its table: names of indexes are unique per file in SQLite, per table in MariaDB."""
		known = "select 1 from sqlite_master where type = 'index' and name = %s"
		if not self.sql(known, (f"tab{doctype}.{name}",)):
			columns = ", ".join(f"`{field}`" for field in fields)
			self.sql_ddl(f"create {kind} `tab{doctype}.{name}` on `tab{doctype}` ({columns})")


def _standard_columns(istable: bool | int) -> dict[str, str]:
	instant = _DECLARED["datetime"]
	columns = {"creation": instant, "modified": instant, "modified_by": _TEXT, "owner": _TEXT}
	columns |= {"docstatus": "INTEGER not null default 0", "idx": "INTEGER not null default 0"}
	if istable:
		columns |= dict.fromkeys(("parent", "parentfield", "parenttype"), _TEXT)
	return {name: f"`{name}` {declared}" for name, declared in columns.items()}


def _column(df: frappe._dict) -> str:
	"""Return a column definition as strict as MariaDB's: lengths, ranges, and numbers that are never NULL."""
	kind = TYPE_MAP[df.fieldtype]
	name = f"`{df.fieldname}`"
	if kind in ("datetime", "date"):
		# MariaDB refuses a value with a zone, and a date that doesn't exist.
		return f"{name} {_DECLARED[kind]} check ({name} is null or ({kind}({name}) is not null and {name} not glob '*[+Zz]*'))"
	if kind in _DECLARED:
		return f"{name} {_DECLARED[kind]}"
	if kind == "text":
		return f"{name} {_TEXT} check (length(cast({name} as blob)) <= {TEXT_BYTES})"
	if kind == "varchar":
		return f"{name} {_TEXT} check (length({name}) <= {cint(df.length) or VARCHAR_LENGTH})"
	if kind == "decimal":
		return f"{name} REAL not null default {flt(df.default)}"
	declared = f"{name} INTEGER check ({name} between {-LARGEST[kind] - 1} and {LARGEST[kind]})"
	# Frappe leaves a Long Int nullable, unlike an Int.
	return declared if kind == "bigint" else f"{declared} not null default {cint(df.default)}"
