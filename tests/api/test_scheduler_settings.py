"""`scheduler_settings.get` and `update`, line by line of the seed's API section."""

import re

import frappe
import pytest

from tests.support.api import call
from tests.support.factories import make_consultant, make_external_type, make_user

GET, UPDATE = "scheduler_settings.get", "scheduler_settings.update"
EMBED_CODE = '<iframe src="https://calendly.com/johndoe-consulting" width="100%" height="600"></iframe>'
# A complete body, as a client of the API sends it.
BODY = {
	"scheduler_provider": "calendly",
	"scheduler_url": "https://calendly.com/johndoe-consulting",
	"embed_code": EMBED_CODE,
	"display_name": "Book a Call with John",
	"description": "Let's discuss your financial roadmap",
	"show_in_reports": True,
	"embed_in_reports": True,
}
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def john():
	return make_user("John")


def stored(user):
	return frappe.get_doc("Consultant Scheduler Settings", {"consultant": user})


# GET


def test_the_seeds_example_comes_out_of_records(john):
	assert call(UPDATE, john, **BODY)[0] == 200
	links = {"30min-strategy": ("Stabilize", "Organize", "Build"), "60min-deepdive": ("Build", "Grow")}
	for order, (link, phases) in enumerate(links.items()):
		make_external_type(
			john,
			title=("30-Minute Strategy Session", "60-Minute Deep Dive")[order],
			duration_minutes=(30, 60)[order],
			description="Discuss your top priorities",
			scheduler_event_url=f"https://calendly.com/johndoe-consulting/{link}",
			phases=phases,
			priority=(10, 8)[order],
			sort_order=order,
		)
	status, body = call(GET, john)
	assert status == 200
	assert set(body) == {"success", "data"}
	data = body["data"]
	assert list(data) == [
		"id",
		"consultant_id",
		"scheduler_provider",
		"scheduler_url",
		"embed_code",
		"display_name",
		"description",
		"show_in_reports",
		"embed_in_reports",
		"meeting_types",
		"created_at",
		"updated_at",
	]
	assert {key: data[key] for key in BODY} == BODY
	assert (data["id"], data["consultant_id"]) == (stored(john).name, john)
	assert UTC.fullmatch(data["created_at"])
	assert UTC.fullmatch(data["updated_at"])
	first = data["meeting_types"][0]
	assert list(first.pop("id")) != []
	assert first == {
		"name": "30-Minute Strategy Session",
		"duration_minutes": 30,
		"description": "Discuss your top priorities",
		"scheduler_event_url": "https://calendly.com/johndoe-consulting/30min-strategy",
		"recommended_phases": ["Stabilize", "Organize", "Build"],
		"priority": 10,
		"is_active": True,
		"sort_order": 0,
	}
	assert data["meeting_types"][1]["recommended_phases"] == ["Build", "Grow"]


def test_active_meeting_types_come_by_priority_and_then_sort_order(john):
	call(UPDATE, john, **BODY)
	for title, priority, order, active in (("c", 1, 0, 1), ("b", 5, 2, 1), ("a", 5, 1, 1), ("off", 9, 0, 0)):
		make_external_type(john, title=title, priority=priority, sort_order=order, is_active=active)
	found = call(GET, john)[1]["data"]["meeting_types"]
	assert [each["name"] for each in found] == ["a", "b", "c"]


def test_times_are_utc_whatever_the_sites_zone(john, site_zone, frozen):
	site_zone("Asia/Kolkata")
	frozen("2025-12-22T15:45:00+00:00")
	call(UPDATE, john, **BODY)
	data = call(GET, john)[1]["data"]
	assert (data["created_at"], data["updated_at"]) == ("2025-12-22T15:45:00Z", "2025-12-22T15:45:00Z")


@pytest.mark.parametrize("function", [GET, UPDATE])
@pytest.mark.parametrize("exists", [True, False])
def test_another_consultants_settings_are_forbidden_whether_they_exist_or_not(function, exists, john):
	other = make_consultant() if exists else "nobody@hosts.example"
	status, body = call(function, john, consultant=other)
	assert (status, body["code"], body["error"]) == (403, "NOT_PERMITTED", "You may not do this.")


def test_a_user_without_a_scheduling_role_is_refused():
	assert call(GET, make_user(roles=()))[0] == 403


def test_settings_that_were_never_made_are_not_found(john):
	status, body = call(GET, john)
	assert (status, body["code"]) == (404, "SETTINGS_NOT_FOUND")


def test_a_manager_reads_and_changes_anybodys(john):
	call(UPDATE, john, **BODY)
	manager = make_user(roles=("Scheduling Manager",))
	assert call(GET, manager, consultant=john)[1]["data"]["display_name"] == BODY["display_name"]
	assert call(UPDATE, manager, consultant=john, display_name="Changed")[0] == 200
	assert stored(john).display_name == "Changed"


def test_a_manager_who_asks_for_nobody_gets_404():
	manager = make_user(roles=("Scheduling Manager",))
	assert call(GET, manager, consultant="nobody@hosts.example")[0] == 404


