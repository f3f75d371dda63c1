"""What becomes of a person's Contact after an erasure: the app deletes the one that it made, and asks about any other."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.crm.contacts import find_contact


def forget_own_contact(address: str) -> str | None:
	"""Delete the person's Contact if nothing but their bookings needed it. Otherwise return its name, for managers."""
	name = find_contact(address)
	if not name:
		return None
	contact = frappe.get_doc("Contact", name)
	if _is_needed(contact):
		return name
	# The person isn't signed in. The app made the Contact for them, without rights too.
	frappe.delete_doc("Contact", name, ignore_permissions=True, force=True, delete_permanently=True)
	# Frappe notes what was deleted, with the name.
	feed = {"comment_type": "Deleted", "reference_doctype": "Contact", "subject": f"{_('Contact')} {name}"}
	frappe.db.delete("Comment", feed)
	frappe.db.delete("__global_search", {"doctype": "Contact", "name": name})
	return None


def _is_needed(contact: Document) -> bool:
	"""Whether somebody made the Contact or changed it, connected it with a record, or wrote to it."""
	if contact.owner != "Guest" or contact.modified_by != "Guest" or contact.user or contact.links:
		return True
	return bool(
		frappe.db.exists("Communication Link", {"link_doctype": "Contact", "link_name": contact.name})
		or frappe.db.exists("Comment", {"reference_doctype": "Contact", "reference_name": contact.name})
		or frappe.db.exists("Booking", {"contact": contact.name, "is_forgotten": 0})
	)
