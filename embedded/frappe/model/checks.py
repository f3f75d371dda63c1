"""What Frappe checks and cleans in a document before it is stored."""

from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.database.dialect import TYPE_MAP
from frappe.model import table_fields
from frappe.types import _dict
from frappe.utils.data import cint, cstr, flt

_MAX = {"int": 2**31 - 1, "tinyint": 2**7 - 1, "bigint": 2**63 - 1}
_UNFILTERED = ("Attach", "Attach Image", "Barcode", "Code")


class Checks:
	def _validate(self) -> None:
		self._validate_mandatory()
		for doc in [self, *self.get_all_children()]:
			doc._validate_data_fields()
			doc._validate_selects()
			doc._validate_non_negative()
			doc._validate_length()
			doc._sync_autoname_field()
			doc._sanitize_content()
			doc._save_passwords()
		if not self.is_new():
			self.validate_set_only_once()

	def _label(self, df: _dict) -> str:
		return _(df.label, context=df.parent) if df.label else df.fieldname

	def _row(self) -> str:
		return _("Row #{0}:").format(self.idx) if self.get("parentfield") else ""

	def _validate_mandatory(self) -> None:
		if self.flags.ignore_mandatory:
			return
		missing = [entry for doc in [self, *self.get_all_children()] for entry in doc._get_missing_mandatory_fields()]
		for _fieldname, message in missing:
			frappe.msgprint(message)
		if missing:
			fields = ", ".join(fieldname for fieldname, _message in missing)
			raise frappe.MandatoryError(f"[{self.doctype}, {self.name}]: {fields}")

	def _get_missing_mandatory_fields(self) -> list[tuple[str, str]]:
		missing = [
			(df.fieldname, self._missing_message(df))
			for df in self.meta.fields
			if df.reqd and not self._has_content(df)
		]
		if self.meta.istable:
			missing += [(f, f"{self._row()} {f}") for f in ("parent", "parenttype") if not self.get(f)]
		return missing

	def _missing_message(self, df: _dict) -> str:
		if df.fieldtype in table_fields:
			return _("Error: Data missing in table {0}").format(self._label(df))
		if self.get("parentfield"):
			message = _("Error: {0} Row #{1}: Value missing for: {2}")
			return message.format(frappe.bold(_(self.doctype)), self.idx, self._label(df))
		return _("Error: Value missing for {0}: {1}").format(_(df.parent), self._label(df))

	def _has_content(self, df: _dict) -> bool:
		value = self.get(df.fieldname)
		if value in (None, []):
			return False
		if df.fieldtype == "Text Editor" and "<img" in cstr(value):
			return True
		return bool(frappe.utils.strip_html(cstr(value)).strip())

	def _validate_links(self) -> None:
		if self.flags.ignore_links:
			return
		invalid = [entry for doc in [self, *self.get_all_children()] for entry in doc.get_invalid_links()[0]]
		if invalid:
			frappe.throw(_("Could not find {0}").format(", ".join(e[2] for e in invalid)), frappe.LinkValidationError)

	def get_invalid_links(self, is_submittable: bool = False) -> tuple[list, list]:
		"""Links to what doesn't exist. Those that do are spelled as the record is, and bring what they fetch."""
		invalid = []
		for df in self.meta.get_link_fields() + self.meta.get_dynamic_link_fields():
			docname = self.get(df.fieldname)
			if not docname:
				continue
			doctype = df.options if df.fieldtype == "Link" else self.get(df.options)
			if not doctype:
				frappe.throw(_("{0} must be set first").format(self.meta.get_label(df.options)))
			fetched = [
				other for other in self.meta.get_fields_to_fetch(df.fieldname)
				if not other.fetch_if_empty or not self.get(other.fieldname)
			]  # fmt: skip
			values = self._read_link(doctype, docname, [other.fetch_from.split(".")[-1] for other in fetched])
			self.set(df.fieldname, values.name)
			for other in fetched:
				self.set(other.fieldname, values.get(other.fetch_from.split(".")[-1]))
			if not values.name:
				where = f"{_('Row')} #{self.idx}: " if self.get("parentfield") else ""
				invalid.append((df.fieldname, docname, f"{where}{self._label(df)}: {docname}"))
		return invalid, []

	@staticmethod
	def _read_link(doctype: str, docname: str, sources: list[str]) -> _dict:
		if frappe.get_meta(doctype).issingle:
			return _dict({"name": doctype, **{s: frappe.db.get_single_value(doctype, s) for s in sources}})
		if not sources:
			return _dict(name=frappe.db.get_value(doctype, docname, "name", cache=True))
		return frappe.db.get_value(doctype, docname, ["name", *sources], as_dict=True) or _dict()

	def _validate_selects(self) -> None:
		for df in self.meta.get_select_fields():
			options = (df.options or "").split("\n")
			if df.fieldname == "naming_series" or not self.get(df.fieldname) or not any(options):
				continue
			value = cstr(self.get(df.fieldname)).strip()
			self.set(df.fieldname, value)
			if value not in options and not (local.flags.in_test and value.startswith("_T-")):
				allowed = '", "'.join(_(option) for option in options)
				message = _('{0} {1} cannot be "{2}". It should be one of "{3}"')
				frappe.throw(message.format(self._row(), _(self.meta.get_label(df.fieldname)), value, allowed))

	def _validate_data_fields(self) -> None:
		if any(self.get(df.fieldname) for df in self.meta._typed("Phone")):
			raise NotImplementedError("Fields of type Phone on the embedded site; use Data with the option Phone")
		for df in self.meta._typed("Data"):
			data = self.get(df.fieldname)
			if not data:
				continue
			if df.options == "Email":
				if self.owner in frappe.STANDARD_USERS and data in frappe.STANDARD_USERS:
					continue
				for address in frappe.utils.split_emails(data):
					frappe.utils.validate_email_address(address, throw=True)
			elif df.options == "Phone":
				frappe.utils.validate_phone_number(data, throw=True)
			elif df.options == "URL":
				frappe.utils.validate_url(data, throw=True)
			elif df.options == "Name":
				raise NotImplementedError("Data with the option Name on the embedded site")

	def _validate_non_negative(self) -> None:
		for df in self.meta.fields:
			if df.non_negative and df.fieldtype in ("Int", "Float", "Currency") and flt(self.get(df.fieldname)) < 0:
				message = _("Value cannot be negative for {0}: {1}").format(_(df.parent), frappe.bold(self._label(df)))
				frappe.throw(f"{self._row()} {message}".strip(), frappe.NonNegativeError, title=_("Negative Value"))

	def _validate_length(self) -> None:
		if self.meta.issingle or local.flags.in_install:
			return
		for fieldname, value in self.get_valid_dict(ignore_virtual=True).items():
			df = self.meta.get_field(fieldname)
			if not df or df.fieldtype == "Check":
				continue
			kind, size = TYPE_MAP[df.fieldtype]
			limit = _MAX.get("bigint" if kind == "int" and cint(df.length) > 11 else kind)
			if (kind == "varchar" and len(cstr(value)) > (limit := cint(df.length) or size)) or (
				kind in _MAX and abs(cint(value)) > limit
			):
				self._raise_too_long(df, limit, value)

	def _raise_too_long(self, df: _dict, limit: int, value: Any) -> None:
		message = _("{0}: '{1}' ({3}) will get truncated, as max characters allowed is {2}")
		where = f"{_(self.doctype)} {self.name}" if not self.get("parentfield") else f"{_(self.doctype)}, {self._row()}"
		frappe.throw(
			message.format(where, frappe.bold(self._label(df)), limit, value), frappe.CharacterLengthExceededError,
			title=_("Value too big"),
		)  # fmt: skip

	def _sync_autoname_field(self) -> None:
		fieldname = (self.meta.autoname or "").partition("field:")[2]
		if fieldname and self.name and self.name != self.get(fieldname):
			self.set(fieldname, self.name)

	def _sanitize_content(self) -> None:
		"""Escape HTML that could run code, except where a field holds code or says it may."""
		if local.flags.in_install:
			return
		for fieldname, value in self.get_valid_dict(ignore_virtual=True).items():
			if not isinstance(value, str) or ("<" not in value and ">" not in value):
				continue
			df = self.meta.get_field(fieldname) or _dict()
			is_email = df.fieldtype in ("Data", "Small Text", "Text") and df.options == "Email"
			if not (df.ignore_xss_filter or is_email or df.fieldtype in _UNFILTERED):
				self.set(fieldname, frappe.utils.sanitize_html(value))

	def _save_passwords(self) -> None:
		"""Passwords go encrypted into a table of their own; the field keeps as many stars."""
		from frappe.utils.password import remove_encrypted_password, set_encrypted_password

		if self.flags.ignore_save_passwords is True:
			return
		for df in self.meta._typed("Password"):
			if df.fieldname in (self.flags.ignore_save_passwords or ()):
				continue
			password = self.get(df.fieldname)
			if not password:
				remove_encrypted_password(self.doctype, self.name, df.fieldname)
			elif not self.is_dummy_password(password):
				set_encrypted_password(self.doctype, self.name, password, df.fieldname)
				self.set(df.fieldname, "*" * len(password))

	def get_password(self, fieldname: str = "password", raise_exception: bool = True) -> str | None:
		from frappe.utils.password import get_decrypted_password

		if self.get(fieldname) and not self.is_dummy_password(self.get(fieldname)):
			return self.get(fieldname)
		return get_decrypted_password(self.doctype, self.name, fieldname, raise_exception=raise_exception)

	@staticmethod
	def is_dummy_password(password: str) -> bool:
		return set(password) == {"*"}

	def validate_set_only_once(self) -> None:
		for df in self.meta.get_set_only_once_fields() if self._doc_before_save else ():
			value, original = self.get(df.fieldname), self._doc_before_save.get(df.fieldname)
			if df.fieldtype in table_fields:
				changed = not self.is_child_table_same(df.fieldname)
			elif df.fieldtype in ("Date", "Datetime", "Time"):
				changed = str(value) != str(original)
			else:
				changed = value != original
			if changed:
				label = frappe.bold(self.meta.get_label(df.fieldname))
				frappe.throw(_("Value cannot be changed for {0}").format(label), frappe.CannotChangeConstantError)

	def is_child_table_same(self, fieldname: str) -> bool:
		def content(rows: list) -> list[dict]:
			rows = [row.as_dict(convert_dates_to_str=True) for row in rows]
			return [{k: v for k, v in row.items() if k not in ("modified", "modified_by", "creation")} for row in rows]

		return content(self.get(fieldname)) == content(self._doc_before_save.get(fieldname))

	def reset_values_if_no_permlevel_access(self, levels: list[int], fields: list[_dict]) -> None:
		"""Fields above the user's permlevel go back to what they were, or to their default."""
		ignored = self.flags.get("ignore_permlevel_for_fields") or []
		fields = [df for df in fields if df.permlevel not in levels and df.fieldname not in ignored]
		if not fields:
			return
		if self.is_new():
			reference: Any = frappe.new_doc(self.doctype)
		elif self.parent_doc:
			rows = self.parent_doc.get_latest().get(self.parentfield)
			reference = next((row for row in rows if row.name == self.name), None)
		else:
			reference = self.get_latest()
		for df in fields if reference else ():
			self.set(df.fieldname, reference.get(df.fieldname))

	def validate_from_to_dates(self, from_date_field: str, to_date_field: str) -> None:
		start, end = self.get(from_date_field), self.get(to_date_field)
		if start and end and frappe.utils.date_diff(end, start) < 0:
			labels = [frappe.bold(_(self.meta.get_label(f))) for f in (to_date_field, from_date_field)]
			frappe.throw(f"{self._row()} {_('{0} must be after {1}').format(*labels)}", frappe.InvalidDates)
