"""How often one address may ask, counted over all doors together."""

from io import BytesIO

import frappe
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from scheduler_integration.api import calendars
from scheduler_integration.calendars import push
from scheduler_integration.entry.address import client_network, network_of
from scheduler_integration.entry.limits import NEIGHBOURS
from tests.pages.offer import path_of
from tests.pages.reading import read
from tests.support.factories import fresh

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"


def until_refused(ask, most):
	"""Asks until the answer is 429; a minute may end meanwhile, so twice the budget is enough and never less than it."""
	for count in range(2 * most + 2):
		answer = ask()
		if answer.status_code == 429:
			assert count >= most
			return answer
	raise AssertionError(f"never refused in {count} requests")


def test_pages_are_counted_with_the_methods(client, offer, choose):
	choose(slots_per_minute=6)
	page, meeting = path_of(offer).rpartition("/")[0], path_of(offer)
	asks = [
		lambda: client.get(page),
		lambda: client.get(meeting),
		lambda: client.get("/schedule/manage/no-such-token"),
		lambda: client.call(f"{PUBLIC}.get_page", "GET", slug=page.rpartition("/")[2]),
	]
	turn = iter(asks * 20)
	answer = until_refused(lambda: next(turn)(), 6)
	assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_page_says_when_to_come_back(client, offer, choose):
	choose(slots_per_minute=2)
	answer = until_refused(lambda: client.get(path_of(offer)), 2)
	page = read(answer.text)
	assert page.one("h1").text == "Too many requests"
	assert "second" in page.one("main").text or "minute" in page.one("main").text
	assert answer.headers["Content-Security-Policy"]


def test_form_and_method_share_one_budget_of_bookings(client, offer, choose):
	choose(bookings_per_hour=4)
	turn = iter([lambda: client.post(path_of(offer), data={}), lambda: client.call(f"{PUBLIC}.book")] * 20)
	answer = until_refused(lambda: next(turn)(), 4)
	assert 0 < int(answer.headers["Retry-After"]) <= 3600


def test_the_answer_of_a_method_names_the_seconds(client, offer, choose):
	choose(bookings_per_hour=1)
	answer = until_refused(lambda: client.call(f"{PUBLIC}.book"), 1)
	body = answer.json()
	assert (body["code"], body["retry_after"]) == ("RATE_LIMITED", int(answer.headers["Retry-After"]))


def test_another_network_is_not_kept_waiting(server, client, offer, choose):
	choose(slots_per_minute=1)
	until_refused(lambda: client.get(path_of(offer)), 1)
	with server.client() as other:
		assert other.get(path_of(offer)).status_code == 200


def test_the_site_as_a_whole_has_a_budget_too(server, offer, choose):
	choose(site_requests_per_minute=3)

	def ask():
		with server.client() as somebody:
			return somebody.get(path_of(offer))

	until_refused(ask, 3)


def test_a_forged_hop_in_front_of_the_proxys_own_word_changes_nothing(client, offer, choose):
	choose(slots_per_minute=3)
	own = client.headers["X-Forwarded-For"]

	def ask():
		return client.get(path_of(offer), headers={"X-Forwarded-For": f"{fresh('forged')}, 192.0.2.{len(own)}, {own}"})

	until_refused(ask, 3)


def test_addresses_of_one_ipv6_network_are_one(client, offer, choose):
	choose(slots_per_minute=3)
	network = client.headers["X-Forwarded-For"].removesuffix("::1")
	addresses = iter(f"{network}::{each:x}" for each in range(1, 100))
	until_refused(lambda: client.get(path_of(offer), headers={"X-Forwarded-For": next(addresses)}), 3)


def test_one_household_with_65536_networks_used_up_the_budget_of_the_site(client, offer, choose):
	choose(slots_per_minute=1)
	household = ":".join(client.headers["X-Forwarded-For"].split(":")[:3])
	networks = iter(f"{household}:{each:x}::1" for each in range(0xF000, 0xF100))
	until_refused(lambda: client.get(path_of(offer), headers={"X-Forwarded-For": next(networks)}), NEIGHBOURS)


