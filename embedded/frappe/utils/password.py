"""Passwords: hashed for signing in, encrypted with the site's key where they must be read again."""

from typing import Any

import frappe
from cryptography.fernet import Fernet, InvalidToken
from frappe import _
from frappe.context import local
from frappe.missing import missing
from werkzeug.security import check_password_hash, generate_password_hash

_WHERE = "`doctype` = %s and `name` = %s and `fieldname` = %s"


def _store(doctype: str, name: str, fieldname: str, password: str, encrypted: int) -> None:
	frappe.db.sql(
		"insert into `__Auth` (doctype, name, fieldname, password, encrypted) values (%s, %s, %s, %s, %s) "
		"on duplicate key update password = values(password), encrypted = values(encrypted)",
		(doctype, name, fieldname, password, encrypted),
	)


def get_decrypted_password(
	doctype: str, name: str, fieldname: str = "password", raise_exception: bool = True
) -> str | None:
	query = f"select `password` from `__Auth` where {_WHERE} and `encrypted` = 1"
	rows = frappe.db.sql(query, (doctype, name, fieldname))
	if rows and rows[0][0]:
		return decrypt(rows[0][0])
	if raise_exception:
		message = _("Password not found for {0} {1} {2}").format(doctype, name, fieldname)
		frappe.throw(message, frappe.AuthenticationError)
	return None


def set_encrypted_password(doctype: str, name: str, pwd: str, fieldname: str = "password") -> None:
	_store(doctype, name, fieldname, encrypt(pwd), 1)


def remove_encrypted_password(doctype: str, name: str, fieldname: str = "password") -> None:
	frappe.db.sql(f"delete from `__Auth` where {_WHERE}", (doctype, name, fieldname))


def delete_all_passwords_for(doctype: str, name: str) -> None:
	frappe.db.sql("delete from `__Auth` where `doctype` = %s and `name` = %s", (doctype, name))


def check_password(user: str, pwd: str, doctype: str = "User", fieldname: str = "password", **_unused: Any) -> str:
	"""The user's name as it is spelled, or an AuthenticationError."""
	query = f"select `name`, `password` from `__Auth` where {_WHERE} and `encrypted` = 0"
	rows = frappe.db.sql(query, (doctype, user, fieldname))
	if not rows or not check_password_hash(rows[0][1], pwd):
		raise frappe.AuthenticationError(_("Incorrect User or Password"))
	return rows[0][0]


def update_password(
	user: str, pwd: str, doctype: str = "User", fieldname: str = "password", logout_all_sessions: bool = False
) -> None:
	_store(doctype, user, fieldname, generate_password_hash(pwd, method="pbkdf2:sha256:30000"), 0)
	if logout_all_sessions:
		frappe.db.sql("delete from `tabSessions` where `user` = %s and `sid` != %s", (user, local.session.sid or ""))


def encrypt(txt: str, encryption_key: str | None = None) -> str:
	return Fernet(encryption_key or get_encryption_key()).encrypt(txt.encode()).decode()


def decrypt(txt: str, encryption_key: str | None = None, key: str | None = None) -> str:
	try:
		return Fernet(encryption_key or get_encryption_key()).decrypt(txt.encode()).decode()
	except InvalidToken:
		frappe.throw(_("Encryption key is invalid! Please check site_config.json"))


def get_encryption_key() -> str:
	"""Written into site_config.json when the site is installed."""
	return local.conf["encryption_key"]


__getattr__ = missing(__name__)
