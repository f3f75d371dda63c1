"""Lets code act as somebody else than the user of the request, who may not be signed in."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""Make `user` the one who acts, and the owner of inserted records. `frappe.set_user` would also drop the session's cached data.

	Until the end of the request or job, Frappe keeps a template for new records of each DocType, which contains the user.
	The user's templates are deleted at the end of the block. Otherwise a job that books two hosts would use the first
	host's name for both.
	"""
	before, templates = frappe.session.user, frappe.local.new_doc_templates
	frappe.session.user, frappe.local.new_doc_templates = user, {}
	try:
		yield
	finally:
		frappe.session.user, frappe.local.new_doc_templates = before, templates
