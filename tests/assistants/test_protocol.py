"""The endpoints speak MCP: with the official client in both revisions, and against messages that aren't MCP."""

import json
import re

import frappe
import pytest
from jsonschema import Draft202012Validator

from scheduler_integration.api.host_tools import HOST_TOOLS
from scheduler_integration.api.visitor_tools import VISITOR_TOOLS
from tests.architecture.test_reference import API
from tests.assistants.conftest import MONDAY, Assistant, new_key
from tests.support.factories import make_user
from tests.support.official_mcp import ENDPOINT

META = "io.modelcontextprotocol/"


@pytest.mark.parametrize(
	("mode", "version"), [("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25"), ("auto", "2026-07-28")]
)
def test_the_official_client_finds_times(official, visitor, meeting_type, mode, version):
	days = {"meeting_type": meeting_type.slug, "start_date": MONDAY, "end_date": MONDAY}
	client = official(f"visitor?page={visitor.page}", mode)
	assert client.about["version"] == version
	assert {each["name"] for each in client.about["tools"]} == {*VISITOR_TOOLS}
	listed, refused = client.call("list_types"), client.call("find_times", **{**days, "end_date": "x"})
	assert listed["structuredContent"]["meeting_types"][0]["slug"] == meeting_type.slug
	assert refused["isError"]
	assert refused["structuredContent"]["code"] == "INVALID_DATE"


@pytest.fixture
def key_of(commit_clean):
	"""Return a function that gives a user an API key, and returns the header."""

	def make(user):
		key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
		frappe.get_doc("User", user).update({"api_key": key, "api_secret": secret}).save()
		frappe.db.commit()
		return {"Authorization": f"token {key}:{secret}"}

	return make


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
def test_a_hosts_assistant_signs_in_with_a_key(official, helper, meeting_type, key_of, mode):
	asked = {"meeting_type": meeting_type.name, "start": "2026-03-02T10:00:00Z"}
	client = official("host?scope=read", mode, **key_of(helper.user))
	assert {each["name"] for each in client.about["tools"]} == {*helper.tools()} - {
		"book_for",
		"move",
		"cancel",
		"away",
	}
	explained, refused = client.call("why_not", **asked), client.call("my_day", date="x")
	assert explained["structuredContent"]["meeting_type"]["slug"] == meeting_type.slug
	assert refused["structuredContent"]["code"] == "VALIDATION_ERROR"


@pytest.fixture
def token_of(commit_clean):
	"""Return a function that gives a user an access token of OAuth 2 with these scopes, and returns the header."""

	def make(user, scopes="all openid"):
		app = {"doctype": "OAuth Client", "app_name": "Helper", "default_redirect_uri": "https://app.example"}
		app = frappe.get_doc({**app, "redirect_uris": "https://app.example", "scopes": scopes}).insert()
		values = {"client": app.name, "user": user, "scopes": scopes, "status": "Active", "expires_in": 3600}
		# The server's clock isn't frozen.
		text, until = frappe.generate_hash(length=30), frappe.utils.add_to_date(frappe.utils.now_datetime(), years=5)
		token = {"doctype": "OAuth Bearer Token", **values, "access_token": text, "expiration_time": until}
		frappe.get_doc(token).insert(ignore_permissions=True)
		frappe.db.commit()
		return {"Authorization": f"Bearer {text}"}

	return make


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def test_the_access_token_of_a_disabled_host_still_worked(client, helper, token_of):
	"""Frappe lets it sign in (tests/platform/test_keys_and_tokens.py)."""
	headers = token_of(helper.user)
	address = "/api/method/scheduler_integration.api.bookings.list"
	assert client.get(address, headers=headers).status_code == 200
	assert client.post(f"{ENDPOINT}host", json=LIST, headers=headers).status_code == 200
	frappe.get_doc("User", helper.user).update({"enabled": 0}).save()
	frappe.db.commit()
	assert client.get(address, headers=headers).status_code == 401
	assert client.post(f"{ENDPOINT}host", json=LIST, headers=headers).status_code == 401


