"""A patch: payments of earlier versions don't say what their attendees were promised to get back."""

import frappe


def execute() -> None:
	"""Store that it is what goes back already. Frappe runs it once, in a migration, and commits."""
	payment = frappe.qb.DocType("Booking Payment")
	frappe.qb.update(payment).set(payment.owed_minor, payment.refunded_minor).where(payment.refunded_minor > 0).run()
