"""Stands in for frappe.email.queue: sends the queued e-mails. The scheduler runs it every minute."""

import frappe
from frappe.missing import missing
from frappe.utils import now_datetime


def get_queue() -> list[frappe._dict]:
	query = (
		"select `name` from `tabEmail Queue` where `status` in ('Not Sent', 'Partially Sent') "
		"and (`send_after` is null or `send_after` < %s) order by `priority` desc, `retry` asc, `creation` asc limit 500"
	)
	return frappe.db.sql(query, (now_datetime(),), as_dict=True)


def flush() -> None:
	for row in get_queue():
		try:
			frappe.get_doc("Email Queue", row.name).send()
		except Exception:
			frappe.log_error(reference_doctype="Email Queue", reference_name=row.name)


__getattr__ = missing(__name__)
