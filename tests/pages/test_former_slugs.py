"""Links that were sent before a page or a meeting type got another address."""

import frappe
import pytest

from scheduler_integration.catalogue import reserved_slugs
from scheduler_integration.catalogue.edit_pages import free_slug
from scheduler_integration.catalogue.slugs import first_free, slugify
from tests.pages.offer import host_of, sign_in
from tests.pages.reading import form_values, read
from tests.support.api import call
from tests.support.factories import fresh, make_meeting_type, make_page, page_of


def rename(doc, **fields):
	doc.reload().update(fields)
	doc.save()
	frappe.db.commit()


def path_of(page, meeting_type=None):
	return "/".join(["/schedule", page.slug, *([meeting_type.slug] if meeting_type else [])])


def sent_to(client, path):
	answer = client.get(path, allow_redirects=False)
	return answer.status_code, answer.headers.get("Location")


def answer_to(slug):
	return call("public.get_page", "Guest", slug=slug)


class TestAPage:
	def test_is_found_at_its_former_address_with_all_arguments(self, client, intro):
		page = page_of(intro)
		old, new = page.slug, fresh("new")
		rename(page, slug=new)
		status, there = sent_to(client, f"/schedule/{old}?utm_source=mail&tz=Europe%2FRome")
		assert status == 301
		assert there.endswith(f"/schedule/{new}?utm_source=mail&tz=Europe%2FRome")
		assert client.get(f"/schedule/{old}").status_code == 200

	def test_is_found_by_the_api(self, intro):
		page = page_of(intro)
		old = page.slug
		rename(page, slug=fresh("new"))
		status, body = answer_to(old)
		assert (status, body["data"]["page"]["slug"] if "page" in body["data"] else body["data"]["slug"]) == (
			200,
			page.slug,
		)

	def test_may_have_its_former_address_again(self, client, intro):
		page = page_of(intro)
		old, new = page.slug, fresh("new")
		rename(page, slug=new)
		rename(page, slug=old)
		assert sent_to(client, f"/schedule/{old}") == (200, None)
		assert sent_to(client, f"/schedule/{new}")[0] == 301

	def test_gives_it_up_when_another_page_takes_it(self, client, intro):
		page = page_of(intro)
		old = page.slug
		rename(page, slug=fresh("new"))
		other = make_page(title="Somebody else", slug=old)
		frappe.db.commit()
		assert sent_to(client, f"/schedule/{old}") == (200, None)
		assert "Somebody else" in client.get(f"/schedule/{old}").text
		rename(other, slug=fresh("other"))
		assert sent_to(client, f"/schedule/{old}")[1].endswith(path_of(other))

	def test_that_is_off_has_no_former_address_either(self, client, intro):
		page = page_of(intro)
		old = page.slug
		rename(page, slug=fresh("new"), is_active=0)
		never = client.get(f"/schedule/{fresh('never')}")
		assert (client.get(f"/schedule/{old}").status_code, never.status_code) == (404, 404)
		assert answer_to(old)[0] == 404

	def test_is_not_given_a_former_address_by_chance(self):
		title = fresh("Jane")
		page = make_page(title=title, slug=slugify(title))
		page.slug = fresh("new")
		page.save()
		assert free_slug(title) == f"{slugify(title)}-2"

	def test_that_is_deleted_takes_them_along(self, commit_clean):
		page = make_page()
		rename(page, slug=fresh("new"))
		frappe.delete_doc("Scheduling Page", page.name)
		assert not frappe.db.exists("Former Slug", {"scheduling_page": page.name})

	def test_keeps_the_newest_twenty(self):
		page = make_page()
		for number in range(25):
			page.slug = f"{fresh('new')}-{number}"
			page.save()
		assert frappe.db.count("Former Slug", {"scheduling_page": page.name}) == 20


