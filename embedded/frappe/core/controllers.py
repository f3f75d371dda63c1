"""Stands in for the controllers in frappe.core, frappe.contacts and frappe.desk that the app meets."""

import hashlib
from pathlib import Path

import frappe
from frappe import _
from frappe.context import local
from frappe.core.doctype_row import DocType
from frappe.custom.doctype.custom_field.custom_field import CustomField
from frappe.email.email_queue import EmailQueue
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists
from frappe.utils import date_diff, get_files_path, sanitize_html, validate_email_address
from frappe.utils.password import update_password

_MEDIUM = {
	"": "Event", "Event": "Event", "Meeting": "Meeting", "Call": "Phone", "Sent/Received Email": "Email", "Other": "Other",
}  # fmt: skip


class User(Document):
	def autoname(self) -> None:
		self.email = self.email.strip().lower()
		self.name = self.email

	def validate(self) -> None:
		self._new_password, self.new_password = self.new_password, ""
		if self.name not in frappe.STANDARD_USERS:
			self.email = self.name
			validate_email_address(self.email, throw=True)
			desk = [role.role for role in self.roles if frappe.db.get_value("Role", role.role, "desk_access")]
			self.user_type = "System User" if desk else "Website User"
		for field in ("first_name", "middle_name", "last_name"):
			if self.get(field):
				self.set(field, sanitize_html(self.get(field), always_sanitize=True))
		self.full_name = " ".join(filter(None, (self.first_name, self.last_name)))
		self.time_zone = self.time_zone or frappe.utils.get_system_timezone()
		self.roles = list({role.role: role for role in self.roles}.values())

	def on_update(self) -> None:
		"""Store password and contact. Sends no welcome e-mail: its link leads to a page that the embedded site lacks."""
		if self._new_password:
			update_password(self.name, self._new_password)
		if self.name not in frappe.STANDARD_USERS:
			self._write_contact()

	def on_trash(self) -> None:
		contacts = frappe.qb.DocType("Contact")
		frappe.qb.update(contacts).set(contacts.user, None).where(contacts.user == self.name).run()

	def _write_contact(self) -> None:
		"""Create or update the user's contact."""
		known = frappe.db.get_value("Contact Email", {"email_id": self.email}, "parent")
		contact = frappe.get_doc("Contact", known) if known else frappe.new_doc("Contact", user=self.name)
		contact.update({"first_name": self.first_name, "last_name": self.last_name})
		if not known:
			contact.append("email_ids", {"email_id": self.email, "is_primary": 1})
		contact.save(ignore_permissions=True)


class Contact(Document):
	def autoname(self) -> None:
		links = [link.link_name.strip() for link in self.links[:1]]
		self.name = append_number_if_name_exists("Contact", "-".join([self._get_full_name(), *links]))

	def _get_full_name(self) -> str:
		names = [name.strip() for name in (self.first_name, self.middle_name, self.last_name) if name]
		return " ".join(filter(None, names)) or self.company_name or ""

	def validate(self) -> None:
		self.full_name = self._get_full_name()
		if len(self.email_ids) == 1:
			self.email_ids[0].is_primary = 1
		self.email_id = self._primary(self.email_ids, "is_primary", "email_id", _("Email ID")).strip()
		self.phone = self._primary(self.phone_nos, "is_primary_phone", "phone", "Phone")
		self.mobile_no = self._primary(self.phone_nos, "is_primary_mobile_no", "phone", "Mobile No")
		if not self.user and self.email_id:
			self.user = frappe.db.get_value("User", {"email": self.email_id})

	@staticmethod
	def _primary(rows: list, flag: str, field: str, label: str) -> str:
		primary = [row.get(field) for row in rows if row.get(flag)]
		if len(primary) > 1:
			frappe.throw(_("Only one {0} can be set as primary.").format(frappe.bold(label)))
		return primary[0] if primary else ""


