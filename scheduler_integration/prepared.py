"""Placeholders for queries whose text is built once and kept.

The query builder takes longer to write such a query than the database takes to run it. Values that differ from request
to request are placeholders in the text, and `frappe.db.sql` gets them separately.
"""

from pypika.terms import Parameter


def value(name: str) -> Parameter:
	"""Return the placeholder of a value, or of a tuple after IN, that `frappe.db.sql` gets under this name."""
	return Parameter(f"%({name})s")
