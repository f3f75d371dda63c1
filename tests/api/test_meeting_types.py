"""`meeting_types.list`, `create`, `update` and `delete`, as docs/reference/api.md describes them."""

import re
from datetime import date
from typing import ClassVar

import frappe
import pytest

from scheduler_integration.api.openapi import arguments, methods
from tests.support import door
from tests.support.api import call
from tests.support.factories import (
	at,
	make_consultant,
	make_external_type,
	make_host,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	payload,
)

LIST, CREATE, UPDATE, DELETE = (f"meeting_types.{name}" for name in ("list", "create", "update", "delete"))
# A complete body, as a client of the API sends it.
BODY = {
	"name": "15-Minute Quick Check-In",
	"duration_minutes": 15,
	"description": "Quick call to answer questions and check progress",
	"scheduler_event_url": "https://calendly.com/johndoe-consulting/15min-checkin",
	"recommended_phases": ["Build", "Grow", "Systemic"],
	"priority": 5,
	"is_active": True,
}


@pytest.fixture
def john():
	return make_consultant("John")


def create(user, **fields):
	status, body = call(CREATE, user, **{**BODY, **fields})
	assert status == 201, body
	return body["data"]


def names(user, **arguments):
	return [each["name"] for each in call(LIST, user, **arguments)[1]["data"]["meeting_types"]]


# POST


def test_a_third_type_is_created_with_the_seeds_answer(john):
	for order in (0, 1):
		make_external_type(john, sort_order=order)
	status, body = call(CREATE, john, **BODY)
	assert (status, set(body)) == (201, {"success", "data"})
	data = body["data"]
	assert list(data) == [
		"id",
		"consultant_id",
		"name",
		"duration_minutes",
		"description",
		"scheduler_event_url",
		"recommended_phases",
		"priority",
		"is_active",
		"sort_order",
		"created_at",
	]
	assert {key: data[key] for key in BODY} == BODY
	assert (data["consultant_id"], data["sort_order"]) == (john, 2)
	assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["created_at"])
	assert frappe.db.get_value("Meeting Type", data["id"], "title") == BODY["name"]


def test_name_and_duration_are_enough(john):
	status, body = call(CREATE, john, name="Call", duration_minutes=30)
	assert status == 201
	data = body["data"]
	assert (data["priority"], data["is_active"], data["sort_order"]) == (0, True, 0)
	assert (data["scheduler_event_url"], data["recommended_phases"], data["description"]) == (None, [], None)


def test_without_any_address_a_type_is_refused():
	status, body = call(CREATE, make_user(), name="Call", duration_minutes=30)
	assert (status, list(body["details"])) == (400, ["scheduler_event_url"])


def test_a_native_consultants_type_goes_on_their_page():
	native = make_consultant(scheduler_provider="Native", scheduler_url=None)
	page = make_page(native)
	made = create(native, scheduler_event_url=None)
	assert frappe.db.get_value("Meeting Type", made["id"], "scheduling_page") == page.name
	assert create(native, name="Another", scheduler_event_url=None, duration_minutes=25)["duration_minutes"] == 25


def test_a_page_can_be_chosen_if_it_is_ones_own(john):
	page = make_page(john)
	assert create(john, scheduling_page=page.name)["name"] == BODY["name"]
	status, _body = call(CREATE, john, **{**BODY, "scheduling_page": make_page().name})
	assert status == 403


@pytest.mark.parametrize("minutes", [15, 30, 45, 60, 90, 120])
def test_durations_of_outside_types(john, minutes):
	assert create(john, duration_minutes=minutes)["duration_minutes"] == minutes


@pytest.mark.parametrize(
	("field", "value"),
	[
		("name", ""),
		("name", None),
		("name", "   "),
		("name", "x" * 201),
		("name", "a\nb"),
		("name", "<b>x</b>"),
		("name", ["x"]),
		("duration_minutes", None),
		("duration_minutes", 0),
		("duration_minutes", 20),
		("duration_minutes", 75),
		("duration_minutes", 121),
		("duration_minutes", -15),
		("duration_minutes", "half an hour"),
		("duration_minutes", True),
		("duration_minutes", 15.5),
		("description", "<script>alert(1)</script>"),
		("scheduler_event_url", "calendly"),
		("scheduler_event_url", "javascript:alert(1)"),
		("scheduler_event_url", "https://calendly.com/" + "x" * 500),
		("recommended_phases", ["Build", "Party"]),
		("recommended_phases", ["Build", "Build"]),
		("recommended_phases", "Build"),
		("recommended_phases", {"phase": "Build"}),
		("recommended_phases", [["Build"]]),
		("recommended_phases", ["build"]),
		("priority", -1),
		("priority", 11),
		("priority", "high"),
		("priority", None),
		("is_active", "yes"),
		("sort_order", "first"),
		("colour", "red"),
	],
)
def test_a_wrong_field_is_named_with_the_reason(john, field, value):
	status, body = call(CREATE, john, **{**BODY, field: value})
	assert (status, body["success"], body["code"]) == (400, False, "VALIDATION_ERROR")
	assert list(body["details"]) == [field]
	assert not frappe.db.exists("Meeting Type", {"consultant": john})


