"""Requests to the host name of a page over real HTTP: the page is there, and nothing else of the site."""

import json
import re
from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration.catalogue.booking_links import link_url
from scheduler_integration.waitlist.links import entry_url
from tests.domains.conftest import DOMAIN, verified
from tests.pages.offer import PASSWORD, book, host_of, make_colleague, make_offer, path_of, sign_in, wish_for
from tests.pages.reading import read, typed_in
from tests.support.factories import make_meeting_type, make_team_page, page_of, token_of
from tests.waitlist.people import waiting

PUBLIC = "scheduler_integration.api.public"

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def offer():
	return make_offer()


@pytest.fixture
def domain(offer, names):
	return verified(names, scheduling_page=offer.scheduling_page).domain


@pytest.fixture
def visitor(client, domain):
	client.headers["Host"] = domain
	return client


def stay(client, path, **options):
	"""Ask for a path without following a redirect."""
	return client.get(path, allow_redirects=False, **options)


def title_of(answer):
	return re.search("<title>(.*?)</title>", answer.text)[1]


def slug_of(meeting_type):
	return path_of(meeting_type).split("/")[2]


@pytest.mark.parametrize("path", ["/", "/book", "/book/"])
def test_the_root_shows_the_page(visitor, path):
	answer = visitor.get(path)
	assert (answer.status_code, title_of(answer)) == (200, "Jane Doe")


@pytest.mark.long
def test_a_meeting_type_is_at_the_root_too(visitor, offer):
	for path in (f"/{offer.slug}", f"/book/{offer.slug}", f"/{offer.slug}/", path_of(offer)):
		answer = visitor.get(path)
		assert answer.status_code == 200
		assert title_of(answer).startswith("Intro call")


@pytest.mark.long
def test_links_on_the_pages_stay_short_and_on_the_domain(visitor, offer, server):
	page = read(visitor.get("/").text)
	assert page.one("a", class_="card meeting")["href"] == f"/{offer.slug}"
	meeting = visitor.get(f"/{offer.slug}?utm_source=news")
	assert f"/schedule/{slug_of(offer)}" not in meeting.text
	assert read(meeting.text).one("a", class_="back")["href"] == "/"
	for path, canonical in (
		("/", ""),
		(f"/{offer.slug}?utm_source=news", f"/{offer.slug}"),
		(path_of(offer), f"/{offer.slug}"),
	):
		port = urlsplit(server.url).port
		assert read(visitor.get(path).text).one("link", rel="canonical")["href"] == f"http://{DOMAIN}:{port}{canonical}"


NOT_THERE = (
	"/app", "/app/user", "/desk", "/desk/user", "/login", "/login?redirect-to=/app", "/me", "/update-password", "/scheduling",
	"/scheduling/page", "/client-report/x", "/settings/scheduling", "/private/files/x.pdf", "/backups/x.sql",
	"/api/method/logout", "/api/method/ping", "/api/method/frappe.client.get_list?doctype=User",
	"/api/resource/User", "/api/v1/method/ping", "/api/v2/document/User", "/api/method/upload_file", "/api/method/frappe.ping",
	"/api/method/scheduler_integration.api.bookings.list", "/api/method/scheduler_integration.api.domains.ask?domain=x",
	"/api/method/scheduler_integration.api.video.list", "/api/v1/method/scheduler_integration.api.public.get_page",
	"/.well-known/openid-configuration", "/robots.txt", "/sitemap.xml", "/website_script.js", "/index", "/index.html", "/home",
	"/schedule", "/schedule/", "/schedule/nobody", "/book/a/b", "/a/b/c", "/..%2fapp", "/schedule/../app", "/%2e%2e/app",
	"//app", "/schedule//app", "/APP", "/app.html", "/?cmd=frappe.ping", "/?cmd=ping", "/intro-call/../app",
	"/assets/../login", "/assets/%2e%2e/login", "/schedule/manage/..%2f..%2flogin", "/schedule/privacy/../../login",
)  # fmt: skip


@pytest.mark.parametrize("path", NOT_THERE)
def test_nothing_else_of_the_site_is_there(visitor, path):
	answer = stay(visitor, f"{visitor.base_url}{path}")
	assert answer.status_code == 404, (answer.status_code, answer.headers.get("Location"), answer.text[:200])
	for word in ("pong", "Login", "frappe.boot", "redirect-to"):
		assert word not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nor_for_other_methods(visitor, method):
	for path in ("/api/resource/User", "/app", "/api/method/frappe.client.insert"):
		assert visitor.request(method, path, data={"doc": "{}"}).status_code in (404, 405)
	assert visitor.request(method, "/", data={"cmd": "frappe.ping"}).status_code in (404, 405)


