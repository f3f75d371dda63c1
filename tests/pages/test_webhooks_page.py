"""Hosts add, pause and delete webhooks on their own page, and look at what was sent, without a script."""

import frappe
import pytest
from werkzeug.wrappers import Response

from scheduler_integration.notifications.subscriptions import DOCTYPE
from scheduler_integration.platform.clock import now
from tests.pages.offer import book, host_of, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import make_user
from tests.support.outbox import deliver

PATH = "/scheduling/webhooks"


@pytest.fixture
def host(client, offer):
	sign_in(client, host_of(offer))
	return client


def hooks():
	frappe.db.rollback()
	return [frappe.get_doc(DOCTYPE, name) for name in frappe.get_all(DOCTYPE, pluck="name")]


def press(host, button, **typed):
	page = read(host.get(PATH).text).one("main")
	form = next(form for form in page.all("form", method="post") if form.all("button", value=button))
	return host.post(PATH, data=[*typed_in(form, **typed), ("action", button)])


def test_a_webhook_is_added_and_its_secret_shown_once(host, receiver):
	assert "No webhooks yet." in host.get(PATH).text
	made = press(host, "add", url=f"{receiver.url}/x", event=["booked", "cancelled"])
	assert made.status_code == 303
	[hook] = hooks()
	assert (hook.url, hook.events.split(), hook.meetings) == (f"{receiver.url}/x", ["booked", "cancelled"], "Own")
	secret = hook.get_password("secret")
	assert secret in host.get(made.headers["Location"]).text
	assert secret not in host.get(PATH).text
	frappe.db.set_value(DOCTYPE, hook.name, "creation", "2026-01-01 10:00:00", update_modified=False)
	frappe.db.commit()
	assert secret not in host.get(made.headers["Location"]).text


def test_what_was_typed_stays_if_it_is_refused(host):
	refused = press(host, "add", url="https://10.0.0.1/x", format="slack", event=["no_show"])
	assert refused.status_code == 400
	page = read(refused.text)
	assert "public address" in page.one("p", id="webhook-url-error").text
	assert page.one("input", id="webhook-url")["value"] == "https://10.0.0.1/x"
	assert [each["value"] for each in page.all("input", name="event") if "checked" in each.attributes] == ["no_show"]
	assert hooks() == []


def test_a_webhook_without_events_was_added(host, receiver):
	page = read(press(host, "add", url=receiver.url, event=[]).text)
	assert "Must be one of" in page.one("fieldset").text


def test_what_was_sent_is_shown_and_sent_again(host, offer, receiver):
	press(host, "add", url=receiver.url)
	receiver.answers = [Response("no", 404)]
	booking = book(offer)
	deliver(booking.id, now())
	shown = read(host.get(PATH).text).one("main").one("details").text
	assert "Pending" in shown
	assert "404" in shown
	assert press(host, "again").status_code == 303
	deliver(booking.id, now() + 1)
	shown = read(host.get(PATH).text).one("main").one("details").text
	assert "Booked" in shown
	assert "Sent" in shown
	assert "200" in shown
	assert len(receiver.requests) == 2


def test_a_webhook_is_paused_switched_on_and_deleted(host, receiver):
	press(host, "add", url=receiver.url)
	assert press(host, "pause").status_code == 303
	assert [hook.is_active for hook in hooks()] == [0]
	assert "Paused" in host.get(PATH).text
	press(host, "resume")
	assert [hook.is_active for hook in hooks()] == [1]
	press(host, "delete")
	assert hooks() == []


def undoing(host, answer):
	"""Return what the button sends that takes back what was just done."""
	page = read(host.get(answer.headers["Location"]).text)
	[form] = [form for form in page.all("form", method="post") if form.all("button", name="undo")]
	return [*typed_in(form), ("undo", form.one("button", name="undo")["value"])]


def test_a_deletion_is_taken_back_with_the_secret(host, receiver, offer):
	press(host, "add", url=receiver.url, event=["booked"])
	[before] = hooks()
	secret = before.get_password("secret")
	host.post(PATH, data=undoing(host, press(host, "delete")))
	[after] = hooks()
	assert after.get_password("secret") == secret
	for field in ("name", "user", "url", "events", "format", "meetings", "is_active"):
		assert after.get(field) == before.get(field)
	deliver(book(offer).id, now())
	assert len(receiver.requests) == 1


def test_a_deletion_was_taken_back_beside_the_same_webhook(host, receiver):
	press(host, "add", url=receiver.url, event=["booked"])
	button = undoing(host, press(host, "delete"))
	press(host, "add", url=receiver.url, event=["booked"])
	host.post(PATH, data=button)
	assert len(hooks()) == 1


def test_a_pause_is_taken_back(host, receiver):
	press(host, "add", url=receiver.url)
	paused = press(host, "pause")
	host.post(PATH, data=undoing(host, paused))
	assert [hook.is_active for hook in hooks()] == [1]


def test_nobody_changes_the_webhook_of_another(host, client, receiver):
	press(host, "add", url=receiver.url)
	[hook] = hooks()
	eve = make_user("Eve")
	sign_in(client, eve)
	token = next(
		value
		for name, value in typed_in(read(client.get(PATH).text).one("form", id="new-webhook"))
		if name == "csrf_token"
	)
	for action in ("pause", "delete"):
		assert client.post(PATH, data={"action": action, "name": hook.name, "csrf_token": token}).status_code == 403
	assert receiver.url not in client.get(PATH).text
	assert [each.is_active for each in hooks()] == [1]


def test_only_a_manager_is_offered_the_meetings_of_all(host, client, receiver):
	assert read(host.get(PATH).text).all("select", name="meetings") == []
	sign_in(client, make_user("Ann", ("Scheduling User", "Scheduling Manager")))
	press(client, "add", url=receiver.url, meetings="all")
	assert [hook.meetings for hook in hooks()] == ["All"]
