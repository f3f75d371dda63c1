"""How Frappe's own documents behave, as far as the app meets them."""

import hashlib
import os
from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.core.customizing import CustomField
from frappe.core.doctype_row import DocType
from frappe.email.email_queue import EmailQueue
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists
from frappe.utils import now_datetime, sanitize_html, validate_email_address

_MEDIUM = {
	"": "Event", "Event": "Event", "Meeting": "Meeting", "Call": "Phone", "Sent/Received Email": "Email", "Other": "Other",
}  # fmt: skip


class User(Document):
	def __setup__(self) -> None:
		self.flags.ignore_save_passwords = ["new_password"]

	def autoname(self) -> None:
		if self.get("is_admin") or self.get("is_guest"):
			self.name = self.first_name
		else:
			self.email = self.email.strip().lower()
			self.name = self.email

	def validate(self) -> None:
		self._new_password, self.new_password = self.new_password, ""
		if self.name not in frappe.STANDARD_USERS:
			self.email = self.name
			validate_email_address(self.email.strip(), throw=True)
			desk = [role.role for role in self.roles if frappe.db.get_value("Role", role.role, "desk_access")]
			self.user_type = "System User" if desk else "Website User"
		elif not self.enabled:
			frappe.throw(_("User {0} cannot be disabled").format(self.name))
		for field in ("first_name", "middle_name", "last_name"):
			if self.get(field):
				self.set(field, sanitize_html(self.get(field), always_sanitize=True))
		self.full_name = " ".join(filter(None, (self.first_name, self.last_name)))
		self.time_zone = self.time_zone or frappe.utils.get_system_timezone()
		self.roles = list({role.role: role for role in self.roles}.values())

	def on_update(self) -> None:
		"""No welcome mail is sent: it leads to a page for choosing a password, which the embedded site hasn't."""
		from frappe.utils.password import update_password

		frappe.clear_cache(user=self.name)
		if self._new_password:
			update_password(self.name, self._new_password)
		if not self.enabled:
			frappe.db.sql("delete from `tabSessions` where `user` = %s", (self.name,))
		now = bool(local.flags.in_test or local.flags.in_install)
		frappe.enqueue("frappe.core.controllers.create_contact", user=self.name, now=now, enqueue_after_commit=True)

	def add_roles(self, *roles: str) -> None:
		known = {role.role for role in self.roles}
		for role in roles:
			if role not in known:
				self.append("roles", {"role": role})
		self.save()

	def get_restricted_ip_list(self) -> None:
		return None


def create_contact(user: str) -> None:
	"""Every user is a contact too."""
	if user in frappe.STANDARD_USERS:
		return
	doc = frappe.get_doc("User", user)
	known = frappe.db.get_value("Contact Email", {"email_id": doc.email}, "parent")
	contact = frappe.get_doc("Contact", known) if known else frappe.new_doc("Contact", user=doc.name)
	contact.update({"first_name": doc.first_name, "last_name": doc.last_name})
	if not known:
		contact.append("email_ids", {"email_id": doc.email, "is_primary": 1})
		contact.insert(ignore_permissions=True, ignore_mandatory=True)
	else:
		contact.save(ignore_permissions=True)


class Contact(Document):
	def autoname(self) -> None:
		self.name = self._get_full_name()
		for link in self.links[:1]:
			self.name = f"{self.name}-{link.link_name.strip()}"
		if frappe.db.exists("Contact", self.name):
			self.name = append_number_if_name_exists("Contact", self.name)

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
		for link in self.links:
			if not link.link_title:
				link.link_title = frappe.get_doc(link.link_doctype, link.link_name).get_title() or link.link_name

	@staticmethod
	def _primary(rows: list, flag: str, field: str, label: str) -> str:
		primary = [row.get(field) for row in rows if row.get(flag)]
		if len(primary) > 1:
			frappe.throw(_("Only one {0} can be set as primary.").format(frappe.bold(label)))
		return primary[0] if primary else ""

	def add_email(self, email_id: str, is_primary: int = 0, autosave: bool = False) -> None:
		if not frappe.db.exists("Contact Email", {"email_id": email_id, "parent": self.name}):
			self.append("email_ids", {"email_id": email_id, "is_primary": is_primary})
			if autosave:
				self.save(ignore_permissions=True)

	def add_phone(
		self, phone: str, is_primary_phone: int = 0, is_primary_mobile_no: int = 0, autosave: bool = False
	) -> None:
		if not frappe.db.exists("Contact Phone", {"phone": phone, "parent": self.name}):
			flags = {"is_primary_phone": is_primary_phone, "is_primary_mobile_no": is_primary_mobile_no}
			self.append("phone_nos", {"phone": phone, **flags})
			if autosave:
				self.save(ignore_permissions=True)

	def get_link_for(self, link_doctype: str) -> str | None:
		return next((link.link_name for link in self.links if link.link_doctype == link_doctype), None)

	def has_link(self, doctype: str, name: str) -> bool:
		return any(link.link_doctype == doctype and link.link_name == name for link in self.links)