@pytest.mark.parametrize("missing", ["name", "duration_minutes"])
def test_a_missing_field_is_named(john, missing):
	status, body = call(CREATE, john, **{key: value for key, value in BODY.items() if key != missing})
	assert (status, list(body["details"])) == (400, [missing])


def test_the_longest_name_is_taken(john):
	assert len(create(john, name="x" * 200)["name"]) == 200


# PATCH


def test_the_seeds_update(john):
	made = create(john)
	changes = {"name": "15-Minute Check-In (Updated)", "priority": 7, "is_active": False}
	status, body = call(UPDATE, john, meeting_type=made["id"], **changes)
	assert (status, body["data"]) == (200, {**made, **changes})


def test_phases_and_description_can_be_emptied(john):
	made = create(john)
	body = call(UPDATE, john, meeting_type=made["id"], recommended_phases=[], description=None)[1]
	assert (body["data"]["recommended_phases"], body["data"]["description"]) == ([], None)


def test_a_wrong_update_changes_nothing(commit_clean, john):
	made = create(john)
	frappe.db.commit()
	status, body = call(UPDATE, john, meeting_type=made["id"], name="Better", priority=11)
	assert (status, list(body["details"])) == (400, ["priority"])
	assert frappe.db.get_value("Meeting Type", made["id"], "title") == BODY["name"]


# DELETE


def test_a_type_is_deleted(john):
	made = create(john)
	status, body = call(DELETE, john, meeting_type=made["id"])
	assert (status, body) == (200, {"success": True, "message": "Meeting type deleted successfully"})
	assert not frappe.db.exists("Meeting Type", made["id"])
	assert not frappe.db.exists("Meeting Type Phase", {"parent": made["id"]})


def test_a_type_that_was_booked_is_kept(john):
	page = make_page(john)
	booked = make_meeting_type(page)
	now = at("2026-03-02 06:00")
	door.book(payload(page, booked, at("2026-03-02 09:00")), now)
	status, body = call(DELETE, john, meeting_type=booked.name)
	assert (status, body["code"]) == (409, "HAS_BOOKINGS")
	assert "Deactivate it instead" in body["error"]


# Who may


@pytest.mark.parametrize("function", [LIST, CREATE, UPDATE, DELETE])
def test_a_guest_is_asked_to_sign_in(function):
	assert call(function, "Guest")[0] == 401


@pytest.mark.parametrize("function", [UPDATE, DELETE])
@pytest.mark.parametrize("name", ["nothing", "", None, 7, ["x"], {"name": "x"}])
def test_an_unknown_type_is_not_found(function, name, john):
	status, body = call(function, john, meeting_type=name)
	assert (status, body["code"]) == (404, "MEETING_TYPE_NOT_FOUND")


@pytest.mark.parametrize("function", [UPDATE, DELETE])
def test_another_consultants_type_is_forbidden(function, john):
	other = make_external_type(make_consultant())
	status, body = call(function, john, meeting_type=other.name)
	assert (status, body["error"]) == (403, "You may not do this.")


@pytest.mark.parametrize("function", [LIST, CREATE])
def test_another_consultant_is_forbidden(function, john):
	assert call(function, john, consultant=make_consultant(), **(BODY if function == CREATE else {}))[0] == 403


def test_the_consultant_of_a_type_cannot_be_changed(john):
	made = create(john)
	other = make_consultant()
	call(UPDATE, john, meeting_type=made["id"], consultant=other, consultant_id=other)
	assert frappe.db.get_value("Meeting Type", made["id"], "consultant") == john


def test_the_list_has_inactive_types_too_and_only_ones_own(john):
	create(john, name="on", priority=1)
	create(john, name="off", priority=2, is_active=False)
	create(make_consultant())
	assert names(john) == ["off", "on"]


