"""Links of a page with a domain: in mails, calendar entries and answers. Without any domain they cost nothing."""

import re
from urllib.parse import urlsplit

import frappe

from scheduler_integration import jobs
from scheduler_integration.domains import fields_of_pages, keep
from scheduler_integration.domains.keep import PATIENCE, check
from scheduler_integration.domains.links import guest_url, local_path, page_url
from scheduler_integration.domains.table import CACHE, served_at
from scheduler_integration.platform import clock
from tests.domains.conftest import DOMAIN, claim, publish, verified
from tests.pages.offer import book, host_of, make_offer
from tests.support.factories import make_page, make_user
from tests.support.outbox import mails
from tests.support.statements import recorded

NOW = 1_800_000_000


def hosts_in(text):
	"""Return the host names of the links to guests' pages. Long lines of a calendar are unfolded."""
	return set(re.findall(r"https?://([^/:\s]+)(?::\d+)?/schedule/", text.replace("\r\n ", "")))


def test_mails_and_invitations_use_the_domain(commit_clean, names):
	offer = make_offer()
	verified(names, scheduling_page=offer.scheduling_page)
	booked = book(offer)
	assert urlsplit(booked.manage_url).hostname == DOMAIN
	assert urlsplit(booked.calendar.ics).hostname == DOMAIN
	assert urlsplit(booked.book_again_url).hostname == DOMAIN
	for mail in mails(booked.id, clock.now()):
		if not mail.reader.is_hosting:
			assert hosts_in(mail.text) == {DOMAIN}
			assert hosts_in(str(mail.invitation.calendar)) == {DOMAIN}
			assert f"//{DOMAIN}" in mail.body
			assert f"{frappe.local.site}/schedule" not in mail.body


def test_a_site_without_domains_asks_nothing(commit_clean):
	offer = make_offer()
	page = frappe.get_doc("Scheduling Page", offer.scheduling_page)
	page_url(page.slug)
	frappe.local.cache.clear()
	with recorded() as statements:
		assert served_at("evil.example") is None
		assert page_url(page.slug, offer.slug).endswith(f"/schedule/{page.slug}/{offer.slug}")
		assert guest_url(page.name, "/schedule/manage/x").endswith("/schedule/manage/x")
		assert local_path(page.slug) == f"/schedule/{page.slug}"
	assert not statements


def test_a_site_that_is_not_migrated_yet_answered_nothing(monkeypatch):
	monkeypatch.setattr(frappe.db, "table_exists", lambda *_args, **_options: False)
	frappe.cache.delete_value(CACHE)
	assert served_at("book.example.test") is None
	frappe.cache.delete_value(CACHE)


def test_a_new_slug_and_a_page_that_is_switched_off_change_the_table(names):
	page = make_page(make_user("Jane"), slug="jane-of-links")
	verified_here(names, page)
	assert served_at(DOMAIN).home == "jane-of-links"
	page.update({"slug": "janet-of-links"}).save()
	assert served_at(DOMAIN).home == "janet-of-links"
	page.update({"is_active": 0}).save()
	assert served_at(DOMAIN) is None


def test_whoever_gave_the_page_away_no_longer_shows_it(names):
	page = make_page(make_user("Jane"))
	verified_here(names, page)
	page.update({"user": make_user("Eve")}).save()
	assert served_at(DOMAIN) is None


def verified_here(names, page):
	claimed = claim(scheduling_page=page.name)
	publish(names, claimed)
	check(claimed, NOW, names.resolver())
	return claimed


def test_a_deleted_page_and_a_deleted_user_take_their_domains_along(names):
	page = make_page(make_user("Jane"))
	claimed = verified_here(names, page)
	page.delete()
	assert not frappe.db.exists("Scheduling Domain", claimed.name)
	user = make_user("Tom")
	claimed = claim(user=user)
	frappe.delete_doc("User", user)
	assert not frappe.db.exists("Scheduling Domain", claimed.name)


def test_the_daily_check_tells_the_host_once_that_the_domain_is_lost(commit_clean, names, frozen, monkeypatch):
	offer = make_offer()
	frozen(NOW)
	claimed = verified(names, scheduling_page=offer.scheduling_page)
	asked = keep.troubles_of
	monkeypatch.setattr(keep, "troubles_of", lambda domain, name, _none: asked(domain, name, names.resolver()))
	names.records.clear()
	told = {"for_user": host_of(offer), "document_type": "Scheduling Domain"}
	for days, status, count in ((1, "Verified", 0), (7, "Verified", 0), (8, "Broken", 1), (9, "Broken", 1)):
		frozen(NOW + days * 86400 + 1)
		jobs.check_domains()
		assert frappe.db.get_value("Scheduling Domain", claimed.name, "status") == status
		assert frappe.db.count("Notification Log", told) == count
	assert PATIENCE == 7 * 86400


def test_the_patch_turns_the_field_of_pages_into_claims(monkeypatch):
	page = make_page(make_user("Jane"))
	rows = [
		frappe._dict(name=page.name, user=page.user, custom_domain=domain)
		for domain in ("old.example.com", "localhost")
	]
	monkeypatch.setattr(fields_of_pages, "_typed_domains", lambda: rows)
	fields_of_pages.execute()
	[made] = frappe.get_all("Scheduling Domain", {"user": page.user}, ["domain", "status", "scheduling_page"])
	assert (made.domain, made.status, made.scheduling_page) == ("old.example.com", "Pending", page.name)
