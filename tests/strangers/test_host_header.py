"""A forged Host header: no page, answer, mail or calendar entry names a host that isn't ours."""

import re

import frappe
import pytest

from scheduler_integration.meetings.tokens import answer_url
from scheduler_integration.notifications.unsubscribe import FOLLOW_UPS, Subscription
from scheduler_integration.pages.routes import ROUTES
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.site_address import desk_url, site_host, site_url
from tests.pages.offer import book, host_of, make_offer, path_of, sign_in, wish_for
from tests.support.factories import token_of
from tests.support.outbox import mails

PUBLIC = "scheduler_integration.api.public"
EVIL = "evil.example"
HEADERS = [
	{"Host": EVIL},
	{"Host": f"{EVIL}:8443", "X-Forwarded-Proto": "https"},
	{"X-Forwarded-Host": EVIL, "X-Forwarded-Server": EVIL, "X-Forwarded-Port": "8443"},
	{"Forwarded": f"host={EVIL};proto=https", "X-Host": EVIL, "X-Original-Host": EVIL},
	{"Host": EVIL, "X-Forwarded-Host": EVIL, "Origin": f"https://{EVIL}", "X-Rewrite-URL": f"https://{EVIL}/"},
]


@pytest.fixture
def offer(commit_clean):
	return make_offer()


@pytest.fixture(params=HEADERS, ids=lambda headers: "+".join(headers))
def hostile(request, client):
	client.headers.update(request.param)
	return client


@pytest.fixture
def asked(monkeypatch):
	def ask(**options):
		frappe.utils.set_request(method="GET", path="/", **options)

	for name in ("host_name", "hostname", "http_port", "webserver_port"):
		monkeypatch.delitem(frappe.local.conf, name, raising=False)
	monkeypatch.setattr(frappe.local, "request", None, raising=False)
	return ask


# Frappe 16 itself names the host of the request here, with each refusal that asks to sign in (RFC 9728).
FRAPPES = "www-authenticate"


def assert_clean(answer):
	headers = (f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != FRAPPES)
	shown = "\n".join([answer.text, *headers])
	assert EVIL not in shown.replace(f"Access-Control-Allow-Origin: https://{EVIL}", "")


def public_paths(offer, booking):
	token, page = token_of(booking), path_of(offer).rpartition("/")[0]
	stored = frappe.get_doc("Booking", booking.id)
	subscription = Subscription(FOLLOW_UPS, "guest@example.com").url
	yield from (page, path_of(offer), f"{path_of(offer)}?reschedule={token}", f"{path_of(offer)}?again={token}")
	yield from (
		f"/book/{page.rpartition('/')[2]}",
		f"/book/{page.rpartition('/')[2]}/{offer.slug}",
		"/schedule/no-page",
	)
	yield from (
		f"/schedule/manage/{token}",
		f"/schedule/manage/{token}?booked=1",
		f"/schedule/manage/{token}?reschedule=1",
	)
	yield from (
		f"/schedule/{address.rpartition('/schedule/')[2]}"
		for address in (answer_url(stored, stored.host), subscription)
	)
	yield from (
		"/schedule/privacy",
		"/schedule/your-data",
		"/schedule/go/nothing",
		"/schedule/manage/nothing",
		"/scheduling",
	)
	slugs = f"slug={page.rpartition('/')[2]}&meeting_type={offer.slug}"
	yield from (f"/api/method/{PUBLIC}.get_page?{slugs}", f"/api/method/{PUBLIC}.next_slots?{slugs}")
	yield from (
		f"/api/method/{PUBLIC}.{method}?token={token}" for method in ("get_booking", "calendar_file", "host_calendar")
	)


@pytest.mark.long
def test_no_address_for_guests_names_another_host(hostile, offer):
	"""Those that are added later, too."""
	token, page = token_of(book(offer)), path_of(offer).split("/")[2]
	known = {"slug": page, "page": page, "meeting_type": offer.slug, "token": token}
	routes = [route for route in ROUTES if not route.startswith("/scheduling")]
	assert len(routes) > 10
	for route in routes:
		path = re.sub(r"<(\w+)>", lambda part: known.get(part[1], "nothing"), route)
		assert_clean(hostile.get(path))


def test_a_doubled_slash_led_to_the_host_of_the_request(hostile, offer):
	doubled = path_of(offer).replace("/", "//").removeprefix("/")
	for path in (doubled, doubled.rpartition("//")[0], "/book//nobody", "/schedule//manage//x"):
		answer = hostile.get(path, allow_redirects=False)
		assert answer.status_code in (200, 404)
		assert_clean(answer)


@pytest.mark.long
def test_no_public_page_or_answer_names_another_host(hostile, offer):
	for path in public_paths(offer, book(offer)):
		assert_clean(hostile.get(path))


def test_no_record_of_such_a_booking_names_another_host(hostile, offer, server):
	answer = hostile.call(f"{PUBLIC}.book", **wish_for(offer))
	assert answer.status_code == 201, answer.text
	assert_clean(answer)
	server.run_jobs()
	frappe.db.rollback()
	doctypes = ("Booking", "Outbox Task", "Email Queue", "Event", "Communication", "Contact", "Notification Log")
	assert EVIL not in str([frappe.get_all(doctype, fields=["*"]) for doctype in doctypes])


def test_no_mail_or_invitation_of_such_a_request_names_another_host(asked, offer):
	asked(base_url=f"https://{EVIL}", headers={"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https"})
	for mail in mails(book(offer).id, now()):
		assert EVIL not in f"{mail.body} {mail.text} {mail.invitation}"
		assert site_url("/schedule/") in mail.body or mail.reader.is_hosting


def test_a_host_with_such_a_header_gets_the_links_of_the_site(hostile, offer):
	own = hostile.headers.pop("Host", None), hostile.headers.pop("Origin", None)
	sign_in(hostile, host_of(offer))
	hostile.headers.update({name: value for name, value in zip(("Host", "Origin"), own, strict=True) if value})
	for path in ("/scheduling", "/scheduling/page", "/scheduling/types"):
		assert_clean(hostile.get(path))


def test_addresses_in_a_request_are_those_of_a_job(asked):
	in_job = site_url(), site_url("/schedule/x"), desk_url("Booking", "1"), site_host()
	asked(base_url=f"https://{EVIL}:8443", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": EVIL})
	assert (site_url(), site_url("/schedule/x"), desk_url("Booking", "1"), site_host()) == in_job
	assert frappe.local.request.host == f"{EVIL}:8443"


def test_behind_a_proxy_with_https_the_site_s_own_address_is_secure(asked, monkeypatch):
	own = site_host()
	asked(base_url=f"http://{own}:8000", headers={"X-Forwarded-Proto": "https"})
	assert site_url("/schedule/x") == f"https://{own}/schedule/x"
	monkeypatch.setitem(frappe.local.conf, "host_name", "http://plain.example:8080")
	assert site_url("/schedule/x") == "http://plain.example:8080/schedule/x"
