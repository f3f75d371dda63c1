"""HTTP: methods, guests, sessions, the CSRF token, the resource API, and the JSON of errors."""

import json

import frappe
import pytest

from tests.platform.conftest import EVE, JANE, PASSWORD, STRANGER, THING

pytestmark = pytest.mark.usefixtures("committed")

PUBLIC = "scheduler_integration.api.public"
RESOURCE = f"/api/resource/{THING}"


@pytest.fixture
def jane(client):
	"""Return Jane's client. It has opened the desk, so it has a CSRF token."""
	assert client.login(JANE, PASSWORD).json()["message"] == "Logged In"
	client.take_csrf_token("/app")
	return client


@pytest.fixture
def janes(jane):
	answer = jane.post(RESOURCE, json={"title": "janes", "rows": [{"label": "a"}]})
	assert answer.status_code == 200, answer.text
	return answer.json()["data"]["name"]


# Methods


@pytest.mark.parametrize("prefix", ["/api/method", "/api/v1/method"])
def test_a_guest_may_call_what_is_for_guests(client, prefix):
	assert client.get(f"{prefix}/frappe.ping").json() == {"message": "pong"}


@pytest.mark.parametrize(
	("http_method", "function", "status"),
	[
		("GET", "frappe.auth.get_logged_user", 403),
		("GET", "frappe.generate_hash", 403),
		("GET", f"{PUBLIC}.book", 403),
		("POST", f"{PUBLIC}.get_page", 403),
		("GET", "scheduler_integration.no_such_module.function", 417),
		("GET", "no_such_app.function", 417),
	],
)
def test_what_a_guest_may_not_call(client, http_method, function, status):
	answer = client.call(function, http_method)
	assert answer.status_code == status
	assert answer.headers["Content-Type"].startswith("application/json")
	assert "Traceback" not in answer.json().get("exception", "")


def test_an_error_says_its_class_and_its_message(client):
	body = client.call("frappe.auth.get_logged_user", "GET").json()
	assert body["exc_type"] == "PermissionError"
	messages = [json.loads(message) for message in json.loads(body["_server_messages"])]
	assert "not whitelisted" in messages[0]["message"]


def test_an_unknown_place_under_api_is_not_found(client):
	assert client.get("/api/nowhere").status_code == 404


def test_arguments_come_as_query_form_or_json(client):
	for answer in (
		client.get(f"/api/method/{PUBLIC}.get_page", params={"slug": "nobody"}),
		client.get(
			f"/api/method/{PUBLIC}.get_page",
			data=json.dumps({"slug": "nobody"}),
			headers={"Content-Type": "application/json"},
		),
	):
		assert answer.status_code == 404
		assert answer.json()["code"] == "PAGE_NOT_FOUND"


def test_unknown_arguments_are_left_out(client):
	assert client.call("frappe.ping", "GET", nonsense="1").json() == {"message": "pong"}


def test_a_body_may_not_be_huge(client):
	answer = client.post(
		"/api/method/frappe.ping", data=b"x" * (26 * 1024 * 1024), headers={"Content-Type": "text/plain"}
	)
	assert answer.status_code == 413


# Sessions


def test_signing_in_and_out(client):
	assert client.login(JANE, "wrong").status_code == 401
	assert client.call("frappe.auth.get_logged_user", "GET").status_code == 403
	answer = client.login(JANE, PASSWORD)
	assert answer.json()["full_name"] == "Jane Platform"
	assert client.cookies["sid"] != "Guest"
	assert client.call("frappe.auth.get_logged_user", "GET").json()["message"] == JANE
	client.post("/api/method/logout")
	assert client.call("frappe.auth.get_logged_user", "GET").status_code == 403


def test_a_name_signs_in_whatever_its_case(client):
	assert client.login(JANE.upper(), PASSWORD).status_code == 200
	assert client.call("frappe.auth.get_logged_user", "GET").json()["message"] == JANE


def test_a_disabled_user_is_kept_out(client, site):
	user = frappe.get_doc("User", STRANGER)
	user.enabled = 0
	user.save()
	frappe.db.commit()
	try:
		assert client.login(STRANGER, PASSWORD).status_code == 401
	finally:
		user.reload().enabled = 1
		user.save()
		frappe.db.commit()


def test_a_signed_in_post_needs_the_sessions_token(jane):
	token = jane.headers.pop("X-Frappe-CSRF-Token")
	refused = jane.post(RESOURCE, json={"title": "forged"})
	assert (refused.status_code, refused.json()["exc_type"]) == (400, "CSRFTokenError")
	jane.headers["X-Frappe-CSRF-Token"] = "wrong"
	assert jane.post(RESOURCE, json={"title": "forged"}).status_code == 400
	jane.headers["X-Frappe-CSRF-Token"] = token
	assert jane.post(RESOURCE, json={"title": "meant"}).status_code == 200
	assert [row["name"] for row in jane.get(RESOURCE).json()["data"]] == ["THING-meant"]


def test_a_guests_post_needs_no_token(client):
	assert "code" in client.call(f"{PUBLIC}.book").json()


# The resource API


