"""Who acts: somebody else than the user of the request, who may not be signed in, or an assistant in a person's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import frappe

# The name of the assistant that makes this request, which it says itself; None if a person or a program makes it.
_assistant: ContextVar[str | None] = ContextVar("assistant", default=None)


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


@contextmanager
def assisted_by(name: str) -> Iterator[None]:
	"""Let the block be done by an assistant, such as "claude", or "" if it doesn't say its name."""
	token = _assistant.set(name)
	try:
		yield
	finally:
		_assistant.reset(token)


def assistant() -> str | None:
	"""Return the name of the assistant that acts, "" if it hasn't said it, or None if no assistant acts."""
	return _assistant.get()