def test_a_manager_does_everything_for_a_consultant(john):
	manager = make_user(roles=("Scheduling Manager",))
	made = create(manager, consultant=john)
	assert made["consultant_id"] == john
	assert call(UPDATE, manager, meeting_type=made["id"], name="Changed")[0] == 200
	assert names(manager, consultant=john) == ["Changed"]
	assert call(DELETE, manager, meeting_type=made["id"])[0] == 200


def test_a_team_hosts_types_are_listed_and_changed_by_the_pages_owner_only(john):
	boss = make_user("Boss")
	team = make_team_page([boss, john])
	native = make_meeting_type(team, consultant=john)
	assert names(john) == [native.title]
	assert call(UPDATE, john, meeting_type=native.name, name="Mine")[0] == 403


def test_a_host_who_left_the_team_has_no_types_there(john):
	team = make_team_page([make_user("Boss"), john])
	make_meeting_type(team, consultant=john)
	team.hosts[1].is_active = 0
	team.save()
	assert names(john) == []


# The starter set


def test_the_starter_set_has_a_type_for_each_phase(john):
	status, body = call("meeting_types.create_starter_set", john)
	made = [(each["recommended_phases"], each["duration_minutes"]) for each in body["data"]["meeting_types"]]
	assert status == 201
	assert made == [(["Stabilize"], 15), (["Organize"], 45), (["Build"], 60), (["Grow"], 90), (["Systemic"], 30)]
	assert [each["sort_order"] for each in body["data"]["meeting_types"]] == [0, 1, 2, 3, 4]


def test_the_advisory_call_of_the_starter_set_repeats(john):
	made = call("meeting_types.create_starter_set", john)[1]["data"]["meeting_types"]
	types = [frappe.get_doc("Meeting Type", each["id"]) for each in made]
	assert [each.repeats or "" for each in types] == ["", "", "", "", "Attendee Chooses"]
	assert (types[-1].repeat_weeks, types[-1].repeat_count) == (2, 12)


@pytest.mark.long
def test_a_client_books_the_advisory_call_of_the_starter_set_every_two_weeks():
	page = make_page(make_user("Jane"))
	made = call("meeting_types.create_starter_set", page.user)[1]["data"]["meeting_types"]
	advisory = frappe.get_doc("Meeting Type", made[-1]["id"])
	assert advisory.scheduling_page == page.name
	now, start = at("2026-03-02 06:00"), at("2026-03-03 09:00")
	booked = door.book(payload(page, advisory, start, times=12), now)
	assert [each.start - start for each in booked.series.dates] == [each * 14 * 86400 for each in range(12)]
	assert (booked.duration_minutes, booked.series.weeks) == (30, 2)


def test_the_starter_set_is_not_created_twice(john):
	call("meeting_types.create_starter_set", john)
	assert call("meeting_types.create_starter_set", john)[1]["data"]["meeting_types"] == []
	assert len(names(john)) == 5


def test_the_starter_set_is_all_or_nothing():
	status, _body = call("meeting_types.create_starter_set", make_user())
	assert status == 400


