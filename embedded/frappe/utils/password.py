"""Stands in for frappe.utils.password: hashes for signing in, encryption for passwords that are read again."""

import frappe
from cryptography.fernet import Fernet, InvalidToken
from frappe import _
from frappe.context import local
from frappe.missing import missing
from werkzeug.security import check_password_hash, generate_password_hash

# Many rounds of hashing slow down somebody who has stolen the table, but also each test that signs in.
_METHOD, _METHOD_OF_TESTS = "pbkdf2:sha256:30000", "pbkdf2:sha256:100"
_WHERE = "`doctype` = %s and `name` = %s and `fieldname` = %s"


def _store(doctype: str, name: str, fieldname: str, password: str, encrypted: int) -> None:
	frappe.db.sql(
		"insert or replace into `__Auth` values (%s, %s, %s, %s, %s)", (doctype, name, fieldname, password, encrypted)
	)


def get_decrypted_password(
	doctype: str, name: str, fieldname: str = "password", raise_exception: bool = True
) -> str | None:
	query = f"select `password` from `__Auth` where {_WHERE} and `encrypted` = 1"
	rows = frappe.db.sql(query, (doctype, name, fieldname), pluck=True)
	if rows:
		return decrypt(rows[0])
	if raise_exception:
		frappe.throw(_("Password not found for {0} {1} {2}").format(doctype, name, fieldname))
	return None


def set_encrypted_password(doctype: str, name: str, pwd: str, fieldname: str = "password") -> None:
	_store(doctype, name, fieldname, encrypt(pwd), 1)


def encrypt(txt: str) -> str:
	return _cipher().encrypt(txt.encode()).decode()


def decrypt(txt: str) -> str:
	"""Return the plain text. Throws ValidationError if it was encrypted with another key."""
	try:
		return _cipher().decrypt(txt.encode()).decode()
	except InvalidToken:
		frappe.throw(_("Encryption key is invalid! Please check site_config.json"))


def remove_encrypted_password(doctype: str, name: str, fieldname: str = "password") -> None:
	frappe.db.sql(f"delete from `__Auth` where {_WHERE} and `encrypted` = 1", (doctype, name, fieldname))


def delete_all_passwords_for(doctype: str, name: str) -> None:
	frappe.db.sql("delete from `__Auth` where `doctype` = %s and `name` = %s", (doctype, name))


def check_password(user: str, pwd: str) -> str:
	"""Return the user's name as it is stored. Raises AuthenticationError if the password is wrong."""
	query = f"select `name`, `password` from `__Auth` where {_WHERE} and `encrypted` = 0"
	for name, known in frappe.db.sql(query, ("User", user, "password")):
		if check_password_hash(known, pwd):
			return name
	raise frappe.AuthenticationError(_("Incorrect User or Password"))


def update_password(user: str, pwd: str) -> None:
	method = _METHOD_OF_TESTS if local.conf.allow_tests else _METHOD
	_store("User", user, "password", generate_password_hash(pwd, method=method), 0)


def get_encryption_key() -> str:
	"""Return the key in site_config.json, which is written when the site is installed."""
	return local.conf["encryption_key"]


def _cipher() -> Fernet:
	return Fernet(get_encryption_key())


__getattr__ = missing(__name__)
