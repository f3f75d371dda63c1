"""`api.calendars`: connect by address, list, choose, read now, disconnect; each host only their own."""

import frappe
import pytest

from scheduler_integration.calendars.sync import sync
from scheduler_integration.platform.clock import now, to_site_time
from tests.calendars.conftest import Feed
from tests.support.calendar_servers import calendar_of, times
from tests.support.factories import at, make_page, make_user
from tests.support.wsgi import Response, serving

PREFIX = "scheduler_integration.api.calendars."
PASSWORD = "calendars-of-jane-1"


@pytest.fixture
def feed():
	made = Feed()
	with serving(made) as base:
		made.url = f"{base}/private/basic.ics"
		made.events(times(at("2027-03-02 10:00"), at("2027-03-02 11:00")))
		yield made


@pytest.fixture
def jane(commit_clean):
	user = make_user("Jane", new_password=PASSWORD)
	make_page(user)
	frappe.db.commit()
	return user


def signed_in(client, user):
	assert client.login(user, PASSWORD).ok
	client.take_csrf_token("/app")
	return client


def call(client, method, http_method="POST", **arguments):
	answer = client.call(PREFIX + method, http_method, **arguments)
	body = answer.json()
	return answer.status_code, body.get("data", body)


def connect(client, feed):
	status, data = call(client, "connect_address", provider="ICS", address=feed.url)
	assert status == 200, data
	return data["connection"]


@pytest.mark.long
def test_nobody_waits_while_somebody_elses_server_is_asked(server, client, jane, feed):
	"""The calendar's server doesn't answer before another host has connected one, which writes to the database."""
	ann = make_user("Ann", new_password=PASSWORD)
	frappe.db.commit()
	hers = signed_in(server.client(), ann)
	statuses = []

	def answer(_request):
		if not statuses:
			statuses.append(call(hers, "connect_address", provider="ICS", address=feed.url)[0])
		return Response(calendar_of(), mimetype="text/calendar")

	with serving(answer) as base:
		status, data = call(signed_in(client, jane), "connect_address", provider="ICS", address=base)
	assert (status, statuses) == (200, [200]), data


@pytest.mark.long
def test_a_feed_is_connected_listed_chosen_and_disconnected(client, jane, feed):
	signed_in(client, jane)
	made = connect(client, feed)
	assert (made["provider"], made["account"], made["status"]) == ("ICS", "127.0.0.1", "New")
	(calendar,) = made["calendars"]
	assert (calendar["is_read"], calendar["can_write"]) == (True, False)
	assert "private" not in repr(made)

	status, data = call(client, "list", "GET")
	assert [each["name"] for each in data["connections"]] == [made["name"]]
	status, data = call(client, "update", name=made["name"], read=[], ignore_tentative=1, closes=0)
	assert status == 200
	changed = data["connection"]
	assert (changed["calendars"][0]["is_read"], changed["ignore_tentative"], changed["closes"]) == (False, True, False)
	assert call(client, "sync", name=made["name"])[0] == 200
	assert call(client, "disconnect", name=made["name"], keep_events=1)[0] == 200
	assert call(client, "list", "GET")[1]["connections"] == []


@pytest.mark.long
def test_everything_is_read_again_on_demand(client, jane, feed, run_jobs):
	def busy(name):
		frappe.db.rollback()
		return frappe.db.count("Calendar Busy Time", {"connection": name})

	day = to_site_time(now() + 2 * 86400).strftime("%Y%m%d")
	feed.events(f"DTSTART:{day}T100000Z\nDTEND:{day}T110000Z")
	feed.headers = {"ETag": '"1"'}
	signed_in(client, jane)
	name = connect(client, feed)["name"]
	run_jobs()
	assert busy(name) == 1
	frappe.db.delete("Calendar Busy Time", {"connection": name})
	frappe.db.commit()
	assert call(client, "sync", name=name)[0] == 200
	run_jobs()
	assert busy(name) == 0  # nothing has changed there
	assert call(client, "sync", name=name, full=1)[0] == 200
	run_jobs()
	assert busy(name) == 1


