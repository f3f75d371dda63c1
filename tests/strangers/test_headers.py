"""The headers of the app's pages and answers."""

import frappe
import pytest

from tests.pages.offer import book, host_of, path_of, sign_in
from tests.support.factories import token_of

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"


@pytest.fixture
def token(offer):
	return token_of(book(offer))


def policy_of(answer):
	return dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))


def check(answer):
	assert answer.headers["X-Content-Type-Options"] == "nosniff"
	assert "unsafe" not in answer.headers["Content-Security-Policy"]
	assert policy_of(answer)["default-src"] == "'none'"
	assert "frame-ancestors" in policy_of(answer)
	assert answer.headers["Referrer-Policy"] in ("no-referrer", "strict-origin-when-cross-origin")


@pytest.mark.long
def test_every_page_and_answer_has_them(client, offer, token):
	page = path_of(offer).rpartition("/")[0]
	paths = [page, path_of(offer), f"/schedule/manage/{token}", "/schedule/no-such-page", "/schedule/manage/nothing"]
	paths += [
		f"/api/method/{PUBLIC}.get_page?slug={page.rpartition('/')[2]}",
		f"/api/method/{PUBLIC}.get_page?slug=nobody",
	]
	paths += [f"/api/method/{PUBLIC}.calendar_file?token={token}"]
	for path in paths:
		check(client.get(path))
	sign_in(client, host_of(offer))
	for path in ("/scheduling", "/scheduling/why"):
		check(client.get(path))
		assert policy_of(client.get(path))["frame-ancestors"] == "'none'"


def test_the_sites_of_the_settings_may_show_the_booking_pages(client, offer, token):
	booking_page, manage_page = path_of(offer), f"/schedule/manage/{token}"
	assert policy_of(client.get(booking_page))["frame-ancestors"] == "'self'"
	settings = frappe.get_doc("Scheduler Settings")
	settings.allowed_embed_hosts = "www.example.com\nshop.example.org"
	settings.save()
	frappe.db.commit()
	for path in (booking_page, manage_page):
		assert policy_of(client.get(path))["frame-ancestors"] == "'self' www.example.com shop.example.org"


def test_a_manage_link_is_no_referrer(client, token):
	assert client.get(f"/schedule/manage/{token}").headers["Referrer-Policy"] == "no-referrer"
	answer = client.get(f"/api/method/{PUBLIC}.calendar_file?token={token}")
	assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_pages_of_other_apps_keep_their_own(client):
	assert "default-src 'none'" not in client.get("/login").headers.get("Content-Security-Policy", "")
