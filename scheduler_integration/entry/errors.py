"""Turns errors of Frappe and of other apps into a SchedulingError, with a code and a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import frappe
from frappe.utils import strip_html

from scheduler_integration.entry.headers import set_retry_after
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, NotPermitted, SchedulingError, Unexpected
from scheduler_integration.http.masking import masked

K = TypeVar("K")


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
	except (frappe.TimestampMismatchError, frappe.DuplicateEntryError, frappe.UniqueValidationError):
		# Two tabs saved the same record at the same moment. Frappe's sentences have the moments, to the microsecond, or the
		# database's own words.
		_undo()
		raise ChangedMeanwhile from None
	except frappe.ValidationError as error:
		# Frappe itself or another app refused a record, for example in a hook on Contact.
		_undo()
		raise InvalidRequest(strip_html(str(error)) or None) from error


@contextmanager
def refused_alone(refused: dict[K, SchedulingError], key: K) -> Iterator[None]:
	"""Make the block a transaction of its own, and commit it. If it is refused, `refused` gets the error by the key.

	For several commands of one request: one that is refused stops no other.
	"""
	try:
		with refusals():
			yield
			frappe.db.commit()
	except SchedulingError as error:
		refused[key] = error


@contextmanager
def keeping_secrets() -> Iterator[None]:
	"""Log an unexpected error of the block without values and addresses, and raise Unexpected in its place.

	For doors that take the address of a feed, which is as secret as a password. Frappe's own log would have it: in the form's
	fields, the variables of functions and the errors of the library that sends requests.
	"""
	try:
		yield
	except (SchedulingError, frappe.PermissionError, frappe.ValidationError):
		raise
	except Exception as error:
		frappe.db.rollback()
		form, frappe.local.form_dict = frappe.local.form_dict, frappe._dict()
		try:
			frappe.log_error(f"{type(error).__name__}: a door that takes secrets", masked(frappe.get_traceback()))
		finally:
			frappe.local.form_dict = form
		frappe.db.commit()
		raise Unexpected from None


def _undo() -> None:
	frappe.db.rollback()
	frappe.clear_messages()
