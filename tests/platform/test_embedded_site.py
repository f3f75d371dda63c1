"""Parts that only the embedded site has: its outbox, scheduler, queue and demo."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from ipaddress import ip_address

import frappe
import pytest
import requests

from tests.platform.conftest import PASSWORD, STRANGER, THING
from tests.support.server import free_port
from tests.support.site import ROOT, on_real_site

pytestmark = pytest.mark.skipif(on_real_site(), reason="only the embedded site has these")

ICS = {"fname": "invite.ics", "fcontent": "BEGIN:VCALENDAR\r\n", "content_type": "text/calendar; method=REQUEST"}


def test_the_outbox_shows_messages_and_their_parts(client, committed, outgoing_mail):
	queue = frappe.sendmail(
		recipients=["ada@example.com"], subject="A <b> subject", message="<p>Hi</p>", attachments=[ICS]
	)
	frappe.db.commit()
	listing = client.get("/outbox").text
	assert "ada@example.com" in listing
	assert "A &lt;b&gt; subject" in listing
	message = client.get(f"/outbox/{queue.name}").text
	assert "invite.ics" in message
	assert "<b>" not in message
	links = [part.split('"')[0] for part in message.split(f"/outbox/{queue.name}/")[1:]]
	answers = [client.get(f"/outbox/{queue.name}/{link}") for link in links]
	assert {answer.headers["Content-Type"].split(";")[0] for answer in answers} == {"text/html", "text/calendar"}
	assert any("attachment" in answer.headers.get("Content-Disposition", "") for answer in answers)
	assert client.get("/outbox/nothing").status_code == 404
	assert client.get(f"/outbox/{queue.name}/99").status_code == 404


def test_the_sign_in_page(client):
	assert "/api/method/login" in client.get("/login").text
	assert client.get("/").status_code == 200
	answer = client.get("/desk", allow_redirects=False)
	assert answer.status_code == 301, answer.text
	assert answer.headers["Location"] == "/login?redirect-to=%2Fdesk"
	assert client.get("/app?a=b", allow_redirects=False).headers["Location"] == "/desk?a=b"


@pytest.mark.long
def test_the_demo_says_where_to_look_and_how_to_sign_in(tmp_path):
	port = free_port()
	address = f"http://127.0.0.1:{port}"
	command = [sys.executable, "-u", "-m", "embedded", "demo", "--port", str(port)]
	environment = {**os.environ, "SITE_FOLDER": str(tmp_path / "demo")}
	with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as demo:
		said = "".join(iter(demo.stdout.readline, f"Serving on {address}\n"))
		for path in ("/", "/schedule/jane", "/schedule/team", "/scheduling", "/outbox"):
			assert f"{address}{path} " in said
			assert requests.get(f"{address}{path}", timeout=60).status_code == 200
		assert "jane@demo.example / demo" in said
		assert "Administrator / admin" in said
		for user, password in (("jane@demo.example", "demo"), ("Administrator", "admin")):
			answer = requests.post(f"{address}/api/method/login", data={"usr": user, "pwd": password}, timeout=60)
			assert answer.status_code == 200, answer.text
		host = requests.Session()
		host.post(f"{address}/demo-sign-in", data={"user": "jane@demo.example"}, timeout=60)
		assert "Jane Moreau" in host.get(f"{address}/scheduling", timeout=60).text
		front = requests.get(f"{address}/", timeout=60).text
		links = re.findall(r'href="(/[^"]*)"', front)
		assert {"/scheduling", "/outbox", "/demo-calendar", "/schedule/jane/intro"} <= set(links)
		manager = requests.Session()
		manager.post(f"{address}/api/method/login", data={"usr": "Administrator", "pwd": "admin"}, timeout=60)
		for link in links:
			assert manager.get(f"{address}{link}", timeout=60).status_code == 200, link
		demo.terminate()


def test_nobody_is_signed_in_without_a_password_where_there_is_no_demo(client):
	for user in ("Administrator", "jane@demo.example"):
		assert client.post("/demo-sign-in", data={"user": user}).status_code == 404
	assert "sid" not in client.cookies


def test_browsers_find_an_icon_and_rules_for_robots(client):
	assert client.get("/favicon.ico").headers["Content-Type"].startswith("image/svg")
	assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_a_server_on_all_addresses_prints_one_that_a_phone_can_open():
	from embedded.addresses import reachable

	assert reachable("192.168.7.9") == "192.168.7.9"
	assert not ip_address(reachable("0.0.0.0")).is_unspecified
	assert not ip_address(reachable("::")).is_unspecified


def test_the_demo_reads_its_calendar_at_another_address_too(tmp_path):
	from embedded.lifecycle import configure

	(tmp_path / "site_config.json").write_text(
		'{"encryption_key": "kept", "scheduling_allowed_hosts": ["127.0.0.1:8000"]}'
	)
	configure(tmp_path, {"scheduling_allowed_hosts": ["192.168.7.9:8123"]})
	written = json.loads((tmp_path / "site_config.json").read_text())
	assert written == {"encryption_key": "kept", "scheduling_allowed_hosts": ["192.168.7.9:8123"]}


def test_a_get_changes_nothing_and_a_post_does(site, committed):
	code = (
		"import frappe\nfrom pathlib import Path\nfrom frappe.app import make_application\n"
		"from werkzeug.test import Client\n\n@frappe.whitelist(allow_guest=True)\ndef write():\n"
		f"\tvalues = {{'doctype': '{THING}', 'title': frappe.request.method}}\n"
		"\tfrappe.get_doc(values).insert(ignore_permissions=True)\n\n"
		"client = Client(make_application(Path(frappe.local.site_path), 'scheduler_integration', {}))\n"
		"address = '/api/method/__main__.write'\n"
		"print(client.get(address).status_code, client.post(address).status_code)"
	)
	said, complaint = site.python(code).communicate(timeout=60)
	assert said.strip() == "200 200", complaint
	frappe.db.rollback()
	assert frappe.get_all(THING, pluck="name") == ["THING-POST"]


def test_a_scheduled_job_runs_when_it_is_due_and_once(site, committed):
	from embedded.scheduler import events, run_due

	assert ("*/4 * * * *", "frappe.email.queue.flush", "default") in set(events())
	noon = datetime(2030, 1, 1, 12, 0)
	assert "frappe.email.queue.flush" in run_due(noon)
	assert run_due(noon) == []
	assert "frappe.email.queue.flush" not in run_due(noon.replace(minute=1))
	assert "frappe.email.queue.flush" in run_due(noon.replace(minute=4))
	frappe.db.sql("delete from `tabDefaultValue` where defkey like 'scheduled:%'")
	frappe.db.commit()


def test_too_many_wrong_passwords_lock_the_door(client, committed, monkeypatch):
	"""A site that allows tests doesn't lock, so that tests may sign in as often as they like."""
	assert frappe.conf.allow_tests
	for _ in range(12):
		assert client.login(STRANGER, "wrong").status_code == 401
	assert client.login(STRANGER, PASSWORD).status_code == 200