class TestAMeetingType:
	def test_is_found_at_its_former_address_on_a_renamed_page(self, client, intro):
		page = page_of(intro)
		old = path_of(page, intro)
		rename(intro, slug=fresh("type"))
		rename(page, slug=fresh("new"))
		assert sent_to(client, f"{old}?month=2031-03")[0] == 301
		assert sent_to(client, f"{old}?month=2031-03")[1].endswith(f"{path_of(page, intro)}?month=2031-03")

	def test_is_found_after_it_went_to_another_page(self, client, intro):
		old, page = path_of(page_of(intro), intro), make_page(host_of(intro))
		rename(intro, scheduling_page=page.name)
		assert sent_to(client, old)[1].endswith(path_of(page, intro))

	def test_gives_it_up_to_another_type_of_the_page(self, client, intro):
		page = page_of(intro)
		old = path_of(page, intro)
		former = intro.slug
		rename(intro, slug=fresh("type"))
		make_meeting_type(page, slug=former)
		frappe.db.commit()
		assert sent_to(client, old) == (200, None)

	def test_is_booked_by_a_form_that_was_open_meanwhile(self, client, intro):
		page = page_of(intro)
		old = path_of(page, intro)
		html = read(client.get(old).text)
		assert html.all("form")
		rename(intro, slug=fresh("type"))
		slots = call("public.next_slots", "Guest", slug=page.slug, meeting_type=old.rpartition("/")[2])
		assert slots[0] == 200
		first = next(iter(slots[1]["data"]["days"].values()))[0]["start"]
		opened = read(client.get(f"{path_of(page, intro)}?start={first.replace('+', '%2B')}").text)
		form = next(form for form in opened.all("form", method="post"))
		who = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
		answer = client.post(old, data={**dict(form_values(form)), **who}, allow_redirects=False)
		assert answer.status_code == 303, answer.text[:500]


@pytest.mark.parametrize(
	("title", "slug"),
	[
		("Встреча с Жюли", "vstrecha-s-zhyuli"),
		("Ёлка", "elka"),
		("Συνάντηση", "synantisi"),
		("Große Übung", "grosse-ubung"),
		("Smørrebrød", "smorrebrod"),
		("Łódź", "lodz"),
	],
)
def test_titles_are_spelled_in_latin_letters(title, slug):
	assert make_meeting_type(make_page(), title=title, slug=None).slug == slug


@pytest.mark.parametrize("title", ["打ち合わせ", "اجتماع", "פגישה", "🎉"])
def test_a_type_in_another_script_has_a_link_too(title):
	"""Its link was empty, and the form was refused."""
	page = make_page()
	assert [make_meeting_type(page, title=title, slug=None).slug for _each in range(2)] == ["meeting", "meeting-2"]


def test_a_page_in_another_script_has_a_link_too():
	assert make_page(title="打ち合わせ", slug=None).slug.startswith("page")


def test_who_had_a_slug_is_for_system_managers_only(client, intro):
	rename(page_of(intro), slug=fresh("new"))
	sign_in(client, host_of(intro))
	assert client.get("/api/resource/Former Slug").status_code == 403


@pytest.mark.parametrize("taken", ["waitlist", "pay", "answer", "manage", "go", "unsubscribe"])
def test_a_page_whose_slug_the_scheduler_took_gets_another_one_and_its_links_lead_there(client, intro, taken):
	"""Only those of `waitlist` did. The others were a 404."""
	page = page_of(intro)
	frappe.db.set_value("Scheduling Page", page.name, "slug", taken)
	frappe.clear_document_cache("Scheduling Page", page.name)
	frappe.db.commit()
	reserved_slugs.execute()
	frappe.db.commit()
	page.reload()
	assert page.slug == f"{taken}-page"
	assert sent_to(client, f"/schedule/{taken}/{intro.slug}") == (301, path_of(page, intro))


def test_a_second_page_with_a_long_title_could_not_be_made():
	"""Its slug had 102 characters."""
	assert first_free("a" * 100, {"a" * 100}) == "a" * 98 + "-2"
	assert first_free("talk", {"talk", "talk-2"}) == "talk-3"
