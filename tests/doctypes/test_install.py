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
