"""`pages.list`, `create`, `update` and `delete`, as docs/reference/api.md describes them."""

import frappe
import pytest

from scheduler_integration.platform.clock import now
from tests.support import door
from tests.support.api import call
from tests.support.factories import fresh, make_meeting_type, make_page, make_user, payload

LIST, CREATE, UPDATE, DELETE = (f"pages.{name}" for name in ("list", "create", "update", "delete"))


@pytest.fixture
def jane(commit_clean):
	page = make_page(make_user("Jane"))
	frappe.db.commit()
	return page


def data(method, user, /, **arguments):
	_status, body = call(method, user, **arguments)
	assert body["success"], body
	return body["data"]


def ids(user):
	return [each["id"] for each in data(LIST, user)["pages"]]


def test_a_page_has_the_names_of_the_seeds():
	user = make_user("Jane", time_zone="Europe/Berlin")
	slug = fresh("jane")
	status, body = call(CREATE, user, name="Jane Doe", slug=slug, branding={"brand_color": "#3BD"})
	made = body["data"]
	assert status == 201
	assert made == {
		"id": made["id"],
		"user_id": user,
		"slug": slug,
		"name": "Jane Doe",
		"page_type": "personal",
		"organization": None,
		"description": None,
		"is_active": True,
		"show_taken_times": False,
		"timezone": "Europe/Berlin",
		"branding": {"brand_color": "#33bbdd", "logo": None, "welcome_message": None},
		"hosts": [],
		"url": made["url"],
		"created_at": made["created_at"],
		"updated_at": made["updated_at"],
	}
	assert made["url"].endswith(f"/schedule/{slug}")
	assert data(LIST, user) == {"pages": [made]}


def test_only_the_fields_that_are_sent_change(jane):
	before = data(LIST, jane.user)["pages"][0]
	after = data(UPDATE, jane.user, page=jane.name, description="Hello", branding={"welcome_message": "Welcome"})
	assert after["branding"]["welcome_message"] == "Welcome"
	changed = {"description", "branding", "updated_at"}
	assert {name: after[name] for name in after if name not in changed} == {
		name: before[name] for name in before if name not in changed
	}
	# The fields can be sent back as they were read.
	assert data(UPDATE, jane.user, page=jane.name, **{**after, "name": "Other"})["name"] == "Other"


@pytest.mark.parametrize(
	("fields", "wrong"),
	[
		({"colour": "red"}, "colour"),
		({"name": ""}, "name"),
		({"timezone": "Mars/Base"}, "timezone"),
		({"page_type": "shared"}, "page_type"),
		({"branding": {"font": "Arial"}}, "branding"),
		({"branding": "red"}, "branding"),
		({"hosts": [{"weight": 3}]}, "hosts"),
		({"is_active": "maybe"}, "is_active"),
		({"slug": "a b"}, "slug"),
	],
)
def test_a_wrong_field_is_named_and_nothing_changes(jane, fields, wrong):
	before = data(LIST, jane.user)
	status, body = call(UPDATE, jane.user, page=jane.name, **fields)
	assert (status, body["code"]) == (400, "VALIDATION_ERROR")
	assert wrong in body["details"]
	assert data(LIST, jane.user) == before


def test_a_booked_page_stays(jane):
	door.book(payload(jane, make_meeting_type(jane), next_free(jane)), now())
	frappe.db.commit()
	status, body = call(DELETE, jane.user, page=jane.name)
	assert (status, body["code"]) == (409, "HAS_BOOKINGS")


def test_a_page_that_was_never_booked_goes_with_its_types(jane):
	intro = make_meeting_type(jane)
	assert call(DELETE, jane.user, page=jane.name)[0] == 200
	assert not frappe.db.exists("Meeting Type", intro.name)
	assert call(DELETE, jane.user, page=jane.name)[0] == 404


def test_strangers_neither_read_nor_change_a_page(jane):
	mallory = make_user("Mallory")
	frappe.db.commit()
	assert jane.name not in ids(mallory)
	for method in (UPDATE, DELETE):
		assert call(method, mallory, page=jane.name, name="Mine")[0] == 403
		assert call(method, "Guest", page=jane.name, name="Mine")[0] == 401
	assert call(CREATE, mallory, name="For Jane", user_id=jane.user)[0] == 403
	assert call(LIST, make_user("Nobody", roles=()))[0] == 403


def test_managers_make_pages_for_teams_and_others(jane):
	manager = make_user("Maya", roles=("Scheduling Manager",))
	frappe.db.commit()
	team = data(
		CREATE, manager, name="The team", page_type="team", slug=fresh("team"), hosts=[{"user": jane.user, "weight": 7}]
	)
	assert team["hosts"] == [{"user": jane.user, "weight": 7, "priority": 0, "is_required": True, "is_active": True}]
	assert {jane.name, team["id"]} <= set(ids(manager))
	assert team["id"] in ids(jane.user)
	frappe.db.commit()
	assert call(UPDATE, jane.user, page=team["id"], name="Mine")[0] == 403
	assert call(CREATE, jane.user, name="A team", page_type="team", hosts=[{"user": jane.user}])[0] == 403


def next_free(page):
	tomorrow = now() // 86400 * 86400 + 86400
	weekday = frappe.utils.getdate(frappe.utils.add_days("1970-01-01", tomorrow // 86400)).weekday()
	return tomorrow + (7 - weekday) % 7 * 86400 + 10 * 3600 if weekday > 4 else tomorrow + 10 * 3600
