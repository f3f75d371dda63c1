"""Sending what waits: run by the scheduler each minute."""

import frappe
from frappe.missing import missing
from frappe.utils import now_datetime


def get_queue() -> list[frappe._dict]:
	return frappe.db.sql(
		"select `name`, `sender` from `tabEmail Queue` where `status` in ('Not Sent', 'Partially Sent') "
		"and (`send_after` is null or `send_after` < %(now)s) order by `priority` desc, `retry` asc, `creation` asc limit 500",
		{"now": now_datetime()}, as_dict=True,
	)  # fmt: skip


def flush() -> None:
	for row in get_queue():
		try:
			frappe.get_doc("Email Queue", row.name).send()
		except Exception:
			frappe.get_doc("Email Queue", row.name).log_error()


__getattr__ = missing(__name__)
