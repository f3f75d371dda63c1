"""A host connects an account: the way from the button through the vendor's page and back, over HTTP."""

from urllib.parse import parse_qs, urlsplit

import frappe
import pytest
import requests
from frappe.utils.password import update_password

from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.vendors import GOOGLE
from tests.support.factories import fresh, make_user
from tests.support.vendors.accounts import Account, Consent
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn
from tests.support.vendors.setup import all_leading_to, set_up
from tests.support.vendors.stand_in import serving

API = "scheduler_integration.api.calendars"
STAND_INS = {"Google": ("google", GoogleStandIn), "Outlook": ("microsoft", GraphStandIn)}


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""The server sees committed records only."""


@pytest.fixture(params=["Google", "Outlook"])
def provider(request):
	return request.param


@pytest.fixture
def stand_in(site, provider):
	key, kind = STAND_INS[provider]
	with serving(kind()) as made, all_leading_to(site, key, made):
		set_up(key, made)
		frappe.db.commit()
		made.add_account("jane@calendars.example", "Jane Doe")
		yield made
		made.assert_sound()


@pytest.fixture
def host():
	return signed_up()


def signed_up(roles=("Scheduling User",)):
	user = make_user(roles=roles)
	update_password(user, "pass-word-1")
	frappe.db.commit()
	return user


@pytest.fixture
def jane(server, host):
	with server.client() as one:
		assert one.login(host, "pass-word-1").ok
		one.take_csrf_token("/app")
		yield one


def consent_page(client, **arguments):
	answer = client.call(f"{API}.connect", **arguments)
	return answer.json()["data"]["auth_url"] if answer.ok else answer.json()


def sent_back(address):
	"""Open the vendor's page, as a browser does, and return the path it is sent back to."""
	return path_of(requests.get(address, allow_redirects=False, timeout=10))


def path_of(redirect):
	"""Return where a redirect leads, without the host. The site may have another name than the tests' server."""
	parts = urlsplit(redirect.headers["Location"])
	return f"{parts.path}?{parts.query}"


def page_at(client, path):
	"""Open the page to which the path leads in the end."""
	answer = client.get(path, allow_redirects=False)
	while answer.is_redirect:
		answer = client.get(path_of(answer), allow_redirects=False)
	return answer


def ended(client, path):
	"""Return what the page is told at the end."""
	answer = client.get(path, allow_redirects=False)
	assert answer.status_code == 303, answer.text
	assert urlsplit(answer.headers["Location"]).path == "/scheduling/calendars"
	frappe.db.rollback()
	return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def connect(client, **arguments):
	return ended(client, sent_back(consent_page(client, **arguments)))


def test_an_account_is_connected_by_its_host(stand_in, provider, jane, host):
	told = connect(jane, provider=provider)
	connection = frappe.get_doc("Calendar Connection", told["connected"])
	assert (connection.user, connection.provider) == (host, provider)
	assert connection.account_name == "jane@calendars.example"
	assert connection.status == "New"
	assert connection.get_password("refresh_token").startswith("refresh-")


@pytest.mark.long
def test_the_pages_button_leads_there_and_back(stand_in, provider, jane):
	assert f"connect={provider}" in jane.get("/scheduling/calendars").text
	there = jane.get(f"/scheduling/calendars?connect={provider}", allow_redirects=False)
	assert there.status_code == 302
	page = page_at(jane, sent_back(there.headers["Location"]))
	assert page.status_code == 200
	assert "jane@calendars.example" in page.text
	stand_in.consent = Consent("jane@calendars.example", error="access_denied")
	there = jane.get(f"/scheduling/calendars?connect={provider}", allow_redirects=False)
	page = page_at(jane, sent_back(there.headers["Location"]))
	assert "You declined at the provider" in page.text


def test_another_account_is_a_question_on_the_page(stand_in, provider, jane):
	first = connect(jane, provider=provider)["connected"]
	stand_in.accounts["ada@calendars.example"] = Account("ada@calendars.example", "Ada")
	stand_in.consent = Consent("ada@calendars.example")
	key = connect(jane, connection=first)["other"]
	page = jane.get(f"/scheduling/calendars?other={key}").text
	assert "ada@calendars.example" in page
	assert "jane@calendars.example" in page
	assert "use_other" in page


def test_connecting_an_account_again_makes_no_second_connection(stand_in, provider, jane, host):
	first = connect(jane, provider=provider)["connected"]
	assert connect(jane, provider=provider)["connected"] == first
	assert connect(jane, connection=first)["connected"] == first
	assert frappe.db.count("Calendar Connection", {"user": host}) == 1


