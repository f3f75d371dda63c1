"""`/scheduling/calendars`: what is connected, what is wrong, and the one button that helps."""

import re

import frappe
import pytest

from scheduler_integration.calendars.mirror.plan import KIND, PURPOSE
from scheduler_integration.calendars.sync import sync
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.outcomes import Down
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.platform.clock import now
from tests.calendars.conftest import Feed
from tests.pages.reading import read
from tests.support.calendar_servers import times
from tests.support.factories import fresh, make_page, make_user
from tests.support.wsgi import serving

PATH = "/scheduling/calendars"
PASSWORD = "calendars-of-jane-1"


@pytest.fixture
def feed():
	made = Feed()
	with serving(made) as base:
		made.url = f"{base}/hush-hush.ics"
		made.events(times(now() + 86400, now() + 90000))
		yield made


@pytest.fixture
def jane(commit_clean, client):
	user = make_user("Jane", new_password=PASSWORD)
	make_page(user)
	frappe.db.commit()
	assert client.login(user, PASSWORD).ok
	return user


def shown(client, path=PATH):
	answer = client.get(path)
	assert answer.status_code == 200
	return answer.text


def submit(client, **fields):
	token = re.search(r'name="csrf_token" value="([^"]+)"', shown(client))
	return client.post(PATH, data={**({"csrf_token": token[1]} if token else {}), **fields})


def connect(client, feed):
	answer = submit(client, action="connect", provider="ICS", address=feed.url)
	assert answer.status_code == 303, read(answer.text)
	frappe.db.rollback()
	return frappe.db.get_value("Calendar Connection", {}, "name", order_by="creation desc")


def test_a_visitor_signs_in_first(client, commit_clean):
	answer = client.get(PATH, allow_redirects=False)
	assert answer.status_code == 302
	assert answer.headers["Location"].endswith("/login?redirect-to=/scheduling/calendars")


def test_a_user_without_the_role_has_no_calendars(client, commit_clean):
	user = make_user("Ron", roles=(), new_password=PASSWORD)
	frappe.db.commit()
	client.login(user, PASSWORD)
	assert client.get(PATH).status_code == 403


@pytest.mark.long
def test_a_feed_from_connecting_to_disconnecting(client, jane, feed):
	assert "No calendar is connected yet." in shown(client)
	name = connect(client, feed)
	page = shown(client, PATH + "?done=connect")
	assert "It is being read now." in page
	assert "First sync…" in page
	assert "nobody can book these times" in page
	assert "hush-hush" not in page
	assert sync(name, now()).was_read
	page = shown(client)
	assert "Works" in page
	assert "Last read" in page
	calendar = frappe.db.get_value("Connected Calendar", {"parent": name})
	answer = submit(
		client, action="update", name=name, read=[], switch=["ignore_tentative"], ignore_tentative="1", closes="0"
	)
	assert answer.status_code == 303
	frappe.db.rollback()
	assert not frappe.db.get_value("Connected Calendar", calendar, "check_conflicts")
	assert frappe.db.get_value("Calendar Connection", name, ["ignore_tentative", "when_unreadable"]) == (
		1, "Offer my times all the same",
	)  # fmt: skip
	assert submit(client, action="disconnect", name=name, events="keep").status_code == 303
	assert "No calendar is connected yet." in shown(client)


def test_what_is_wrong_and_the_button_that_helps(client, jane, feed):
	name = connect(client, feed)
	feed.status = 401
	assert sync(name, now()).was_read
	page = shown(client)
	assert "Must be connected again" in page
	assert "The account refuses access." in page
	assert "New address of the feed" in page
	[trouble] = read(shown(client, "/scheduling")).all("li", class_="trouble")
	assert "can't be read" in trouble.text
	assert trouble.one("a")["href"] == f"{PATH}#connection-{name}"
	feed.status = 200
	assert submit(client, action="reconnect", name=name, address=feed.url + "?new=1").status_code == 303
	frappe.db.rollback()
	assert sync(name, now()).was_read
	assert "Must be connected again" not in shown(client)


def test_works_stood_there_although_meetings_werent_written(client, jane, feed):
	name = connect(client, feed)
	sync(name, now())
	task = {"kind": KIND, "purpose": PURPOSE, "target": name, "due_at": now() - 3600}
	plan("a-booking", [Planned(key=fresh("key"), **task)], now() - 3600)
	frappe.db.commit()
	assert "Meetings aren&#39;t written yet" in shown(client)
	for path in (PATH, "/scheduling"):
		assert "One meeting isn&#39;t in the calendar as it was booked." in shown(client, path)
	outages.note(KIND, Down(name, "Down"), now())
	frappe.db.commit()
	assert "Try now" in shown(client)
	assert submit(client, action="sync", name=name).status_code == 303
	frappe.db.rollback()
	assert frappe.db.get_value("Outbox Outage", {"account": name}, "asks_at") <= now()


def test_a_refused_form_says_why_and_keeps_what_was_typed(client, jane):
	answer = submit(
		client, action="connect", provider="CalDAV", preset="", address="https://10.0.0.1/", login="jane", password="x"
	)
	assert answer.status_code == 400
	assert "This address can&#39;t be used." in answer.text
	assert "scheduling_allowed_hosts" in answer.text
	assert 'value="jane"' in answer.text


def test_providers_that_are_not_set_up_are_named(client, jane):
	page = read(shown(client)).one("main")
	offered = {link["href"].partition("connect=")[2] for link in page.all("a") if "connect=" in link["href"]}
	for provider in ("Google", "Outlook"):
		assert (provider in offered) != (f"{provider}: your administrator must set this up first." in page.text)


def test_a_calendar_that_is_read_for_the_first_time_was_shown_as_broken(client, jane, feed):
	name = connect(client, feed)
	card = read(shown(client)).one("section", aria_labelledby=f"connection-{name}")
	assert "First sync…" in card.text
	assert card["class"] == "card answer connection"
	assert card.one("label", class_="bar").text == "It is being read."
	assert "Try now" not in card.text
	sync(name, now())
	frappe.db.commit()
	card = read(shown(client)).one("section", aria_labelledby=f"connection-{name}")
	assert "1 event read" in card.one("p", class_="state").text
	assert not card.all("progress")


def test_nobody_changes_anothers_calendar(client, server, jane, feed, commit_clean):
	name = connect(client, feed)
	eve = make_user("Eve", new_password=PASSWORD)
	frappe.db.commit()
	with server.client() as other:
		other.login(eve, PASSWORD)
		assert "127.0.0.1" not in shown(other)
		for action in ("update", "sync", "disconnect", "reconnect"):
			assert submit(other, action=action, name=name).status_code == 404
		assert "127.0.0.1" not in shown(other, PATH + "?whose=all")
