"""A page and its meeting types in Markdown, for assistants and programs: `llms.txt`, and `<type>.md`."""

import re
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.catalogue.edit_links import create_link
from tests.domains.conftest import verified
from tests.pages.offer import QUESTIONS, host_of, make_offer, path_of
from tests.pages.reading import read
from tests.support.factories import fresh, make_meeting_type, page_of, payload
from tests.support.name_server import NameServer

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def offer():
	return make_offer(
		questions=QUESTIONS,
		price=50,
		currency="EUR",
		requires_confirmation=1,
		duration_options="30, 60",
		seats=4,
		uses_host_defaults=0,
		minimum_notice=12,
		max_days_in_advance=30,
	)


def words_of(offer) -> str:
	return f"{path_of(offer).rpartition('/')[0]}/llms.txt"


def test_an_assistant_reads_the_whole_page_as_text(client, offer):
	unlisted = make_meeting_type(page_of(offer), title="Hidden", is_unlisted=1)
	frappe.db.commit()
	answer = client.get(words_of(offer))
	assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
	for words in (
		"# Jane Doe\n",
		"\n> Product strategy for growing teams.\n",
		"\n- Time zone: UTC\n",
		"\n## Intro call\n",
		f"\n- `meeting_type`: `{offer.slug}`\n",
		"\n- With Jane Doe\n",
		"\n- 30 min · 60 min\n",
		"\n- A group of up to 4\n",
		"€50.00",
		"\n- Jane Doe confirms each request\n",
		"\n- Book at least 12 hr before the start.\n",
		"\n- Book at most 30 days ahead.\n",
		"\n- `duration`: `30` `60`\n",
		"/api/method/scheduler_integration.api.openapi.document>",
		f"/api/method/scheduler_integration.api.mcp.visitor?page={page_of(offer).slug}>",
	):
		assert words in answer.text, words
	linked = [urlsplit(address).path for address in re.findall(r"^- <(\S+)>$", answer.text, re.M)]
	assert linked == [path_of(offer).rpartition("/")[0], path_of(offer)]
	for question in offer.questions:
		kind = frappe.scrub(question.question_type)
		assert f"\n- `{question.name}` (`{kind}`{'' if question.required else ', optional'}): " in answer.text
	assert ": Which topics?: `Pricing` · `Integration` · `Security` (Choose all that fit.)\n" in answer.text
	assert unlisted.slug not in answer.text
	assert "\n\n\n" not in answer.text
	assert "&" not in re.sub(r"get_slots\?\S+", "", answer.text)


def test_a_program_finds_times_and_books_with_nothing_but_the_words(client, offer):
	answer = client.get(f"{path_of(offer)}.md")
	assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
	[times] = re.findall(r"`GET \S+?(/api/\S+)`", answer.text)
	found = client.get(re.sub("YYYY-MM-DD", str(frappe.utils.add_to_date(None, days=3))[:10], times))
	assert found.status_code == 200, found.text
	[day] = found.json()["data"]["days"].values()
	[book] = re.findall(r"`POST \S+?(/api/\S+)`", answer.text)
	keys = set(re.findall(r'"(\w+)":', answer.text))
	asked = payload(page_of(offer), offer, day[0]["start"])
	ids = dict(re.findall(r"^- `(\w+)` \(`(\w+)`\): ", answer.text, re.M))
	topics = {"long_text": "Growth", "multi_select": ["Pricing"]}
	asked["answers"] = {key: topics[kind] for key, kind in ids.items()}
	asked |= {"idempotency_key": frappe.generate_hash(), "proof": "none"}
	booked = client.post(book, json={key: value for key, value in asked.items() if key in keys})
	assert (booked.status_code, booked.json()["data"]["status"]) == (201, "Pending"), booked.text


def test_the_words_can_be_kept_and_are_asked_about_again(client, offer):
	for address in (words_of(offer), f"{path_of(offer)}.md"):
		answer = client.get(address)
		assert answer.headers["Cache-Control"] == "public, max-age=300"
		assert "Accept-Language" in answer.headers["Vary"]
		again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
		assert (again.status_code, again.content) == (304, b"")
		german = client.get(address, headers={"Accept-Language": "de", "If-None-Match": answer.headers["ETag"]})
		assert german.status_code == 200
		assert "Für Assistenten" in german.text


