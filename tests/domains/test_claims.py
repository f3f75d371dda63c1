"""Claiming a domain: which names are refused, what the DNS must have, and how long a claim outlives its records."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.domains.claims import claim_view
from scheduler_integration.domains.keep import PATIENCE, check
from scheduler_integration.domains.links import page_url
from scheduler_integration.domains.records import wanted_records
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.platform.site_address import site_host, site_url
from tests.domains.conftest import DOMAIN, claim, publish
from tests.support.factories import make_page, make_user

NOW = 1_800_000_000


@pytest.fixture
def page():
	return make_page(make_user("Jane"))


@pytest.fixture
def claimed(page):
	return claim(scheduling_page=page.name)


def looked_at(claimed, names, now=NOW):
	checked = check(claimed, now, names.resolver())
	return checked.status, [trouble.code for trouble in checked.troubles]


@pytest.mark.parametrize(
	("typed", "stored"),
	[
		("Book.Example.COM", "book.example.com"),
		("https://book.example.com/jane?x=1", "book.example.com"),
		("book.example.com.", "book.example.com"),
		("Büro.example.com", "xn--bro-hoa.example.com"),
		("faß.example.com", "xn--fa-hia.example.com"),
	],
)
def test_a_name_is_stored_as_the_dns_has_it(typed, stored, page):
	assert claim(typed, scheduling_page=page.name).domain == stored


NO_HOST_NAMES = (
	"", "localhost", "com", "127.0.0.1", "10.1", "[::1]", "::1", "a..example.com", "-a.example.com", "a_b.example.com",
	"exa mple.com", "book.example.com:8080", "*.example.com", "x" * 64 + ".example.com", "a." * 130 + "com",
	"ex\u202eample.com",
)  # fmt: skip


@pytest.mark.parametrize("typed", NO_HOST_NAMES)
def test_what_is_no_host_name_is_refused(typed, page):
	with pytest.raises((InvalidRequest, frappe.MandatoryError)):
		claim(typed, scheduling_page=page.name)


def test_the_site_itself_is_refused(page):
	for own in (site_host(), frappe.local.site):
		with pytest.raises(InvalidRequest):
			claim(f"{own}." if "." in own else own, scheduling_page=page.name)


def test_a_name_of_the_site_s_configuration_is_for_managers(page, monkeypatch, as_user):
	monkeypatch.setitem(frappe.local.conf, "domains", ["crm.example.com", {"domain": "WWW.example.com"}])
	with as_user(page.user):
		for name in ("crm.example.com", "www.example.com"):
			with pytest.raises(NotPermitted):
				claim(name, scheduling_page=page.name)
	assert claim("crm.example.com", scheduling_page=page.name).domain == "crm.example.com"


def test_names_under_the_base_domain_are_refused(page):
	frappe.get_doc("Scheduler Settings").update({"base_domain": "Example.app"}).save()
	for name in ("example.app", "jane.example.app"):
		with pytest.raises(InvalidRequest):
			claim(name, scheduling_page=page.name)
	assert claim("notexample.app", scheduling_page=page.name)


def test_nobody_takes_over_the_domain_of_somebody_else(claimed, as_user):
	other = make_page(make_user("Eve"))
	with as_user(other.user):
		for spelling in (DOMAIN, DOMAIN.upper(), f"{DOMAIN}."):
			with pytest.raises(InvalidRequest, match="in use"):
				claim(spelling, scheduling_page=other.name)


def test_records_that_somebody_left_behind_prove_nothing_for_the_next(claimed, names, as_user):
	publish(names, claimed)
	assert looked_at(claimed, names)[0] == "Verified"
	claimed.delete()
	other = make_page(make_user("Eve"))
	with as_user(other.user):
		again = claim(scheduling_page=other.name)
	assert looked_at(again, names) == ("Pending", ["txt_wrong"])


def test_a_page_of_somebody_else_is_refused(page, as_user):
	with as_user(make_user("Eve")), pytest.raises((NotPermitted, frappe.PermissionError)):
		claim(scheduling_page=page.name)


def test_a_manager_claims_for_the_owner_of_the_page(page, as_user):
	with as_user(make_user("Ann", ("Scheduling User", "Scheduling Manager"))):
		assert claim(scheduling_page=page.name).user == page.user


def test_a_host_sees_only_their_own(claimed, page, as_user):
	with as_user(make_user("Eve")):
		assert not frappe.get_list("Scheduling Domain", {"name": claimed.name})
		assert not claimed.has_permission("read")
	with as_user(page.user):
		assert frappe.get_list("Scheduling Domain", {"name": claimed.name})


def test_a_host_can_not_write_that_it_is_verified(page, as_user):
	with as_user(page.user):
		claimed = claim(scheduling_page=page.name, status="Verified", checked_at="2026-01-01 00:00:00")
		assert (claimed.status, claimed.checked_at) == ("Pending", None)
		claimed.update({"status": "Verified"}).save()
	assert frappe.db.get_value("Scheduling Domain", claimed.name, "status") == "Pending"


def test_both_records_verify_it(claimed, names):
	assert looked_at(claimed, names) == ("Pending", ["txt_missing", "cname_missing"])
	txt, cname = wanted_records(claimed.domain, claimed.name)
	assert (txt.name, cname.value) == (f"_scheduling.{DOMAIN}", site_host())
	names.records[f"{txt.name}.", "TXT"] = ['"v=spf1 -all"', f'"{txt.value[:20]}" "{txt.value[20:]}"']
	assert looked_at(claimed, names) == ("Pending", ["cname_missing"])
	names.records[f"{DOMAIN}.", "CNAME"] = [f"{cname.value.upper()}."]
	assert looked_at(claimed, names) == ("Verified", [])


def test_another_alias_is_shown(claimed, names):
	publish(names, claimed)
	names.records[f"{DOMAIN}.", "CNAME"] = ["shops.example.net."]
	assert looked_at(claimed, names) == ("Pending", ["cname_wrong"])
	assert any("shops.example.net" in sentence for sentence in claim_view(claimed)["sentences"])


def test_the_same_addresses_are_as_good_as_an_alias(claimed, names):
	publish(names, claimed)
	del names.records[f"{DOMAIN}.", "CNAME"]
	names.records[f"{DOMAIN}.", "A"] = ["192.0.2.1"]
	names.records[f"{site_host()}.", "A"] = ["192.0.2.1", "192.0.2.2"]
	assert looked_at(claimed, names)[0] == "Verified"
	names.records[f"{DOMAIN}.", "AAAA"] = ["2001:db8::1"]
	assert looked_at(claimed, names)[1] == ["cname_wrong"]


def test_the_target_of_the_settings_counts(claimed, names):
	frappe.get_doc("Scheduler Settings").update({"domain_target": "pages.example.net"}).save()
	publish(names, claimed)
	assert names.records[f"{DOMAIN}.", "CNAME"] == ["pages.example.net."]
	assert looked_at(claimed, names)[0] == "Verified"


def test_a_verified_domain_outlives_its_records_for_seven_days(claimed, page, names):
	publish(names, claimed)
	check(claimed, NOW, names.resolver())
	names.records.clear()
	for now in (NOW + 60, NOW + PATIENCE):
		assert looked_at(claimed, names, now)[0] == "Verified"
	assert urlsplit(page_url(page.slug)).hostname == DOMAIN
	checked = check(claimed, NOW + 60 + PATIENCE, names.resolver())
	assert (checked.status, checked.is_lost) == ("Broken", True)
	assert page_url(page.slug) == site_url(f"/schedule/{page.slug}")
	assert not check(claimed, NOW + 61 + PATIENCE, names.resolver()).is_lost
	publish(names, claimed)
	assert looked_at(claimed, names, NOW + 62 + PATIENCE)[0] == "Verified"


def test_an_outage_of_a_day_starts_the_seven_days_again(claimed, names):
	publish(names, claimed)
	check(claimed, NOW, names.resolver())
	kept = dict(names.records)
	names.records.clear()
	check(claimed, NOW + 60, names.resolver())
	names.records.update(kept)
	check(claimed, NOW + 86400, names.resolver())
	names.records.clear()
	assert looked_at(claimed, names, NOW + 60 + PATIENCE)[0] == "Verified"


@pytest.mark.long
def test_a_silent_name_server_is_said_to_be_silent(claimed, names):
	resolver = names.resolver()
	names.close()
	assert [each.code for each in check(claimed, NOW, resolver).troubles] == ["silent"]
	assert any("doesn't answer" in sentence for sentence in claim_view(claimed)["sentences"])
