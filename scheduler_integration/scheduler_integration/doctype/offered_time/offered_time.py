import frappe

from scheduler_integration.documents import Form


class OfferedTime(Form):
	"""The time that a host offered on a date. Only insights/offered.py writes it."""


def on_doctype_update():
	frappe.db.add_unique("Offered Time", ["user", "date"], constraint_name="unique_date_of_host")
	# For the sums of all hosts. All that they need is in the index.
	frappe.db.add_index("Offered Time", ["date", "user", "offered_minutes", "booked_minutes"])
