"""`/scheduling/embed`: hosts choose how a website shows their page, and copy the code."""

import frappe
import pytest

from tests.pages.offer import TeamOffer, host_of, path_of, sign_in
from tests.pages.reading import read
from tests.support.factories import make_user

PATH = "/scheduling/embed"


@pytest.fixture
def host(client, offer):
	sign_in(client, host_of(offer))
	return client


def open_page(host, **choice):
	return read(host.get(PATH, params=choice).text)


def code(page, which):
	return "".join(page.one("textarea", id=f"code-{which}").texts)


def allow(*hosts):
	settings = frappe.get_doc("Scheduler Settings")
	settings.allowed_embed_hosts = "\n".join(hosts)
	settings.save()
	frappe.db.commit()


def test_the_code_shows_what_was_chosen_and_the_page_shows_it_too(host, offer):
	_empty, _schedule, slug, meeting_type = path_of(offer).split("/")
	page = open_page(host, meeting=f"{slug}/{meeting_type}", mode="popup", color="#0B7285")
	element = read(code(page, "html")).one("scheduler-booking")
	assert element.attributes == {"page": slug, "type": meeting_type, "mode": "popup", "color": "#0b7285"}
	assert element.one("a")["href"].endswith(path_of(offer))
	assert read(code(page, "html")).one("script")["src"].startswith("http")
	assert read(code(page, "html")).one("script")["src"].endswith("/schedule/embed.js")
	preview = page.one("div", class_="embed-preview").one("scheduler-booking")
	assert preview.attributes == element.attributes
	[chosen] = page.one("select", id="meeting").all("option", selected=None)
	assert chosen["value"] == f"{slug}/{meeting_type}"
	assert page.one("input", type="radio", checked=None)["value"] == "popup"
	assert f'type="{meeting_type}"' in code(page, "react")
	assert code(page, "wordpress").startswith("<!-- wp:html -->")
	assert code(page, "signature") == f'<a href="{element.one("a")["href"]}">Book a meeting</a>'
	assert all(button["data-copy"] for button in page.all("button", data_copy=None))


def test_without_a_choice_it_is_the_list_in_the_page_with_its_height_reserved(host, offer):
	element = read(code(open_page(host), "html")).one("scheduler-booking")
	slug = path_of(offer).split("/")[2]
	assert element.attributes == {"page": slug, "mode": "inline", "style": "display:block;min-height:640px"}
	assert 'style={{ display: "block", minHeight: 640 }}' in code(open_page(host), "react")


@pytest.mark.parametrize("wrong", ['"><script>alert(1)</script>', "../../x", "a/b/c", "💥"])
def test_wrong_values_are_ignored_and_shown_as_text(host, offer, wrong):
	answer = host.get(PATH, params={"meeting": wrong, "mode": wrong, "color": wrong, "site": wrong})
	assert answer.status_code == 200
	assert "<script>alert" not in answer.text
	element = read(code(read(answer.text), "html")).one("scheduler-booking")
	assert set(element.attributes) == {"page", "mode", "style"}


@pytest.mark.parametrize(
	"typed", ["www.acme.example", "https://www.acme.example/contact", "WWW.ACME.EXAMPLE", "http://www.acme.example:80"]
)
def test_it_says_whether_a_website_is_allowed(host, offer, typed):
	page = open_page(host, site=typed)
	assert page.one("p", role="status", class_="alert").text.startswith("www.acme.example isn't allowed")
	allow("www.acme.example")
	page = open_page(host, site=typed)
	assert page.one("p", role="status", class_="done").text == "www.acme.example may show your pages."
	assert [each.text for each in page.one("ul", class_="embed-hosts").all("li")] == ["www.acme.example"]


def test_another_port_and_another_name_are_other_websites(host, offer):
	allow("acme.example")
	for other in ("www.acme.example", "acme.example:8080", "acme.example.evil.example"):
		assert "isn't allowed" in open_page(host, site=other).one("p", class_="alert").text
	assert "isn't the address" in open_page(host, site="not a site").one("p", class_="alert").text


def test_a_host_reads_whom_to_ask_and_a_manager_gets_the_settings(client, commit_clean):
	team = TeamOffer()
	sign_in(client, team.colleague)
	page = open_page(client)
	assert "Only managers can change that" in page.one("main").text
	assert not page.all("a", href="/app/scheduler-settings")
	sign_in(client, team.manager)
	page = open_page(client)
	assert page.one("main").all("a", href="/app/scheduler-settings")
	assert "“Allowed embed hosts”" in page.one("main").text


def test_a_team_page_can_be_embedded_by_its_hosts(client, commit_clean):
	team = TeamOffer()
	sign_in(client, team.colleague)
	values = [option["value"] for option in open_page(client).one("select", id="meeting").all("option")]
	assert f"{team.page.slug}/{team.meeting_type.slug}" in values


def test_people_without_meeting_types_are_led_to_them(client, commit_clean):
	user = make_user("Nobody")
	sign_in(client, user)
	page = open_page(client)
	assert page.one("main").all("a", href="/scheduling/types")
	assert page.all("textarea") == []


def test_guests_and_others_dont_get_it(client, offer):
	assert client.get(PATH, allow_redirects=False).headers["Location"].startswith("/login")
	sign_in(client, make_user("Other", roles=()))
	assert client.get(PATH).status_code == 403


@pytest.mark.long
def test_the_page_of_links_leads_to_it(host, offer):
	slug = path_of(offer).split("/")[2]
	assert read(host.get("/scheduling/page").text).one("main").all("a", href=f"{PATH}?meeting={slug}")
	assert read(host.get(PATH).text).one("a", class_="back")["href"] == "/scheduling/page"