@pytest.mark.long
def test_what_is_disconnected_is_forgotten(client, jane, feed, run_jobs):
	signed_in(client, jane)
	name = connect(client, feed)["name"]
	frappe.db.rollback()
	assert sync(name, now()).was_read
	call(client, "disconnect", name=name)
	run_jobs()
	frappe.db.rollback()
	assert not frappe.db.exists("Calendar Connection", name)
	assert not frappe.db.exists("Calendar Busy Time", {"connection": name})
	assert frappe.db.sql("select count(*) from `__Auth` where name = %s", name)[0][0] == 0


@pytest.mark.long
def test_another_host_can_do_nothing_with_it(client, server, jane, feed, commit_clean):
	signed_in(client, jane)
	name = connect(client, feed)["name"]
	eve = make_user("Eve", new_password=PASSWORD)
	frappe.db.commit()
	with server.client() as other:
		signed_in(other, eve)
		assert call(other, "list", "GET")[1]["connections"] == []
		assert call(other, "list", "GET", whose="all")[0] == 403
		for method in ("update", "sync", "disconnect", "reconnect"):
			assert call(other, method, name=name)[0] == 404
		for doctype in ("Calendar Connection", "Calendar Busy Time", "Mirrored Event", "Connected Calendar"):
			# Frappe wants the parent of child rows, and Frappe 16 fails if anything else is said to have one.
			parent = {"parent": "Calendar Connection"} if doctype == "Connected Calendar" else {}
			rows = other.get(f"/api/resource/{doctype}", params=parent)
			assert rows.status_code in (403, 404, 417) or rows.json()["data"] == []
		assert other.get(f"/api/resource/Calendar Connection/{name}").status_code in (403, 404)
		answer = other.put(f"/api/resource/Calendar Connection/{name}", json={"user": eve})
		assert answer.status_code in (403, 404)


def test_a_manager_sees_everybodys_health(client, jane, feed, commit_clean, server):
	signed_in(client, jane)
	name = connect(client, feed)["name"]
	boss = make_user("Max", roles=("Scheduling Manager",), new_password=PASSWORD)
	frappe.db.commit()
	with server.client() as other:
		signed_in(other, boss)
		found = call(other, "list", "GET", whose="all")[1]["connections"]
		assert name in [each["name"] for each in found]


def test_a_visitor_is_asked_to_sign_in(client):
	for method, verb in (("list", "GET"), ("connect_address", "POST"), ("disconnect", "POST")):
		assert call(client, method, verb)[0] == 401


@pytest.mark.parametrize(
	("fields", "wrong"),
	[
		({"provider": "ICS", "address": "https://10.0.0.1/feed.ics"}, {"address"}),
		({"provider": "ICS", "address": "https://169.254.169.254/latest/"}, {"address"}),
		({"provider": "ICS", "address": "file:///etc/passwd"}, {"address"}),
		({"provider": "ICS", "address": ""}, {"address"}),
		({"provider": "CalDAV", "address": "https://caldav.example"}, {"login", "password"}),
		({"provider": "Exchange", "address": "https://x.example"}, {"provider"}),
		({"provider": "ICS", "address": ["x"]}, {"address"}),
		({"provider": "ICS", "address": "https://x.example/" + "x" * 3000}, {"address"}),
	],
)
def test_what_is_typed_wrong_is_told_beside_the_field(client, jane, fields, wrong):
	signed_in(client, jane)
	status, error = call(client, "connect_address", **fields)
	assert (status, set(error["details"])) == (400, wrong)
	frappe.db.rollback()
	assert not frappe.db.exists("Calendar Connection", {"user": jane})


@pytest.mark.parametrize(("status", "text"), [(404, ""), (200, "<html>Sign in</html>"), (401, ""), (500, "")])
def test_an_address_without_a_calendar_is_refused_at_once(client, jane, feed, status, text):
	signed_in(client, jane)
	feed.status, feed.text = status, text
	answer, error = call(client, "connect_address", provider="ICS", address=feed.url)
	assert (answer, set(error["details"])) == (400, {"address"})
	assert "asked again" not in error["details"]["address"], "nothing was stored, so nothing is asked later"
	frappe.db.rollback()
	assert not frappe.db.exists("Calendar Connection", {"user": jane})