# PATCH


def test_the_answer_to_an_update_is_the_seeds(john):
	status, body = call(UPDATE, john, **BODY)
	assert (status, body["success"], body["message"]) == (200, True, "Scheduler settings updated successfully")
	data = body["data"]
	assert UTC.fullmatch(data.pop("updated_at"))
	assert data.pop("id") == stored(john).name
	assert data == {
		"consultant_id": john,
		"scheduler_provider": "calendly",
		"scheduler_url": "https://calendly.com/johndoe-consulting",
		"display_name": "Book a Call with John",
		"show_in_reports": True,
	}


def test_an_update_changes_only_what_is_sent(john):
	call(UPDATE, john, **BODY)
	call(UPDATE, john, display_name="Another", show_in_reports=False)
	data = call(GET, john)[1]["data"]
	changed = {**BODY, "display_name": "Another", "show_in_reports": False}
	assert {key: data[key] for key in BODY} == changed
	assert frappe.db.count("Consultant Scheduler Settings", {"consultant": john}) == 1


def test_null_empties_an_optional_field(john):
	call(UPDATE, john, **BODY)
	call(UPDATE, john, display_name=None, description="", embed_code=None)
	data = call(GET, john)[1]["data"]
	assert (data["display_name"], data["description"], data["embed_code"]) == (None, None, None)


def test_what_was_read_can_be_sent_back(john):
	call(UPDATE, john, **BODY)
	data = call(GET, john)[1]["data"]
	assert call(UPDATE, john, **data)[0] == 200


def test_a_form_may_send_everything_as_text(john):
	call(UPDATE, john, **{**BODY, "show_in_reports": "0", "embed_in_reports": "1"})
	data = call(GET, john)[1]["data"]
	assert (data["show_in_reports"], data["embed_in_reports"]) == (False, True)


def test_the_first_update_needs_an_address_and_native_does_not(john):
	status, body = call(UPDATE, john, scheduler_provider="calendly")
	assert (status, list(body["details"])) == (400, ["scheduler_url"])
	native = make_user()
	assert call(UPDATE, native, scheduler_provider="native")[0] == 200
	assert call(GET, native)[1]["data"]["scheduler_url"] is None


def test_the_first_update_needs_a_provider(john):
	status, body = call(UPDATE, john, scheduler_url="https://calendly.com/john")
	assert (status, list(body["details"])) == (400, ["scheduler_provider"])


def test_defaults_of_new_settings(john):
	call(UPDATE, john, scheduler_provider="native")
	data = call(GET, john)[1]["data"]
	assert (data["show_in_reports"], data["embed_in_reports"]) == (True, False)


@pytest.mark.parametrize(
	("field", "value"),
	[
		("scheduler_provider", "zoho"),
		("scheduler_provider", "Calendly"),
		("scheduler_provider", None),
		("scheduler_provider", ["calendly"]),
		("scheduler_url", "not a url"),
		("scheduler_url", "javascript:alert(1)"),
		("scheduler_url", "https://calendly.com/" + "x" * 2048),
		("scheduler_url", 7),
		("display_name", "x" * 201),
		("display_name", "two\nlines"),
		("display_name", "<script>alert(1)</script>"),
		("display_name", {}),
		("description", "<img src=x onerror=alert(1)>"),
		("description", "x" * 2001),
		("description", "\x00"),
		("embed_code", "<iframe src='https://calendly.com/x'></iframe>".ljust(5001)),
		("embed_code", "<script>alert(1)</script>"),
		("embed_code", "<iframe src='https://evil.example'></iframe>"),
		("embed_code", 5),
		("show_in_reports", "maybe"),
		("show_in_reports", 2),
		("embed_in_reports", []),
		("scheduler_uri", "https://calendly.com/x"),
	],
)
def test_a_wrong_field_is_named_with_the_reason(john, field, value):
	status, body = call(UPDATE, john, **{**BODY, field: value})
	assert (status, body["success"], body["code"]) == (400, False, "VALIDATION_ERROR")
	assert list(body["details"]) == [field]
	assert body["details"][field]
	assert not frappe.db.exists("Consultant Scheduler Settings", {"consultant": john})


def test_all_wrong_fields_are_named_at_once(john):
	_status, body = call(UPDATE, john, scheduler_provider="x", scheduler_url="x", display_name="x" * 201)
	assert set(body["details"]) == {"scheduler_provider", "scheduler_url", "display_name"}


def test_the_longest_values_are_taken(john):
	longest = "https://calendly.com/".ljust(2048, "x")
	code = EMBED_CODE.ljust(5000)
	assert (
		call(UPDATE, john, **{**BODY, "scheduler_url": longest, "display_name": "x" * 200, "embed_code": code})[0]
		== 200
	)
	data = call(GET, john)[1]["data"]
	assert (data["scheduler_url"], len(data["display_name"]), data["embed_code"]) == (longest, 200, EMBED_CODE)
