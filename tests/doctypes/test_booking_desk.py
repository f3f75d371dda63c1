"""Bookings in the desk: its calendar, and the connections of other records."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.scheduler_integration.doctype.booking.booking import get_events
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
DAY = 86400


@pytest.fixture
def page():
	return make_page()


def drawn(page, as_user, start="2026-03-01", end="2026-04-01", **asked):
	with as_user(page.user):
		return get_events(start=start, end=end, doctype="Booking", field_map="{}", fields="[]", **asked)


def test_each_day_of_a_multi_day_meeting_is_drawn_by_itself(page, as_user):
	made = door.book(payload(page, make_meeting_type(page, number_of_days=3), NINE), NOW)
	assert [(each["name"], each["starts_on"], each["ends_on"]) for each in drawn(page, as_user)] == [
		(made.id, to_site_time(NINE + day * DAY), to_site_time(NINE + day * DAY + 1800)) for day in range(3)
	]


def test_a_session_is_drawn_once_with_the_number_of_its_bookings(page, as_user):
	workshop = make_meeting_type(page, title="Workshop", seats=4, requires_confirmation=1)
	made = [door.book(payload(page, workshop, NINE), NOW).id for _each in range(3)]
	with as_user(page.user):
		bookings.confirm(made[0], NOW)
	[entry] = drawn(page, as_user)
	assert (entry["subject"], entry["status"]) == ("Workshop (3 bookings)", "Pending")


def test_the_lists_filters_and_the_users_rights_apply(page, as_user):
	intro = make_meeting_type(page)
	kept = door.book(payload(page, intro, NINE), NOW)
	gone = door.book(payload(page, intro, NINE + 3600), NOW)
	bookings.cancel_by_token(token_of(gone), "", NOW)
	asked = frappe.as_json([["Booking", "status", "=", "Cancelled", False]])
	assert {each["name"] for each in drawn(page, as_user)} == {kept.id, gone.id}
	assert [each["name"] for each in drawn(page, as_user, filters=asked)] == [gone.id]
	assert drawn(make_page(make_user("Eve")), as_user) == []
	assert drawn(page, as_user, start="2026-03-05", end="2026-03-06") == []


@pytest.mark.parametrize(
	("doctype", "field"),
	[("Contact", "contact"), ("User", "host"), ("Lead", "reference_name"), ("Opportunity", "reference_name"),
		("CRM Lead", "reference_name"), ("CRM Deal", "reference_name")],
)  # fmt: skip
def test_bookings_are_among_the_connections(doctype, field):
	[hook] = [each for each in frappe.get_hooks("override_doctype_dashboards")[doctype] if "scheduler" in each]
	known = frappe._dict(transactions=[{"label": "Sales", "items": ["Quotation"]}], fieldname="party")
	data = frappe.get_attr(hook)(data=known)
	assert data["transactions"][-1]["items"] == ["Booking"]
	assert (data["fieldname"], data["non_standard_fieldnames"]["Booking"]) == ("party", field)
	assert frappe.get_meta("Booking").has_field(field)
	links = {"reference_name": [doctype, "reference_doctype"]} if field == "reference_name" else None
	assert data.get("dynamic_links") == links
	assert frappe.get_attr(hook)(data=frappe._dict())["fieldname"] == field


@pytest.mark.parametrize("doctype", ["Booking", "Scheduler Engagement"])
def test_the_list_shows_a_host_what_belongs_to_a_team_too(doctype):
	"""Frappe 16 leaves out a row if its reader has no right to a linked record whose title the list shows."""
	links = [df for df in frappe.get_meta(doctype).fields if df.in_list_view and df.fieldtype == "Link"]
	assert [df.fieldname for df in links if df.options != "User"] == []