@pytest.mark.parametrize(
	("scopes", "asked", "shows"),
	[
		("openid scheduler:read", "act", "read"),
		("scheduler:propose", "act", "propose"),
		("scheduler:read scheduler:act", "act", "act"),
		("scheduler:act", "read", "read"),
		("scheduler:act", "", "propose"),
		("all", "act", "act"),
	],
)
def test_a_token_allows_what_its_scopes_and_the_address_allow(client, helper, token_of, scopes, asked, shows):
	headers = token_of(helper.user, scopes)
	answer = client.post(f"{ENDPOINT}host?scope={asked}", json=LIST, headers=headers).json()
	assert {each["name"] for each in answer["result"]["tools"]} == {*Assistant(helper.user, scope=shows).tools()}


def test_a_token_without_a_scope_of_ours_calls_no_tools(client, helper, token_of):
	answer = client.post(f"{ENDPOINT}host", json=LIST, headers=token_of(helper.user, "openid"))
	assert (answer.status_code, answer.json()["code"]) == (403, "NOT_PERMITTED")


@pytest.mark.parametrize(
	("verb", "path", "status"),
	[
		("GET", "scheduler_integration.api.bookings.list", 200),
		("POST", "scheduler_integration.api.availability.block", 403),
		("GET", "frappe.auth.get_logged_user", 403),
		("GET", "scheduler_integration.api.bookings.list?cmd=frappe.auth.get_logged_user", 403),
		("POST", "scheduler_integration.api.mcp.host?cmd=frappe.auth.get_logged_user", 403),
	],
)
def test_a_token_for_reading_changed_something_by_another_door(client, helper, token_of, verb, path, status):
	headers = token_of(helper.user, "scheduler:read")
	assert client.request(verb, f"/api/method/{path}", headers=headers).status_code == status
	assert client.request(verb, f"/api/method/{path}", headers=token_of(helper.user)).status_code in (200, 400)


@pytest.mark.parametrize("path", ["/api/resource/Meeting Type", "/scheduling", "/scheduling/hours", "/app"])
def test_a_token_for_reading_opened_another_part_of_the_site(client, helper, token_of, path):
	headers = token_of(helper.user, "scheduler:act")
	assert client.get(path, headers=headers).status_code == 403
	assert client.post(path, headers=headers).status_code == 403


@pytest.mark.parametrize(
	"message", ["", "{", "[]", "7", '{"jsonrpc": "2.0"}', '[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]']
)
def test_what_is_not_a_message_is_400(visitor, message):
	answer = visitor.post(message)
	assert answer.status_code == 400
	assert json.loads(answer.data)["error"]["code"] in (-32700, -32600)


@pytest.mark.parametrize(
	"message",
	[
		{"jsonrpc": "2.0", "id": "\ud800", "method": "ping"},
		{
			"jsonrpc": "2.0",
			"id": 1,
			"method": "tools/call",
			"params": {"name": "hold", "arguments": {"key": "k", "quote": "\ud800"}},
		},
	],
)
def test_half_a_character_was_an_error_of_the_server(visitor, message):
	answer = visitor.post(message)
	assert answer.status_code == 400
	assert json.loads(answer.data)["error"]["code"] == -32700


def test_a_notification_has_no_answer(visitor):
	answer = visitor.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
	assert (answer.status_code, answer.data) == (202, b"")


def test_a_method_that_there_is_not_is_404(visitor):
	answer = visitor.post({"jsonrpc": "2.0", "id": "a", "method": "resources/list"})
	assert answer.status_code == 404
	assert json.loads(answer.data) == {
		"jsonrpc": "2.0",
		"id": "a",
		"error": {"code": -32601, "message": "Method not found"},
	}


@pytest.mark.parametrize(
	("headers", "code"),
	[
		({}, -32020),
		({"MCP_Protocol_Version": "2026-07-28", "Mcp_Method": "tools/list"}, -32020),
		({"MCP_Protocol_Version": "2026-07-28", "Mcp_Method": "tools/call", "Mcp_Name": "cancel"}, -32020),
		(
			{
				"MCP_Protocol_Version": "2026-07-28",
				"Mcp_Method": "tools/call",
				"Mcp_Name": "=?base64?bGlzdF90eXBlcw==?=",
			},
			None,
		),
	],
)
def test_headers_that_differ_from_the_body_are_refused(visitor, headers, code):
	meta = {f"{META}protocolVersion": "2026-07-28", f"{META}clientCapabilities": {}}
	params = {"name": "list_types", "arguments": {}, "_meta": meta}
	answer = visitor.post({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, **headers)
	assert json.loads(answer.data).get("error", {}).get("code") == code


def test_a_version_that_is_not_spoken_names_those_that_are(visitor):
	meta = {f"{META}protocolVersion": "2031-01-01"}
	headers = {"MCP_Protocol_Version": "2031-01-01", "Mcp_Method": "tools/list"}
	answer = visitor.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}, **headers)
	assert json.loads(answer.data)["error"]["data"] == {"supported": ["2026-07-28"], "requested": "2031-01-01"}


