"""Singles, passwords, and cached documents, which are never stale."""

import frappe
import pytest
from cryptography.fernet import Fernet
from frappe.utils.password import decrypt, encrypt, get_decrypted_password

from tests.platform.conftest import SETTINGS, THING


def test_an_unsaved_single_has_its_defaults():
	assert frappe.get_doc(SETTINGS).limit == 7
	assert frappe.db.get_single_value(SETTINGS, "limit") == 0


def test_a_single_is_saved_as_text_and_read_as_its_types():
	doc = frappe.get_doc(SETTINGS)
	doc.update({"limit": "12", "on": True, "note": "x"})
	doc.save()
	again = frappe.get_doc(SETTINGS, SETTINGS)
	assert (again.limit, again.on, again.note) == (12, 1, "x")
	assert frappe.db.get_single_value(SETTINGS, "limit") == 12
	frappe.db.set_single_value(SETTINGS, "limit", 5)
	assert frappe.db.get_single_value(SETTINGS, "limit") == 5
	assert frappe.get_cached_doc(SETTINGS).limit == 5


def test_a_password_is_stored_encrypted_and_apart(thing):
	doc = thing(password="hunter2")
	assert doc.password == "*" * 7
	assert frappe.db.get_value(THING, doc.name, "password") == "*" * 7
	assert doc.get_password("password") == "hunter2"
	stored = frappe.db.sql("select password from `__Auth` where doctype = %s and name = %s", (THING, doc.name))[0][0]
	assert "hunter2" not in stored
	doc.remark = "saved again"
	doc.save()
	assert get_decrypted_password(THING, doc.name, "password") == "hunter2"
	doc.password = ""
	doc.save()
	assert doc.get_password("password", raise_exception=False) is None
	# AuthenticationError on 15.44, ValidationError on 15.101 and on the released 16
	with pytest.raises((frappe.AuthenticationError, frappe.ValidationError)):
		get_decrypted_password(THING, doc.name, "password")


def test_a_password_goes_with_its_document(thing):
	doc = thing(password="hunter2")
	doc.delete()
	assert get_decrypted_password(THING, doc.name, "password", raise_exception=False) is None


def test_a_single_keeps_a_password_too():
	doc = frappe.get_doc(SETTINGS)
	doc.secret = "s3cret"
	doc.save()
	assert frappe.get_doc(SETTINGS).get_password("secret") == "s3cret"
	assert frappe.db.get_single_value(SETTINGS, "secret") == "*" * 6


def test_a_cached_document_follows_every_way_of_changing_it(thing):
	doc = thing(remark="a")
	cached = lambda: frappe.get_cached_doc(THING, doc.name).remark  # noqa: E731
	assert cached() == "a"
	doc.remark = "b"
	doc.save()
	assert cached() == "b"
	frappe.db.set_value(THING, doc.name, "remark", "c")
	assert cached() == "c"
	frappe.db.set_value(THING, {"title": "one"}, "remark", "d")
	assert cached() == "d"
	assert frappe.get_cached_value(THING, doc.name, "remark") == "d"
	assert frappe.get_cached_value(THING, "never there", "remark") is None


def test_a_cached_document_is_forgotten_by_a_rollback(thing, committed):
	doc = thing(remark="kept")
	frappe.db.commit()
	doc.db_set("remark", "dropped")
	assert frappe.get_cached_doc(THING, doc.name).remark == "dropped"
	frappe.db.rollback()
	assert frappe.get_cached_doc(THING, doc.name).remark == "kept"


def test_another_process_sees_a_change_of_a_cached_document(site, thing, committed):
	doc = thing(remark="a")
	frappe.db.commit()
	frappe.get_cached_doc(THING, doc.name)
	code = f"import frappe\nfrappe.db.set_value('{THING}', '{doc.name}', 'remark', 'b')\nfrappe.db.commit()"
	process = site.python(code)
	_said, complaint = process.communicate(timeout=60)
	assert process.returncode == 0, complaint
	frappe.db.rollback()
	frappe.set_user("Administrator")
	assert frappe.get_cached_doc(THING, doc.name).remark == "b"


def test_a_text_is_encrypted_with_the_sites_key(monkeypatch):
	assert decrypt(encrypt("hunter2")) == "hunter2"
	text = encrypt("hunter2")
	monkeypatch.setitem(frappe.local.conf, "encryption_key", Fernet.generate_key().decode())
	with pytest.raises(frappe.ValidationError):
		decrypt(text)
	assert frappe.local.message_log
	frappe.clear_last_message()
	assert not frappe.local.message_log


def test_a_single_keeps_rows_of_a_table():
	def rows():
		return [[row.label for row in doc.rows] for doc in (frappe.get_doc(SETTINGS), frappe.get_cached_doc(SETTINGS))]

	doc = frappe.get_doc(SETTINGS)
	for label in ("a", "b"):
		doc.append("rows", {"label": label})
	doc.save()
	assert rows() == [["a", "b"]] * 2
	doc = frappe.get_doc(SETTINGS)
	doc.remove(doc.rows[0])
	doc.save()
	assert rows() == [["b"]] * 2


def test_a_single_always_exists():
	assert frappe.db.exists(SETTINGS, SETTINGS) == SETTINGS
