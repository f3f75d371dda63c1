"""Shows bookings among the connections of contacts, leads, deals and users in the desk (`override_doctype_dashboards`)."""

from collections.abc import Callable
from typing import Any

from frappe import _

# The dashboard of a DocType: Frappe passes it to the hook and expects it back.
Dashboard = dict[str, Any]


def of_contact(data: Dashboard) -> Dashboard:
	return _with_bookings(data, "contact")


def of_user(data: Dashboard) -> Dashboard:
	return _with_bookings(data, "host")


def _of_record(doctype: str) -> Callable[..., Dashboard]:
	def connect(data: Dashboard) -> Dashboard:
		connected = _with_bookings(data, "reference_name")
		connected["dynamic_links"] = {
			**(connected.get("dynamic_links") or {}),
			"reference_name": [doctype, "reference_doctype"],
		}
		return connected

	return connect


of_lead = _of_record("Lead")
of_opportunity = _of_record("Opportunity")
of_crm_lead = _of_record("CRM Lead")
of_crm_deal = _of_record("CRM Deal")


def _with_bookings(data: Dashboard, fieldname: str) -> Dashboard:
	"""Return the dashboard with a group for bookings, which Frappe finds by this field of Booking."""
	connected = dict(data)
	# Frappe counts connections only if the dashboard names a field, even one that no connection uses.
	connected["fieldname"] = data.get("fieldname") or fieldname
	connected["non_standard_fieldnames"] = {**(data.get("non_standard_fieldnames") or {}), "Booking": fieldname}
	group = {"label": _("Scheduling"), "items": ["Booking"]}
	connected["transactions"] = [*(data.get("transactions") or []), group]
	return connected
