"""Two tabs of a host at the same moment."""

import frappe
import pytest

from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import ChangedMeanwhile
from tests.support.factories import make_page


def test_the_second_tab_read_moments_in_microseconds_and_no_conflict(commit_clean):
	"""Both had read the page before either saved it, so only Frappe noticed."""
	page = make_page()
	frappe.db.commit()
	stale = frappe.get_doc("Scheduling Page", page.name)
	page.reload().update({"title": "First"})
	page.save()
	frappe.db.commit()
	stale.title = "Second"
	with pytest.raises(ChangedMeanwhile) as refused, refusals():
		stale.save()
	assert refused.value.http_status_code == 409
	assert frappe.db.get_value("Scheduling Page", page.name, "title") == "First"