def test_nobody_signs_in_on_the_domain_not_even_with_the_right_password(visitor, offer):
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	for password in ("wrong", PASSWORD):
		answer = visitor.login(host_of(offer), password)
		assert (answer.status_code, answer.cookies.get("sid", "Guest")) == (401, "Guest")
	del visitor.headers["Host"]
	assert visitor.login(host_of(offer), PASSWORD).ok


def test_whoever_is_signed_in_elsewhere_finds_no_more(visitor, offer):
	del visitor.headers["Host"]
	sign_in(visitor, host_of(offer))
	visitor.headers["Host"] = DOMAIN
	for path in ("/app", "/scheduling", "/api/method/frappe.auth.get_logged_user"):
		assert visitor.get(path).status_code == 404


def test_other_pages_are_not_there(visitor, offer):
	other = make_colleague(offer)
	page = frappe.db.get_value("Scheduling Page", {"user": other}, "slug")
	for path in (f"/schedule/{page}", f"/schedule/{page}/{offer.slug}", f"/{page}", f"/{page}/{offer.slug}"):
		assert visitor.get(path).status_code == 404


def test_a_pages_404_leads_to_the_domain(visitor):
	answer = visitor.get("/no-such-meeting")
	assert answer.status_code == 404
	assert site_names(answer.text) == {"/"}


def site_names(text):
	return {link["href"] for link in read(text).one("main").all("a")}


@pytest.mark.long
def test_a_visitor_books_and_cancels_without_leaving_the_domain(visitor, offer, server):
	form = read(visitor.get(f"/{offer.slug}?start={_start(offer)}").text).one("form", id="booking-form")
	assert form["action"].startswith(f"/{offer.slug}")
	typed = typed_in(form, attendee_name="Bob", attendee_email="bob@example.com")
	booked = visitor.post(form["action"], data=typed)
	assert booked.status_code == 303, booked.text[:3000]
	path = booked.headers["Location"]
	assert path.startswith("/schedule/manage/")
	page = visitor.get(path)
	assert page.status_code == 200
	links = [link["href"] for link in read(page.text).all("a") if "calendar_file" in link["href"]]
	assert visitor.get(links[0]).headers["Content-Type"].startswith("text/calendar")
	gone = visitor.post(path.partition("?")[0], data={"action": "cancel"})
	assert gone.status_code == 303
	assert "This meeting is cancelled" in visitor.get(gone.headers["Location"]).text
	again = read(visitor.get(path.partition("?")[0]).text).all("a")
	assert [link["href"] for link in again if link["href"].startswith(f"/{offer.slug}?again=")]


def _start(offer):
	return wish_for(offer)["start"].replace("+", "%2B")


@pytest.mark.long
def test_the_api_of_the_page_is_there(visitor, offer):
	assert visitor.get(f"/api/method/{PUBLIC}.get_page?slug={slug_of(offer)}").ok
	answer = visitor.call(f"{PUBLIC}.book", **wish_for(offer))
	assert answer.status_code == 201
	assert urlsplit(answer.json()["data"]["manage_url"]).hostname == DOMAIN
	assert visitor.get(urlsplit(answer.json()["data"]["manage_url"]).path).ok


def test_privacy_and_its_kin_are_there(visitor):
	for path in ("/schedule/privacy", "/schedule/your-data"):
		assert visitor.get(path).status_code == 200
	assert visitor.get("/assets/scheduler_integration/images/logo.svg").ok


@pytest.mark.parametrize("host", [f"{DOMAIN.upper()}", f"{DOMAIN}:8443", f"{DOMAIN}."])
def test_the_host_may_be_spelled_otherwise(visitor, host):
	visitor.headers["Host"] = host
	assert title_of(visitor.get("/")) == "Jane Doe"


def test_unknown_hosts_get_the_site(client, domain):
	for host in ("other.example.test", f"x.{domain}", "example.test", f"{domain}.evil.example"):
		client.headers["Host"] = host
		assert client.get("/api/method/ping").ok
		assert client.get("/login").status_code == 200


