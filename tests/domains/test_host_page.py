"""A host claims a domain on `/scheduling/page`, sees the records to set, and the links that use it."""

import frappe
import pytest

from scheduler_integration.domains.keep import check
from scheduler_integration.platform.clock import now
from tests.domains.conftest import DOMAIN, publish
from tests.pages.offer import host_of, make_offer, path_of, sign_in
from tests.pages.reading import read

pytestmark = pytest.mark.usefixtures("commit_clean")
PATH = "/scheduling/page"


@pytest.fixture
def offer():
	return make_offer()


@pytest.fixture
def host(client, offer):
	sign_in(client, host_of(offer))
	return client


def send(client, **typed):
	[token, *_others] = read(client.get(PATH).text).all("input", name="csrf_token")
	return client.post(PATH, data={"csrf_token": token["value"], "view": "look", **typed})


def call_check(client, name):
	[token, *_others] = read(client.get(PATH).text).all("input", name="csrf_token")
	client.headers["X-Frappe-CSRF-Token"] = token["value"]
	return client.call("scheduler_integration.api.domains.check", name=name)


def section(client):
	return read(client.get(f"{PATH}?view=look").text).one("details", id="domains")


def the_claim():
	frappe.db.rollback()
	return frappe.get_last_doc("Scheduling Domain")


@pytest.mark.long
def test_from_the_claim_to_the_links(host, offer, names):
	assert send(host, action="claim_domain", domain=f"https://{DOMAIN}/").status_code == 303
	shown = section(host)
	claimed = the_claim()
	assert (claimed.domain, claimed.user, claimed.scheduling_page) == (DOMAIN, host_of(offer), None)
	assert f"_scheduling.{DOMAIN}" in shown.text
	assert "Set the two records" in shown.text
	publish(names, claimed)
	check(claimed, now(), names.resolver())
	frappe.db.commit()
	assert "The records are right" in section(host).text
	links = {
		link["href"].partition("://")[2].partition(":")[0]
		for link in read(host.get(PATH).text).one("ul", class_="links-list").all("a")
	}
	assert DOMAIN in links
	claim = {"action": "leave_domain", "claim": claimed.name}
	assert send(host, **claim).status_code == 303
	frappe.db.rollback()
	assert not frappe.db.exists("Scheduling Domain", claimed.name)
	assert path_of(offer) in host.get(PATH).text


@pytest.mark.long
def test_a_refused_name_stays_in_its_field(host):
	answer = send(host, action="claim_domain", domain="no host name")
	field = read(answer.text).one("input", id="domain")
	assert (answer.status_code, field["value"], field["aria-invalid"]) == (400, "no host name", "true")
	assert "book.example.com" in read(answer.text).one("p", id="domain-error").text


@pytest.mark.long
def test_nobody_checks_or_removes_the_domain_of_somebody_else(host, client, offer):
	send(host, action="claim_domain", domain=DOMAIN)
	claimed = the_claim()
	other = make_offer()
	sign_in(client, host_of(other))
	for action in ("check_domain", "leave_domain"):
		assert send(client, action=action, claim=claimed.name).status_code == 403
	answer = call_check(client, claimed.name)
	assert (answer.status_code, answer.json()["success"]) == (403, False)
	assert DOMAIN not in client.get(f"{PATH}?view=look").text


@pytest.mark.long
def test_the_api_says_what_the_dns_has(host):
	send(host, action="claim_domain", domain="book.example.invalid")
	answer = call_check(host, the_claim().name).json()["data"]
	assert (answer["status"], [record["kind"] for record in answer["records"]]) == ("Pending", ["TXT", "CNAME"])
	assert len(answer["sentences"]) > 1


def test_strangers_can_not_check(client):
	answer = client.call("scheduler_integration.api.domains.check", name="x")
	assert answer.status_code == 401
