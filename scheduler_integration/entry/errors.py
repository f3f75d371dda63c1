"""Turns errors of Frappe and of other apps into a SchedulingError, with a code and a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import frappe
from frappe.utils import strip_html
from markupsafe import escape
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from scheduler_integration.entry.headers import set_retry_after
from scheduler_integration.exceptions import (
	Busy,
	ChangedMeanwhile,
	DatabaseAway,
	InvalidRequest,
	NotPermitted,
	SchedulingError,
	Unexpected,
)
from scheduler_integration.http.masking import masked
from scheduler_integration.platform.transactions import is_away, is_lost_race, roll_back

K = TypeVar("K")


@contextmanager
def refusals() -> Iterator[None]:
	"""Roll back and raise a SchedulingError if the block raises one, or a validation or permission error of Frappe.

	So it is if the block lost a race against another transaction, or if the database is away.
	"""
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
	except Exception as error:
		if is_away(error):
			raise _without_database() from error
		if not is_lost_race(error):
			raise
		_undo()
		busy = Busy()
		set_retry_after(busy)
		raise busy from error


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
		roll_back()
		form, frappe.local.form_dict = frappe.local.form_dict, frappe._dict()
		try:
			frappe.log_error(f"{type(error).__name__}: a door that takes secrets", masked(frappe.get_traceback()))
		finally:
			frappe.local.form_dict = form
		frappe.db.commit()
		raise Unexpected from None


class _NoDatabase:
	"""Stands for the database for the rest of a request: Frappe ends no transaction then, and what needs it is a 503."""

	def __init__(self, error: DatabaseAway) -> None:
		self._error = error

	def __bool__(self) -> bool:
		return False

	def __getattr__(self, name: str) -> Any:
		raise unavailable(self._error)


def _without_database() -> DatabaseAway:
	"""Give the broken connection up, and return the error to raise."""
	with suppress(Exception):
		frappe.db.close()
	error = DatabaseAway()
	frappe.local.db = _NoDatabase(error)
	set_retry_after(error)
	return error


def unavailable(error: DatabaseAway) -> HTTPException:
	"""Return the plain page of a site without its database, as an exception that Frappe lets through."""
	page = f'<!doctype html><meta name="viewport" content="width=device-width"><title>503</title><p>{escape(error.message)}</p>'
	headers = {"Retry-After": str(error.retry_after)}
	return ServiceUnavailable(response=Response(page, 503, headers, mimetype="text/html"))


def _undo() -> None:
	"""Roll back. Raises DatabaseAway if the database can't be reached for it, whose connection has nothing to roll back then."""
	try:
		roll_back()
	except Exception as error:
		if not is_away(error):
			raise
		raise _without_database() from error
	frappe.clear_messages()
