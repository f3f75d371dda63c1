"""Stands in for frappe.model.base_document's validation: what Frappe checks and cleans before it stores a document."""

import frappe
from frappe import _
from frappe.context import local
from frappe.database.dialect import TYPE_MAP, VARCHAR_LENGTH
from frappe.database.structure import LARGEST
from frappe.model import TABLE_TYPES
from frappe.types import _dict
from frappe.utils.data import cint, cstr, flt
from frappe.utils.password import get_decrypted_password, remove_encrypted_password, set_encrypted_password

# Fields of these types keep their HTML as it is.
_UNFILTERED = ("Attach", "Attach Image", "Code")


class Checks:
	def _validate(self) -> None:
		self._validate_mandatory()
		for doc in [self, *self.get_all_children()]:
			doc._validate_data_fields()
			doc._validate_selects()
			doc._validate_non_negative()
			doc._validate_length()
			doc._sanitize_content()
			doc._save_passwords()
		self._validate_constants()

	def _label(self, df: _dict) -> str:
		label = _(df.label, context=df.parent) if df.label else df.fieldname
		return f"{_('Row #{0}:').format(self.idx)} {label}" if self.get("parentfield") else label

	def _validate_mandatory(self) -> None:
		missing = [
			(doc, df)
			for doc in [self, *self.get_all_children()]
			for df in doc.meta.fields
			if df.reqd and not doc._has_content(df)
		]
		for doc, df in missing:
			frappe.msgprint(_("Error: Value missing for {0}: {1}").format(_(df.parent), doc._label(df)))
		if missing:
			fields = ", ".join(df.fieldname for _doc, df in missing)
			raise frappe.MandatoryError(f"[{self.doctype}, {self.name}]: {fields}")

	def _has_content(self, df: _dict) -> bool:
		value = self.get(df.fieldname)
		if df.fieldtype in TABLE_TYPES:
			return bool(value)
		return bool(frappe.utils.strip_html(cstr(value)).strip())

	def _validate_links(self) -> None:
		"""Raise LinkValidationError if a linked record doesn't exist; otherwise use the record's own spelling."""
		if self.flags.ignore_links:
			return
		invalid = [entry for doc in [self, *self.get_all_children()] for entry in doc._invalid_links()]
		if invalid:
			frappe.throw(_("Could not find {0}").format(", ".join(invalid)), frappe.LinkValidationError)

	def _invalid_links(self) -> list[str]:
		invalid = []
		for df in self.meta.typed("Link", "Dynamic Link"):
			docname = self.get(df.fieldname)
			if not docname:
				continue
			doctype = df.options if df.fieldtype == "Link" else self.get(df.options)
			if not doctype:
				frappe.throw(_("{0} must be set first").format(self.meta.get_label(df.options)))
			self.set(df.fieldname, frappe.db.exists(doctype, docname))
			if not self.get(df.fieldname):
				invalid.append(f"{self._label(df)}: {docname}")
		return invalid

	def _validate_selects(self) -> None:
		for df in self.meta.typed("Select"):
			options = (df.options or "").split("\n")
			value = cstr(self.get(df.fieldname)).strip()
			if not value or not any(options):
				continue
			self.set(df.fieldname, value)
			if value not in options:
				allowed = '", "'.join(_(option) for option in options)
				message = _('{0} cannot be "{1}". It should be one of "{2}"')
				frappe.throw(message.format(self._label(df), value, allowed))

	def _validate_data_fields(self) -> None:
		checks = {
			"Email": frappe.utils.validate_email_address,
			"Phone": frappe.utils.validate_phone_number,
			"URL": frappe.utils.validate_url,
		}
		for df in self.meta.typed("Data"):
			if not df.options:
				continue
			if df.options not in checks:
				raise NotImplementedError(f"Data with the option {df.options} on the embedded site")
			value = self.get(df.fieldname)
			is_nobody = value in frappe.STANDARD_USERS and self.owner in frappe.STANDARD_USERS
			if value and not is_nobody:
				checks[df.options](value, throw=True)

	def _validate_non_negative(self) -> None:
		for df in self.meta.non_negative_fields:
			if flt(self.get(df.fieldname)) < 0:
				message = _("Value cannot be negative for {0}: {1}").format(_(df.parent), self._label(df))
				frappe.throw(message, frappe.NonNegativeError, title=_("Negative Value"))

	def _validate_length(self) -> None:
		if self.meta.issingle or local.flags.in_install:
			return
		values = self.__dict__
		for df in self.meta.limited_fields:
			if not (given := values.get(df["fieldname"])):
				continue
			value, kind = self._as_column(df, given), TYPE_MAP[df.fieldtype]
			limit = cint(df.length) or VARCHAR_LENGTH if kind == "varchar" else LARGEST[kind]
			if value and (len(cstr(value)) if kind == "varchar" else abs(cint(value))) > limit:
				message = _("{0}: '{1}' ({3}) will get truncated, as max characters allowed is {2}")
				where = f"{_(self.doctype)} {self.name}"
				text = message.format(where, self._label(df), limit, value)
				frappe.throw(text, frappe.CharacterLengthExceededError, title=_("Value too big"))

	def _sanitize_content(self) -> None:
		"""Escape HTML that could run code, except in code fields and in fields that ignore the XSS filter."""
		if local.flags.in_install:
			return
		values = self.__dict__
		for df in self.meta.fields:
			value = values.get(df["fieldname"])
			if isinstance(value, str) and ("<" in value or ">" in value):
				is_email = df.fieldtype in ("Data", "Small Text", "Text") and df.options == "Email"
				if not (df.ignore_xss_filter or is_email or df.fieldtype in _UNFILTERED):
					self.set(df.fieldname, frappe.utils.sanitize_html(value))

	def _save_passwords(self) -> None:
		"""Store passwords encrypted in their own table; the field keeps a star for each character."""
		for df in self.meta.typed("Password"):
			password = self.get(df.fieldname)
			if not password:
				remove_encrypted_password(self.doctype, self.name, df.fieldname)
			elif set(password) != {"*"}:
				set_encrypted_password(self.doctype, self.name, password, df.fieldname)
				self.set(df.fieldname, "*" * len(password))

	def get_password(self, fieldname: str = "password", raise_exception: bool = True) -> str | None:
		if set(self.get(fieldname) or "*") != {"*"}:
			return self.get(fieldname)
		return get_decrypted_password(self.doctype, self.name, fieldname, raise_exception=raise_exception)

	def _validate_constants(self) -> None:
		"""Raise CannotChangeConstantError if creation, owner or a set_only_once field changes after the first save."""
		previous = self.get_doc_before_save()
		fixed = [df.fieldname for df in self.meta.fields if df.set_only_once]
		for fieldname in ["creation", "owner", *fixed] if previous else ():
			if cstr(self.get(fieldname)) != cstr(previous.get(fieldname)):
				label = frappe.bold(self.meta.get_label(fieldname))
				frappe.throw(_("Value cannot be changed for {0}").format(label), frappe.CannotChangeConstantError)