class TestTypesOfPages:
	"""Types that are booked on this site have further fields."""

	WHOLE: ClassVar = {
		"name": "Workshop",
		"duration_minutes": 60,
		"slug": "workshop",
		"duration_options": [60, 90],
		"description": "Bring your books.",
		"color": "#3b82f6",
		"location_type": "in_person",
		"location_details": "Main Street 1",
		"locations": [{"type": "phone", "label": "By phone", "details": None}],
		"questions": [
			{
				"label": "Size", "type": "select", "required": True, "options": ["S", "L"], "placeholder": None, "help": "Yours",
				"show_if": None, "key": "size", "hidden": False, "crm_field": None, "crm_replaces": False,
			},
			{
				"label": "How tall?", "type": "number", "required": False, "options": [], "placeholder": None, "help": None,
				"show_if": {"question": "Size", "answers": ["L"]}, "key": None, "hidden": False, "crm_field": None, "crm_replaces": False,
			},
			{
				"label": "Campaign", "type": "text", "required": False, "options": [], "placeholder": None, "help": None,
				"show_if": None, "key": "campaign", "hidden": True, "crm_field": None, "crm_replaces": False,
			},
		],
		"confirmation_message": "See you!",
		"redirect_url": "https://example.com/thanks",
		"event_title": "Workshop with {{ attendee_name }}",
		"event_description": None,
		"is_active": True,
		"sort_order": 3,
	}  # fmt: skip
	SETTINGS: ClassVar = {
		"seats": 8, "buffer_before_minutes": 5, "buffer_after_minutes": 10, "uses_host_defaults": False, "minimum_notice": 2,
		"minimum_notice_unit": "days", "window_type": "fixed_range", "window_from": "2027-01-01", "window_to": "2027-02-01",
		"slot_interval": 30, "daily_limit": 2, "requires_confirmation": True, "allow_cancel": False,
		"change_notice_hours": 24, "reminders": [1440, 60], "price": 49.5, "currency": "EUR", "assignment": "single_host",
		"has_waitlist": True, "waitlist_minutes": 45, "waitlist_at_once": 2,
		"asks_to_reconfirm": True, "release_unconfirmed_hours": 4,
	}  # fmt: skip

	def make(self, page, **fields):
		return create(page.user, **{**self.WHOLE, "scheduling_page": page.name, "scheduler_event_url": None, **fields})

	def test_come_back_as_they_were_sent(self):
		page = make_page()
		made = self.make(page, settings=self.SETTINGS)
		assert {name: made[name] for name in self.WHOLE} == self.WHOLE
		assert {name: made["settings"][name] for name in self.SETTINGS} == self.SETTINGS
		assert (made["scheduling_page_id"], made["display_order"]) == (page.name, 3)
		assert made["url"].endswith(f"/schedule/{page.slug}/workshop")
		status, body = call(LIST, page.user, page=page.name)
		assert (status, body["data"]["meeting_types"]) == (200, [made])
		# The fields can be sent back as they were read.
		assert call(UPDATE, page.user, meeting_type=made["id"], **made)[1]["data"]["questions"] == made["questions"]

	def test_a_longer_question_than_the_column_ended_in_another_error(self):
		page = make_page()
		status, body = call(UPDATE, page.user, meeting_type=self.make(page)["id"], questions=[{"label": "x" * 141}])
		assert (status, body["code"]) == (400, "VALIDATION_ERROR")
		assert "at most 140 characters" in body["details"]["questions"]

	def test_are_all_in_the_document(self):
		made = self.make(make_page())
		described = arguments(methods()["meeting_types.create"])["properties"]["settings"]["properties"]
		assert described.keys() == made["settings"].keys()
		assert {each for each, schema in described.items() if "description" not in schema} == {"reminders"}
		assert "rolling_days" in described["window_type"]["enum"]

	@pytest.mark.parametrize(
		"settings",
		[
			{"max_days_in_advance": 7}, {"window_type": "indefinite"}, {"window_type": "rolling_business_days"},
			{"minimum_notice": 3}, {"minimum_notice_unit": "days"}, {"buffer_before_minutes": 30}, {"buffer_after_minutes": 30},
			{"max_days_in_advance": 7, "uses_host_defaults": True}, {"only_days_with_slots": True},
		],
		ids=str,
	)  # fmt: skip
	def test_a_rule_was_stored_and_echoed_and_never_used(self, settings):
		"""Types begin with the rules of the host's hours, which went on deciding."""
		page = make_page(schedule={"max_days_in_advance": 20, "minimum_notice_hours": 0, "buffer_minutes": 0})
		own, now, span = make_meeting_type(page), at("2026-03-02 08:00"), (date(2026, 3, 1), date(2026, 4, 11))
		door.book(payload(page, own, at("2026-03-04 10:00")), now)
		before = door.slots_between(page.slug, own.slug, *span, "UTC", None, now).days
		data = call(UPDATE, page.user, meeting_type=own.name, settings=settings)[1]["data"]
		assert data["settings"]["uses_host_defaults"] is False
		assert data["settings"].items() >= {**settings, "uses_host_defaults": False}.items()
		assert door.slots_between(page.slug, own.slug, *span, "UTC", None, now).days != before
		made = self.make(page, slug="new", settings=settings)["settings"]
		assert made.items() >= {**settings, "uses_host_defaults": False}.items()

	def test_that_are_read_and_sent_back_keep_following_the_hosts_hours(self):
		page = make_page()
		made = self.make(page)
		assert made["settings"]["uses_host_defaults"] is True
		assert call(UPDATE, page.user, meeting_type=made["id"], **made)[1]["data"]["settings"] == made["settings"]
		changed = call(UPDATE, page.user, meeting_type=made["id"], settings={"daily_limit": 3})[1]["data"]["settings"]
		assert changed == {**made["settings"], "daily_limit": 3}

	def test_choose_their_hosts_among_those_of_the_page(self, commit_clean):
		team = make_team_page([make_user(name) for name in ("Ann", "Ben", "Cem")])
		users = [row.user for row in team.hosts]
		hosts = [{"user": user, "is_required": user == users[0]} for user in users]
		panel = {"assignment": "collective", "required_count": 1}
		made, eve = self.make(team, hosts=hosts, settings=panel), make_user("Eve")
		frappe.db.commit()
		assert made["hosts"] == hosts
		assert made["settings"]["required_count"] == 1
		for wrong in ([{"user": eve}], [{"is_required": True}], [{"user": users[0], "boss": 1}], "x"):
			status, body = call(UPDATE, team.user, meeting_type=made["id"], hosts=wrong)
			assert (status, body["code"]) == (400, "VALIDATION_ERROR"), wrong
		status, body = call(UPDATE, team.user, meeting_type=made["id"], settings={"required_count": 3})
		assert (status, [*body["details"]]) == (400, ["required_count"])
		assert call(UPDATE, users[1], meeting_type=made["id"], hosts=[])[0] == 403
		assert call(UPDATE, team.user, meeting_type=made["id"], hosts=hosts[:2])[1]["data"]["hosts"] == hosts[:2]

	def test_take_the_names_of_other_schedulers(self):
		page = make_page()
		status, body = call(
			CREATE, page.user, name="Call", duration=45, confirmationMsg="Hello", active=False, display_order=7,
			scheduling_page=page.name,
		)  # fmt: skip
		data = body["data"]
		assert status == 201
		assert (data["duration_minutes"], data["confirmation_message"], data["is_active"]) == (45, "Hello", False)
		assert (data["sort_order"], data["color"]) == (7, "#3b82f6")

	def test_change_only_what_is_sent(self):
		made = self.make(make_page(), settings=self.SETTINGS)
		changed = call(UPDATE, made["consultant_id"], meeting_type=made["id"], settings={"seats": 4})[1]["data"]
		changed["settings"].pop("seats")
		assert changed["settings"].items() <= made["settings"].items()

	def test_reminders_are_the_sites_or_none_at_all(self):
		made = self.make(make_page(), settings={"reminders": None})
		assert made["settings"]["reminders"] is None
		none = call(UPDATE, made["consultant_id"], meeting_type=made["id"], settings={"reminders": []})[1]["data"]
		assert none["settings"]["reminders"] == []

	@pytest.mark.parametrize(
		("fields", "wrong"),
		[
			({"location_type": "moon"}, "location_type"),
			({"questions": [{"label": "x", "type": "colour"}]}, "questions"),
			({"questions": [{"type": "text"}]}, "questions"),
			({"questions": [{"label": "x", "color": "red"}]}, "questions"),
			({"settings": {"seats": -1}}, "settings"),
			({"settings": {"patience": 3}}, "settings"),
			({"settings": {"window_from": "soon"}}, "settings"),
			({"settings": {"price": "much"}}, "settings"),
			({"settings": []}, "settings"),
			({"locations": ["here"]}, "locations"),
			({"duration_options": "[true]"}, "duration_options"),
			({"event_title": ["x"]}, "event_title"),
		],
	)
	def test_a_wrong_field_is_named(self, fields, wrong):
		page = make_page()
		status, body = call(CREATE, page.user, **{**self.WHOLE, "scheduling_page": page.name, **fields})
		assert (status, body["code"]) == (400, "VALIDATION_ERROR")
		assert wrong in body["details"]

	def test_of_a_page_are_for_those_who_may_read_it(self):
		page = make_page()
		team = make_team_page([page.user, make_host("Tom")])
		made = make_meeting_type(team, priority=7)
		# A host of the team reads its types, but not the fields for reports.
		(row,) = call(LIST, page.user, page=team.name)[1]["data"]["meeting_types"]
		assert (row["id"], row["priority"]) == (made.name, 7)
		(row,) = call(LIST, team.hosts[1].user, page=team.name)[1]["data"]["meeting_types"]
		assert (row["id"], row["priority"], row["recommended_phases"]) == (made.name, None, None)
		mallory = make_user("Mallory")
		frappe.db.savepoint("refused")
		assert call(LIST, mallory, page=page.name)[0] == 403
