"""Roles, owners, permission levels, and the app's own conditions."""

import frappe
import pytest

from tests.platform.conftest import EVE, JANE, ROW, STRANGER, THING
from tests.support.factories import make_page, make_user


@pytest.fixture
def janes(thing, as_user):
	with as_user(JANE):
		return thing("janes").name


def test_roles_come_with_the_automatic_ones():
	assert {"Platform Tester", "All", "Guest"} <= set(frappe.get_roles(JANE))
	assert frappe.get_roles("Guest") == ["Guest"]
	assert "System Manager" in frappe.get_roles("Administrator")
	assert "Desk User" not in frappe.get_roles(STRANGER)


def test_an_owner_may_and_another_may_not(janes, as_user):
	with as_user(JANE):
		doc = frappe.get_doc(THING, janes)
		assert all(doc.has_permission(right) for right in ("read", "write", "delete"))
		doc.remark = "mine"
		doc.save()
	with as_user(EVE):
		doc = frappe.get_doc(THING, janes)
		assert not any(doc.has_permission(right) for right in ("read", "write", "delete"))
		doc.remark = "hers"
		with pytest.raises(frappe.PermissionError):
			doc.save()
		with pytest.raises(frappe.PermissionError):
			doc.delete()
		doc.reload().save(ignore_permissions=True)


def test_lists_hold_what_the_user_owns(janes, thing, as_user):
	thing("admins")
	for user, seen in ((JANE, [janes]), (EVE, [])):
		with as_user(user):
			assert frappe.get_list(THING, pluck="name") == seen
			assert len(frappe.get_all(THING)) == 2


def test_no_role_no_access(janes, as_user):
	for user in (STRANGER, "Guest"):
		with as_user(user):
			with pytest.raises(frappe.PermissionError):
				frappe.get_list(THING)
			with pytest.raises(frappe.PermissionError):
				frappe.get_doc({"doctype": THING, "title": "x"}).insert()
			assert not frappe.has_permission(THING, "read")
			frappe.get_doc({"doctype": THING, "title": f"waived {user}"[:20]}).insert(ignore_permissions=True)


def test_fields_above_the_users_level_go_back(janes, as_user):
	with as_user(JANE):
		doc = frappe.get_doc(THING, janes)
		doc.secret_note = "sneaked in"
		doc.save()
		assert not doc.secret_note
		assert not frappe.get_doc({"doctype": THING, "title": "x", "secret_note": "no"}).insert().secret_note
	frappe.db.set_value(THING, janes, "secret_note", "known above")
	with as_user(JANE):
		assert "secret_note" not in frappe.get_list(THING, {"name": janes}, ["*"])[0]
		assert frappe.get_list(THING, {"name": janes}, ["name", "secret_note"]) == [{"name": janes}]
	assert frappe.get_list(THING, {"name": janes}, ["secret_note"])[0].secret_note == "known above"


def test_has_permission_can_raise(janes, as_user):
	with as_user(EVE), pytest.raises(frappe.PermissionError):
		frappe.has_permission(THING, "read", doc=janes, throw=True)


def test_an_apps_query_conditions_and_hooks_agree(as_user):
	owner, other = make_user("Owner"), make_user("Other")
	page = make_page(owner)
	with as_user(owner):
		assert frappe.get_list("Scheduling Page", pluck="name") == [page.name]
		assert frappe.get_doc("Scheduling Page", page.name).has_permission("write")
	with as_user(other):
		assert frappe.get_list("Scheduling Page", pluck="name") == []
		assert not frappe.get_doc("Scheduling Page", page.name).has_permission("read")
	assert page.name in frappe.get_list("Scheduling Page", pluck="name")


def test_child_rows_follow_their_parent(thing, as_user):
	with as_user(JANE):
		doc = thing("janes", rows=[{"label": "a"}])
		assert frappe.get_list(ROW, {"parent": doc.name}, ["label"], parent_doctype=THING) == [{"label": "a"}]
		assert frappe.has_permission(ROW, "read", doc=doc.rows[0])
		with pytest.raises(frappe.PermissionError):
			frappe.get_list(ROW)
		with pytest.raises(frappe.PermissionError):
			frappe.get_list(ROW, parent_doctype="User")
	with as_user(STRANGER), pytest.raises(frappe.PermissionError):
		frappe.get_list(ROW, parent_doctype=THING)
	with as_user(EVE):
		assert not frappe.has_permission(ROW, "read", doc=doc.rows[0])


def test_a_row_loaded_by_its_own_name_asks_the_parents_doctype_alone(thing, as_user):
	"""Frappe knows a row's parent only if they were loaded together. The app's rows load it (controllers.Row)."""
	with as_user(JANE):
		row = thing("janes", rows=[{"label": "a"}]).rows[0]
	with as_user(EVE):
		assert frappe.get_doc(ROW, row.name).parent_doc is None
		assert frappe.get_doc(ROW, row.name).has_permission("read")
		assert frappe.has_permission(ROW, "read", doc=row.name)
	with as_user(STRANGER):
		assert not frappe.get_doc(ROW, row.name).has_permission("read")


def test_a_role_given_counts_at_once(as_user):
	user = frappe.get_doc("User", STRANGER)
	user.append("roles", {"role": "Platform Tester"})
	user.save()
	with as_user(STRANGER):
		assert frappe.has_permission(THING, "read")
