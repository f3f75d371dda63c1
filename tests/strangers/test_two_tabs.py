"""Two tabs of a host at the same moment."""

import frappe
import pytest

from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import ChangedMeanwhile
from tests.support.factories import make_page, make_user


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


def test_a_record_that_two_tabs_made_at_once_was_refused_in_the_words_of_the_database():
	user = make_user("Jane")
	first, second = (frappe.get_doc({"doctype": "Host Preferences", "user": user}) for _each in range(2))
	first.insert(ignore_permissions=True)
	with pytest.raises(ChangedMeanwhile), refusals():
		second.insert(ignore_permissions=True)
