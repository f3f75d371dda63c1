"""The steps of the installation before Frappe reads the app's DocTypes."""

import frappe
import pytest

from scheduler_integration import install
from tests.support.site import on_real_site


@pytest.mark.skipif(not on_real_site(), reason="the embedded site keeps no map of modules")
def test_a_map_of_modules_that_is_older_than_the_app_keeps_no_doctype_away():
	frappe.cache.set_value("app_modules", {"frappe": ["core"]})
	frappe.setup_module_map()
	assert "scheduler_integration" not in frappe.local.app_modules
	install.before_install()
	assert frappe.local.app_modules["scheduler_integration"] == ["scheduler_integration"]


def test_a_site_on_postgresql_is_refused_with_the_reason(monkeypatch):
	"""The database is only named here: the app must stop before it asks it anything."""
	monkeypatch.setattr(frappe.db, "db_type", "postgres")
	with pytest.raises(frappe.ValidationError, match="runs on MariaDB"):
		install.before_install()
