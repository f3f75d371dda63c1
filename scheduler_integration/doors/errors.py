"""Errors of Frappe, and of other apps, as errors of this app: each with a code and a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.utils import strip_html

from scheduler_integration.doors.headers import say_when
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, SchedulingError


@contextmanager
def refusals() -> Iterator[None]:
	"""Undoes what a refused call did, and raises what refused it as a SchedulingError."""
	try:
		yield
	except SchedulingError as error:
		_undo()
		say_when(error)
		raise
	except frappe.PermissionError:
		_undo()
		raise NotPermitted from None
	except frappe.ValidationError as error:
		# A rule of Frappe's own, or of another app's, that the call ran into.
		_undo()
		raise InvalidRequest(strip_html(str(error)) or None) from error


def _undo() -> None:
	frappe.db.rollback()
	frappe.clear_messages()