def test_what_is_not_there_is_a_sentence(client, offer):
	page = words_of(offer)
	unknown = page.replace("llms.txt", f"{fresh('never')}.md")
	for address in (f"/schedule/{fresh('nobody')}/llms.txt", f"/schedule/{fresh('nobody')}/x.md", unknown):
		answer = client.get(address)
		assert answer.status_code == 404
		assert answer.headers["Content-Type"].startswith(("text/plain", "text/markdown"))
		assert answer.text.count("\n") == 1
		assert "public" not in answer.headers.get("Cache-Control", "")
	offer.reload().update({"is_active": 0}).save()
	frappe.db.commit()
	assert client.get(f"{path_of(offer)}.md").status_code == 404
	assert "Intro call" not in client.get(page).text
	page_of(offer).update({"is_active": 0}).save()
	frappe.db.commit()
	assert client.get(page).status_code == 404


def test_a_booking_link_has_no_words(client, offer):
	link = create_link({"meeting_type": offer.name, "user": host_of(offer)})
	frappe.db.commit()
	address = f"/schedule/l/{link_token(link.name)}"
	assert (client.get(address).status_code, client.get(f"{address}.md").status_code) == (200, 404)


def test_the_words_move_with_the_page_and_the_type(client, offer):
	old = path_of(offer)
	offer.reload().update({"slug": fresh("new")}).save()
	frappe.db.commit()
	answer = client.get(f"{old}.md", allow_redirects=False)
	assert (answer.status_code, answer.headers["Location"].endswith(f"{path_of(offer)}.md")) == (301, True)
	page = page_of(offer)
	page.update({"slug": fresh("moved")}).save()
	frappe.db.commit()
	answer = client.get(old.rpartition("/")[0] + "/llms.txt", allow_redirects=False)
	assert (answer.status_code, answer.headers["Location"].endswith(f"/schedule/{page.slug}/llms.txt")) == (301, True)


def test_the_pages_lead_to_their_words(client, offer):
	for path, words in (
		(path_of(offer), f"{path_of(offer)}.md"),
		(words_of(offer).rpartition("/")[0], words_of(offer)),
	):
		link = read(client.get(path).text).one("link", rel="alternate")
		assert (link["href"], link["type"]) == (words, "text/markdown")


def test_the_words_are_under_the_pages_own_domain(client, server, offer):
	names = NameServer()
	try:
		domain = verified(names, scheduling_page=offer.scheduling_page).domain
	finally:
		names.close()
	slug = page_of(offer).slug
	for path, there in ((words_of(offer), "/llms.txt"), (f"{path_of(offer)}.md", f"/{offer.slug}.md")):
		moved = client.get(path, allow_redirects=False)
		where = urlsplit(moved.headers["Location"])
		assert (moved.status_code, where.hostname, where.path) == (302, domain, there)
	client.headers["Host"] = domain
	for path in ("/llms.txt", f"/{offer.slug}.md", f"/schedule/{slug}/llms.txt", f"/schedule/{slug}/{offer.slug}.md"):
		answer = client.get(path, allow_redirects=False)
		assert (answer.status_code, f"//{domain}" in answer.text) == (200, True), path
	for path in ("/book/nobody.md", "/a/b/llms.txt", "/login.md", "/desk/llms.txt", "/llms.txt.md"):
		assert client.get(path, allow_redirects=False).status_code == 404, path


def test_the_links_for_programs_work_on_the_pages_own_domain(client, offer):
	names = NameServer()
	try:
		domain = verified(names, scheduling_page=offer.scheduling_page).domain
	finally:
		names.close()
	client.headers["Host"] = domain
	said = dict(re.findall(r"- (OpenAPI|MCP): <(.+?)>", client.get("/llms.txt").text))
	parts = {name: urlsplit(address) for name, address in said.items()}
	assert {each.hostname for each in parts.values()} == {domain}
	described = client.get(parts["OpenAPI"].path).json()
	assert urlsplit(described["servers"][0]["url"]).hostname == domain
	for path, verbs in described["paths"].items():
		if "get" in verbs:
			assert "text/html" not in client.get(path).headers["Content-Type"], path
	mcp = f"{parts['MCP'].path}?{parts['MCP'].query}"
	listed = client.post(mcp, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).json()
	assert "book" in {each["name"] for each in listed["result"]["tools"]}
	assert client.post(mcp.replace("visitor", "host"), json={}).status_code == 404


def test_braces_that_frappe_replaced_and_quotes_stay_in_their_text(client, offer):
	text = 'Say "hi" to {next} of {index}\n# Not a heading'
	page_of(offer).update({"description": text}).save()
	frappe.db.commit()
	shown = client.get(words_of(offer)).text
	assert '\n> Say "hi" to {next} of {index}\n> # Not a heading\n' in shown
	assert host_of(offer) not in shown


def test_a_questions_help_and_choices_began_a_heading_and_ended_their_code(client):
	asked = {"question_type": "Select", "label": "Team", "help_text": "Help\n# Heading", "options": "a`b\nc"}
	shown = client.get(words_of(make_offer(questions=[asked]))).text
	assert "`a'b` · `c` (Help # Heading)\n" in shown
