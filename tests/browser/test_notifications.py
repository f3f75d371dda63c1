"""Notifications on a host's device: the service worker of /scheduling, and the section that turns them on and off.

Chromium gets its push messages from its maker. So the test hands the message to the worker, where the browser would.
"""

import json

import frappe
import pytest

from scheduler_integration.waitlist import records
from tests.browser.conftest import BROWSERS, launched
from tests.browser.screens import DESK, PHONE, Windows
from tests.browser.test_looks import check, sign_in_as
from tests.pages.offer import host_of, make_offer
from tests.waitlist.people import make_waited, path, waiting

REGISTER = """async () => {
	const worker = "/api/method/scheduler_integration.api.devices.worker";
	await navigator.serviceWorker.register(worker, { scope: "/scheduling", updateViaCache: "none" });
	await navigator.serviceWorker.ready;
}"""
SHOWN = """async () => {
	const registration = await navigator.serviceWorker.getRegistration("/scheduling");
	return (await registration.getNotifications()).map(({ title, body, tag, data }) => [title, body, tag, data]);
}"""
# Answers in place of the browser's own service.
SUBSCRIBED = """() => {
	let made = null;
	const subscription = {
		endpoint: "https://push.example/device",
		toJSON: () => ({ endpoint: "https://push.example/device", keys: { p256dh: KEY, auth: "AAAAAAAAAAAAAAAAAAAAAA" } }),
		unsubscribe: async () => { made = null; return true; },
	};
	PushManager.prototype.subscribe = async () => (made = subscription);
	PushManager.prototype.getSubscription = async () => made;
}""".replace("KEY", json.dumps("B" + "A" * 86))


@pytest.fixture(scope="module")
def chromium(playwright):
	"""The whole browser: the headless shell has no notifications."""
	yield from launched(playwright, BROWSERS[1:], "no whole Chromium here: apt-get install chromium")


@pytest.fixture(scope="module")
def windows(chromium, server):
	return Windows(chromium, server)


def ready(browse, screen):
	window = browse(screen)
	window.page.context.grant_permissions(["notifications"], origin=window.server.url)
	sign_in_as(window, host_of(make_offer(title="Intro")))
	return window


def test_the_worker_shows_what_is_sent(browse):
	window = ready(browse, DESK)
	window.open("/scheduling/calendars")
	page = window.page
	page.evaluate(REGISTER)
	session = page.context.new_cdp_session(page)
	found = []
	session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
	session.send("ServiceWorker.enable")
	told = {"title": "Booked: Ada", "body": "Intro, Thu 10:00", "path": "/scheduling/meeting/1", "about": "1"}
	# On a busy machine, Chromium loses a message that comes while the worker starts. Two with one tag are one notification.
	for _attempt in range(20):
		page.wait_for_timeout(250)
		for registration in [each for each in found if each["scopeURL"].endswith("/scheduling")][:1]:
			message = {"registrationId": registration["registrationId"], "data": json.dumps(told)}
			session.send("ServiceWorker.deliverPushMessage", {"origin": window.server.url, **message})
		page.wait_for_timeout(250)
		if page.evaluate(SHOWN):
			break
	assert page.evaluate(SHOWN) == [["Booked: Ada", "Intro, Thu 10:00", "1", "/scheduling/meeting/1"]]


@pytest.mark.journey
def test_are_turned_on_and_off(browse):
	window = ready(browse, PHONE)
	window.page.add_init_script(f"({SUBSCRIBED})()")
	window.open("/scheduling/calendars")
	section = window.page.locator("[data-notifications]")
	section.get_by_role("button", name="Turn on").click()
	section.get_by_text("This device shows requests").wait_for()
	check(window, "notifications-on")
	section.get_by_role("button", name="Turn off").click()
	section.get_by_text("also when this page is closed").wait_for()


def test_pages_of_hosts_are_an_app_on_the_home_screen(browse):
	window = ready(browse, PHONE)
	window.open("/scheduling")
	session = window.page.context.new_cdp_session(window.page)
	manifest = session.send("Page.getAppManifest")
	assert manifest["errors"] == []
	about = json.loads(manifest["data"])
	assert (about["start_url"], about["scope"], about["display"]) == ("/scheduling", "/scheduling", "standalone")
	for icon in about["icons"]:
		assert window.page.request.get(window.server.url + icon["src"]).status == 200


def test_who_waits_is_told_of_offers_on_their_device(browse):
	entry = waiting(make_waited())
	window = browse(PHONE)
	window.page.context.grant_permissions(["notifications"], origin=window.server.url)
	window.page.add_init_script(f"({SUBSCRIBED})()")
	loaded = []
	window.page.on("request", lambda request: loaded.append(request.url))
	window.open(path(entry))
	section = window.page.locator("#notify")
	button = section.get_by_role("button", name="Notify me on this device")
	button.wait_for()
	assert [url for url in loaded if "waiting_notify" in url or "worker" in url] == []
	check(window, "waitlist-notify")
	button.click()
	section.get_by_text("This device tells you when a time is free.").wait_for()
	check(window, "waitlist-notify-on")
	frappe.db.rollback()
	[device] = records.entry(entry.name).devices
	assert device["endpoint"] == "https://push.example/device"
	section.get_by_role("button", name="Turn off").click()
	button.wait_for()
	frappe.db.rollback()
	assert records.entry(entry.name).devices == ()
