import frappe

from scheduler_integration.documents import Form


class CalendarBusyTime(Form):
	pass


def on_doctype_update():
	# For the query of availability: the busy times of a calendar that end after an instant.
	frappe.db.add_index("Calendar Busy Time", ["calendar", "generation", "ends_at"])
	# For the sync: the busy times of an event.
	frappe.db.add_index("Calendar Busy Time", ["calendar", "event"])