def test_a_domain_that_is_not_proven_is_an_unknown_host(client, offer):
	frappe.get_doc(
		{"doctype": "Scheduling Domain", "domain": DOMAIN, "scheduling_page": offer.scheduling_page}
	).insert()
	frappe.db.commit()
	client.headers["Host"] = DOMAIN
	assert client.get("/api/method/ping").ok
	assert client.get(f"/{offer.slug}").status_code == 404


@pytest.mark.long
def test_one_hosts_page_is_never_shown_on_the_domain_of_another(client, offer, domain, names):
	colleague = frappe.get_doc("Scheduling Page", {"user": make_colleague(offer)})
	verified(names, "tom.example.test", scheduling_page=colleague.name)
	for _each in range(2):
		for host, title in ((domain, "Jane Doe"), ("tom.example.test", "Tom")):
			client.headers["Host"] = host
			assert title_of(client.get("/")) == title
			assert title_of(client.get(f"/{offer.slug}")).endswith(title)


def test_a_booking_link_works_on_the_domain(client, offer, domain):
	link = frappe.get_doc({"doctype": "Booking Link", "meeting_type": offer.name, "user": host_of(offer)}).insert()
	frappe.db.commit()
	address = urlsplit(link_url(link.name, offer.name))
	assert address.hostname == domain
	for host in (domain, None):
		client.headers["Host"] = host
		answer = stay(client, address.path)
		assert (answer.status_code, "canonical" in answer.text) == (200, False)
	client.headers["Host"] = domain
	assert client.get("/schedule/l/nothing").status_code == 404


def test_the_old_address_leads_guests_to_the_domain(client, offer, domain, server):
	port = urlsplit(server.url).port
	for path, there in ((path_of(offer), f"/{offer.slug}"), (f"/schedule/{slug_of(offer)}", "")):
		answer = stay(client, f"{path}?utm_source=a%20b&start=x&name=J%C3%B6rg")
		assert answer.status_code == 302
		assert answer.headers["Location"] == f"http://{domain}:{port}{there}?utm_source=a%20b&start=x&name=J%C3%B6rg"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_a_forged_host_changes_nothing_about_where_it_leads(client, offer, domain, headers):
	client.headers.update(headers)
	assert urlsplit(stay(client, path_of(offer)).headers["Location"]).hostname == domain


@pytest.mark.long
def test_hosts_frames_and_forms_stay_at_the_old_address(client, offer, domain):
	assert stay(client, f"{path_of(offer)}?embed=1").status_code == 200
	assert client.get(path_of(offer), headers={"Sec-Fetch-Dest": "iframe"}).status_code == 200
	assert client.get(path_of(offer), headers={"Sec-Fetch-Dest": "empty"}).status_code == 200
	assert stay(client, path_of(offer), headers={"Sec-Fetch-Dest": "document"}).status_code == 302
	assert client.post(path_of(offer), data={}).status_code == 400
	sign_in(client, host_of(offer))
	assert client.get(path_of(offer)).status_code == 200


def test_a_proxy_that_hides_the_domain_made_an_endless_redirect(client, offer, domain):
	assert client.get(path_of(offer), headers={"X-Forwarded-Host": domain}).status_code == 200


def test_old_manage_links_still_work_and_move_on_the_domain(client, offer, domain):
	token = token_of(book(offer))
	assert client.get(f"/schedule/manage/{token}").status_code == 200
	moved = stay(client, f"/schedule/manage/{token}?reschedule=1")
	there = stay(client, moved.headers["Location"])
	assert (there.status_code, urlsplit(there.headers["Location"]).hostname) == (302, domain)
	assert f"reschedule={token}" in there.headers["Location"]


@pytest.mark.long
def test_a_domain_of_all_pages_shows_the_hosts_own_first(client, offer, names):
	user = host_of(offer)
	team = make_team_page([user], slug="sales")
	demo = make_meeting_type(team, title="Demo", slug="demo")
	twin = make_meeting_type(page_of(offer), title="Of the own page", slug="sales")
	also = make_meeting_type(page_of(offer), title="Also", slug="book")
	client.headers["Host"] = verified(names, user=user).domain
	titles = {
		"/": "Jane Doe",
		"/sales": "The team",
		f"/sales/{demo.slug}": "Demo · The team",
		f"/book/{twin.slug}": "Of the own page · Jane Doe",
		f"/book/{also.slug}": "Also · Jane Doe",
	}
	assert {path: title_of(client.get(path)) for path in titles} == titles
	links = {link["href"] for link in read(client.get("/").text).all("a", class_="card meeting")}
	assert links == {f"/{offer.slug}", "/book/sales", "/book/book"}


