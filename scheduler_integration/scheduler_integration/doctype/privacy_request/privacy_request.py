import frappe
from frappe.model.document import Document


class PrivacyRequest(Document):
	"""The evidence of a request about personal data. Only `privacy/requests.py` writes it."""


def on_doctype_update():
	frappe.db.add_index("Privacy Request", ["status"])