class Event(Document):
	def validate(self) -> None:
		self.starts_on = self.starts_on or now_datetime()
		if self.starts_on == self.ends_on:
			self.ends_on = None
		self.validate_from_to_dates("starts_on", "ends_on")

	def before_save(self) -> None:
		for row in self.event_participants:
			if not row.email and row.reference_doctype == "Contact":
				row.email = frappe.db.get_value("Contact", row.reference_docname, "email_id")

	def on_update(self) -> None:
		"""The meeting stands on the timeline of each participant whose DocType shows events there."""
		for row in self.event_participants:
			filters = [
				["reference_doctype", "=", self.doctype], ["reference_name", "=", self.name],
				["Communication Link", "link_doctype", "=", row.reference_doctype],
				["Communication Link", "link_name", "=", row.reference_docname],
			]  # fmt: skip
			names = frappe.get_all("Communication", filters=filters, pluck="name", distinct=True)
			if names:
				for name in names:
					self._write_communication(frappe.get_doc("Communication", name), row)
			elif frappe.get_meta(row.reference_doctype).allow_events_in_timeline:
				self._write_communication(frappe.new_doc("Communication"), row)

	def _write_communication(self, communication: Document, row: Document) -> None:
		communication.update(
			{
				"subject": self.subject, "content": self.description or self.subject, "status": "Linked",
				"communication_date": self.starts_on, "sender": self.owner,
				"sender_full_name": frappe.utils.get_fullname(self.owner), "reference_doctype": self.doctype,
				"reference_name": self.name, "communication_medium": _MEDIUM.get(self.event_category or "", ""),
			}
		)  # fmt: skip
		communication.add_link(row.reference_doctype, row.reference_docname)
		communication.save(ignore_permissions=True)

	def add_participant(self, doctype: str, docname: str) -> None:
		self.append("event_participants", {"reference_doctype": doctype, "reference_docname": docname})

	def on_trash(self) -> None:
		filters = {"reference_doctype": self.doctype, "reference_name": self.name}
		for name in frappe.get_all("Communication", filters=filters, pluck="name"):
			frappe.delete_doc("Communication", name, force=True)


class Communication(Document):
	def validate(self) -> None:
		if self.reference_doctype and self.reference_name and not self.reference_owner:
			self.reference_owner = frappe.db.get_value(self.reference_doctype, self.reference_name, "owner")
		self.user = self.user or local.session.user
		self.subject = self.subject or frappe.utils.strip_html((self.content or "")[:141])
		if not self.sent_or_received:
			self.seen, self.sent_or_received = 1, "Sent"
		if self.communication_medium == "Email":
			raise NotImplementedError("A Communication of medium Email on the embedded site")
		if self.is_new():
			self.status = "Linked" if self.reference_doctype and self.reference_name else "Open"

	def add_link(self, link_doctype: str, link_name: str, autosave: bool = False) -> None:
		self.append("timeline_links", {"link_doctype": link_doctype, "link_name": link_name})
		if autosave:
			self.save(ignore_permissions=True)


class Comment(Document):
	def validate(self) -> None:
		self.comment_email = self.comment_email or local.session.user
		self.content = sanitize_html(self.content)


class File(Document):
	"""Content goes into the site's folder under its hash; the row keeps the URL."""

	def before_insert(self) -> None:
		content = self.get("content")
		if content is None:
			return
		content = content.encode() if isinstance(content, str) else content
		self.content_hash, self.file_size = hashlib.md5(content).hexdigest(), len(content)
		stem, extension = os.path.splitext(os.path.basename(self.file_name or "file"))
		name = f"{stem}{self.content_hash[-6:]}{extension}"
		folder = frappe.get_site_path("private" if self.is_private else "public", "files")
		os.makedirs(folder, exist_ok=True)
		with open(os.path.join(folder, name), "wb") as file:
			file.write(content)
		self.file_url = f"/{'private/' if self.is_private else ''}files/{name}"
		self.__dict__.pop("content")

	def get_full_path(self) -> str:
		return frappe.get_site_path("" if self.is_private else "public", self.file_url.lstrip("/"))

	def get_content(self) -> bytes | str:
		with open(self.get_full_path(), "rb") as file:
			content = file.read()
		try:
			return content.decode()
		except UnicodeDecodeError:
			return content


class SystemSettings(Document):
	def validate(self) -> None:
		from zoneinfo import ZoneInfo

		ZoneInfo(self.time_zone)


CONTROLLERS: dict[str, Any] = {
	"User": User, "Contact": Contact, "Event": Event, "Communication": Communication, "Comment": Comment, "File": File,
	"System Settings": SystemSettings, "Email Queue": EmailQueue, "Custom Field": CustomField, "DocType": DocType,
}  # fmt: skip


def event_query_conditions(user: str, doctype: str | None = None) -> str:
	return f"(`tabEvent`.`event_type` = 'Public' or `tabEvent`.`owner` = {frappe.db.escape(user)})"


def has_event_permission(doc: Document, user: str) -> bool:
	return doc.event_type == "Public" or doc.owner == user


def user_query_conditions(user: str, doctype: str | None = None) -> str:
	return "" if user == "Administrator" else "(`tabUser`.`name` not in ('Guest', 'Administrator'))"


def has_user_permission(doc: Document, user: str) -> bool:
	return user == "Administrator" or doc.name not in frappe.STANDARD_USERS
