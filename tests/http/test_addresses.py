"""No address that a person types, and no redirect, leads into the network of this server."""

import socket

import pytest

from scheduler_integration.exceptions import AddressRefused, OutsideError
from scheduler_integration.http.addresses import Guard, is_public, normalised, same_origin, site_guard
from scheduler_integration.http.client import Client, Limits
from tests.support.wsgi import Response, serving, trusting

FORBIDDEN = [
	"https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
	"https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/",
	"https://10.0.0.8/", "https://172.16.3.4/", "https://192.168.1.1/", "https://100.64.0.1/", "https://[fe80::1]/",
	"https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://224.0.0.1/", "https://localhost/",
	"https://192.0.2.1/", "https://[2002:7f00:1::]/", "https://255.255.255.255/",
	"https://[fec0::1]/", "https://[feff:ffff::1]/", "https://[64:ff9b:1::7f00:1]/", "https://１２７.0.0.1/", "https://①②⑦.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_inside_the_network_are_refused(address):
	with pytest.raises(AddressRefused):
		Client(guard=Guard()).send("GET", address)


@pytest.mark.parametrize(
	"address",
	[
		"http://calendar.example/", "ftp://calendar.example/", "file:///etc/passwd", "gopher://calendar.example/",
		"https://calendar.example:25/", "https://calendar.example:99999/", "https:///feed.ics", "calendar.example",
		"https://calendar.example/a b", "https://calendar.example/\r\nHost: x", "https://[v1.x]/feed.ics", "https://[::1/",
		"https://[1.2.3.4]/", "https://\ud800.example/", "https://\u202eexample/", "https://calendar.example:\u0664\u0664\u0663/",
	],
)  # fmt: skip
def test_other_schemes_ports_and_broken_addresses_are_refused(address):
	with pytest.raises(AddressRefused):
		Guard().check(address)


def test_a_name_with_a_private_address_is_refused():
	guard = Guard(resolve=_answers("10.1.2.3"))
	with pytest.raises(AddressRefused):
		Client(guard=guard).send("GET", "https://rebound.example/")


def test_a_name_is_resolved_once_and_the_connection_goes_to_the_checked_address():
	"""A second answer of the name server, with a private address, has nobody to ask for it."""
	asked = []

	def resolve(host, port, *_rest):
		asked.append(host)
		return _answer("198.41.0.4" if len(asked) == 1 else "127.0.0.1", port)

	found = Guard(resolve=resolve).resolved("rebound.example", 443)
	assert [each[4][0] for each in found] == ["198.41.0.4"]
	assert asked == ["rebound.example"]


def test_private_addresses_are_left_out_of_a_mixed_answer():
	def resolve(_host, port, *_rest):
		return [*_answer("127.0.0.1", port), *_answer("198.41.0.4", port)]

	assert [each[4][0] for each in Guard(resolve=resolve).resolved("mixed.example", 443)] == ["198.41.0.4"]


class AsItIs(Response):
	"""A response whose headers Werkzeug doesn't correct."""

	def get_wsgi_headers(self, environ):
		return self.headers


@pytest.mark.parametrize(
	"location", ["https://[v1.x]/", "https://[::1", "https://\u202e.example/", "https://a.example:x/"]
)
def test_a_redirect_that_cannot_be_read_was_an_error_of_the_app(location):
	away = AsItIs(status=302, headers={"Location": location.encode().decode("latin-1")})
	with serving(lambda request: away) as here, pytest.raises(OutsideError):
		Client(guard=Guard(frozenset({trusting(here)})), limits=Limits(attempts=1)).send("GET", here)


@pytest.mark.parametrize(
	"address", ["https://[v1.x]/private-TOKEN", "https://*.example/private-TOKEN", "https://\ud800/TOKEN"]
)
def test_an_address_that_the_library_cannot_read_is_refused_without_naming_it(address):
	with pytest.raises(AddressRefused) as caught:
		Client().send("GET", address)
	assert "TOKEN" not in str(caught.value)
	assert caught.value.__cause__ is None
	assert caught.value.__suppress_context__


def test_a_redirect_into_the_network_is_refused():
	reached = []

	def inside(request):
		reached.append(request.path)
		return Response("secret")

	with (
		serving(inside) as private,
		serving(lambda request: Response(status=302, headers={"Location": private})) as public,
	):
		client = Client(guard=Guard(frozenset({trusting(public)})), limits=Limits(attempts=1))
		with pytest.raises(AddressRefused):
			client.send("GET", public)
	assert reached == []


def test_without_a_guard_a_redirect_may_not_leave_its_origin():
	away = Response(status=302, headers={"Location": "https://elsewhere.example/"})
	with serving(lambda request: away) as vendor, pytest.raises(AddressRefused):
		Client(auth=("jane", "secret")).send("GET", vendor)


def test_credentials_stay_at_their_origin():
	"""The same host on another port is another origin."""
	heard = []

	def second(request):
		heard.append(request.headers.get("Authorization"))
		return Response("ok")

	with (
		serving(second) as there,
		serving(lambda request: Response(status=301, headers={"Location": there + "/feed"})) as here,
	):
		guard = Guard(frozenset({"127.0.0.1"}))
		answer = Client(guard=guard, auth=("jane", "secret")).send("GET", here)
		assert (answer.status, answer.url) == (200, there + "/feed")
	assert heard == [None]


def test_the_operator_allows_hosts_in_the_sites_configuration(monkeypatch):
	import frappe

	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["nextcloud.internal", "10.0.0.5:5232"])
	guard = site_guard()
	guard.check("http://nextcloud.internal/dav")
	guard.check("http://10.0.0.5:5232/")
	with pytest.raises(AddressRefused):
		guard.check("http://10.0.0.5/")


def test_addresses_are_normalised():
	assert normalised("webcal://jane:pw@calendar.example/feed.ics#today") == "https://calendar.example/feed.ics"
	assert normalised(" https://calendar.example/feed.ics?token=1 ") == "https://calendar.example/feed.ics?token=1"
	assert normalised("https://calendar.example。com/a.ics") == "https://calendar.example.com/a.ics"
	assert normalised("https://kalender.münchen.example:8443/ä") == "https://kalender.xn--mnchen-3ya.example:8443/ä"


def test_an_origin_is_scheme_host_and_port():
	assert same_origin("https://a.example/x", "https://A.example:443/y")
	assert not same_origin("https://a.example/", "http://a.example/")
	assert not same_origin("https://a.example/", "https://a.example:8443/")
	assert not same_origin("https://a.example/", "https://a.example.evil.example/")


def test_public_addresses():
	assert is_public("198.41.0.4")
	assert is_public("2606:4700::6810:84e5")
	assert not is_public("not an address")


def _answer(ip, port):
	return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]


def _answers(ip):
	return lambda _host, port, *_rest: _answer(ip, port)