@pytest.mark.parametrize("tools", [VISITOR_TOOLS, HOST_TOOLS], ids=["visitor", "host"])
def test_a_tool_has_words_types_and_hints(tools):
	for name, tool in tools.items():
		described = tool.described()
		assert described["name"] == name
		assert described["description"].endswith(".")
		Draft202012Validator.check_schema(described["inputSchema"])
		assert all(
			each.get("description") and each.get("type") for each in described["inputSchema"]["properties"].values()
		)
		assert set(described["inputSchema"]["required"]) <= set(described["inputSchema"]["properties"])


def test_a_hold_was_said_to_change_nothing():
	assert not VISITOR_TOOLS["hold"].described()["annotations"]["readOnlyHint"]


def test_wrong_and_missing_arguments_are_named(visitor):
	refused = visitor.refused("find_times", meeting_type="intro", hosts="all")
	assert set(refused["details"]) == {"hosts", "start_date", "end_date"}


def test_a_stranger_and_a_customer_called_the_endpoint_of_hosts(commit_clean):
	customer = make_user("Customer", roles=())
	frappe.db.commit()
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
	from scheduler_integration.api import mcp

	frappe.utils.set_request(method="POST", path="/", data=json.dumps(message))
	frappe.set_user("Guest")
	try:
		stranger = mcp.host()
	finally:
		frappe.set_user("Administrator")
		del frappe.local.request
	assert (stranger.status_code, stranger.headers["WWW-Authenticate"]) == (401, "Bearer")
	assert Assistant(user=customer).post(message).status_code == 403


def test_a_page_of_another_site_used_the_hosts_network(helper):
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
	assert helper.post(message, Origin="https://evil.example").status_code == 403
	assert helper.post(message, Origin="http://[").status_code == 403
	assert helper.post(message, Origin="https://localhost").status_code == 200
	assert helper.post(message).status_code == 200


def test_a_message_widened_the_scope_of_its_address(helper):
	reader = Assistant(helper.user, scope="read")
	answer = reader.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "scope": "act"})
	assert {each["name"] for each in json.loads(answer.data)["result"]["tools"]} == {*reader.tools()}


def test_a_scope_shows_only_what_it_allows(helper):
	shown = {
		scope: {*Assistant(helper.user, scope=scope).tools()} for scope in ("read", "propose", "act", "everything")
	}
	assert "cancel" not in shown["read"]
	assert shown["propose"] - shown["read"] == {"book_for", "move", "cancel", "away"}
	assert shown["act"] - shown["propose"] == {"block"}
	assert shown["everything"] == shown["read"]


def test_the_reference_forgot_a_tool():
	[section] = re.findall(r"^## `mcp`(.*?)(?=^## )", API, re.MULTILINE | re.DOTALL)
	named = {*re.findall(r"`([a-z_]+)`", section)} - {
		"quote",
		"confirm_url",
		"written_by_visitor",
		"read",
		"propose",
		"act",
	}
	assert named == {*VISITOR_TOOLS, *HOST_TOOLS}


def test_a_hosts_assistant_chooses_the_language_of_refusals(client, helper, key_of):
	"""A request with a key says its language itself, also to Frappe."""
	headers = {**key_of(helper.user), "Accept-Language": "de"}
	params = {"name": "cancel", "arguments": {"key": new_key(), "booking": "no-such-booking"}}
	message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
	answer = client.post(f"{ENDPOINT}host", json=message, headers=headers).json()["result"]
	assert answer["structuredContent"]["error"] == "Diesen Termin gibt es nicht."