@pytest.mark.parametrize(
	("one", "other", "are_one"),
	[
		("2001:db8::1", "2001:db8::ffff:1", True),
		("2001:db8::1", "2001:0db8:0:0:9::1", True),
		("2001:db8::1", "2001:db8:0:1::1", False),
		("fe80::1%eth0", "fe80::2", True),
		("192.0.2.1", "192.0.2.2", False),
		("::ffff:192.0.2.1", "192.0.2.1", True),
		("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
		("nothing", "", False),
	],
)
def test_addresses_of_one_line_are_one_network(one, other, are_one):
	assert (network_of(one) == network_of(other)) is are_one


def asked_from(peer, forwarded=None):
	headers = {"X-Forwarded-For": forwarded} if forwarded else {}
	environ = EnvironBuilder(path="/schedule/jane", headers=headers).get_environ()
	frappe.local.request = Request({**environ, "REMOTE_ADDR": peer})
	try:
		return client_network()
	finally:
		del frappe.local.request


@pytest.mark.parametrize(
	("peer", "forwarded", "network"),
	[
		("127.0.0.1", None, "127.0.0.1"),
		("127.0.0.1", "203.0.113.9", "203.0.113.9"),
		("10.1.2.3", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
		("", "203.0.113.9", "203.0.113.9"),
		("203.0.113.7", "198.51.100.1", "203.0.113.7"),
		("2001:db8:1:2:3::4", "198.51.100.1", "2001:db8:1:2::/64"),
		("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
		("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
		("127.0.0.1", "unknown", "unknown"),
	],
	ids=["nobody between", "a proxy's word", "the last hop", "a socket", "a stranger's word", "a stranger's IPv6", "a port", "mapped", "no address"],
)  # fmt: skip
def test_whose_word_is_taken(peer, forwarded, network):
	frappe.db.set_single_value("Scheduler Settings", "trusted_proxies", "")
	assert asked_from(peer, forwarded) == network


def test_further_proxies_are_named_in_the_settings(choose):
	choose(trusted_proxies="198.51.100.0/24\n2001:db8:ffff::/48")
	assert asked_from("127.0.0.1", "1.1.1.1, 203.0.113.9, 198.51.100.77") == "203.0.113.9"
	assert asked_from("198.51.100.4", "203.0.113.9, 2001:db8:ffff::1") == "203.0.113.9"
	assert asked_from("127.0.0.1", "203.0.113.9, 192.0.2.1") == "192.0.2.1"


def test_a_trusted_proxy_is_an_address_or_a_network():
	settings = frappe.get_doc("Scheduler Settings")
	settings.trusted_proxies = "198.51.100.0/24\nproxy.example.com"
	with pytest.raises(frappe.ValidationError, match=r"proxy\.example\.com"):
		settings.save()


CALENDARS, VIDEO = "scheduler_integration.api.calendars", "scheduler_integration.api.video"


@pytest.mark.parametrize(
	"ask",
	[
		lambda client: client.post(f"/api/method/{CALENDARS}.notify", data='{"value": []}'),
		lambda client: client.post(f"/api/method/{CALENDARS}.notify?validationToken=x"),
		lambda client: client.post(f"/api/method/{CALENDARS}.notify", headers={"X-Goog-Channel-ID": "x"}),
		lambda client: client.get(f"/api/method/{CALENDARS}.callback?state=x&code=y"),
		lambda client: client.get(f"/api/method/{VIDEO}.callback?state=x&code=y"),
		lambda client: client.call(f"{CALENDARS}.connect_address", provider="ICS", address="https://a.example/"),
		lambda client: client.call(f"{CALENDARS}.list", "GET"),
		lambda client: client.call("scheduler_integration.api.automations.preview", name="x"),
	],
)
def test_a_stranger_called_vendors_and_hosts_methods_without_a_budget(client, choose, ask):
	choose(slots_per_minute=5)
	answer = until_refused(lambda: ask(client), 5)
	assert 0 < int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("channel", ["\\ud800", "x" * 100_000, "a\\u0000b", "ü"])
@pytest.mark.parametrize("field", ["subscriptionId", "clientState"])
def test_a_channel_that_no_database_can_look_up_was_an_error_500(client, field, channel):
	entry = {"subscriptionId": "x", "clientState": "y", field: "CHANNEL"}
	body = frappe.as_json({"value": [entry]}).replace("CHANNEL", channel)
	for content_type in ("text/plain", "application/octet-stream"):
		answer = client.post(f"/api/method/{CALENDARS}.notify", data=body, headers={"Content-Type": content_type})
		assert (answer.status_code, answer.text) == (202, "")


@pytest.mark.parametrize(("entries", "taken"), [(10, 11), (100_000, 0)])
def test_a_body_that_comes_in_pieces_was_parsed_at_any_length(monkeypatch, entries, taken):
	"""Its length isn't known before it is read."""
	body = b'{"value": [' + b'{"subscriptionId": "x"},' * entries + b'{"subscriptionId": "x"}]}'
	environ = EnvironBuilder(method="POST", input_stream=BytesIO(body), content_type="text/plain").get_environ()
	environ.pop("CONTENT_LENGTH", None)
	monkeypatch.setattr(frappe.local, "request", Request({**environ, "wsgi.input_terminated": True}), raising=False)
	seen = []
	monkeypatch.setattr(push, "received", lambda messages, now: seen.extend(messages) or set())
	assert calendars.notify().status_code == 202
	assert len(seen) == taken
