"""The code keeps its own rules: who reads the clock, who asks the database, what is documented."""

import pytest

from tests.architecture import rules


def test_the_app_keeps_its_rules():
	assert rules.all_broken() == []


@pytest.mark.parametrize(
	("path", "source"),
	[
		("outbox/x.py", "now = frappe.utils.now()"),
		("availability/x.py", "zone = get_system_timezone()"),
		("pages/host/x.py", "rows = frappe.get_all('Booking')"),
		("crm/x.py", "address = get_url('/scheduling')"),
		("crm/x.py", "address = frappe.utils.get_url_to_form('Booking', name)"),
		("crm/x.py", "event.insert(ignore_permissions=True)"),
		("crm/x.py", "return rows.run()  # type: ignore[operator]"),
		("crm/x.py", "return rows.run()  # type: ignore"),
		("crm/x.py", "frappe.db.rollback()"),
	],
)
def test_a_breach_is_seen(path, source):
	assert list(rules.broken(path, f"def f():\n\t{source}\n"))


def test_the_clock_may_read_the_clock():
	assert not list(rules.broken(rules.CLOCK, "now = time.time()"))


def test_settings_of_the_site_are_found():
	assert "scheduling_vendors" in rules.settings()
