"""Patches move what an earlier version stored."""

import hashlib

import frappe
import pytest

from scheduler_integration.meetings.sessions import session_uid_for
from scheduler_integration.patches import delete_renamed_card, fill_session_uids, rename_meeting_type_fields
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload


@pytest.fixture
def old_columns(commit_clean):
	"""The columns that an earlier version's Meeting Type had. A site that was migrated still has them."""
	frappe.clear_cache()
	missing = [
		column for column in rename_meeting_type_fields.RENAMED if not frappe.db.has_column("Meeting Type", column)
	]
	for column in missing:
		frappe.db.sql_ddl(f"alter table `tabMeeting Type` add column `{column}` int not null default 0")
	frappe.clear_cache()
	yield
	frappe.db.rollback()
	for column in missing:
		frappe.db.sql_ddl(f"alter table `tabMeeting Type` drop column `{column}`")
	frappe.clear_cache()


def test_a_meeting_type_keeps_its_rules_under_their_new_names(old_columns):
	page = make_page()
	both, gaps, neither = (make_meeting_type(page).name for _ in range(3))
	frappe.db.sql("update `tabMeeting Type` set packed = 1 where name in %s", ((both, gaps),))
	frappe.db.sql("update `tabMeeting Type` set only_days_with_room = 1 where name = %s", (both,))
	rename_meeting_type_fields.execute()

	def rules(name):
		return frappe.db.get_value("Meeting Type", name, ["fill_gaps", "only_days_with_slots"])

	assert [rules(name) for name in (both, gaps, neither)] == [(1, 1), (1, 0), (0, 0)]


def test_a_new_site_has_nothing_to_move():
	rename_meeting_type_fields.execute()


def test_a_session_keeps_its_entry_in_the_hosts_calendars():
	now, nine = at("2026-03-02 06:00"), at("2026-03-02 09:00")
	page = make_page()
	workshop = make_meeting_type(page, seats=3)
	names = [door.book(payload(page, workshop, nine), now).id for _each in range(2)]
	frappe.db.set_value("Booking", {"name": ["in", names]}, "session_uid", None)
	fill_session_uids.execute()
	uids = {session_uid_for(frappe.get_doc("Booking", name), page.user).partition("@")[0] for name in names}
	before = hashlib.sha256(f"{workshop.name}\n{nine}\n{page.user}".encode()).hexdigest()[:32]
	assert uids == {before}


def test_a_card_that_was_renamed_is_not_there_twice():
	if not frappe.db.exists("DocType", "Number Card"):
		delete_renamed_card.execute()
		pytest.skip("the embedded site has no desk: nothing to delete")
	values = {"type": "Report", "report_name": "Engagement by Assessment", "report_field": "booked", "function": "Sum"}
	old = frappe.get_doc({"doctype": "Number Card", "name": "Conversion of reports", "label": "Conversion", **values})
	old.db_insert()
	delete_renamed_card.execute()
	assert not frappe.db.exists("Number Card", "Conversion of reports")
	delete_renamed_card.execute()
