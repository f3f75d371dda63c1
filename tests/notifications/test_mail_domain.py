"""The check of the mail domain, against a name server on this machine that answers with chosen records."""

import socket

import pytest

from scheduler_integration.notifications.mail_domain import State, check_domain
from tests.pages.offer import sign_in
from tests.pages.reading import read
from tests.support.factories import make_user
from tests.support.name_server import NameServer

GOOD = {
	("example.com.", "TXT"): ['"v=spf1 include:_spf.mail.example -all"', '"unrelated"'],
	("google._domainkey.example.com.", "TXT"): ['"v=DKIM1; k=rsa; " "p=MIGfMA0"'],
	("_dmarc.example.com.", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:x@example.com"'],
	("example.com.", "MX"): ["10 mx.example.com."],
}


@pytest.fixture
def names():
	names = NameServer()
	yield names
	names.close()


def states(names, records, selector=""):
	names.records = records
	return {check.name: check.state for check in check_domain("example.com", selector, names.resolver())}


def test_a_domain_with_all_records_is_good(names):
	assert set(states(names, GOOD).values()) == {State.GOOD}


def test_a_domain_without_records(names):
	assert states(names, {}) == {
		"SPF": State.MISSING, "DKIM": State.UNKNOWN, "DMARC": State.MISSING, "Replies": State.WEAK,
	}  # fmt: skip
	assert states(names, {}, selector="mine")["DKIM"] is State.MISSING


@pytest.mark.parametrize(
	"spf",
	[
		['"v=spf1 include:a -all"', '"v=spf1 include:b -all"'],
		['"v=spf1 +all"'],
		['"v=spf1 ?all"'],
		['"v=spf1 include:a"'],
	],
)
def test_spf_records_that_protect_nobody(names, spf):
	assert states(names, GOOD | {("example.com.", "TXT"): spf})["SPF"] is State.WEAK


def test_a_policy_of_the_parent_domain_counts_and_one_that_only_reports_is_weak(names):
	names.records = GOOD
	checks = {check.name: check for check in check_domain("mail.example.com", "", names.resolver())}
	assert checks["DMARC"].state is State.GOOD
	weak = GOOD | {("_dmarc.example.com.", "TXT"): ['"v=DMARC1; p=none"']}
	assert states(names, weak)["DMARC"] is State.WEAK


def test_a_withdrawn_key_is_named(names):
	assert states(names, GOOD | {("google._domainkey.example.com.", "TXT"): ['"v=DKIM1; p="']})["DKIM"] is State.WEAK


def test_a_silent_name_server_is_said_and_not_taken_for_missing_records(names):
	resolver = names.resolver()
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
		nobody.bind(("127.0.0.1", 0))
		resolver.port, resolver.timeout = nobody.getsockname()[1], 0.05
		found = check_domain("example.com", "", resolver, seconds=0.1)
	assert {check.state for check in found} == {State.UNKNOWN}


@pytest.mark.usefixtures("commit_clean")
def test_managers_see_the_page_and_others_dont(client):
	sign_in(client, make_user("Jane"))
	assert client.get("/scheduling/mail", params={"domain": "<b>"}).status_code == 403
	sign_in(client, make_user("Mona", roles=("Scheduling Manager",)))
	answer = client.get("/scheduling/mail", params={"domain": "<b>"})
	assert answer.status_code == 400
	assert "is not a domain" in read(answer.text).one("p", class_="alert").text
	wrong = client.get("/scheduling/mail", params={"domain": "example.com", "selector": "a b"})
	assert "is not a selector" in read(wrong.text).one("p", class_="alert").text
