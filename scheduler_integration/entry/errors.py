"""Turns errors of Frappe and of other apps into a SchedulingError, with a code and a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.utils import strip_html

from scheduler_integration.entry.headers import set_retry_after
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, SchedulingError


@contextmanager
def refusals() -> Iterator[None]:
	"""Roll back and raise a SchedulingError if the block raises one, or a validation or permission error of Frappe."""
	try:
		yield
	except SchedulingError as error:
		_undo()
		set_retry_after(error)
		raise
	except frappe.PermissionError:
		_undo()
		raise NotPermitted from None
	except frappe.ValidationError as error:
		# Frappe itself or another app refused a record, for example in a hook on Contact.
		_undo()
		raise InvalidRequest(strip_html(str(error)) or None) from error


def _undo() -> None:
	frappe.db.rollback()
	frappe.clear_messages()
