"""Notifications on hosts' devices: encrypted as browsers read them, sent to a push service over HTTP."""

import base64

import frappe
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications import devices
from scheduler_integration.parsing.device import parse_subscription
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, make_meeting_type, make_user, payload, token_of
from tests.support.outbox import actions, deliver
from tests.support.push_service import Browser
from tests.support.statements import recorded

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE, TEN = at("2026-03-05 09:00"), at("2026-03-05 10:00")


@pytest.fixture
def browser(push_service):
	return Browser(push_service.url)


def book(page, start=NINE, **fields):
	return door.book(payload(page, make_meeting_type(page, title="Intro call"), start, **fields), NOW)


class TestNotification:
	def test_tells_the_host_of_a_booking(self, page, push_service, browser):
		browser.turn_on(page.user)
		booking = book(page, name="Ada Lovelace")
		deliver(booking.id, NOW)
		(request,) = push_service.requests
		shown = browser.read(request)
		assert (shown["title"], shown["path"]) == ("Booked: Ada Lovelace", f"/scheduling/meeting/{booking.id}")
		assert "10:00" in shown["body"]
		assert "Intro call" in shown["body"]

	def test_can_be_read_by_nobody_on_the_way(self, page, push_service, browser):
		browser.turn_on(page.user)
		deliver(book(page, name="Ada Lovelace").id, NOW)
		(request,) = push_service.requests
		assert b"Ada" not in request.data

	def test_is_signed_with_the_sites_key(self, page, push_service, browser):
		browser.turn_on(page.user)
		deliver(book(page).id, NOW)
		kind, _space, rest = push_service.requests[0].headers["Authorization"].partition(" ")
		token, key = (part.split("=", 1)[1] for part in rest.split(", "))
		assert (kind, key) == ("vapid", devices.public_key())
		point = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
		public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
		claims = jwt.decode(
			token, public, algorithms=["ES256"], audience=push_service.url, options={"verify_exp": False}
		)
		assert 0 < claims["exp"] - NOW <= 24 * 3600

	def test_replaces_an_earlier_one_about_the_same_booking(self, page, push_service, browser):
		browser.turn_on(page.user)
		booking = book(page)
		deliver(booking.id, NOW)
		bookings.cancel_by_token(token_of(booking), "No longer needed", NOW + 60)
		deliver(booking.id, NOW + 60)
		shown = [browser.read(request) for request in push_service.requests]
		assert [each["title"].partition(":")[0] for each in shown] == ["Booked", "Cancelled"]
		assert shown[0]["about"] == shown[1]["about"]
		assert len({request.headers["Topic"] for request in push_service.requests}) == 1

	def test_comes_not_for_what_the_host_did(self, page, push_service, browser, as_user):
		browser.turn_on(page.user)
		booking = book(page)
		deliver(booking.id, NOW)
		with as_user(page.user):
			bookings.cancel_by_host(booking.id, "Ill", NOW + 60)
		deliver(booking.id, NOW + 3600)
		assert len(push_service.requests) == 1

	def test_goes_to_each_device_of_the_host_only(self, page, push_service, browser):
		other, stranger = Browser(push_service.url), Browser(push_service.url)
		browser.turn_on(page.user)
		other.turn_on(page.user)
		stranger.turn_on(make_user("Kim"))
		deliver(book(page).id, NOW)
		paths = {request.path for request in push_service.requests}
		assert paths == {one.endpoint.removeprefix(push_service.url) for one in (browser, other)}

	@pytest.mark.parametrize("status", [404, 410])
	def test_a_device_that_is_gone_is_forgotten(self, page, push_service, browser, status):
		browser.turn_on(page.user)
		push_service.status = status
		deliver(book(page).id, NOW)
		assert not devices.has_devices(page.user)

	def test_an_outage_of_the_push_service_troubles_nobody(self, page, push_service, browser):
		browser.turn_on(page.user)
		push_service.status = 503
		booking = book(page)
		deliver(booking.id, NOW)
		assert devices.has_devices(page.user)
		assert "Failed" not in {task.status for task in actions(booking.id)}

	def test_a_disabled_host_gets_none(self, page, push_service, browser):
		browser.turn_on(page.user)
		booking = book(page)
		frappe.get_doc("User", page.user).update({"enabled": 0}).save()
		deliver(booking.id, NOW)
		assert push_service.requests == []
		assert not devices.has_devices(page.user)

	def test_a_site_without_devices_plans_nothing(self, page):
		booking = book(page)
		assert "web_push" not in {task.kind for task in actions(booking.id)}


class TestDevices:
	def test_one_is_turned_on_and_off(self, page, browser):
		def asked(method, **values):
			status, body = call(f"devices.{method}", page.user, **values)
			return status, body["data"]

		endpoint = browser.endpoint
		assert asked("add", **browser.keys) == (200, {"is_on": True})
		assert asked("mine", endpoint=endpoint) == (200, {"is_on": True})
		assert asked("remove", endpoint=endpoint) == (200, {"is_on": False})
		assert asked("mine", endpoint=endpoint) == (200, {"is_on": False})

	def test_belongs_to_who_turned_it_on_last(self, page, browser):
		kim = make_user("Kim")
		browser.turn_on(page.user)
		browser.turn_on(kim)
		assert devices.is_device_of(browser.endpoint, kim)
		assert not devices.is_device_of(browser.endpoint, page.user)

	def test_of_another_user_cant_be_turned_off(self, page, browser):
		browser.turn_on(page.user)
		devices.forget_device(browser.endpoint, make_user("Kim"))
		assert devices.is_device_of(browser.endpoint, page.user)

	def test_the_oldest_of_many_is_forgotten(self, page, push_service):
		many = [Browser(push_service.url) for _number in range(11)]
		for one in many:
			one.turn_on(page.user)
		assert frappe.db.count("Host Device", {"user": page.user}) == 10
		assert not devices.is_device_of(many[0].endpoint, page.user)
		assert devices.is_device_of(many[-1].endpoint, page.user)

	def test_knowing_them_costs_no_statement(self, page, browser):
		browser.turn_on(page.user)
		devices.has_devices(page.user)
		with recorded() as statements:
			assert devices.has_devices(page.user)
		assert statements == []

	@pytest.mark.parametrize(
		("field", "value"),
		[("endpoint", ""), ("endpoint", "ftp://push.example"), ("p256dh", "AAAA"), ("auth", "!"), ("auth", None)],
	)
	def test_what_no_browser_sends_is_refused(self, browser, field, value):
		with pytest.raises(InvalidRequest) as refused:
			parse_subscription(**{**browser.keys, field: value})
		assert list(refused.value.details) == [field]
