"""What the planted faults call: statements at another node than the transaction's own.

A fault is one changed line, so the line imports this module by its name.
"""

from __future__ import annotations

import os
from typing import Any

import frappe


def sql(query: str, values: Any = (), **options: Any) -> Any:
	"""Run a statement as `frappe.db.sql` does, at the node of PROOF_OTHER_PORT, in a transaction that ends at once."""
	own = frappe.local.db
	other = frappe.database.get_db(
		host="127.0.0.1", port=int(os.environ["PROOF_OTHER_PORT"]), user=frappe.conf.db_user or frappe.conf.db_name,
		password=frappe.conf.db_password, cur_db_name=frappe.conf.db_name,
	)  # fmt: skip
	frappe.local.db = other
	try:
		return other.sql(query, values, **options)
	finally:
		other.rollback()
		other.close()
		frappe.local.db = own
