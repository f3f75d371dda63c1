"""`Document`: the life of a document, its hooks in Frappe's order, and `get_doc`."""

import datetime
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

import frappe
from frappe import _
from frappe.apps import whitelist
from frappe.context import local
from frappe.missing import missing
from frappe.model.base_document import BaseDocument, get_controller
from frappe.model.checks import Checks
from frappe.model.saving import Saving
from frappe.types import _dict
from frappe.utils.data import get_datetime, get_timedelta, getdate


def get_doc(*args: Any, **kwargs: Any) -> "Document":
	"""By doctype and name, from a dict, or from keyword arguments."""
	if not args:
		return get_controller(kwargs["doctype"])(kwargs)
	first = args[0]
	if isinstance(first, BaseDocument):
		return first
	if isinstance(first, str):
		return get_controller(first)(*args, **kwargs)
	if isinstance(first, dict | MappingProxyType):
		if "doctype" not in first:
			raise ValueError('"doctype" is a required key')
		return get_controller(first["doctype"])({**first, **kwargs})
	raise ValueError("First non keyword argument must be a string or dict")


class Document(Saving, Checks, BaseDocument):
	def __init__(self, *args: Any, **kwargs: Any):
		self.doctype = self.name = None
		self.flags = _dict()
		if args and isinstance(args[0], str):
			self.doctype, self.name = args[0], args[1] if len(args) > 1 and args[1] is not None else args[0]
			self.flags.for_update = kwargs.get("for_update")
			self.load_from_db()
		elif args or kwargs:
			self._init_from_dict(args[0] if args else kwargs)
		else:
			raise ValueError("Illegal arguments")

	def _init_from_dict(self, data: dict) -> None:
		super().__init__(data)
		self.init_child_tables()
		self.init_valid_columns()

	def __str__(self) -> str:
		return f"{self.doctype} ({self.name or 'unsaved'})"

	def __repr__(self) -> str:
		return f"<{type(self).__name__}: doctype={self.doctype} {self.name or 'unsaved'}>"

	# Loading.

	def load_from_db(self) -> "Document":
		lock = " for update" if self.flags.for_update else ""
		if not isinstance(self.name, str | int):
			self.name = frappe.db.get_value(self.doctype, self.name) or str(self.name)
		self.flags.ignore_children = True
		if self.meta.issingle:
			self._load_single()
		else:
			rows = frappe.db.sql(
				f"select * from `tab{self.doctype}` where `name` = %s{lock}", (self.name,), as_dict=True
			)
			if not rows:
				message = _("{0} {1} not found").format(_(self.doctype), self.name)
				frappe.throw(message, frappe.DoesNotExistError(doctype=self.doctype))
			super().__init__(rows[0])
			self.docstatus = rows[0].docstatus
		self.flags.pop("ignore_children", None)
		for fieldname, doctype in self._table_fieldnames.items():
			query = (
				f"select * from `tab{doctype}` where `parent` = %s and `parenttype` = %s and `parentfield` = %s "
				f"order by `idx` asc{lock}"
			)
			self.set(fieldname, frappe.db.sql(query, (str(self.name), self.doctype, fieldname), as_dict=True))
		if hasattr(self, "__setup__"):
			self.__setup__()
		return self

	def _load_single(self) -> None:
		values = frappe.db.get_singles_dict(self.doctype, for_update=bool(self.flags.for_update))
		if not values:
			values = frappe.new_doc(self.doctype, as_dict=True)
			values.pop("__islocal", None)
		values["name"] = self.doctype
		super().__init__(values)
		self.init_valid_columns()
		for df in self.meta.fields:
			if df.fieldtype == "Check" or (self.get(df.fieldname) is not None and df.fieldtype in _NUMBERS):
				self.set(df.fieldname, frappe.utils.cast(df.fieldtype, self.get(df.fieldname)))

	def reload(self) -> "Document":
		return self.load_from_db()

	def load_doc_before_save(self, *, raise_exception: bool = False) -> None:
		self._doc_before_save = None
		if self.is_new():
			return
		try:
			self._doc_before_save = frappe.get_doc(self.doctype, self.name, for_update=True)
		except frappe.DoesNotExistError:
			if raise_exception:
				raise
			frappe.clear_last_message()

	def get_latest(self) -> "Document":
		if not getattr(self, "_doc_before_save", None):
			self.load_doc_before_save()
		return self._doc_before_save

	def get_doc_before_save(self) -> "Document | None":
		return getattr(self, "_doc_before_save", None)

	def get_value_before_save(self, fieldname: str) -> Any:
		previous = self.get_doc_before_save()
		return previous.get(fieldname) if previous else None

	def has_value_changed(self, fieldname: str) -> bool:
		previous = self.get_doc_before_save()
		if not previous:
			return True
		before, current = previous.get(fieldname), self.get(fieldname)
		if isinstance(before, datetime.datetime):
			current = get_datetime(current)
		elif isinstance(before, datetime.date):
			current = getdate(current)
		elif isinstance(before, datetime.timedelta):
			current = get_timedelta(current)
		return before != current

	# Hooks, permissions and small things.

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		"""The controller's method, then the apps' doc_events for it."""
		own = getattr(self, method, None)
		result = own(*args, **kwargs) if callable(own) else None
		for handler in _doc_event_handlers(self.doctype, method):
			frappe.db._disable_transaction_control += 1
			try:
				value = handler(self, method, *args, **kwargs)
			finally:
				frappe.db._disable_transaction_control -= 1
			result = value if value is not None else result
		return result

	def check_permission(self, permtype: str = "read", permlevel: int | None = None) -> None:
		if not self.has_permission(permtype):
			local.flags.error_message = _("You need the '{0}' permission on {1} {2} to perform this action.").format(
				_(permtype), frappe.bold(_(self.doctype)), self.name or ""
			)
			raise frappe.PermissionError

	def has_permission(self, permtype: str = "read", *, debug: bool = False, user: str | None = None) -> bool:
		from frappe.permissions import has_permission

		return bool(self.flags.ignore_permissions) or has_permission(self.doctype, permtype, self, user=user)

	def is_whitelisted(self, method_name: str) -> None:
		method = getattr(self, method_name, None)
		if not method:
			raise frappe.exceptions.NotFound(f"Method {method_name} not found")
		frappe.is_whitelisted(getattr(method, "__func__", method))

	def get_title(self) -> str:
		return self.get(self.meta.get_title_field()) or ""

	def get_url(self) -> str:
		return f"/app/{self.doctype.lower().replace(' ', '-')}/{frappe.utils.quoted(self.name)}"

	@whitelist()
	def add_comment(self, comment_type: str = "Comment", text: str | None = None, **by: Any) -> "Document":
		comment = {
			"doctype": "Comment", "comment_type": comment_type, "content": text or comment_type,
			"comment_email": by.get("comment_email") or local.session.user, "comment_by": by.get("comment_by"),
			"reference_doctype": self.doctype, "reference_name": self.name,
		}  # fmt: skip
		return frappe.get_doc(comment).insert(ignore_permissions=True)

	def log_error(self, title: str | None = None, message: str | None = None) -> "Document":
		return frappe.log_error(title, message, reference_doctype=self.doctype, reference_name=self.name)

	def set_onload(self, key: str, value: Any) -> None:
		self.__dict__.setdefault("__onload", _dict())[key] = value

	def get_onload(self, key: str | None = None) -> Any:
		onload = self.__dict__.setdefault("__onload", _dict())
		return onload[key] if key else onload


_NUMBERS = ("Int", "Float", "Currency", "Percent")


def _doc_event_handlers(doctype: str, method: str) -> Iterable[Callable]:
	events = frappe.get_hooks("doc_events", {})
	for key, handlers in events.items():
		if doctype == key or key == "*" or (isinstance(key, tuple) and doctype in key):
			yield from map(frappe.get_attr, handlers.get(method, []))


def bulk_insert(*args: Any, **kwargs: Any) -> None:
	raise NotImplementedError("frappe.model.document.bulk_insert on the embedded site")


__getattr__ = missing(__name__)