def test_a_resource_is_made_read_changed_and_deleted(jane):
	made = jane.post(RESOURCE, json={"title": "mine", "rows": [{"label": "a"}]}).json()["data"]
	assert (made["name"], made["owner"], made["kind"]) == ("THING-mine", JANE, "Small")
	read = jane.get(f"{RESOURCE}/{made['name']}").json()["data"]
	assert [row["label"] for row in read["rows"]] == ["a"]
	changed = jane.put(f"{RESOURCE}/{made['name']}", json={"remark": "new", "rows": [{"label": "b"}]}).json()["data"]
	assert (changed["remark"], [row["label"] for row in changed["rows"]]) == ("new", ["b"])
	gone = jane.delete(f"{RESOURCE}/{made['name']}")
	assert (gone.status_code, gone.json()["data" if "data" in gone.json() else "message"]) == (202, "ok")
	assert jane.get(f"{RESOURCE}/{made['name']}").status_code == 404


def test_a_list_takes_fields_filters_order_and_length(jane):
	for title in "abc":
		jane.post(RESOURCE, json={"title": title, "count_of": ord(title)})
	ask = {"fields": '["title", "count_of"]', "filters": '[["title", "in", ["a", "b"]]]', "order_by": "title desc"}
	assert jane.get(RESOURCE, params=ask).json()["data"] == [
		{"title": "b", "count_of": 98},
		{"title": "a", "count_of": 97},
	]
	assert len(jane.get(RESOURCE, params={"limit_page_length": 2}).json()["data"]) == 2


def test_another_users_document_is_out_of_reach(server, janes):
	with server.client() as other:
		other.login(EVE, PASSWORD)
		other.take_csrf_token("/app")
		assert other.get(RESOURCE).json()["data"] == []
		for answer in (
			other.get(f"{RESOURCE}/{janes}"),
			other.put(f"{RESOURCE}/{janes}", json={"remark": "hers"}),
			other.delete(f"{RESOURCE}/{janes}"),
		):
			assert (answer.status_code, answer.json()["exc_type"]) == (403, "PermissionError")


def test_a_guest_reaches_no_resource(client, janes, server):
	with server.client() as guest:
		assert guest.get(RESOURCE).status_code == 403
		assert guest.get(f"{RESOURCE}/{janes}").status_code == 403
		assert guest.post(RESOURCE, json={"title": "x"}).status_code == 403
		assert guest.delete(f"{RESOURCE}/{janes}").status_code == 403


@pytest.mark.parametrize(
	("values", "status", "exc_type"),
	[
		({}, 417, "MandatoryError"),
		({"title": "x" * 21}, 417, "CharacterLengthExceededError"),
		({"title": "y", "holder": "nobody@example.com", "parent_thing": "nothing"}, 417, "LinkValidationError"),
		({"title": "y", "kind": "Huge"}, 417, "ValidationError"),
		({"title": "janes"}, 409, "DuplicateEntryError"),
		({"title": "y", "name": "a<b"}, 200, None),
	],
)
def test_what_is_refused_says_why(jane, janes, values, status, exc_type):
	answer = jane.post(RESOURCE, json=values)
	assert (answer.status_code, answer.json().get("exc_type")) == (status, exc_type)


def test_a_refused_request_leaves_nothing(jane, janes):
	jane.post(RESOURCE, json={"title": "rolled back", "rows": [{"label": ""}]})
	assert [row["name"] for row in jane.get(RESOURCE).json()["data"]] == [janes]


# Files


def test_assets_can_be_kept(client):
	from pathlib import Path

	public = Path(frappe.get_app_path("scheduler_integration", "public"))
	path = next(file for file in sorted(public.rglob("*")) if file.is_file())
	address = f"/assets/scheduler_integration/{path.relative_to(public)}"
	answer = client.get(address, params={"v": "1"})
	assert answer.status_code == 200
	assert answer.content == path.read_bytes()
	assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
	assert client.get("/assets/scheduler_integration/../hooks.py").status_code == 404
	assert client.get("/assets/scheduler_integration/nothing.css").status_code == 404


# Errors


@pytest.mark.parametrize(("method", "status"), [("PUT", 404), ("DELETE", 404), ("PATCH", 404), ("OPTIONS", 200)])
def test_pages_answer_no_other_methods(client, method, status):
	assert client.request(method, "/login").status_code == status


def test_a_user_of_the_desk_sees_the_traceback(jane):
	body = jane.post(RESOURCE, json={"title": ""}).json()
	assert "MandatoryError" in body["exception"]
	assert "Traceback" in json.loads(body["exc"])[0]


# Answers one request, whose commit fails as on a full disk.
FULL_DISK = """
import frappe
from frappe.database.database import Database
from tests.support.site import Site
from werkzeug.test import Client
import sys
from pathlib import Path
site = Site(sys.argv[1], Path(sys.argv[2]), is_real=sys.argv[3] == "True")
def commit(self, **options):
	raise OSError("No space left on device")
Database.commit = commit
client = Client(site.application())
try:
	print(client.post("/api/method/frappe.ping", headers={"X-Frappe-Site-Name": site.name}).get_data(as_text=True))
except OSError as error:
	print(f"The server says: {error}")
"""


def test_what_could_not_be_committed_is_not_answered(site):
	said, complaint = site.python(FULL_DISK, site.name, str(site.sites_path), str(site.is_real)).communicate(timeout=60)
	assert said.strip() == "The server says: No space left on device", complaint
