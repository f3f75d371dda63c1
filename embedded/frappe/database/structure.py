"""The site's tables: made from the metas, grown when a meta grows, and the indexes an app adds."""

import re
from typing import TYPE_CHECKING

import frappe
from frappe.database.dialect import TYPE_MAP, VARCHAR_LENGTH
from frappe.utils.data import cint, flt

if TYPE_CHECKING:
	from frappe.model.meta import Meta

_TEXT = "TEXT COLLATE NOCASE"
_DECLARED = {
	"datetime": "text_datetime COLLATE INSTANT",
	"date": "text_date",
	"time": "text_time",
	"text": _TEXT,
	"longtext": _TEXT,
	"json": _TEXT,
}
_LIMITS = {"int": 2**31, "tinyint": 2**7, "bigint": 2**63}

SYSTEM_TABLES = (
	f"create table if not exists `tabSingles` (doctype {_TEXT}, field {_TEXT}, value {_TEXT})",
	"create index if not exists `tabSingles.singles` on `tabSingles` (doctype, field)",
	f"create table if not exists `tabDefaultValue` (name TEXT primary key, parent {_TEXT}, defkey {_TEXT}, defvalue TEXT)",
	f"create table if not exists `tabSeries` (name {_TEXT} primary key, current INTEGER not null default 0)",
	f"create table if not exists `tabSessions` (sid TEXT primary key, user {_TEXT}, sessiondata TEXT, "
	"lastupdate text_datetime COLLATE INSTANT, status TEXT)",
	f"create table if not exists `__Auth` (doctype {_TEXT}, name {_TEXT}, fieldname TEXT, password TEXT, "
	"encrypted INTEGER not null default 0, primary key (doctype, name, fieldname))",
	"create table if not exists `tabPatch Log` (patch TEXT primary key, creation text_datetime)",
)


class Structure:
	def create_system_tables(self) -> None:
		for statement in SYSTEM_TABLES:
			self.sql_ddl(statement)

	def sync_table(self, meta: "Meta") -> None:
		"""Create the DocType's table, or add the columns and indexes that it lacks."""
		if meta.issingle or meta.is_virtual:
			return
		table = f"tab{meta.name}"
		columns = {"name": f"name {_TEXT} primary key", **_standard_columns(meta.istable)}
		columns |= {df.fieldname: _column(df) for df in meta.fields if df.fieldtype in TYPE_MAP and not df.is_virtual}
		if not self.table_exists(meta.name):
			self.sql_ddl(f"create table `{table}` ({', '.join(columns.values())})")
		known = set(self.get_table_columns(meta.name))
		for name, declared in columns.items():
			if name not in known:
				self.sql_ddl(f"alter table `{table}` add column {declared}")
		for field in ("parent",) if meta.istable else ("creation", "modified"):
			self.add_index(meta.name, [field])
		for df in meta.fields:
			if df.unique and df.fieldtype in TYPE_MAP:
				self._create_index(meta.name, [df.fieldname], df.fieldname, unique=True)
			elif df.search_index and df.fieldtype in TYPE_MAP:
				self.add_index(meta.name, [df.fieldname])

	def get_tables(self, cached: bool = True) -> list[str]:
		return self.sql("select name from sqlite_master where type = 'table'", pluck=True)

	def table_exists(self, doctype: str, cached: bool = True) -> bool:
		return bool(self.sql("select 1 from sqlite_master where type = 'table' and name = %s", (f"tab{doctype}",)))

	has_table = table_exists

	def get_table_columns(self, doctype: str) -> list[str]:
		columns = self.sql(f"select name from pragma_table_info('tab{doctype}')", pluck=True)
		if not columns:
			raise self.TableMissingError("no such table", doctype)
		return columns

	def has_column(self, doctype: str, column: str) -> bool:
		return column in self.get_table_columns(doctype)

	def add_index(self, doctype: str, fields: list[str] | tuple[str, ...], index_name: str | None = None) -> None:
		self._create_index(doctype, fields, index_name or self.get_index_name(fields))

	def add_unique(
		self, doctype: str, fields: list[str] | tuple[str, ...] | str, constraint_name: str | None = None
	) -> None:
		fields = [fields] if isinstance(fields, str) else fields
		self._create_index(doctype, fields, constraint_name or "unique_" + "_".join(fields), unique=True)

	def has_index(self, table_name: str, index_name: str) -> bool:
		query = "select 1 from sqlite_master where type = 'index' and tbl_name = %s and name = %s"
		return bool(self.sql(query, (table_name, f"{table_name}.{index_name}")))

	@staticmethod
	def get_index_name(fields: list[str] | tuple[str, ...]) -> str:
		return re.sub(r"\s*\(\d+\)", "", "_".join(fields) + "_index")

	def _create_index(self, doctype: str, fields, index_name: str, unique: bool = False) -> None:
		"""SQLite names indexes per file, MariaDB per table: the table's name goes before."""
		if self.has_index(f"tab{doctype}", index_name):
			return
		columns = ", ".join("`" + re.sub(r"\s*\(\d+\)", "", field) + "`" for field in fields)
		kind = "unique index" if unique else "index"
		self.sql_ddl(f"create {kind} `tab{doctype}.{index_name}` on `tab{doctype}` ({columns})")


def _standard_columns(istable: bool | int) -> dict[str, str]:
	instant, text = _DECLARED["datetime"], _TEXT
	columns = {"creation": instant, "modified": instant, "modified_by": text, "owner": text}
	columns |= {"docstatus": "INTEGER not null default 0", "idx": "INTEGER not null default 0"}
	if istable:
		columns |= dict.fromkeys(("parent", "parentfield", "parenttype"), text)
	else:
		columns |= dict.fromkeys(("_user_tags", "_comments", "_assign", "_liked_by"), text)
	return {name: f"`{name}` {declared}" for name, declared in columns.items()}


def _column(df: frappe._dict) -> str:
	"""A column with MariaDB's strictness: lengths, ranges, and numbers that are never NULL."""
	kind, size = TYPE_MAP[df.fieldtype]
	name = f"`{df.fieldname}`"
	if kind in ("datetime", "date"):
		# No zone, and a date that exists: MariaDB refuses anything else.
		return f"{name} {_DECLARED[kind]} check ({name} is null or ({kind}({name}) is not null and {name} not glob '*[+Zz]*'))"
	if kind in _DECLARED:
		return f"{name} {_DECLARED[kind]}"
	if kind == "varchar":
		size = cint(df.length) or VARCHAR_LENGTH
		return f"{name} {_TEXT} check (length({name}) <= {size})"
	if kind == "decimal":
		return f"{name} REAL not null default {flt(df.default)}"
	if cint(df.length) > 11:
		kind = "bigint"
	limit = _LIMITS[kind]
	declared = f"{name} INTEGER check ({name} between {-limit} and {limit - 1})"
	# Frappe leaves a Long Int nullable, unlike an Int.
	return declared if df.fieldtype == "Long Int" else f"{declared} not null default {cint(df.default)}"