class Event(Document):
	def validate(self) -> None:
		if self.starts_on == self.ends_on:
			self.ends_on = None
		if self.ends_on and date_diff(self.ends_on, self.starts_on) < 0:
			labels = [frappe.bold(_(self.meta.get_label(field))) for field in ("ends_on", "starts_on")]
			frappe.throw(_("{0} must be after {1}").format(*labels), frappe.InvalidDates)

	def before_save(self) -> None:
		for row in self.event_participants:
			if not row.email and row.reference_doctype == "Contact":
				row.email = frappe.db.get_value("Contact", row.reference_docname, "email_id")

	def on_update(self) -> None:
		self.sync_communication()

	def sync_communication(self) -> None:
		"""Add the meeting to the timeline of each participant whose DocType shows events there."""
		reference = {"reference_doctype": self.doctype, "reference_name": self.name}
		known = frappe.get_all("Communication", reference, pluck="name")
		for row in self.event_participants:
			link = {"link_doctype": row.reference_doctype, "link_name": row.reference_docname}
			names = [name for name in known if frappe.db.exists("Communication Link", {"parent": name, **link})]
			for name in names:
				self._write_communication(frappe.get_doc("Communication", name))
			if not names and frappe.get_meta(row.reference_doctype).allow_events_in_timeline:
				self._write_communication(frappe.new_doc("Communication", timeline_links=[link]))

	def _write_communication(self, communication: Document) -> None:
		communication.update(
			{
				"subject": self.subject, "content": self.description or self.subject, "status": "Linked",
				"communication_date": self.starts_on, "sender": self.owner,
				"sender_full_name": frappe.utils.get_fullname(self.owner), "reference_doctype": self.doctype,
				"reference_name": self.name, "communication_medium": _MEDIUM.get(self.event_category or "", ""),
				"sent_or_received": "Sent", "user": communication.user or local.session.user,
				"reference_owner": self.owner,
			}
		)  # fmt: skip
		communication.save(ignore_permissions=True)

	def on_trash(self) -> None:
		for row in frappe.get_all("Communication", {"reference_doctype": self.doctype, "reference_name": self.name}):
			frappe.delete_doc("Communication", row.name, force=True)


class Communication(Document):
	def validate(self) -> None:
		if self.communication_medium == "Email":
			raise NotImplementedError("A Communication of medium Email on the embedded site")
		if self.is_new():
			self.status = "Linked" if self.reference_doctype and self.reference_name else "Open"

	def add_link(self, link_doctype: str, link_name: str) -> None:
		self.append("timeline_links", {"link_doctype": link_doctype, "link_name": link_name})


class File(Document):
	"""A file of the site. Frappe keeps equal contents once; here each file is its own."""

	def before_insert(self) -> None:
		content = self.__dict__.pop("content", None)
		if not isinstance(content, bytes):
			raise NotImplementedError("A file without its content on the embedded site")
		self.content_hash, self.file_size = hashlib.md5(content).hexdigest(), len(content)
		self.file_url = f"/{'private/' if self.is_private else ''}files/{self.file_name}"
		self._path().parent.mkdir(parents=True, exist_ok=True)
		self._path().write_bytes(content)

	def on_trash(self) -> None:
		self._path().unlink(missing_ok=True)

	def _path(self) -> Path:
		return Path(get_files_path(self.file_url.split("/")[-1], is_private=self.is_private))


CONTROLLERS = {
	"User": User, "Contact": Contact, "Event": Event, "Communication": Communication,
	"Email Queue": EmailQueue, "Custom Field": CustomField, "DocType": DocType, "File": File,
}  # fmt: skip


def event_query_conditions(user: str) -> str:
	return f"(`tabEvent`.`event_type` = 'Public' or `tabEvent`.`owner` = {frappe.db.escape(user)})"


def has_event_permission(doc: Document, user: str) -> bool:
	return doc.event_type == "Public" or doc.owner == user


def user_query_conditions(user: str) -> str:
	return "`tabUser`.`name` not in ('Guest', 'Administrator')"


def has_user_permission(doc: Document) -> bool:
	return doc.name not in frappe.STANDARD_USERS


def file_query_conditions(user: str) -> str:
	if user == "Administrator":
		return ""
	owner = frappe.db.escape(user)
	if "Desk User" not in frappe.get_roles(user):
		return f"`tabFile`.`owner` = {owner}"
	attached = set(frappe.get_all("File", {"attached_to_doctype": ["is", "set"]}, pluck="attached_to_doctype"))
	readable = [frappe.db.escape(doctype) for doctype in sorted(attached) if frappe.has_permission(doctype, user=user)]
	return (
		"(`tabFile`.`is_private` = 0"
		f" or (`tabFile`.`attached_to_doctype` is null and `tabFile`.`owner` = {owner})"
		f" or `tabFile`.`attached_to_doctype` in ({', '.join(readable) or 'null'}))"
	)


def has_file_permission(doc: Document, ptype: str, user: str) -> bool:
	"""Whether the user may do this: the owner and Administrator everything, others what they may do with the record beside it."""
	if user == "Administrator" or ptype == "create" or (not doc.is_private and ptype in ("read", "select")):
		return True
	if user != "Guest" and doc.owner == user:
		return True
	if not (doc.attached_to_doctype and doc.attached_to_name):
		return False
	if not frappe.db.exists(doc.attached_to_doctype, doc.attached_to_name):
		return False
	beside = frappe.get_doc(doc.attached_to_doctype, doc.attached_to_name)
	return beside.has_permission("write" if ptype in ("write", "delete") else "read", user=user)
