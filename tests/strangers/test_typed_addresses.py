"""Addresses that people type: those that no request can use, and those that are as secret as a password."""

import frappe
import pytest

from scheduler_integration.api import calendars
from scheduler_integration.calendars import connections
from scheduler_integration.exceptions import Unexpected
from tests.pages.offer import host_of, make_offer, sign_in
from tests.support.raw_search import tables_with

pytestmark = pytest.mark.usefixtures("commit_clean")

UNREADABLE = [
	"https://[v1.x]/private-TOKEN/basic.ics",
	"https://*.calendar.example/private-TOKEN/basic.ics",
	"https://[::1/private-TOKEN/basic.ics",
	"https://calendar\u202e.example/private-TOKEN/basic.ics",
	"https://calendar.example:port/private-TOKEN/basic.ics",
]


@pytest.fixture
def host(client):
	sign_in(client, host_of(make_offer()))
	client.take_csrf_token("/app")
	return client


@pytest.mark.parametrize("address", [*UNREADABLE, "https://calendar.example。invalid/private-TOKEN/basic.ics"])
@pytest.mark.parametrize("provider", ["ICS", "CalDAV"])
def test_an_address_that_cannot_be_read_was_an_error_500_and_its_secret_was_logged(host, provider, address):
	given = {"provider": provider, "address": address, "login": "jane", "password": "x"}
	answer = host.call("scheduler_integration.api.calendars.connect_address", **given)
	assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR"), answer.text
	assert "TOKEN" not in answer.text
	frappe.db.rollback()
	assert tables_with("private-TOKEN") == set()


@pytest.mark.parametrize("address", UNREADABLE)
def test_a_webhook_with_an_address_that_cannot_be_read_is_not_saved(address):
	automation = {"doctype": "Meeting Automation", "title": "x", "trigger": "Booked", "channel": "Webhook"}
	with pytest.raises(frappe.ValidationError, match="webhook's address"):
		frappe.get_doc({**automation, "webhook_url": address}).insert()


def test_a_webhooks_host_is_stored_in_ascii():
	automation = {"doctype": "Meeting Automation", "title": "x", "trigger": "Booked", "channel": "Webhook"}
	stored = frappe.get_doc({**automation, "webhook_url": " https://hooks.münchen。example/SECRET?a=b "}).insert()
	assert stored.webhook_url == "https://hooks.xn--mnchen-3ya.example/SECRET?a=b"


def test_an_unexpected_error_beside_a_secret_address_is_logged_without_it(monkeypatch):
	def fail(user, form):
		raise RuntimeError(f"can't read {form.address}")

	monkeypatch.setattr(connections, "connect_by_address", fail)
	given = {"provider": "ICS", "address": "https://calendar.example/private-TOKEN/basic.ics"}
	frappe.local.form_dict = frappe._dict(given)
	try:
		with pytest.raises(Unexpected):
			calendars.connect_address(**given)
	finally:
		frappe.local.form_dict = frappe._dict()
	[logged] = frappe.get_all("Error Log", {"method": ["like", "RuntimeError: a door that takes secrets%"]}, "*")
	assert "can't read https://calendar.example/***" in logged.error
	assert "TOKEN" not in frappe.as_json(logged)
