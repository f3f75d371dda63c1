"""Frappe's blank records, which the app keeps from request to request."""

import frappe
import pytest

from scheduler_integration.bookings.store import BLANK_DOCTYPES, reuse_blank_records
from tests.support.site import on_real_site

pytestmark = pytest.mark.skipif(not on_real_site(), reason="the embedded site makes no blank records")


@pytest.fixture(autouse=True)
def _guest():
	frappe.set_user("Guest")
	yield
	frappe.set_user("Administrator")


def blank(doctype):
	"""Return the blank record that a new request gets."""
	frappe.local.new_doc_templates = {}
	reuse_blank_records()
	return frappe.local.new_doc_templates[doctype]


def test_a_request_gets_what_frappe_would_make():
	from frappe.model.create_new import make_new_doc

	assert {doctype: blank(doctype) for doctype in BLANK_DOCTYPES} == {
		doctype: make_new_doc(doctype) for doctype in BLANK_DOCTYPES
	}


def test_the_second_request_asks_nothing(queries):
	blank("Contact")
	queries.clear()
	blank("Contact")
	assert not queries


def test_a_new_default_makes_a_new_blank_record(monkeypatch):
	assert not blank("Contact").get("designation")
	monkeypatch.setattr(frappe.get_meta("Contact").get_field("designation"), "default", "Engineer")
	assert blank("Contact")["designation"] == "Engineer"


def test_somebody_who_is_signed_in_gets_none():
	frappe.set_user("Administrator")
	frappe.local.new_doc_templates = {}
	reuse_blank_records()
	assert not frappe.local.new_doc_templates
