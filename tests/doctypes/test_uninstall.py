"""Uninstalling deletes what the app added; a dry run deletes nothing."""

import frappe
import pytest

from scheduler_integration import install
from tests.support.site import on_real_site
from tests.support.stand_ins import field, standing_in

HOLIDAY_LIST = {"Holiday List": {"autoname": "hash", "fields": [field("to_date", "Date")]}}
FIELD = "Availability Schedule-holiday_list"


@pytest.fixture(scope="module", autouse=True)
def _holiday_list(site):
	with standing_in(HOLIDAY_LIST):
		yield


@pytest.fixture
def no_commit(monkeypatch):
	"""Fail the test on a commit. A dry run ends with a rollback, which can't revert what was committed."""
	for command in ("commit", "sql_ddl"):
		monkeypatch.setattr(frappe.db, command, lambda *_args, **_kwargs: pytest.fail("a dry run must not commit"))


def test_a_dry_run_of_uninstalling_takes_nothing(no_commit):
	install.before_uninstall()
	assert not frappe.db.exists("Role", "Scheduling User")
	install.after_uninstall()
	install.after_app_change("scheduler_integration")
	frappe.db.rollback()
	assert frappe.db.exists("Role", "Scheduling User")
	assert frappe.db.exists("Custom Field", FIELD)


def test_a_dry_run_of_uninstalling_another_app_commits_nothing_of_it(no_commit):
	frappe.db.set_value("Role", "Scheduling User", "desk_access", 0)
	install.after_app_change("erpnext")
	frappe.db.rollback()
	assert frappe.db.get_value("Role", "Scheduling User", "desk_access") == 1


@pytest.mark.usefixtures("commit_clean")
def test_the_field_comes_with_another_app():
	frappe.delete_doc("Custom Field", FIELD)
	install.after_app_change("erpnext")
	assert frappe.db.exists("Custom Field", FIELD)


@pytest.mark.usefixtures("commit_clean")
@pytest.mark.skipif(not on_real_site(), reason="SQLite names indexes in another way")
@pytest.mark.parametrize(
	("table", "index"), [("Contact Email", "email_id_creation_index"), ("User", "email_creation_index")]
)
def test_the_indexes_on_addresses_go_and_come(table, index):
	def indexes():
		return {row.Key_name for row in frappe.db.sql(f"show index from `tab{table}`", as_dict=True)}

	assert index in indexes()
	try:
		install.drop_core_indexes()
		assert index not in indexes()
		install.drop_core_indexes()
	finally:
		install.ensure_core_indexes()
	assert index in indexes()