def test_another_account_is_a_question_first(stand_in, provider, jane):
	first = connect(jane, provider=provider)["connected"]
	stand_in.accounts["ada@calendars.example"] = Account("ada@calendars.example", "Ada")
	stand_in.consent = Consent("ada@calendars.example")
	told = connect(jane, connection=first)
	assert set(told) == {"other"}
	assert frappe.db.get_value("Calendar Connection", first, "account_name") == "jane@calendars.example"
	answer = jane.call(f"{API}.use_other_account", key=told["other"])
	assert answer.json()["data"] == {"connection": first}
	frappe.db.rollback()
	assert frappe.db.get_value("Calendar Connection", first, "account_name") == "ada@calendars.example"
	assert jane.call(f"{API}.use_other_account", key=told["other"]).status_code == 409


def test_nobody_else_ends_what_a_host_began(stand_in, provider, jane, host, server):
	back = sent_back(consent_page(jane, provider=provider))
	with server.client() as mallory:
		mallory.login(signed_up(), "pass-word-1")
		assert ended(mallory, back)["problem"] == "CONSENT_EXPIRED"
	with server.client() as same_host_elsewhere:
		same_host_elsewhere.login(host, "pass-word-1")
		assert ended(same_host_elsewhere, back)["problem"] == "CONSENT_EXPIRED"
	with server.client() as visitor:
		assert ended(visitor, back)["problem"] == "CONSENT_EXPIRED"
	assert not frappe.db.count("Calendar Connection")


def test_nobody_connects_for_somebody_else(stand_in, provider, jane, server):
	first = connect(jane, provider=provider)["connected"]
	for roles in (("Scheduling User",), ("Scheduling User", "Scheduling Manager")):
		with server.client() as other:
			other.login(signed_up(roles), "pass-word-1")
			other.take_csrf_token("/app")
			answer = other.call(f"{API}.connect", connection=first)
			assert answer.json()["code"] == "CONNECTION_NOT_FOUND"


def test_a_user_without_the_role_connects_nothing(stand_in, provider, server):
	with server.client() as other:
		other.login(signed_up(("Desk User",)), "pass-word-1")
		other.take_csrf_token("/app")
		assert other.call(f"{API}.connect", provider=provider).status_code == 403
	with server.client() as visitor:
		assert visitor.call(f"{API}.connect", provider=provider).status_code == 401


@pytest.mark.parametrize(
	("unticked", "error", "problem"),
	[
		("calendar", "", "CONSENT_INCOMPLETE"),
		("", "access_denied", "CONSENT_REFUSED"),
		("", "consent_required", "ADMIN_CONSENT_NEEDED"),
	],
)
def test_a_refused_consent_connects_nothing(stand_in, provider, jane, unticked, error, problem):
	address = consent_page(jane, provider=provider)
	scopes = parse_qs(urlsplit(address).query)["scope"][0].split()
	taken = frozenset(scope for scope in scopes if unticked and unticked in scope.lower())
	stand_in.consent = Consent("jane@calendars.example", unticked=taken, error=error)
	assert ended(jane, sent_back(address))["problem"] == problem
	assert not frappe.db.count("Calendar Connection")


@pytest.mark.parametrize("provider", ["Google"])
def test_a_reply_that_is_lost_while_connecting_is_said(stand_in, provider, jane):
	back = sent_back(consent_page(jane, provider=provider))
	stand_in.fail("/token", lost=True)
	assert ended(jane, back)["problem"] == "UNREACHABLE"


@pytest.mark.parametrize("provider", ["Google"])
def test_nonsense_is_refused(stand_in, provider, jane):
	for arguments in ({"provider": "CalDAV"}, {"provider": ["Google"]}, {}, {"connection": fresh("none")}):
		assert 400 <= jane.call(f"{API}.connect", **arguments).status_code < 500
	assert ended(jane, f"/api/method/{API}.callback?state=x&code=y")["problem"] == "CONSENT_EXPIRED"
	assert ended(jane, f"/api/method/{API}.callback")["problem"] == "CONSENT_EXPIRED"


@pytest.mark.parametrize("provider", ["Google"])
def test_no_token_is_in_a_response_a_log_or_an_address(stand_in, provider, jane, server):
	told = connect(jane, provider=provider)
	connection = frappe.get_doc("Calendar Connection", told["connected"])
	access = tokens.access_token(GOOGLE, tokens.Holder("Calendar Connection", connection.name), 0)
	shown = jane.get(f"/api/resource/Calendar Connection/{connection.name}").text
	for secret in (access, connection.get_password("refresh_token"), stand_in.client.client_secret):
		assert secret not in shown
		assert secret not in server.output()


@pytest.mark.long
def test_a_new_account_waited_a_minute_for_its_first_reading(stand_in, provider, jane, run_jobs):
	connection = connect(jane, provider=provider)["connected"]
	run_jobs()
	assert frappe.db.get_value("Calendar Connection", connection, "status") == "Connected"
