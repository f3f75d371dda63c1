"""Searches the whole database for a word: every column of every table, whoever made it."""

from collections import defaultdict

import frappe

from tests.support.site import on_real_site

_COLUMNS = """
	select table_name, column_name from information_schema.columns
	where table_schema = database() and data_type in ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json')
"""
_COLUMNS_OF_SQLITE = """
	select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'
"""


def tables_with(word: str) -> set[str]:
	"""Return the tables that have the word in any column."""
	columns = defaultdict(list)
	for table, column in frappe.db.sql(_COLUMNS if on_real_site() else _COLUMNS_OF_SQLITE):
		columns[table].append(column)
	return {table for table, names in columns.items() if _has(table, names, word)}


def _has(table: str, columns: list[str], word: str) -> bool:
	anywhere = " or ".join(f"`{column}` like %(word)s" for column in columns)
	found = frappe.db.sql(f"select 1 from `{table}` where {anywhere} limit 1", {"word": f"%{word}%"})
	return bool(found)