def test_each_slug_has_an_address_under_the_base_domain(client, offer):
	frappe.get_doc("Scheduler Settings").update({"base_domain": "example.app"}).save()
	frappe.db.commit()
	slug = slug_of(offer)
	client.headers["Host"] = f"{slug}.example.app"
	assert title_of(client.get("/book")) == "Jane Doe"
	assert client.get("/login").status_code == 404
	client.headers["Host"] = "nobody.example.app"
	assert client.get("/").status_code == 404
	client.headers["Host"] = "example.app"
	assert client.get("/login").status_code == 200
	del client.headers["Host"]
	assert urlsplit(stay(client, path_of(offer)).headers["Location"]).hostname == f"{slug}.example.app"


def test_a_further_name_of_the_site_under_the_base_domain_was_gone(client, site, offer):
	frappe.get_doc("Scheduler Settings").update({"base_domain": "example.app"}).save()
	frappe.db.commit()
	own, pages = "portal.example.app", f"{slug_of(offer)}.example.app"
	configuration = site.folder / "site_config.json"
	before = configuration.read_text()
	configuration.write_text(json.dumps({**json.loads(before), "domains": [own, {"domain": pages}]}))
	try:
		client.headers["Host"] = own
		assert client.get("/login").status_code == 200
		client.headers["Host"] = pages
		assert client.get("/login").status_code == 404
		assert title_of(client.get("/")) == "Jane Doe"
	finally:
		configuration.write_text(before)


def test_the_web_server_asks_whether_a_name_is_served(client, offer, domain):
	frappe.get_doc("Scheduler Settings").update({"base_domain": "example.app"}).save()
	frappe.db.commit()
	names = {
		domain: 200,
		domain.upper(): 200,
		f"{slug_of(offer)}.example.app": 200,
		"nobody.example.app": 404,
		"example.app": 404,
		"other.example.test": 404,
		"": 404,
		f"x.{domain}": 404,
	}
	ask = "/api/method/scheduler_integration.api.domains.ask"
	answers = {name: client.get(ask, params={"domain": name}) for name in names}
	assert {name: answer.status_code for name, answer in answers.items()} == names
	assert {answer.content for answer in answers.values()} == {b""}


def test_asking_is_limited(client):
	frappe.get_doc("Scheduler Settings").update({"slots_per_minute": 2}).save()
	frappe.db.commit()
	ask = "/api/method/scheduler_integration.api.domains.ask?domain=x.example"
	assert 429 in [client.get(ask).status_code for _each in range(6)]


@pytest.mark.long
def test_the_waitlist_of_a_meeting_type_is_below_its_address(visitor, offer):
	frappe.db.set_value("Meeting Type", offer.name, "has_waitlist", 1)
	frappe.clear_document_cache("Meeting Type", offer.name)
	frappe.db.commit()
	for path in (f"/{offer.slug}/waitlist", f"/book/{offer.slug}/waitlist", f"{path_of(offer)}/waitlist"):
		answer = visitor.get(path)
		assert answer.status_code == 200
		assert read(answer.text).one("form", id="booking-form")["action"].startswith(f"/{offer.slug}/waitlist")
	assert visitor.get("/waitlist").status_code == 404
	assert visitor.get("/nothing/at/all/waitlist").status_code == 404
	entry = waiting(offer)
	assert entry_url(entry).startswith(f"http://{DOMAIN}")
	answer = visitor.get(urlsplit(entry_url(entry)).path)
	assert title_of(answer).startswith("You&#39;re on the waitlist")


def test_the_address_of_the_waitlist_on_the_site_leads_to_the_domain(client, offer, domain):
	frappe.db.set_value("Meeting Type", offer.name, "has_waitlist", 1)
	frappe.clear_document_cache("Meeting Type", offer.name)
	frappe.db.commit()
	answer = stay(client, f"{path_of(offer)}/waitlist?first_date=2030-01-01")
	assert answer.status_code == 302
	there = urlsplit(answer.headers["Location"])
	assert (there.hostname, there.path, there.query) == (domain, f"/{offer.slug}/waitlist", "first_date=2030-01-01")
