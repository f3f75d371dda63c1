"""Queries whose text is built once, for the request that is made most.

The query builder takes longer to write such a query than the database takes to answer it. What changes from one request
to the next stands in it as a placeholder, and goes to the database beside it.
"""

from pypika.terms import Parameter


def value(name: str) -> Parameter:
	"""The place of a value, or of a sequence of them after IN, that `frappe.db.sql` is given by this name."""
	return Parameter(f"%({name})s")
